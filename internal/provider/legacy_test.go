// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// everyTenantArgument is the main job, with every type that takes a tenant; the
// argument is the same for all.
const everyTenantArgument = `
data "azuresphere_tenant_ca" "active" {
  %[1]s
}

data "azuresphere_tenant_cas" "all" {
  %[1]s
}

resource "azuresphere_tenant_ca" "this" {
  %[1]s
}

resource "azuresphere_proof_of_possession" "this" {
  %[1]s
  verification_code = "a code/with ümlauts & more"
}

resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere"
}

resource "iotcentral_enrollment_group_certificate" "primary" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
  certificate_pem     = azuresphere_tenant_ca.this.certificate_pem
}

resource "iotcentral_certificate_verification" "primary" {
  certificate_id = iotcentral_enrollment_group_certificate.primary.id
  thumbprint     = iotcentral_enrollment_group_certificate.primary.thumbprint
  azure_sphere = {
    %[1]s
  }
}

data "iotcentral_enrollment_group_certificate" "primary" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
  azure_sphere = {
    %[1]s
  }
  depends_on = [iotcentral_certificate_verification.primary]
}
`

// withoutDefaultTenant takes the catalog away that the emulator gives as default.
func withoutDefaultTenant(bench *acctest.Bench) {
	bench.Setenv("AZURE_SPHERE_CATALOG_ID", "")
	bench.Setenv("AZURE_SPHERE_TENANT_ID", "")
}

// TestLegacy_everyTypeTakesATenant runs against all the forms in which the public
// API may answer.
func TestLegacy_everyTypeTakesATenant(t *testing.T) {
	t.Parallel()
	for name, behavior := range map[string]emulator.LegacyBehavior{
		"JSON strings, bare arrays":  {},
		"bare strings":               {LegacyStringsBare: true},
		"lists in Items":             {LegacyListWrapped: true},
		"PEM in base64":              {LegacyPEM: true},
		"all of it, null for absent": {LegacyStringsBare: true, LegacyListWrapped: true, LegacyPEM: true, LegacyMissingCertificate: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, func(options *emulator.Options) { options.Behavior.LegacyBehavior = behavior })
			withoutDefaultTenant(bench)
			ca := bench.ActiveCA()
			tenant := bench.Info().SphereTenantID
			config := fmt.Sprintf(everyTenantArgument, fmt.Sprintf("tenant_id = %q", tenant))
			const dataCA, dataCertificate = "data.azuresphere_tenant_ca.active", "data.iotcentral_enrollment_group_certificate.primary"
			bench.ResetRequests()
			bench.Run(
				resource.TestStep{
					Config: config,
					ConfigStateChecks: []statecheck.StateCheck{
						verifiedIs(true),
						is(acctest.TenantCA, "id", "tenants/"+tenant+"/certificates/"+ca.Thumbprint().String()),
						is(acctest.TenantCA, "tenant_id", tenant),
						is(acctest.TenantCA, "status", "Active"),
						is(acctest.TenantCA, "serial_number", ca.SerialNumber()),
						is(acctest.TenantCA, "subject", ca.Subject()),
						is(acctest.TenantCA, "certificate_pem", ca.PEM()),
						is(acctest.TenantCA, "thumbprint_sha256", ca.ThumbprintSHA256()),
						is(dataCA, "thumbprint", ca.Thumbprint().String()),
						is(dataCA, "certificate_base64", ca.Base64()),
						is(dataCertificate, "subject", ca.Subject()),
						is("azuresphere_proof_of_possession.this", "tenant_id", tenant),
						statecheck.ExpectKnownValue(acctest.TenantCA, tfjsonpath.New("catalog_id"), knownvalue.Null()),
					},
					Check: isTrusted(t, bench),
				},
				emptyPlan(config),
				resource.TestStep{ResourceName: acctest.TenantCA, ImportState: true, ImportStateVerify: true},
			)
			for _, request := range bench.Requests() {
				if request.Service == "arm" && request.UserAgent != "" && !regexp.MustCompile(`^Go-http-client`).MatchString(request.UserAgent) {
					t.Errorf("%s %s went to Azure Resource Manager", request.Method, request.Path)
				}
			}
		})
	}
}

func is(address, attribute, want string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), knownvalue.StringExact(want))
}

// TestLegacy_defaultTenantComesFromTheEnvironment is the main job without a word
// about the tenant.
func TestLegacy_defaultTenantComesFromTheEnvironment(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	withoutDefaultTenant(bench)
	bench.Setenv("AZURE_SPHERE_TENANT_ID", bench.Info().SphereTenantID)
	bench.Run(
		resource.TestStep{Config: acctest.TrustConfig, Check: isTrusted(t, bench)},
		emptyPlan(acctest.TrustConfig),
		resource.TestStep{
			PreConfig: func() {
				rotate(t, bench, emulator.StageIssue)
				rotate(t, bench, emulator.StageActivate)
			},
			Config: acctest.TrustConfig,
			ConfigPlanChecks: planned(
				plancheck.ExpectResourceAction(acctest.TenantCA, plancheck.ResourceActionUpdate),
				plancheck.ExpectResourceAction(acctest.Verification, plancheck.ResourceActionUpdate),
			),
			Check: isTrusted(t, bench),
		},
		emptyPlan(acctest.TrustConfig),
	)
}

// TestLegacy_expiredCAKeepsItsBody: the public API answers 404 or null for it.
func TestLegacy_expiredCAKeepsItsBody(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) { options.Behavior.LegacyMissingCertificate = true })
	withoutDefaultTenant(bench)
	ca := bench.ActiveCA()
	config := fmt.Sprintf("resource \"azuresphere_tenant_ca\" \"this\" {\ntenant_id = %q\nthumbprint = %q\n}\n", bench.Info().SphereTenantID, ca.Thumbprint().String())
	bench.Run(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate, emulator.StageExpire} {
					rotate(t, bench, stage)
				}
			},
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				is(acctest.TenantCA, "status", "Expired"),
				is(acctest.TenantCA, "certificate_pem", ca.PEM()),
			},
		},
	)
}

func TestLegacy_errorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		tenant string
		fault  emulator.Fault
		want   string
	}{
		"unknown tenant": {"99999999-8888-7777-6666-555555555555", emulator.Fault{}, `(?s)404.*request\s+ID.*catalog_id`},
		"not registered": {"", emulator.Fault{Operation: "Tenants_ListCertificates", Status: 403}, `(?s)403.*register-user`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			withoutDefaultTenant(bench)
			if test.fault.Operation != "" {
				bench.Fail(test.fault)
			}
			tenant := test.tenant
			if tenant == "" {
				tenant = bench.Info().SphereTenantID
			}
			bench.Run(resource.TestStep{
				Config:      fmt.Sprintf("resource \"azuresphere_tenant_ca\" \"this\" {\ntenant_id = %q\n}\n", tenant),
				ExpectError: regexp.MustCompile(test.want),
			})
		})
	}
}

// TestLegacy_movesToTheCatalogWithoutVerifyingAgain is how a configuration leaves
// Azure Sphere (Legacy) before it ends: tenant_id becomes catalog_id, of the same
// tenant with the same CA.
func TestLegacy_movesToTheCatalogWithoutVerifyingAgain(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	withoutDefaultTenant(bench)
	ca := bench.ActiveCA()
	moved := fmt.Sprintf(everyTenantArgument, fmt.Sprintf("catalog_id = %q", bench.Info().CatalogID))
	bench.Run(
		resource.TestStep{Config: fmt.Sprintf(everyTenantArgument, fmt.Sprintf("tenant_id = %q", bench.Info().SphereTenantID))},
		resource.TestStep{
			PreConfig: bench.ResetRequests,
			Config:    moved,
			ConfigPlanChecks: planned(
				plancheck.ExpectResourceAction(acctest.TenantCA, plancheck.ResourceActionUpdate),
				plancheck.ExpectResourceAction(acctest.GroupAddress, plancheck.ResourceActionNoop),
				plancheck.ExpectResourceAction(acctest.Certificate, plancheck.ResourceActionNoop),
				plancheck.ExpectResourceAction(acctest.Verification, plancheck.ResourceActionUpdate),
				expectBefore(acctest.Verification, "verified", true),
				plancheck.ExpectKnownValue(acctest.TenantCA, tfjsonpath.New("thumbprint"), knownvalue.StringExact(ca.Thumbprint().String())),
			),
			ConfigStateChecks: []statecheck.StateCheck{
				is(acctest.TenantCA, "id", bench.Info().CatalogID+"/certificates/"+ca.SerialNumber()),
				is(acctest.TenantCA, "catalog_id", bench.Info().CatalogID),
				is(acctest.TenantCA, "thumbprint", ca.Thumbprint().String()),
				statecheck.ExpectKnownValue(acctest.TenantCA, tfjsonpath.New("tenant_id"), knownvalue.Null()),
			},
			Check: resource.ComposeTestCheckFunc(isTrusted(t, bench), func(*terraform.State) error {
				for _, request := range bench.Requests() {
					if request.Service == "iotcentral" && request.Method != "GET" {
						t.Errorf("the move sent %s %s", request.Method, request.Path)
					}
				}
				return nil
			}),
		},
		emptyPlan(moved),
	)
}

// TestLegacy_movesToTheCatalogInTheProviderBlock moves the default alone.
func TestLegacy_movesToTheCatalogInTheProviderBlock(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	withoutDefaultTenant(bench)
	block := func(tenant string) string {
		return fmt.Sprintf("provider \"azuresphere\" {\n  azure_sphere = { %[1]s }\n}\n\nprovider \"iotcentral\" {\n  azure_sphere = { %[1]s }\n}\n", tenant) +
			acctest.TrustConfig
	}
	moved := block(fmt.Sprintf("catalog_id = %q", bench.Info().CatalogID))
	bench.Run(
		resource.TestStep{Config: block(fmt.Sprintf("tenant_id = %q", bench.Info().SphereTenantID))},
		resource.TestStep{
			Config: moved,
			ConfigPlanChecks: planned(
				plancheck.ExpectResourceAction(acctest.TenantCA, plancheck.ResourceActionUpdate),
				plancheck.ExpectResourceAction(acctest.Certificate, plancheck.ResourceActionNoop),
				plancheck.ExpectResourceAction(acctest.Verification, plancheck.ResourceActionNoop),
			),
			Check: isTrusted(t, bench),
		},
		emptyPlan(moved),
	)
}

// TestLegacy_trustMovesToTheCatalogWithoutAWrite: the same tenant has the same CAs
// on both sides.
func TestLegacy_trustMovesToTheCatalogWithoutAWrite(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	withoutDefaultTenant(bench)
	config := func(tenant string) string {
		return strings.Replace(keepTrust, "iotcentral_enrollment_group.sphere.id\n", "iotcentral_enrollment_group.sphere.id\n  azure_sphere = { "+tenant+" }\n", 1)
	}
	bench.Run(
		resource.TestStep{
			Config: config(fmt.Sprintf("tenant_id = %q", bench.Info().SphereTenantID)),
			Check:  isTrusted(t, bench),
		},
		resource.TestStep{
			PreConfig: bench.ResetRequests,
			Config:    config(fmt.Sprintf("catalog_id = %q", bench.Info().CatalogID)),
			Check: func(*terraform.State) error {
				for _, request := range bench.Requests() {
					if request.Service == "iotcentral" && request.Method != http.MethodGet {
						t.Errorf("%s %s was sent", request.Method, request.Path)
					}
				}
				return nil
			},
		},
		resource.TestStep{ // A renewal that the Legacy tenant never told of.
			PreConfig: func() { rotate(t, bench, emulator.StageIssue) },
			Config:    config(fmt.Sprintf("catalog_id = %q", bench.Info().CatalogID)),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(trustAddress, tfjsonpath.New("secondary").AtMapKey("role"), knownvalue.StringExact("upcoming")),
			},
		},
	)
}
