// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

const (
	forcesNew       = "Changing this forces a new resource."
	knownInPlan     = "Known in the plan."
	knownAfterApply = "Known after apply."
)

// otherArguments has another value for each argument of each resource, but for those that are write-only.
func otherArguments(e *estate, other emulator.Info) map[string]map[string]any {
	otherGroup := e.Host() + "/enrollmentGroups/other"
	return map[string]map[string]any{
		typeTenantCA: {"renewal": "manual", "catalog_id": other.CatalogID, "tenant_id": other.SphereTenantID, "thumbprint": e.ActiveCA().Thumbprint().String()},
		typeProof: {
			"verification_code": "other", "keepers": map[string]any{"a": "b"}, "catalog_id": other.CatalogID, "tenant_id": other.SphereTenantID,
			"thumbprint": strings.Repeat("0", 40),
		},
		typeGroup: {
			"display_name": "Other", "enabled": false, "group_id": "other", "type": "iotEdge", "attestation_type": "symmetricKey", "application": "fabrikam",
		},
		typeCertificate: {
			"enrollment_group_id": otherGroup, "entry": "secondary", "certificate_pem": e.foreign.PEM(), "attested": true,
		},
		typeVerification: {
			"certificate_id": otherGroup + "/certificates/primary", "thumbprint": strings.Repeat("0", 40),
			"azure_sphere":                 map[string]any{"catalog_id": other.CatalogID},
			"verification_certificate_pem": nil, "ca_private_key_wo_version": nil, "ca_certificate_pem": nil,
		},
		typeCode: {
			"certificate_id": otherGroup + "/certificates/primary", "thumbprint": strings.Repeat("0", 40), "keepers": map[string]any{"a": "b"},
		},
		typeTrust: {"enrollment_group_id": e.Host() + "/enrollmentGroups/" + estateGroup, "replace_foreign": true, "azure_sphere": map[string]any{"catalog_id": other.CatalogID}},
		typeDPSGroup: {
			"dps_id": other.ProvisioningServices[0].ResourceID, "group_id": "other", "attestation_type": "symmetricKey",
			"ca_references": map[string]any{"primary": estateCertificate}, "provisioning_status": "disabled", "allocation_policy": "static",
			"custom_allocation": map[string]any{"webhook_url": "https://contoso.azurewebsites.net", "api_version": "2021-10-01"},
			"iot_hubs":          []any{e.DPS().Hubs[0]}, "reprovision_policy": "never", "initial_twin": `{"tags":{"a":"b"}}`,
		},
		typeDPSVerification: {
			"certificate_id": e.DPSCertificateID("other"), "thumbprint": strings.Repeat("0", 40),
			"azure_sphere":                 map[string]any{"catalog_id": other.CatalogID},
			"verification_certificate_pem": nil, "ca_private_key_wo_version": nil, "ca_certificate_pem": nil,
		},
		typeDPSTrust: {"enrollment_group_id": e.DPSGroupID(estateGroup), "replace_foreign": true, "azure_sphere": map[string]any{"catalog_id": other.CatalogID}},
	}
}

// TestDescriptions_sayWhatAPlanDoes compares what the pages say of each argument with what a plan does when it changes.
func TestDescriptions_sayWhatAPlanDoes(t *testing.T) {
	t.Parallel()
	e := newEstate(t, everyType()...)
	other := acctest.Start(t, nil).Info()
	server := e.NewServer()
	for typeName, changed := range otherArguments(e, other) {
		for _, attribute := range server.Schemas.ResourceSchemas[typeName].Block.Attributes {
			if (!attribute.Optional && !attribute.Required) || attribute.WriteOnly {
				continue
			}
			value, found := changed[attribute.Name]
			switch {
			case !found:
				t.Errorf("%s.%s: this test has no other value for it", typeName, attribute.Name)
			case attribute.Optional && !strings.Contains(attribute.Description, "Default: "):
				t.Errorf("%s.%s: its description has no default: %s", typeName, attribute.Name, attribute.Description)
			}
			arguments := e.with(typeName, map[string]any{attribute.Name: value})
			plan := server.PlanUpdate(e.resources[typeName], arguments)
			replaced := slices.ContainsFunc(plan.Replaces, func(path string) bool { return strings.Contains(path, `"`+attribute.Name+`"`) })
			if says := strings.Contains(attribute.Description, forcesNew); says != replaced {
				t.Errorf("%s.%s: its description says %t of a replacement, and a plan replaces for %q; %q", typeName, attribute.Name, says, plan.Replaces, plan.Errors)
			}
		}
	}
}

// TestDescriptions_sayWhatIsKnown compares what the pages say of each computed attribute with the plan of a new resource.
func TestDescriptions_sayWhatIsKnown(t *testing.T) {
	t.Parallel()
	e := newEstate(t, typeGroup)
	e.arguments[typeDPSGroup] = map[string]any{"group_id": "new", "attestation_type": "symmetricKey"}
	e.arguments[typeGroup] = map[string]any{"display_name": "New", "attestation_type": "symmetricKey"}
	server := e.NewServer()
	for _, typeName := range everyType() {
		plan := server.PlanCreate(typeName, e.arguments[typeName])
		if len(plan.Errors) > 0 {
			t.Errorf("%s: %q", typeName, plan.Errors)
		}
		for _, attribute := range server.Schemas.ResourceSchemas[typeName].Block.Attributes {
			if !attribute.Computed || attribute.Optional && !saysWhatIsKnown(attribute) {
				continue
			}
			want := knownInPlan
			if plan.Values[attribute.Name] == acctest.Unknown {
				want = knownAfterApply
			}
			if !strings.Contains(attribute.Description, want) {
				t.Errorf("%s.%s is planned as %v, and its description is %q", typeName, attribute.Name, plan.Values[attribute.Name], attribute.Description)
			}
		}
	}
}

// saysWhatIsKnown is about an argument: its default may be known after the apply alone.
func saysWhatIsKnown(attribute *tfprotov6.SchemaAttribute) bool {
	return strings.Contains(attribute.Description, knownInPlan) || strings.Contains(attribute.Description, knownAfterApply)
}
