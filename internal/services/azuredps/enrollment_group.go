// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
)

// enrollmentGroup is what the resource and the data source have in common.
type enrollmentGroup struct {
	ID                 types.String         `tfsdk:"id"`
	DPSID              types.String         `tfsdk:"dps_id"`
	GroupID            types.String         `tfsdk:"group_id"`
	AttestationType    types.String         `tfsdk:"attestation_type"`
	CAReferences       types.Object         `tfsdk:"ca_references"`
	ProvisioningStatus types.String         `tfsdk:"provisioning_status"`
	AllocationPolicy   types.String         `tfsdk:"allocation_policy"`
	CustomAllocation   types.Object         `tfsdk:"custom_allocation"`
	IoTHubs            types.Set            `tfsdk:"iot_hubs"`
	ReprovisionPolicy  types.String         `tfsdk:"reprovision_policy"`
	InitialTwin        jsontypes.Normalized `tfsdk:"initial_twin"`
	PrimaryKey         types.String         `tfsdk:"primary_key"`
	SecondaryKey       types.String         `tfsdk:"secondary_key"`
}

// caReferences is the attribute ca_references.
type caReferences struct {
	Primary   types.String `tfsdk:"primary"`
	Secondary types.String `tfsdk:"secondary"`
}

func caReferencesTypes() map[string]attr.Type {
	return map[string]attr.Type{"primary": types.StringType, "secondary": types.StringType}
}

// customAllocation is the attribute custom_allocation.
type customAllocation struct {
	WebhookURL types.String `tfsdk:"webhook_url"`
	APIVersion types.String `tfsdk:"api_version"`
}

func customAllocationTypes() map[string]attr.Type {
	return map[string]attr.Type{"webhook_url": types.StringType, "api_version": types.StringType}
}

// Values of reprovision_policy, as the portal words them.
const (
	reprovisionMigrate = "reprovision_and_migrate_data"
	reprovisionReset   = "reprovision_and_reset_data"
	reprovisionNever   = "never"
)

func reprovisionPolicies() map[string]dps.ReprovisionPolicy {
	return map[string]dps.ReprovisionPolicy{
		reprovisionMigrate: {UpdateHubAssignment: true, MigrateDeviceData: true},
		reprovisionReset:   {UpdateHubAssignment: true},
		reprovisionNever:   {},
	}
}

// reprovisionPolicy names a policy. Without another assignment there are no data to migrate.
func reprovisionPolicy(policy dps.ReprovisionPolicy) string {
	switch {
	case !policy.UpdateHubAssignment:
		return reprovisionNever
	case policy.MigrateDeviceData:
		return reprovisionMigrate
	default:
		return reprovisionReset
	}
}

// set shows what the service answered, but for references and keys.
func (m *enrollmentGroup) set(ctx context.Context, id dps.GroupID, group dps.Group, diags *diag.Diagnostics) {
	m.ID, m.GroupID = types.StringValue(id.String()), types.StringValue(id.Group)
	m.AttestationType = types.StringValue(group.AttestationType)
	m.ProvisioningStatus = types.StringValue(group.ProvisioningStatus)
	m.AllocationPolicy = types.StringValue(group.AllocationPolicy)
	m.ReprovisionPolicy = types.StringValue(reprovisionPolicy(group.Reprovision))
	m.IoTHubs = types.SetNull(types.StringType)
	if len(group.IoTHubs) > 0 {
		hubs, problems := types.SetValueFrom(ctx, types.StringType, group.IoTHubs)
		diags.Append(problems...)
		m.IoTHubs = hubs
	}
	m.CustomAllocation = types.ObjectNull(customAllocationTypes())
	if custom := group.CustomAllocation; custom != nil {
		m.CustomAllocation = types.ObjectValueMust(customAllocationTypes(), map[string]attr.Value{
			"webhook_url": types.StringValue(custom.WebhookURL), "api_version": types.StringValue(custom.APIVersion),
		})
	}
	shown := jsontypes.NewNormalizedNull()
	if twin := normalTwin(group.InitialTwin); twin != "" {
		shown = jsontypes.NewNormalizedValue(twin)
	}
	if normalTwin([]byte(m.InitialTwin.ValueString())) != normalTwin(group.InitialTwin) || m.InitialTwin.IsUnknown() {
		m.InitialTwin = shown
	}
}

// setReferences shows the certificates that the group refers to.
func (m *enrollmentGroup) setReferences(references map[dps.Entry]string) {
	m.CAReferences = types.ObjectNull(caReferencesTypes())
	if len(references) > 0 {
		m.CAReferences = types.ObjectValueMust(caReferencesTypes(), map[string]attr.Value{
			"primary": textOrNull(references[dps.Primary]), "secondary": textOrNull(references[dps.Secondary]),
		})
	}
}

// references returns the names that are configured, and false when the references are left to a trust.
func (m *enrollmentGroup) references(ctx context.Context, diags *diag.Diagnostics) (map[dps.Entry]string, bool) {
	var configured caReferences
	if m.CAReferences.IsNull() || m.CAReferences.IsUnknown() {
		return nil, false
	}
	diags.Append(m.CAReferences.As(ctx, &configured, basetypes.ObjectAsOptions{})...)
	names := map[dps.Entry]string{}
	for entry, name := range map[dps.Entry]types.String{dps.Primary: configured.Primary, dps.Secondary: configured.Secondary} {
		if name.ValueString() != "" {
			names[entry] = name.ValueString()
		}
	}

	return names, true
}

// members returns the members of the service's record that the model sets, but for the attestation. Those that are nil are
// not set there.
func (m *enrollmentGroup) members(ctx context.Context, diags *diag.Diagnostics) dps.Change {
	members := dps.Change{
		"provisioningStatus":         m.ProvisioningStatus.ValueString(),
		"allocationPolicy":           m.AllocationPolicy.ValueString(),
		"reprovisionPolicy":          reprovisionPolicies()[m.ReprovisionPolicy.ValueString()],
		"iotHubs":                    nil,
		"iotHubHostName":             nil, // The older form of iotHubs.
		"customAllocationDefinition": nil,
		"initialTwin":                nil,
	}
	if !m.IoTHubs.IsNull() {
		var hubs []string
		diags.Append(m.IoTHubs.ElementsAs(ctx, &hubs, false)...)
		slices.Sort(hubs)
		members["iotHubs"] = hubs
	}
	if !m.CustomAllocation.IsNull() {
		var custom customAllocation
		diags.Append(m.CustomAllocation.As(ctx, &custom, basetypes.ObjectAsOptions{})...)
		members["customAllocationDefinition"] = dps.CustomAllocation{WebhookURL: custom.WebhookURL.ValueString(), APIVersion: custom.APIVersion.ValueString()}
	}
	if twin := normalTwin([]byte(m.InitialTwin.ValueString())); twin != "" {
		members["initialTwin"] = json.RawMessage(twin)
	}

	return members
}

// differences returns those of the members that a group does not have.
func differences(members dps.Change, group dps.Group) dps.Change {
	hubs := slices.Sorted(slices.Values(group.IoTHubs))
	has := dps.Change{
		"provisioningStatus": group.ProvisioningStatus, "allocationPolicy": group.AllocationPolicy,
		"reprovisionPolicy": reprovisionPolicies()[reprovisionPolicy(group.Reprovision)],
		"iotHubs":           nil, "customAllocationDefinition": nil, "initialTwin": nil, "iotHubHostName": nil,
	}
	if len(hubs) > 0 {
		has["iotHubs"] = hubs
	}
	if group.CustomAllocation != nil {
		has["customAllocationDefinition"] = *group.CustomAllocation
	}
	if twin := normalTwin(group.InitialTwin); twin != "" {
		has["initialTwin"] = json.RawMessage(twin)
	}
	changed := dps.Change{}
	for name, value := range members {
		wanted, _ := json.Marshal(value)      //nolint:errchkjson // Texts, numbers and JSON.
		present, _ := json.Marshal(has[name]) //nolint:errchkjson // Likewise.
		if !bytes.Equal(wanted, present) {
			changed[name] = value
		}
	}
	if _, hubsChange := changed["iotHubs"]; hubsChange {
		changed["iotHubHostName"] = nil
	}

	return changed
}

// normalTwin returns an initial twin in one spelling: without what the service counts itself, and without what is empty. It is
// empty when nothing remains.
func normalTwin(twin []byte) string {
	var members map[string]any
	if json.Unmarshal(twin, &members) != nil {
		return ""
	}
	prune(members)
	if len(members) == 0 {
		return ""
	}
	text, err := json.Marshal(members)
	if err != nil {
		return ""
	}

	return string(text)
}

func prune(members map[string]any) {
	for _, name := range []string{"tags", "properties", "desired"} {
		inner, ok := members[name].(map[string]any)
		if !ok {
			if members[name] == nil {
				delete(members, name)
			}
			continue
		}
		if name != "properties" {
			for member := range inner {
				if strings.HasPrefix(member, "$") || member == "metadata" || member == "version" || member == "count" {
					delete(inner, member)
				}
			}
		} else {
			prune(inner)
		}
		if len(inner) == 0 {
			delete(members, name)
		}
	}
}
