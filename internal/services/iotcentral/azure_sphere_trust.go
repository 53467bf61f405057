// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	client "github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

type trustModel struct {
	ID                types.String   `tfsdk:"id"`
	EnrollmentGroupID types.String   `tfsdk:"enrollment_group_id"`
	AzureSphere       types.Object   `tfsdk:"azure_sphere"`
	ReplaceForeign    types.Bool     `tfsdk:"replace_foreign"`
	Primary           types.Object   `tfsdk:"primary"`
	Secondary         types.Object   `tfsdk:"secondary"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
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
func (m *trustModel) entry(entry client.Entry) *types.Object {
	if entry == client.Secondary {
		return &m.Secondary
	}

	return &m.Primary
}

// set shows the contents of the entries; an empty one is null.
func (m *trustModel) set(ctx context.Context, contents map[client.Entry]trust.Content, diags *diag.Diagnostics) {
	for _, entry := range client.Entries() {
		content, filled := contents[entry]
		if !filled {
			*m.entry(entry) = types.ObjectNull(trustedEntryTypes())
			continue
		}
		shown := trustedEntry{
			Thumbprint: fwtypes.NewThumbprint(content.CA.Thumbprint),
			Role:       types.StringValue(string(content.CA.Role)),
			Subject:    fwtypes.NewDetails(content.CA.Body).Subject,
			NotAfter:   fwtypes.NewTime(content.CA.NotAfter),
			Verified:   types.BoolValue(content.Verified),
		}
		object, problems := types.ObjectValueFrom(ctx, trustedEntryTypes(), shown)
		diags.Append(problems...)
		*m.entry(entry) = object
	}
}

func (m *trustModel) setUnknown() {
	m.Primary = types.ObjectUnknown(trustedEntryTypes())
	m.Secondary = types.ObjectUnknown(trustedEntryTypes())
}

// entries returns what the state knows of the entries.
func (m *trustModel) entries(ctx context.Context, diags *diag.Diagnostics) trust.Entries {
	entries := trust.Entries{}
	for _, entry := range client.Entries() {
		if m.entry(entry).IsNull() || m.entry(entry).IsUnknown() {
			continue
		}
		var shown trustedEntry
		diags.Append(m.entry(entry).As(ctx, &shown, basetypes.ObjectAsOptions{})...)
		entries[entry] = client.SigningCertificate{Thumbprint: shown.Thumbprint.ValueString(), Verified: shown.Verified.ValueBool()}
	}

	return entries
}

// promises reports whether the plan shows the same certificates with the same
// roles as a decision that was made again.
func (m *trustModel) promises(ctx context.Context, after map[client.Entry]trust.Content, diags *diag.Diagnostics) bool {
	for _, entry := range client.Entries() {
		planned := m.entry(entry)
		if planned.IsUnknown() {
			continue
		}
		content, filled := after[entry]
		if planned.IsNull() == filled {
			return false
		}
		if !filled {
			continue
		}
		var shown trustedEntry
		diags.Append(planned.As(ctx, &shown, basetypes.ObjectAsOptions{})...)
		if !certs.SameThumbprint(shown.Thumbprint.ValueString(), content.CA.Thumbprint) || shown.Role.ValueString() != string(content.CA.Role) {
			return false
		}
	}

	return true
}

// uploadedKey is the key in the private state under which the resource remembers
// the thumbprints that it put into the group: only those are removed with it.
const uploadedKey = "uploaded"
