// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// AddError adds an error of a service or of the domain: the summary says what
// failed, the detail why, and what can be done about it.
func AddError(diags *diag.Diagnostics, summary string, err error) {
	diags.AddError(summary, Explain(err))
}

// Explain returns an error for people: why, and what can be done about it.
func Explain(err error) string {
	detail := fwtypes.Sentence(err)
	if remedy := Remedy(err); remedy != "" {
		detail += "\n\n" + remedy
	}

	return detail
}

// Remedy returns what to do about an error, or an empty string.
func Remedy(err error) string {
	if explained := auth.Explain(err); explained != "" {
		return fwtypes.Sentence(errors.New(explained))
	}
	var refused *transport.Error
	if !errors.As(err, &refused) {
		return ""
	}

	return refused.Remedy
}
