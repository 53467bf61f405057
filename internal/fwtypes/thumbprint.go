// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package fwtypes

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

var (
	_ basetypes.StringTypable                    = ThumbprintType{}
	_ basetypes.StringValuableWithSemanticEquals = Thumbprint{}
	_ xattr.ValidateableAttribute                = Thumbprint{}
)

// ThumbprintType is the type of a string with the SHA-1 thumbprint of a
// certificate.
type ThumbprintType struct{ basetypes.StringType }

// Equal implements attr.Type.
func (t ThumbprintType) Equal(other attr.Type) bool {
	o, ok := other.(ThumbprintType)

	return ok && t.StringType.Equal(o.StringType)
}

// String implements attr.Type.
func (ThumbprintType) String() string { return "fwtypes.ThumbprintType" }

// ValueType implements attr.Type.
func (ThumbprintType) ValueType(context.Context) attr.Value { return Thumbprint{} }

// ValueFromString implements basetypes.StringTypable.
func (ThumbprintType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Thumbprint{StringValue: in}, nil
}

// ValueFromTerraform implements attr.Type.
func (t ThumbprintType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	return valueFromTerraform(ctx, t, in)
}

// Thumbprint is the SHA-1 thumbprint of a certificate. Case and colons do not
// matter.
type Thumbprint struct{ basetypes.StringValue }

// NewThumbprint returns a known thumbprint, or null when it names no certificate.
func NewThumbprint(thumbprint certs.Thumbprint) Thumbprint {
	if thumbprint.IsZero() {
		return Thumbprint{StringValue: basetypes.NewStringNull()}
	}

	return Thumbprint{StringValue: basetypes.NewStringValue(thumbprint.String())}
}

// NewThumbprintUnknown returns an unknown thumbprint.
func NewThumbprintUnknown() Thumbprint {
	return Thumbprint{StringValue: basetypes.NewStringUnknown()}
}

// Value returns the thumbprint. It is zero when the value is null, unknown or
// malformed; ValidateAttribute refuses the latter.
func (t Thumbprint) Value() certs.Thumbprint {
	thumbprint, _ := certs.ParseThumbprint(t.ValueString())

	return thumbprint
}

// Same reports whether both name the same certificate. Those that are null or
// unknown name none.
func (t Thumbprint) Same(other Thumbprint) bool {
	return SameThumbprint(t.ValueString(), other.ValueString())
}

// SameThumbprint reports whether two texts spell the same thumbprint.
func SameThumbprint(a, b string) bool {
	left, errLeft := certs.ParseThumbprint(a)
	right, errRight := certs.ParseThumbprint(b)

	return errLeft == nil && errRight == nil && left == right
}

// Type implements attr.Value.
func (Thumbprint) Type(context.Context) attr.Type { return ThumbprintType{} }

// Equal implements attr.Value.
func (t Thumbprint) Equal(other attr.Value) bool {
	o, ok := other.(Thumbprint)

	return ok && t.StringValue.Equal(o.StringValue)
}

// StringSemanticEquals implements basetypes.StringValuableWithSemanticEquals.
func (t Thumbprint) StringSemanticEquals(_ context.Context, other basetypes.StringValuable) (bool, diag.Diagnostics) {
	o, ok := other.(Thumbprint)

	return ok && t.Same(o), nil
}

// ValidateAttribute implements xattr.ValidateableAttribute.
func (t Thumbprint) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if t.IsNull() || t.IsUnknown() {
		return
	}
	if _, err := certs.ParseThumbprint(t.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a thumbprint", Sentence(err))
	}
}
