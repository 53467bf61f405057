// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package fwtypes_test

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
)

const thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567"

func certificate(text string) fwtypes.Certificate {
	return fwtypes.Certificate{StringValue: types.StringValue(text)}
}

func TestCertificate_equalsInMeaningWhenTheDERDoes(t *testing.T) {
	t.Parallel()
	ca, other := certstest.Valid(t), certstest.Valid(t)
	crlf := strings.ReplaceAll(ca.PEM(), "\n", "\r\n")
	for name, test := range map[string]struct {
		state fwtypes.Certificate
		other basetypes.StringValuable
		want  bool
	}{
		"the same text":             {certificate(ca.PEM()), certificate(ca.PEM()), true},
		"line endings":              {certificate(ca.PEM()), certificate(crlf), true},
		"base64 DER":                {certificate(ca.PEM()), certificate(ca.Base64()), true},
		"base64 PEM":                {certificate(ca.Base64()), certificate(ca.Base64PEM()), true},
		"another certificate":       {certificate(ca.PEM()), certificate(other.PEM()), false},
		"what is no certificate":    {certificate(ca.PEM()), certificate("text"), false},
		"two that are none":         {certificate("text"), certificate("text"), false},
		"the text, of another type": {certificate(ca.PEM()), types.StringValue(ca.PEM()), false},
	} {
		got, diags := test.state.StringSemanticEquals(t.Context(), test.other)
		if got != test.want || diags.HasError() {
			t.Errorf("%s: %v, %v", name, got, diags)
		}
	}
}

func TestCertificate_equalsLiterally(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	for name, test := range map[string]struct {
		a    fwtypes.Certificate
		b    attr.Value
		want bool
	}{
		"the same":              {certificate(ca.PEM()), certificate(ca.PEM()), true},
		"another spelling":      {certificate(ca.PEM()), certificate(ca.Base64()), false},
		"null and null":         {fwtypes.NewCertificate(nil), fwtypes.NewCertificate(nil), true},
		"null and unknown":      {fwtypes.NewCertificate(nil), fwtypes.NewCertificateUnknown(), false},
		"another type":          {certificate(ca.PEM()), types.StringValue(ca.PEM()), false},
		"a thumbprint's string": {certificate(thumbprint), spelled(thumbprint), false},
	} {
		if got := test.a.Equal(test.b); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// Required does not mean known while validating.
func TestCertificate_isValidatedWhenItIsKnown(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	for name, test := range map[string]struct {
		value fwtypes.Certificate
		want  string
	}{
		"null":    {fwtypes.NewCertificate(nil), ""},
		"unknown": {fwtypes.NewCertificateUnknown(), ""},
		"PEM":     {certificate(ca.PEM()), ""},
		"base64":  {certificate(ca.Base64()), ""},
		"empty":   {certificate(""), "The text is empty"},
		"text":    {certificate("${path.module}"), "neither PEM nor base64"},
		"two":     {certificate(ca.PEM() + ca.PEM()), "bundle of 2 certificates"},
	} {
		var response xattr.ValidateAttributeResponse
		test.value.ValidateAttribute(t.Context(), xattr.ValidateAttributeRequest{Path: path.Root("certificate_pem")}, &response)
		wantAttributeError(t, name, response.Diagnostics, "certificate_pem", "Not a certificate", test.want)
	}
}

// TestCertificate_errorDoesNotPointAtAPrivateKey: Terraform would print it.
func TestCertificate_errorDoesNotPointAtAPrivateKey(t *testing.T) {
	t.Parallel()
	var response xattr.ValidateAttributeResponse
	certificate(certstest.PEM("PRIVATE KEY", []byte("secret"))).ValidateAttribute(t.Context(),
		xattr.ValidateAttributeRequest{Path: path.Root("certificate_pem")}, &response)
	if len(response.Diagnostics) != 1 {
		t.Fatalf("got %v, want one error", response.Diagnostics)
	}
	if _, points := response.Diagnostics[0].(diag.DiagnosticWithPath); points {
		t.Error("the error points at the attribute")
	}
	if detail := response.Diagnostics[0].Detail(); !strings.HasPrefix(detail, "certificate_pem: this is a private key") {
		t.Errorf("got %q", detail)
	}
}

func TestCertificate_isMadeOfPEM(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	made := fwtypes.NewCertificate(ca.Certificate)
	if made.ValueString() != ca.PEM() || made.IsNull() || made.IsUnknown() {
		t.Errorf("got %s", made)
	}
	if parsed, err := made.Parse(); err != nil || !parsed.Equal(ca.Certificate) {
		t.Errorf("got %v, %v", parsed, err)
	}
	if null := fwtypes.NewCertificate(nil); !null.IsNull() {
		t.Errorf("got %s", null)
	}
	if unknown := fwtypes.NewCertificateUnknown(); !unknown.IsUnknown() {
		t.Errorf("got %s", unknown)
	}
}

func TestSameCertificate(t *testing.T) {
	t.Parallel()
	ca, other := certstest.Valid(t), certstest.Valid(t)
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{ca.PEM(), ca.Base64(), true},
		{ca.PEM(), other.PEM(), false},
		{"", "", false},
		{ca.PEM(), "", false},
		{"", ca.PEM(), false},
	} {
		if got := fwtypes.SameCertificate(test.a, test.b); got != test.want {
			t.Errorf("%.20q and %.20q: %v, want %v", test.a, test.b, got, test.want)
		}
	}
}

// Both custom types carry every wire value through the framework unchanged.
func TestTypes_keepNullUnknownAndText(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind  attr.Type
		value func(basetypes.StringValue) attr.Value
		zero  attr.Value
		other attr.Type
	}{
		"fwtypes.CertificateType": {
			fwtypes.CertificateType{},
			func(text basetypes.StringValue) attr.Value { return fwtypes.Certificate{StringValue: text} },
			fwtypes.Certificate{},
			fwtypes.ThumbprintType{},
		},
		"fwtypes.ThumbprintType": {
			fwtypes.ThumbprintType{},
			func(text basetypes.StringValue) attr.Value { return fwtypes.Thumbprint{StringValue: text} },
			fwtypes.Thumbprint{},
			fwtypes.CertificateType{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for wire, want := range map[*tftypes.Value]basetypes.StringValue{
				pointer(tftypes.NewValue(tftypes.String, nil)):                  types.StringNull(),
				pointer(tftypes.NewValue(tftypes.String, tftypes.UnknownValue)): types.StringUnknown(),
				pointer(tftypes.NewValue(tftypes.String, "")):                   types.StringValue(""),
				pointer(tftypes.NewValue(tftypes.String, " any text\r\n")):      types.StringValue(" any text\r\n"),
			} {
				got, err := test.kind.ValueFromTerraform(t.Context(), *wire)
				if err != nil || !got.Equal(test.value(want)) {
					t.Errorf("%s becomes %v, %v", wire, got, err)
				}
				if !got.Type(t.Context()).Equal(test.kind) {
					t.Errorf("the value has the type %s", got.Type(t.Context()))
				}
				back, err := got.ToTerraformValue(t.Context())
				if err != nil || !back.Equal(*wire) {
					t.Errorf("%s becomes %s on the way back, %v", wire, back, err)
				}
			}
			if got, err := test.kind.ValueFromTerraform(t.Context(), tftypes.NewValue(tftypes.Bool, true)); err == nil {
				t.Errorf("a bool becomes %v", got)
			}
			if test.kind.String() != name || test.kind.Equal(test.other) || test.kind.Equal(types.StringType) || !test.kind.Equal(test.kind) {
				t.Errorf("%s is not itself alone", test.kind)
			}
			if !test.kind.ValueType(t.Context()).Equal(test.zero) || !test.kind.TerraformType(context.Background()).Is(tftypes.String) {
				t.Errorf("%s stands for %T", test.kind, test.kind.ValueType(t.Context()))
			}
		})
	}
}

func pointer[T any](value T) *T { return &value }
