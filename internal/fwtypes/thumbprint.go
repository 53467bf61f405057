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

// NewThumbprint returns a known thumbprint.
func NewThumbprint(thumbprint string) Thumbprint {
	return Thumbprint{StringValue: basetypes.NewStringValue(thumbprint)}
}

// NewThumbprintUnknown returns an unknown thumbprint.
func NewThumbprintUnknown() Thumbprint {
	return Thumbprint{StringValue: basetypes.NewStringUnknown()}
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

	return ok && certs.SameThumbprint(t.ValueString(), o.ValueString()), nil
}

// ValidateAttribute implements xattr.ValidateableAttribute.
func (t Thumbprint) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if t.IsNull() || t.IsUnknown() {
		return
	}
	if _, err := certs.NormalizeThumbprint(t.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a thumbprint", Sentence(err))
	}
}
