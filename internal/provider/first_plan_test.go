// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

// namedGroup has no explicit ID.
const namedGroup = `
resource "azuresphere_tenant_ca" "this" {}

resource "iotcentral_enrollment_group" "sphere" {
  display_name = "Azure Sphere"
}

resource "iotcentral_azure_sphere_trust" "this" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
}
`

// TestFirstPlan_showsWhatWillBeTrusted: nothing exists yet, and nothing that can be
// known is left for the apply.
func TestFirstPlan_showsWhatWillBeTrusted(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := bench.ActiveCA()
	group := bench.Host() + "/enrollmentGroups/azure-sphere"
	is := func(address, attribute, want string) plancheck.PlanCheck {
		return plancheck.ExpectKnownValue(address, tfjsonpath.New(attribute), knownvalue.StringExact(want))
	}
	bench.Run(resource.TestStep{
		Config: namedGroup,
		ConfigPlanChecks: planned(
			is(acctest.TenantCA, "thumbprint", ca.Thumbprint().String()),
			is(acctest.TenantCA, "subject", ca.Subject()),
			is(acctest.TenantCA, "status", "Active"),
			is(acctest.GroupAddress, "id", group),
			is(trustAddress, "active_entry", "primary"),
			plancheck.ExpectKnownValue(trustAddress, tfjsonpath.New("primary").AtMapKey("thumbprint"), knownvalue.StringExact(ca.Thumbprint().String())),
		),
	})
}

// TestFirstPlan_requestBudget: one list per tenant, one read per group, and one list of
// groups per application to tell an absent one from an absent group. What is in a
// group that does not exist is not asked for.
func TestFirstPlan_requestBudget(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	cli := bench.NewCLI(lab.UnderOneName(namedGroup))
	bench.ResetRequests()
	cli.MustRun("plan")
	want := map[string]int{"Certificates_ListByCatalog": 1, "EnrollmentGroups_Get": 1, "EnrollmentGroups_List": 1, "OpenIDConfiguration": 1, "Token": 2}
	if counts := bench.Count(); !maps.Equal(counts, want) {
		t.Errorf("the plan sent %v, want %v", counts, want)
	}
}

// TestFirstPlan_findsWhatIsWrong before anything is written.
func TestFirstPlan_findsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(*acctest.Bench)
		says    []string
	}{
		"wrong secret": {func(b *acctest.Bench) { b.Setenv("ARM_CLIENT_SECRET", "wrong") }, []string{"client secret"}},
		"wrong catalog": {func(b *acctest.Bench) {
			b.Setenv("AZURE_SPHERE_CATALOG_ID", "/subscriptions/"+b.Info().SubscriptionID+"/resourceGroups/rg/providers/Microsoft.AzureSphere/catalogs/other")
		}, []string{"The Azure Sphere tenant was not found", "refer to the catalog's id"}},
		"wrong application": {func(b *acctest.Bench) { b.Setenv("IOTCENTRAL_APPLICATION", "fabrikam") }, []string{
			"The IoT Central application was not found", "fabrikam.",
		}},
		"no right to read the CAs": {func(b *acctest.Bench) {
			b.Fail(emulator.Fault{Operation: "Certificates_ListByCatalog", Status: http.StatusForbidden})
		}, []string{"Cannot list the tenant CA certificates", "403"}},
		"no right to read the group": {func(b *acctest.Bench) {
			b.Fail(emulator.Fault{Operation: "EnrollmentGroups_Get", Status: http.StatusForbidden})
		}, []string{"Cannot read the enrollment group", "403"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			test.prepare(bench)
			cli := bench.NewCLI(namedGroup)
			output, code := cli.Run("plan")
			if code != 1 || !saysAll(output, test.says...) {
				t.Errorf("plan exits with %d, want 1 and %q:\n%s", code, test.says, output)
			}
			for _, request := range bench.Requests() {
				if request.Service != "entra" && request.Method != http.MethodGet {
					t.Errorf("%s %s was sent", request.Method, request.Path)
				}
			}
		})
	}
}

// TestFirstPlan_existingGroupIsAWarning: an error of the plan would stop all others.
func TestFirstPlan_existingGroupIsAWarning(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.MustDo("PUT", "enrollmentGroups/azure-sphere", map[string]any{
		"displayName": "Made in the portal", "type": "iot", "attestation": map[string]any{"type": "x509"},
	})
	cli := bench.NewCLI(namedGroup)
	says := []string{"The enrollment group already exists", "import {", "to = iotcentral_enrollment_group.<name>"}
	if output, code := cli.Run("plan"); code != 0 || !saysAll(output, append(says, "Warning:")...) {
		t.Errorf("plan exits with %d:\n%s", code, output)
	}
	if output, code := cli.Run("apply", "-auto-approve"); code != 1 || !saysAll(output, append(says, "Error:")...) {
		t.Errorf("apply exits with %d:\n%s", code, output)
	}
}

// TestFirstPlan_twoGroupsOfOneName get one ID, which the plan says and the apply
// refuses.
func TestFirstPlan_twoGroupsOfOneName(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	cli := bench.NewCLI(`
resource "iotcentral_enrollment_group" "one" {
  display_name = "Azure Sphere"
}

resource "iotcentral_enrollment_group" "other" {
  display_name = "azure sphere"
}
`)
	group := bench.Host() + "/enrollmentGroups/azure-sphere"
	if output, code := cli.Run("plan"); code != 0 || !saysAll(output, "Two resources manage the same in "+group, "iotcentral_enrollment_group and another resource") {
		t.Errorf("plan exits with %d:\n%s", code, output)
	}
	if output, code := cli.Run("apply", "-auto-approve"); code != 1 || !saysAll(output, "Another resource manages the same in "+group) {
		t.Errorf("apply exits with %d:\n%s", code, output)
	}
	if groups := bench.State().Applications[0].EnrollmentGroups; len(groups) != 1 {
		t.Errorf("there are %d groups, want 1", len(groups))
	}
	cli.MustRun("destroy", "-auto-approve")
}
