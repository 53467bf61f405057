// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package fwtypes

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

var (
	_ basetypes.StringTypable                    = CertificateType{}
	_ basetypes.StringValuableWithSemanticEquals = Certificate{}
	_ xattr.ValidateableAttribute                = Certificate{}
)

// CertificateType is the type of a string with one X.509 certificate.
type CertificateType struct{ basetypes.StringType }

// Equal implements attr.Type.
func (t CertificateType) Equal(other attr.Type) bool {
	o, ok := other.(CertificateType)

	return ok && t.StringType.Equal(o.StringType)
}

// String implements attr.Type.
func (CertificateType) String() string { return "fwtypes.CertificateType" }

// ValueType implements attr.Type.
func (CertificateType) ValueType(context.Context) attr.Value { return Certificate{} }

// ValueFromString implements basetypes.StringTypable.
func (CertificateType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return Certificate{StringValue: in}, nil
}

// ValueFromTerraform implements attr.Type.
func (t CertificateType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	return valueFromTerraform(ctx, t, in)
}

// Certificate is a string with one X.509 certificate, as PEM or base64 DER. Two
// are equal when their DER is.
type Certificate struct{ basetypes.StringValue }

// NewCertificate returns the certificate as PEM, or null for nil.
func NewCertificate(certificate *certs.Certificate) Certificate {
	if certificate == nil {
		return Certificate{StringValue: basetypes.NewStringNull()}
	}

	return Certificate{StringValue: basetypes.NewStringValue(certificate.PEM())}
}

// Type implements attr.Value.
func (Certificate) Type(context.Context) attr.Type { return CertificateType{} }

// Equal implements attr.Value.
func (c Certificate) Equal(other attr.Value) bool {
	o, ok := other.(Certificate)

	return ok && c.StringValue.Equal(o.StringValue)
}

// StringSemanticEquals implements basetypes.StringValuableWithSemanticEquals.
func (c Certificate) StringSemanticEquals(_ context.Context, other basetypes.StringValuable) (bool, diag.Diagnostics) {
	o, ok := other.(Certificate)

	return ok && SameCertificate(c.ValueString(), o.ValueString()), nil
}

// ValidateAttribute implements xattr.ValidateableAttribute.
func (c Certificate) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if c.IsNull() || c.IsUnknown() {
		return
	}
	switch _, err := c.Parse(); {
	case err == nil:
	case errors.Is(err, certs.ErrPrivateKey):
		// Terraform prints the lines of the configuration at which an error points,
		// and with them the key.
		resp.Diagnostics.AddError("Not a certificate", req.Path.String()+": "+err.Error()+".")
	default:
		resp.Diagnostics.AddAttributeError(req.Path, "Not a certificate", Sentence(err))
	}
}

// Parse returns the certificate. The value must be known and not null.
func (c Certificate) Parse() (*certs.Certificate, error) { return certs.Parse(c.ValueString()) }

// SameCertificate reports whether two texts hold the same certificate.
func SameCertificate(a, b string) bool {
	left, errLeft := certs.Parse(a)
	right, errRight := certs.Parse(b)

	return errLeft == nil && errRight == nil && left.Equal(right)
}

// valueFromTerraform is what every custom string type does with a wire value.
func valueFromTerraform(ctx context.Context, t basetypes.StringTypable, in tftypes.Value) (attr.Value, error) {
	value, err := basetypes.StringType{}.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T", value)
	}
	custom, diags := t.ValueFromString(ctx, text)
	if diags.HasError() {
		return nil, fmt.Errorf("unexpected error converting a string: %v", diags)
	}

	return custom, nil
}

// NewCertificateUnknown returns a certificate that is known after the apply.
func NewCertificateUnknown() Certificate {
	return Certificate{StringValue: basetypes.NewStringUnknown()}
}
