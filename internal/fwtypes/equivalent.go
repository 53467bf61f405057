// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package fwtypes

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
)

// KeepEquivalent returns a plan modifier that keeps the value of the state when
// the configuration only spells it differently. Terraform compares literally
// while planning, so that semantic equality alone would show a difference that
// an apply then does not carry out.
func KeepEquivalent(same func(state, configured string) bool) planmodifier.String {
	return keepEquivalent{same: same}
}

// KeepSameCertificate keeps the state's spelling of the same certificate.
func KeepSameCertificate() planmodifier.String { return KeepEquivalent(SameCertificate) }

// KeepSameThumbprint keeps the state's spelling of the same thumbprint.
func KeepSameThumbprint() planmodifier.String { return KeepEquivalent(SameThumbprint) }

// KeepSameFold keeps the state's spelling of what differs in case only.
func KeepSameFold() planmodifier.String { return KeepEquivalent(strings.EqualFold) }

type keepEquivalent struct {
	same func(state, configured string) bool
}

// Description implements planmodifier.Describer.
func (keepEquivalent) Description(context.Context) string {
	return "a different spelling of the same value is no change"
}

// MarkdownDescription implements planmodifier.Describer.
func (k keepEquivalent) MarkdownDescription(ctx context.Context) string { return k.Description(ctx) }

// PlanModifyString implements planmodifier.String.
func (k keepEquivalent) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	if k.same(req.StateValue.ValueString(), req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}
