// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package fwtypes_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
)

// wantAttributeError checks that there is one error on an attribute, or none when
// no detail is wanted.
func wantAttributeError(t *testing.T, name string, diags diag.Diagnostics, attribute, summary, detail string) {
	t.Helper()
	if detail == "" {
		if len(diags) != 0 {
			t.Errorf("%s: %v", name, diags)
		}
		return
	}
	if len(diags) != 1 {
		t.Errorf("%s: %d diagnostics, want 1: %v", name, len(diags), diags)
		return
	}
	found, ok := diags[0].(diag.DiagnosticWithPath)
	if !ok || !found.Path().Equal(path.Root(attribute)) {
		t.Errorf("%s: the error is not on %s: %v", name, attribute, diags)
	}
	if diags[0].Severity() != diag.SeverityError || diags[0].Summary() != summary || !strings.Contains(diags[0].Detail(), detail) {
		t.Errorf("%s: %v", name, diags)
	}
}

func TestCheck_appliesTheDomainToKnownValues(t *testing.T) {
	t.Parallel()
	check := fwtypes.Check("Not a letter", func(text string) error {
		if text == "a" {
			return nil
		}
		return errors.New("it is more than one letter")
	})
	for name, test := range map[string]struct {
		value types.String
		want  string
	}{
		"null":    {types.StringNull(), ""},
		"unknown": {types.StringUnknown(), ""},
		"right":   {types.StringValue("a"), ""},
		"wrong":   {types.StringValue("ab"), "It is more than one letter."},
		"empty":   {types.StringValue(""), "It is more than one letter."},
	} {
		var response validator.StringResponse
		check.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("letter"), ConfigValue: test.value}, &response)
		wantAttributeError(t, name, response.Diagnostics, "letter", "Not a letter", test.want)
	}
	if text := check.Description(t.Context()); !strings.Contains(text, "Not a letter") || text != check.MarkdownDescription(t.Context()) {
		t.Errorf("described as %q", text)
	}
}

func TestSentence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"it failed":        "It failed.",
		"it failed.":       "It failed.",
		"IoT Central is":   "IoT Central is.",
		"über":             "Über.",
		"client_id is set": "client_id is set.",
		"\"x\" is wrong":   "\"x\" is wrong.",
		"two\nlines here":  "Two\nlines here.",
		"x":                "X.",
		"":                 "No reason was given.",
	} {
		if got := fwtypes.Sentence(errors.New(text)); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestKeepEquivalent_keepsTheStatesSpelling(t *testing.T) {
	t.Parallel()
	ca, other := certstest.Valid(t), certstest.Valid(t)
	null, unknown, text := types.StringNull(), types.StringUnknown(), types.StringValue
	for name, test := range map[string]struct {
		modifier          planmodifier.String
		state, plan, want types.String
	}{
		"certificate, another spelling": {fwtypes.KeepSameCertificate(), text(ca.PEM()), text(ca.Base64()), text(ca.PEM())},
		"certificate, the same":         {fwtypes.KeepSameCertificate(), text(ca.PEM()), text(ca.PEM()), text(ca.PEM())},
		"certificate, another":          {fwtypes.KeepSameCertificate(), text(ca.PEM()), text(other.PEM()), text(other.PEM())},
		"certificate, removed":          {fwtypes.KeepSameCertificate(), text(ca.PEM()), null, null},
		"certificate, not known yet":    {fwtypes.KeepSameCertificate(), text(ca.PEM()), unknown, unknown},
		"certificate, not in the state": {fwtypes.KeepSameCertificate(), null, text(ca.PEM()), text(ca.PEM())},
		"thumbprint, another spelling":  {fwtypes.KeepSameThumbprint(), text(thumbprint), text(colons), text(thumbprint)},
		"thumbprint, another":           {fwtypes.KeepSameThumbprint(), text(thumbprint), text("1" + thumbprint[1:]), text("1" + thumbprint[1:])},
		"case alone":                    {fwtypes.KeepSameFold(), text("Contoso"), text("contoso"), text("Contoso")},
		"more than case":                {fwtypes.KeepSameFold(), text("contoso"), text("fabrikam"), text("fabrikam")},
		"null and null":                 {fwtypes.KeepSameFold(), null, null, null},
		"null and empty":                {fwtypes.KeepSameFold(), null, text(""), text("")},
		"empty and null":                {fwtypes.KeepSameFold(), text(""), null, null},
		"empty and unknown":             {fwtypes.KeepSameFold(), text(""), unknown, unknown},
	} {
		response := planmodifier.StringResponse{PlanValue: test.plan}
		test.modifier.PlanModifyString(t.Context(), planmodifier.StringRequest{StateValue: test.state, PlanValue: test.plan, ConfigValue: test.plan}, &response)
		if !response.PlanValue.Equal(test.want) || response.Diagnostics.HasError() || response.RequiresReplace {
			t.Errorf("%s: the plan is %s", name, response.PlanValue)
		}
		if text := test.modifier.Description(t.Context()); text == "" || text != test.modifier.MarkdownDescription(t.Context()) {
			t.Errorf("%s: described as %q", name, text)
		}
	}
}

// KeepEquivalent gives the function the state first: an ID in the state may mean
// more than its spelling in the configuration.
func TestKeepEquivalent_asksInOrder(t *testing.T) {
	t.Parallel()
	modifier := fwtypes.KeepEquivalent(func(state, configured string) bool { return state == configured+".example" })
	response := planmodifier.StringResponse{PlanValue: types.StringValue("contoso")}
	modifier.PlanModifyString(t.Context(), planmodifier.StringRequest{
		StateValue: types.StringValue("contoso.example"), PlanValue: response.PlanValue,
	}, &response)
	if response.PlanValue.ValueString() != "contoso.example" {
		t.Errorf("the plan is %s", response.PlanValue)
	}
}
