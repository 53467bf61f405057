// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
)

const (
	certificateIDFormDescription = "`<host>/enrollmentGroups/<group_id>/certificates/<entry>`."
	entryDescription             = "Place of the certificate in the group: `primary` or `secondary`. Devices may enrol with either."
)

func checkGroupID(text string) error {
	_, err := iotcentral.ParseGroupID(text)

	return err
}

// certificateIdentity identifies an entry of a group, and what is done to it.
type certificateIdentity struct {
	Host    types.String `tfsdk:"host"`
	GroupID types.String `tfsdk:"group_id"`
	Entry   types.String `tfsdk:"entry"`
}

func newCertificateIdentity(id iotcentral.CertificateID) certificateIdentity {
	return certificateIdentity{
		Host:    types.StringValue(id.Host),
		GroupID: types.StringValue(id.Group),
		Entry:   types.StringValue(string(id.Entry)),
	}
}

func certificateIdentitySchema() identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"host":     identityschema.StringAttribute{RequiredForImport: true, Description: "Host of the application: contoso.azureiotcentral.com."},
		"group_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the group within the application."},
		"entry":    identityschema.StringAttribute{RequiredForImport: true, Description: "primary or secondary."},
	}}
}

// importedCertificateID returns the entry that an import names, by ID or identity.
func importedCertificateID(ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics) (iotcentral.CertificateID, bool) {
	text := req.ID
	if text == "" {
		var identity certificateIdentity
		diags.Append(req.Identity.Get(ctx, &identity)...)
		group := iotcentral.GroupID{Host: identity.Host.ValueString(), Group: identity.GroupID.ValueString()}
		text = group.Certificate(iotcentral.Entry(identity.Entry.ValueString())).String()
	}
	id, err := iotcentral.ParseCertificateID(text)
	if err != nil {
		diags.AddError("Cannot import the certificate", fwtypes.Sentence(err))
	}

	return id, err == nil
}

// certificateRefresh reads the entry that a resource is about. gone returns the
// warning for an entry that is empty.
func certificateRefresh[Model any](configured *clients.Clients, failure string, timeoutsOf func(*Model) timeouts.Value, idOf func(*Model) types.String,
	gone func(iotcentral.CertificateID) (summary, detail string),
) services.Refresh[Model, iotcentral.CertificateID, iotcentral.SigningCertificate] {
	return services.Refresh[Model, iotcentral.CertificateID, iotcentral.SigningCertificate]{
		Failure:  failure,
		Timeouts: timeoutsOf,
		ParseID: func(state *Model) (iotcentral.CertificateID, error) {
			return iotcentral.ParseCertificateID(idOf(state).ValueString())
		},
		Identity: func(id iotcentral.CertificateID) any { return newCertificateIdentity(id) },
		Get:      configured.IoTCentral().Shared().Certificate,
		Gone:     gone,
	}
}
