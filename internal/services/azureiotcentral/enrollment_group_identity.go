// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// enrollmentGroupType is the type of the resource and of the list resource.
const enrollmentGroupType = "iotcentral_enrollment_group"

// enrollmentGroupIdentitySchema is the identity of a group, and of the trust in it.
func enrollmentGroupIdentitySchema() identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"host":     identityschema.StringAttribute{RequiredForImport: true, Description: "Host of the application: contoso.azureiotcentral.com."},
		"group_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the group within the application."},
	}}
}

// importEnrollmentGroup sets the ID of the group that an import names, by ID or
// identity.
func importEnrollmentGroup(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	text := req.ID
	if text == "" {
		var identity enrollmentGroupIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		text = iotcentral.GroupID{Host: identity.Host.ValueString(), Group: identity.GroupID.ValueString()}.String()
	}
	id, err := iotcentral.ParseGroupID(text)
	if err != nil {
		resp.Diagnostics.AddError("Cannot import the enrollment group", fwtypes.Sentence(err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id.String())...)
}
