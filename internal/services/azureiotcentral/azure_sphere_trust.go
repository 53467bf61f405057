// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// trustView is what the resource and the data source show of the trust in a group.
type trustView struct {
	Trusted      types.Bool        `tfsdk:"trusted"`
	TrustedUntil timetypes.RFC3339 `tfsdk:"trusted_until"`
	ActiveEntry  types.String      `tfsdk:"active_entry"`
	Primary      types.Object      `tfsdk:"primary"`
	Secondary    types.Object      `tfsdk:"secondary"`
}

// trustedEntry is what the plan and the state show of one entry.
type trustedEntry struct {
	Thumbprint fwtypes.Thumbprint `tfsdk:"thumbprint"`
	Role       types.String       `tfsdk:"role"`
	Subject    types.String       `tfsdk:"subject"`
	NotAfter   timetypes.RFC3339  `tfsdk:"not_after"`
	Verified   types.Bool         `tfsdk:"verified"`
}

func trustedEntryTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"thumbprint": fwtypes.ThumbprintType{},
		"role":       types.StringType,
		"subject":    types.StringType,
		"not_after":  timetypes.RFC3339Type{},
		"verified":   types.BoolType,
	}
}

// entry returns the attribute of an entry.
func (v *trustView) entry(place trust.Place) *types.Object {
	if place == trust.Place(iotcentral.Secondary) {
		return &v.Secondary
	}

	return &v.Primary
}

// groupPlaces are the places of every enrollment group.
func groupPlaces() []trust.Place { return trust.GroupPlaces() }

// show shows the present. An entry that is empty is null.
func (v *trustView) show(ctx context.Context, situation trust.Situation, diags *diag.Diagnostics) {
	contents := situation.Contents()
	v.outlook(trust.NewOutlook(situation, contents))
	for _, place := range situation.Places {
		content, filled := contents[place]
		*v.entry(place) = entryObject(ctx, content, filled, types.BoolValue(content.Verified), diags)
	}
}

func (v *trustView) outlook(outlook trust.Outlook) {
	v.Trusted = types.BoolValue(outlook.Trusted)
	v.TrustedUntil = fwtypes.NewTime(outlook.Until)
	v.ActiveEntry = types.StringNull()
	if outlook.ActivePlace != "" {
		v.ActiveEntry = types.StringValue(string(outlook.ActivePlace))
	}
}

// plan shows what a decision leads to. What depends on a step that may fail without
// failing the apply is unknown. Trust itself is always planned: where it cannot be
// had, the apply says so.
func (v *trustView) plan(ctx context.Context, situation trust.Situation, decision trust.Decision, diags *diag.Diagnostics) {
	after := map[trust.Place]trust.Content{}
	for place, outcome := range decision.After {
		after[place] = outcome.Content
	}
	v.outlook(trust.NewOutlook(situation, after))
	v.Trusted = types.BoolValue(true)
	if !decision.Trusted() {
		v.TrustedUntil, v.ActiveEntry = timetypes.NewRFC3339Unknown(), types.StringUnknown()
	}
	for _, step := range decision.Steps {
		if step.CA.Role == trust.RoleUpcoming {
			v.TrustedUntil = timetypes.NewRFC3339Unknown()
		}
	}
	for _, place := range situation.Places {
		outcome, filled := decision.After[place]
		verified := types.BoolValue(outcome.Verified)
		if outcome.ProofOutstanding {
			verified = types.BoolUnknown()
		}
		*v.entry(place) = entryObject(ctx, outcome.Content, filled, verified, diags)
		if outcome.Uncertain {
			*v.entry(place) = types.ObjectUnknown(trustedEntryTypes())
		}
	}
}

// planUnknown is the plan while the group or the tenant is not known yet.
func (v *trustView) planUnknown() {
	v.Trusted = types.BoolValue(true)
	v.TrustedUntil, v.ActiveEntry = timetypes.NewRFC3339Unknown(), types.StringUnknown()
	v.Primary, v.Secondary = types.ObjectUnknown(trustedEntryTypes()), types.ObjectUnknown(trustedEntryTypes())
}

func entryObject(ctx context.Context, content trust.Content, filled bool, verified types.Bool, diags *diag.Diagnostics) types.Object {
	if !filled {
		return types.ObjectNull(trustedEntryTypes())
	}
	subject := fwtypes.NewDetails(content.CA.Body).Subject
	if content.Subject != "" {
		subject = types.StringValue(content.Subject)
	}
	object, problems := types.ObjectValueFrom(ctx, trustedEntryTypes(), trustedEntry{
		Thumbprint: fwtypes.NewThumbprint(content.CA.Thumbprint),
		Role:       types.StringValue(string(content.CA.Role)),
		Subject:    subject,
		NotAfter:   fwtypes.NewTime(content.CA.NotAfter),
		Verified:   verified,
	})
	diags.Append(problems...)

	return object
}

// shown returns what the attribute of an entry shows, and reports false when it is
// null or unknown.
func (v *trustView) shown(ctx context.Context, place trust.Place, diags *diag.Diagnostics) (trustedEntry, bool) {
	var shown trustedEntry
	object := v.entry(place)
	if object.IsNull() || object.IsUnknown() {
		return shown, false
	}
	diags.Append(object.As(ctx, &shown, basetypes.ObjectAsOptions{})...)

	return shown, true
}

// holds returns what the state says the entries hold, and which of it is ours.
func (v *trustView) holds(ctx context.Context, diags *diag.Diagnostics) (holds map[trust.Place]trust.Holding, ours map[trust.Place]certs.Thumbprint) {
	holds, ours = map[trust.Place]trust.Holding{}, map[trust.Place]certs.Thumbprint{}
	for _, place := range groupPlaces() {
		shown, filled := v.shown(ctx, place, diags)
		if !filled {
			continue
		}
		holds[place] = trust.Holding{
			Thumbprint: shown.Thumbprint.Value(), Verified: shown.Verified.ValueBool(), Subject: shown.Subject.ValueString(),
		}
		if shown.Role.ValueString() != string(trust.RoleForeign) {
			ours[place] = shown.Thumbprint.Value()
		}
	}

	return holds, ours
}

// promises reports whether the plan allows that an entry ends with this content,
// which is empty unless filled. Verified does not matter where the plan leaves it
// open.
func (v *trustView) promises(ctx context.Context, place trust.Place, content trust.Content, filled bool, diags *diag.Diagnostics) bool {
	if v.entry(place).IsUnknown() {
		return true
	}
	shown, planned := v.shown(ctx, place, diags)
	if !planned || !filled {
		return planned == filled
	}

	return shown.Thumbprint.Value() == content.CA.Thumbprint &&
		shown.Role.ValueString() == string(content.CA.Role) &&
		(shown.Verified.IsUnknown() || shown.Verified.ValueBool() == content.Verified)
}

const (
	trustedDescription      = "Whether the Active CA of the tenant is verified in one of the entries, so that devices can enrol."
	trustedUntilDescription = "Estimate of when devices can no longer enrol if nothing changes, RFC 3339 in UTC. Null when `trusted` is `false`."
	activeEntryDescription  = "`primary` or `secondary`: the entry that holds the Active CA. Null when none does."
)

// trustedEntryDescriptions describe the attributes of an entry.
var trustedEntryDescriptions = map[string]string{
	"thumbprint": "SHA-1 thumbprint of the certificate.",
	"role": "`active` (signs device certificates), `upcoming` (will be Active next), `retiring` (was Active, and is valid until it expires), " +
		"`expired`, `revoked`, or `foreign` (not a CA of the tenant).",
	"subject":   "Subject of the certificate, where its body is known.",
	"not_after": "End of the validity, RFC 3339 in UTC.",
	"verified":  "Whether the certificate is verified, so that devices with a certificate of this CA can enrol.",
}
