// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package fwtypes_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
)

const colons = "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67"

// spelled is a thumbprint as somebody has written it.
func spelled(text string) fwtypes.Thumbprint {
	return fwtypes.Thumbprint{StringValue: types.StringValue(text)}
}

func TestThumbprint_value(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		value fwtypes.Thumbprint
		want  string
	}{
		"colons":    {spelled(colons), thumbprint},
		"null":      {fwtypes.NewThumbprint(certs.Thumbprint{}), ""},
		"unknown":   {fwtypes.NewThumbprintUnknown(), ""},
		"malformed": {spelled("odd"), ""},
	} {
		if got := test.value.Value().String(); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	if value := fwtypes.NewThumbprint(spelled(colons).Value()); value.ValueString() != thumbprint {
		t.Errorf("it is written as %s", value)
	}
	if value := fwtypes.NewThumbprint(certs.Thumbprint{}); !value.IsNull() {
		t.Errorf("no thumbprint is written as %s, want null", value)
	}
}

func TestThumbprint_equalsInMeaningInAnySpelling(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		state string
		other basetypes.StringValuable
		want  bool
	}{
		"the same":      {thumbprint, spelled(thumbprint), true},
		"lower case":    {thumbprint, spelled(strings.ToLower(thumbprint)), true},
		"colons":        {thumbprint, spelled(colons), true},
		"another":       {thumbprint, spelled("1" + thumbprint[1:]), false},
		"none":          {thumbprint, spelled(""), false},
		"none and none": {"", spelled(""), false},
		"another type":  {thumbprint, types.StringValue(thumbprint), false},
	} {
		got, diags := spelled(test.state).StringSemanticEquals(t.Context(), test.other)
		if got != test.want || diags.HasError() {
			t.Errorf("%s: %v, %v", name, got, diags)
		}
	}
}

func TestThumbprint_equalsLiterally(t *testing.T) {
	t.Parallel()
	a := spelled(thumbprint)
	if !a.Equal(spelled(thumbprint)) || a.Equal(spelled(colons)) ||
		a.Equal(types.StringValue(thumbprint)) || a.Equal(fwtypes.NewThumbprintUnknown()) {
		t.Error("Equal is not literal")
	}
	if a.ValueString() != thumbprint || !fwtypes.NewThumbprintUnknown().IsUnknown() {
		t.Errorf("got %s", a)
	}
}

func TestThumbprint_isValidatedWhenItIsKnown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		value fwtypes.Thumbprint
		want  string
	}{
		"null":       {fwtypes.Thumbprint{StringValue: types.StringNull()}, ""},
		"unknown":    {fwtypes.NewThumbprintUnknown(), ""},
		"thumbprint": {spelled(thumbprint), ""},
		"lower case": {spelled(strings.ToLower(thumbprint)), ""},
		"colons":     {spelled(colons), ""},
		"empty":      {spelled(""), "a thumbprint is the SHA-1"},
		"SHA-256":    {spelled(thumbprint + thumbprint[:24]), "is a SHA-256 thumbprint"},
	} {
		var response xattr.ValidateAttributeResponse
		test.value.ValidateAttribute(t.Context(), xattr.ValidateAttributeRequest{Path: path.Root("thumbprint")}, &response)
		wantAttributeError(t, name, response.Diagnostics, "thumbprint", "Not a thumbprint", test.want)
	}
}
