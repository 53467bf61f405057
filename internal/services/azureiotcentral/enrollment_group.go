// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// enrollmentGroup is what the resource and the data source have in common.
type enrollmentGroup struct {
	ID              types.String `tfsdk:"id"`
	Application     types.String `tfsdk:"application"`
	GroupID         types.String `tfsdk:"group_id"`
	DisplayName     types.String `tfsdk:"display_name"`
	Enabled         types.Bool   `tfsdk:"enabled"`
	Type            types.String `tfsdk:"type"`
	AttestationType types.String `tfsdk:"attestation_type"`
	IDScope         types.String `tfsdk:"id_scope"`
	PrimaryKey      types.String `tfsdk:"primary_key"`
	SecondaryKey    types.String `tfsdk:"secondary_key"`
}

// set shows what the service answered.
func (m *enrollmentGroup) set(id iotcentral.GroupID, group iotcentral.EnrollmentGroup) {
	m.ID = types.StringValue(id.String())
	m.GroupID = types.StringValue(id.Group)
	m.DisplayName = types.StringValue(group.DisplayName)
	m.Enabled = types.BoolValue(group.Enabled == nil || *group.Enabled)
	m.Type = types.StringValue(group.Type)
	m.AttestationType = types.StringValue(group.Attestation.Type)
	m.IDScope = textOrNull(group.IDScope)
	m.PrimaryKey, m.SecondaryKey = types.StringNull(), types.StringNull()
	if keys := group.Attestation.SymmetricKey; keys != nil {
		m.PrimaryKey, m.SecondaryKey = textOrNull(keys.PrimaryKey), textOrNull(keys.SecondaryKey)
	}
}

func textOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}

	return types.StringValue(text)
}

const (
	groupIDFormDescription = "`<host>/enrollmentGroups/<group_id>`."
	applicationDescription = "The application: subdomain, host name, `https://` address or application ID. Default: the application of the provider block."
	enabledDescription     = "Whether devices of the group can enrol and connect."
	typeDescription        = "`iot` (IoT devices) or `iotEdge` (IoT Edge devices)."
	attestationDescription = "How devices prove who they are: `x509` (with a certificate that a CA of the group has signed) or `symmetricKey`."
	idScopeDescription     = "ID scope of the application's provisioning service, which devices send together with their ID. " +
		"Null when the provider uses `api_version` 2022-07-31, which does not return it."
	primaryKeyDescription   = "Primary key of a `symmetricKey` group. Null for `x509`."
	secondaryKeyDescription = "Secondary key of a `symmetricKey` group. Null for `x509`."
)
