// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

const tenantCA = "azuresphere_tenant_ca.this"

func tenantCAConfig(arguments string) string {
	return "resource \"azuresphere_tenant_ca\" \"this\" {\n" + arguments + "\n}\n"
}

func attribute(address, name string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), want)
}

func plan(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: checks}
}

func rotate(t *testing.T, bench *acctest.Bench, stages ...emulator.Stage) func() {
	t.Helper()

	return func() {
		for _, stage := range stages {
			if err := bench.Rotate("", stage); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTenantCA_pinsTheActiveOneAndForgetsIt(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := bench.ActiveCA()
	before := bench.State()
	bench.Run(
		resource.TestStep{
			Config: tenantCAConfig(""),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(tenantCA, "id", knownvalue.StringExact(bench.Info().CatalogID+"/certificates/"+ca.SerialNumber())),
				attribute(tenantCA, "catalog_id", knownvalue.StringExact(bench.Info().CatalogID)),
				attribute(tenantCA, "tenant_id", knownvalue.Null()),
				attribute(tenantCA, "thumbprint", knownvalue.StringExact(ca.Thumbprint().String())),
				attribute(tenantCA, "thumbprint_sha256", knownvalue.StringExact(ca.ThumbprintSHA256())),
				attribute(tenantCA, "serial_number", knownvalue.StringExact(ca.SerialNumber())),
				attribute(tenantCA, "subject", knownvalue.StringExact(ca.Subject())),
				attribute(tenantCA, "issuer", knownvalue.StringExact(ca.Issuer())),
				attribute(tenantCA, "not_before", knownvalue.StringExact(ca.NotBefore().Format(time.RFC3339))),
				attribute(tenantCA, "not_after", knownvalue.StringExact(ca.NotAfter().Format(time.RFC3339))),
				attribute(tenantCA, "status", knownvalue.StringExact("Active")),
				attribute(tenantCA, "certificate_pem", knownvalue.StringExact(ca.PEM())),
				attribute(tenantCA, "certificate_base64", knownvalue.StringExact(ca.Base64())),
				attribute(tenantCA, "renewal", knownvalue.StringExact("automatic")),
			},
		},
		resource.TestStep{ResourceName: tenantCA, ImportState: true, ImportStateVerify: true},
		resource.TestStep{
			// A catalog's ID is compared without case, and a thumbprint without colons.
			Config: tenantCAConfig(fmt.Sprintf("catalog_id = %q\nthumbprint = %q",
				strings.ToUpper(bench.Info().CatalogID), strings.ToLower(ca.Thumbprint().String()))),
			ConfigPlanChecks: plan(plancheck.ExpectEmptyPlan()),
		},
	)
	if after := bench.State(); len(after.Catalogs[0].Certificates) != len(before.Catalogs[0].Certificates) {
		t.Error("the tenant's certificates changed")
	}
	for _, request := range bench.Requests() {
		if request.Service == "arm" && request.Method != "GET" {
			t.Errorf("%s %s was sent", request.Method, request.Path)
		}
	}
}

func TestTenantCA_manualRenewalOnlyWarns(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := bench.ActiveCA()
	bench.Run(
		resource.TestStep{Config: tenantCAConfig(`renewal = "manual"`)},
		resource.TestStep{
			PreConfig:        rotate(t, bench, emulator.StageIssue, emulator.StageActivate),
			Config:           tenantCAConfig(`renewal = "manual"`),
			ConfigPlanChecks: plan(plancheck.ExpectResourceAction(tenantCA, plancheck.ResourceActionNoop)),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(tenantCA, "thumbprint", knownvalue.StringExact(ca.Thumbprint().String())),
				attribute(tenantCA, "status", knownvalue.StringExact("Inactive")),
			},
		},
		resource.TestStep{
			Config:           tenantCAConfig(`renewal = "automatic"`),
			ConfigPlanChecks: plan(plancheck.ExpectResourceAction(tenantCA, plancheck.ResourceActionUpdate)),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(tenantCA, "status", knownvalue.StringExact("Active")),
			},
		},
	)
}

// TestTenantCA_keepsTheBodyOfAnExpiredOne: the service no longer gives it.
func TestTenantCA_keepsTheBodyOfAnExpiredOne(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := bench.ActiveCA()
	config := tenantCAConfig(fmt.Sprintf("thumbprint = %q", ca.Thumbprint().String()))
	bench.Run(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: rotate(t, bench, emulator.StageIssue, emulator.StageActivate, emulator.StageExpire),
			Config:    config,
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(tenantCA, "status", knownvalue.StringExact("Expired")),
				attribute(tenantCA, "certificate_pem", knownvalue.StringExact(ca.PEM())),
				attribute(tenantCA, "subject", knownvalue.StringExact(ca.Subject())),
			},
		},
	)
}

func TestTenantCA_waitsForTheFirstCAOfANewCatalog(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Fail(emulator.Fault{Operation: "Certificates_ListByCatalog", Status: 200, Body: `{"value":[]}`, Times: 3})
	bench.Run(resource.TestStep{
		Config:            tenantCAConfig(""),
		ConfigStateChecks: []statecheck.StateCheck{attribute(tenantCA, "status", knownvalue.StringExact("Active"))},
	})
}

func TestTenantCA_onlyNotFoundRemovesIt(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	steps := []resource.TestStep{{Config: tenantCAConfig("")}}
	for _, status := range []int{401, 403, 429, 500} {
		steps = append(steps, resource.TestStep{
			PreConfig: func() {
				bench.ClearFaults()
				bench.Fail(emulator.Fault{Operation: "Certificates_ListByCatalog", Status: status})
			},
			Config:      tenantCAConfig(""),
			PlanOnly:    true,
			ExpectError: regexp.MustCompile(fmt.Sprintf(`Cannot (read|list) the tenant CA certificate(?s:.*)%d`, status)),
		})
	}
	bench.Run(append(steps, resource.TestStep{PreConfig: bench.ClearFaults, Config: tenantCAConfig(""), PlanOnly: true})...)
}

// TestTenantCA_missingFromTheListIsKept: a list can be short for other reasons
// than a deletion, and the body in the state cannot be had again.
func TestTenantCA_missingFromTheListIsKept(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := bench.ActiveCA()
	bench.Run(
		resource.TestStep{Config: tenantCAConfig("")},
		resource.TestStep{
			PreConfig: func() {
				bench.Fail(emulator.Fault{Operation: "Certificates_ListByCatalog", Status: 200, Body: `{"value":[]}`})
			},
			Config:            tenantCAConfig(""),
			ConfigPlanChecks:  plan(plancheck.ExpectResourceAction(tenantCA, plancheck.ResourceActionNoop)),
			ConfigStateChecks: []statecheck.StateCheck{attribute(tenantCA, "certificate_pem", knownvalue.StringExact(ca.PEM()))},
		},
	)
}

func TestTenantCA_unknownThumbprintListsWhatThereIs(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Run(resource.TestStep{
		Config:      tenantCAConfig(`thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567"`),
		ExpectError: regexp.MustCompile(`(?s)No such tenant CA.*` + bench.ActiveCA().Thumbprint().String() + `\s+Active`),
	})
}

func TestTenantCA_wrongInputFailsInThePlan(t *testing.T) {
	t.Parallel()
	const catalog = "/subscriptions/a/resourceGroups/b/providers/Microsoft.AzureSphere/catalogs/c"
	for name, test := range map[string]struct {
		arguments, want string
		environment     map[string]string
	}{
		"catalog and tenant": {
			arguments: fmt.Sprintf("catalog_id = %q\ntenant_id = \"11111111-2222-3333-4444-555555555555\"", catalog),
			want:      `(?s)catalog_id.*"tenant_id" cannot be specified`,
		},
		"malformed catalog ID": {
			arguments: `catalog_id = "contoso"`,
			want:      `(?s)Not the ID of a catalog.*catalog_id = "contoso"`,
		},
		"ID of another type": {
			arguments: `catalog_id = "/subscriptions/a/resourceGroups/b/providers/Microsoft.Devices/IotHubs/c"`,
			want:      `Not the ID of a catalog`,
		},
		"malformed tenant ID": {
			arguments: `tenant_id = "contoso"`,
			want:      `Not the ID of a tenant`,
		},
		"malformed thumbprint": {
			arguments: `thumbprint = "1234"`,
			want:      `Not a thumbprint`,
		},
		"unknown renewal": {
			arguments: `renewal = "never"`,
			want:      `(?s)renewal.*value must be one of`,
		},
		"no tenant anywhere": {
			environment: map[string]string{"AZURE_SPHERE_CATALOG_ID": ""},
			want:        `(?s)No Azure Sphere tenant.*AZURE_SPHERE_CATALOG_ID`,
		},
		"both tenants in the environment": {
			environment: map[string]string{"AZURE_SPHERE_TENANT_ID": "11111111-2222-3333-4444-555555555555"},
			want:        `(?s)AZURE_SPHERE_CATALOG_ID and AZURE_SPHERE_TENANT_ID are both set`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			for variable, value := range test.environment {
				bench.Setenv(variable, value)
			}
			bench.Run(resource.TestStep{Config: tenantCAConfig(test.arguments), PlanOnly: true, ExpectError: regexp.MustCompile(test.want)})
			if sent := len(bench.Requests()); sent != 0 {
				t.Errorf("%d requests were sent", sent)
			}
		})
	}
}

func TestTenantCADataSource_readsActiveOrByThumbprint(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	old := bench.ActiveCA()
	rotate(t, bench, emulator.StageIssue, emulator.StageActivate)()
	fresh := bench.ActiveCA()
	const address = "data.azuresphere_tenant_ca.this"
	bench.Run(
		resource.TestStep{
			Config: `data "azuresphere_tenant_ca" "this" {}`,
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(address, "thumbprint", knownvalue.StringExact(fresh.Thumbprint().String())),
				attribute(address, "subject", knownvalue.StringExact(fresh.Subject())),
				attribute(address, "certificate_pem", knownvalue.StringExact(fresh.PEM())),
			},
		},
		resource.TestStep{
			Config: fmt.Sprintf(`data "azuresphere_tenant_ca" "this" { thumbprint = %q }`, strings.ToLower(old.Thumbprint().String())),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(address, "status", knownvalue.StringExact("Inactive")),
				attribute(address, "serial_number", knownvalue.StringExact(old.SerialNumber())),
			},
		},
		resource.TestStep{
			Config:      `data "azuresphere_tenant_ca" "this" { thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567" }`,
			ExpectError: regexp.MustCompile(`No such tenant CA`),
		},
	)
}

// TestTenantCA_withoutABodyShowsWhatTheServiceTells: of an expired CA there is no
// certificate any more.
func TestTenantCA_withoutABodyShowsWhatTheServiceTells(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	expired := bench.ActiveCA()
	rotate(t, bench, emulator.StageIssue, emulator.StageActivate, emulator.StageExpire)()
	server := bench.NewServer()
	arguments := map[string]any{"thumbprint": expired.Thumbprint().String()}
	for what, got := range map[string]acctest.Resource{
		"resource": server.Create(typeTenantCA, arguments), "data source": server.ReadData(typeTenantCA, arguments),
	} {
		if len(got.Errors) > 0 {
			t.Errorf("%s: %q", what, got.Errors)
			continue
		}
		if got.State["status"] != "Expired" || got.State["serial_number"] != expired.SerialNumber() || got.State["not_after"] == nil {
			t.Errorf("%s: got %v, want status, serial number and dates", what, got.State)
		}
		if got.State["certificate_pem"] != nil || got.State["subject"] != nil {
			t.Errorf("%s: got %v, want no body", what, got.State)
		}
	}
	if moved := server.Update(server.MustCreate(typeTenantCA, nil), arguments); moved.State["certificate_pem"] != nil || moved.State["status"] != "Expired" {
		t.Errorf("moving to it leaves %v, %q, want nothing of the body before", moved.State, moved.Errors)
	}
}

func TestTenantCA_moveToAnUnknownOneIsRefused(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	server := bench.NewServer()
	pinned := server.MustCreate(typeTenantCA, nil)
	plan := server.PlanUpdate(server.Refresh(pinned), map[string]any{"thumbprint": strings.Repeat("AB", 20)})
	if !hasOne(plan.Errors, "No such tenant CA", bench.ActiveCA().Thumbprint().String()) {
		t.Errorf("got %q, want an error that lists the CA there is", plan.Errors)
	}
}

// TestNoActiveCA_isSaidAndNothingIsLost: a tenant whose only CA was revoked.
func TestNoActiveCA_isSaidAndNothingIsLost(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	server := bench.NewServer()
	ca := bench.ActiveCA()
	pinned := server.MustCreate(typeTenantCA, nil)
	rotate(t, bench, emulator.StageRevoke)()
	server = bench.NewServer() // The other one remembers the list.

	code := map[string]any{"verification_code": "code"}
	for what, errors := range map[string][]string{
		"create azuresphere_tenant_ca":           server.Create(typeTenantCA, nil).Errors,
		"create azuresphere_proof_of_possession": server.Create(typeProof, code).Errors,
		"open azuresphere_proof_of_possession":   server.Open(typeProof, code).Errors,
	} {
		if !hasOne(errors, "No Active tenant CA", bench.Info().CatalogID, "Set thumbprint") {
			t.Errorf("%s: got %q", what, errors)
		}
	}
	if found := server.ReadData(typeTenantCA, nil); !hasOne(found.Errors, "no Active CA") {
		t.Errorf("read azuresphere_tenant_ca: got %v, %q", found.State, found.Errors)
	}

	refreshed := server.Refresh(pinned)
	plan := server.PlanUpdate(refreshed, nil)
	if refreshed.State["status"] != "Revoked" || refreshed.State["certificate_pem"] != ca.PEM() {
		t.Errorf("the pinned CA is read as %v, want Revoked with the body it had", refreshed.State)
	}
	if plan.Values["thumbprint"] != ca.Thumbprint().String() || plan.Values["certificate_pem"] != ca.PEM() || !hasOne(plan.Warnings, "No Active tenant CA", ca.Thumbprint().String()) {
		t.Errorf("the plan is %v and warns %q, want the pinned CA and a warning", plan.Values, plan.Warnings)
	}
}
