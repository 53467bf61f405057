// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package fwtypes

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Check returns a validator that applies a function of the domain to a known
// string. summary is the headline of the error: "Not a catalog ID".
func Check(summary string, check func(string) error) validator.String {
	return checked{summary: summary, check: check}
}

type checked struct {
	summary string
	check   func(string) error
}

// Description implements validator.Describer.
func (c checked) Description(context.Context) string {
	return "must be valid, or the error says: " + c.summary
}

// MarkdownDescription implements validator.Describer.
func (c checked) MarkdownDescription(ctx context.Context) string { return c.Description(ctx) }

// ValidateString implements validator.String.
func (c checked) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := c.check(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, c.summary, Sentence(err))
	}
}

// Sentence turns an error into a sentence for people. The name of an argument or type
// that it begins with stays as it is.
func Sentence(err error) string {
	text := err.Error()
	if text == "" {
		return "No reason was given."
	}
	if word, _, _ := strings.Cut(text, " "); !strings.Contains(word, "_") {
		first, size := utf8.DecodeRuneInString(text)
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	if !strings.HasSuffix(text, ".") {
		text += "."
	}

	return text
}
