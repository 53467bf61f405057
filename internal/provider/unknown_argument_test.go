// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// TestPlan_argumentsThatAreUnknown plans a change to a value that another resource
// makes. Terraform plans once more when it is known, and both plans must agree:
// what was planned to be replaced or not, and every value that was promised.
func TestPlan_argumentsThatAreUnknown(t *testing.T) {
	t.Parallel()
	e := newEstate(t, everyType()...)
	other := e.Host() + "/enrollmentGroups/other"
	legacy := e.Info().SphereTenantID
	foreign := acctest.ForeignCA(t)
	for _, test := range []struct {
		typeName, argument string
		value              any
		replaced           bool
		warns              string
	}{
		{typeTenantCA, "tenant_id", legacy, false, ""},
		{typeTenantCA, "thumbprint", e.ActiveCA().Thumbprint().String(), false, ""},
		{typeProof, "tenant_id", legacy, true, "tenant_id is known only after the apply"},
		{typeProof, "thumbprint", e.ActiveCA().Thumbprint().String(), true, ""},
		{typeProof, "verification_code", "another", true, ""},
		{typeGroup, "application", "fabrikam", true, "application is known only after the apply"},
		{typeGroup, "group_id", "another", true, ""},
		{typeGroup, "display_name", "Another", false, ""},
		{typeGroup, "enabled", false, false, ""},
		{typeGroup, "type", "iotEdge", true, ""},
		{typeCertificate, "enrollment_group_id", other, true, ""},
		{typeCertificate, "entry", "secondary", true, ""},
		{typeCertificate, "certificate_pem", foreign.PEM(), false, ""},
		{typeCertificate, "attested", true, false, ""},
		{typeVerification, "certificate_id", other + "/certificates/primary", true, ""},
		{typeVerification, "thumbprint", foreign.Thumbprint().String(), false, ""},
		{typeVerification, "azure_sphere", map[string]any{"tenant_id": legacy}, false, ""},
		{typeCode, "certificate_id", other + "/certificates/primary", true, ""},
		{typeCode, "thumbprint", foreign.Thumbprint().String(), true, ""},
		{typeTrust, "enrollment_group_id", other, true, ""},
		{typeTrust, "azure_sphere", map[string]any{"tenant_id": legacy}, false, ""},
		{typeTrust, "replace_foreign", true, false, ""},
		{typeDPSVerification, "certificate_id", e.DPSCertificateID("other"), true, ""},
		{typeDPSVerification, "thumbprint", foreign.Thumbprint().String(), false, ""},
		{typeDPSVerification, "azure_sphere", map[string]any{"tenant_id": legacy}, false, ""},
		{typeDPSGroup, "dps_id", strings.Replace(e.DPS().ResourceID, "contoso-dps", "fabrikam-dps", 1), true, "dps_id is known only after the apply"},
		{typeDPSGroup, "group_id", "another", true, ""},
		{typeDPSGroup, "attestation_type", "symmetricKey", true, ""},
		{typeDPSGroup, "ca_references", map[string]any{"primary": estateCertificate}, false, ""},
		{typeDPSGroup, "provisioning_status", "disabled", false, ""},
		{typeDPSGroup, "allocation_policy", "static", false, ""},
		{typeDPSGroup, "custom_allocation", nil, false, ""},
		{typeDPSGroup, "iot_hubs", []any{e.DPS().Hubs[0]}, false, ""},
		{typeDPSGroup, "reprovision_policy", "never", false, ""},
		{typeDPSGroup, "initial_twin", `{"tags":{"a":1}}`, false, ""},
		{typeDPSTrust, "enrollment_group_id", e.DPSGroupID("other"), true, ""},
		{typeDPSTrust, "azure_sphere", map[string]any{"tenant_id": legacy}, false, ""},
		{typeDPSTrust, "replace_foreign", true, false, ""},
	} {
		what := test.typeName + " with another " + test.argument
		before := e.resources[test.typeName]
		first := e.NewServer().PlanUpdate(before, e.with(test.typeName, map[string]any{test.argument: acctest.Unknown}))
		second := e.NewServer().PlanUpdate(before, e.with(test.typeName, map[string]any{test.argument: test.value}))
		if len(first.Errors)+len(second.Errors) > 0 {
			t.Errorf("%s: errors %q, then %q", what, first.Errors, second.Errors)
			continue
		}
		if replaced := len(first.Replaces) > 0; replaced != test.replaced {
			t.Errorf("%s: replaced for %q, want it replaced: %t", what, first.Replaces, test.replaced)
		}
		if test.warns != "" && !containsOne(first.Warnings, test.warns) {
			t.Errorf("%s: warnings %q, want %q", what, first.Warnings, test.warns)
		}
		if !test.replaced {
			if len(second.Replaces) > 0 {
				t.Errorf("%s: it is replaced for %q once it is known", what, second.Replaces)
			}
			first.AgreesWith(t, second)
		}
	}
}

// TestPlan_nestedTenantThatIsUnknown: the object is known, and what is in it is not.
func TestPlan_nestedTenantThatIsUnknown(t *testing.T) {
	t.Parallel()
	e := newEstate(t, typeGroup, typeCertificate, typeVerification, typeTrust, typeDPSVerification, typeDPSTrust)
	for _, typeName := range []string{typeVerification, typeTrust, typeDPSVerification, typeDPSTrust} {
		tenant := func(value any) map[string]any {
			return e.with(typeName, map[string]any{"azure_sphere": map[string]any{"tenant_id": value}})
		}
		first := e.NewServer().PlanUpdate(e.resources[typeName], tenant(acctest.Unknown))
		second := e.NewServer().PlanUpdate(e.resources[typeName], tenant(e.Info().SphereTenantID))
		if problems := slices.Concat(first.Errors, second.Errors, first.Replaces, second.Replaces); len(problems) > 0 {
			t.Errorf("%s: %q", typeName, problems)
		}
		first.AgreesWith(t, second)
	}
}

// TestPlan_anotherDNSSuffixReplacesTheGroup: it is another application.
func TestPlan_anotherDNSSuffixReplacesTheGroup(t *testing.T) {
	t.Parallel()
	e := newEstate(t, typeGroup)
	e.Setenv("IOTCENTRAL_DNS_SUFFIX", "azureiotcentral.example")
	plan := e.NewServer().PlanUpdate(e.resources[typeGroup], e.arguments[typeGroup])
	if len(plan.Errors) > 0 || len(plan.Replaces) != 1 {
		t.Errorf("replaced for %q, errors %q; want it replaced for its application", plan.Replaces, plan.Errors)
	}
	later, _ := e.Configure(map[string]any{"endpoints": unknown("iot_central_dns_suffix")})
	if plan := later.PlanUpdate(e.resources[typeGroup], e.arguments[typeGroup]); len(plan.Errors)+len(plan.Replaces) > 0 {
		t.Errorf("while the suffix is not known: replaced for %q, errors %q; want neither", plan.Replaces, plan.Errors)
	}
}
