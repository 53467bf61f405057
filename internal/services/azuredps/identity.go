// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
)

// groupIdentity identifies a group, and the trust in it.
type groupIdentity struct {
	DPSID   types.String `tfsdk:"dps_id"`
	GroupID types.String `tfsdk:"group_id"`
}

func newGroupIdentity(id dps.GroupID) groupIdentity {
	return groupIdentity{DPSID: types.StringValue(id.Service), GroupID: types.StringValue(id.Group)}
}

func groupIdentitySchema() identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"dps_id":   identityschema.StringAttribute{RequiredForImport: true, Description: "Azure resource ID of the Device Provisioning Service."},
		"group_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the group within the service."},
	}}
}

// importGroup sets the ID of the group that an import names, by ID or identity.
func importGroup(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	text := req.ID
	if text == "" {
		var identity groupIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		text = dps.GroupID{Service: identity.DPSID.ValueString(), Group: identity.GroupID.ValueString()}.String()
	}
	id, err := dps.ParseGroupID(text)
	if err != nil {
		resp.Diagnostics.AddError("Cannot import the enrollment group", fwtypes.Sentence(err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id.String())...)
}

// certificateIdentity identifies a certificate of a service.
type certificateIdentity struct {
	DPSID types.String `tfsdk:"dps_id"`
	Name  types.String `tfsdk:"name"`
}

func newCertificateIdentity(id dps.CertificateID) certificateIdentity {
	return certificateIdentity{DPSID: types.StringValue(id.Service), Name: types.StringValue(id.Name)}
}

func certificateIdentitySchema() identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"dps_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Azure resource ID of the Device Provisioning Service."},
		"name":   identityschema.StringAttribute{RequiredForImport: true, Description: "Name of the certificate."},
	}}
}
