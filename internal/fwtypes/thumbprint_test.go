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

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
)

const colons = "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67"

func TestThumbprint_equalsInMeaningInAnySpelling(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		state string
		other basetypes.StringValuable
		want  bool
	}{
		"the same":      {thumbprint, fwtypes.NewThumbprint(thumbprint), true},
		"lower case":    {thumbprint, fwtypes.NewThumbprint(strings.ToLower(thumbprint)), true},
		"colons":        {thumbprint, fwtypes.NewThumbprint(colons), true},
		"another":       {thumbprint, fwtypes.NewThumbprint("1" + thumbprint[1:]), false},
		"none":          {thumbprint, fwtypes.NewThumbprint(""), false},
		"none and none": {"", fwtypes.NewThumbprint(""), false},
		"another type":  {thumbprint, types.StringValue(thumbprint), false},
	} {
		got, diags := fwtypes.NewThumbprint(test.state).StringSemanticEquals(t.Context(), test.other)
		if got != test.want || diags.HasError() {
			t.Errorf("%s: %v, %v", name, got, diags)
		}
	}
}

func TestThumbprint_equalsLiterally(t *testing.T) {
	t.Parallel()
	a := fwtypes.NewThumbprint(thumbprint)
	if !a.Equal(fwtypes.NewThumbprint(thumbprint)) || a.Equal(fwtypes.NewThumbprint(colons)) ||
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
		"thumbprint": {fwtypes.NewThumbprint(thumbprint), ""},
		"lower case": {fwtypes.NewThumbprint(strings.ToLower(thumbprint)), ""},
		"colons":     {fwtypes.NewThumbprint(colons), ""},
		"empty":      {fwtypes.NewThumbprint(""), "A thumbprint is the SHA-1"},
		"SHA-256":    {fwtypes.NewThumbprint(thumbprint + thumbprint[:24]), "A thumbprint is the SHA-1"},
	} {
		var response xattr.ValidateAttributeResponse
		test.value.ValidateAttribute(t.Context(), xattr.ValidateAttributeRequest{Path: path.Root("thumbprint")}, &response)
		wantAttributeError(t, name, response.Diagnostics, "thumbprint", "Not a thumbprint", test.want)
	}
}
