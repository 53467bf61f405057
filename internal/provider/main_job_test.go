// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
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
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

// oneName is the main job with every resource under one provider name.
var oneName = lab.UnderOneName(acctest.TrustConfig)

func verifiedIs(verified bool) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(acctest.Verification, tfjsonpath.New("verified"), knownvalue.Bool(verified))
}

// emptyPlan is a step in which the plan must be empty before anything is applied.
func emptyPlan(config string) resource.TestStep {
	return resource.TestStep{
		Config: config,
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		},
	}
}

// The harness itself fails unless the plan after each apply is empty.
func TestMainJob_endsVerifiedAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	before := snapshot(t, bench)

	bench.Run(
		resource.TestStep{
			Config: acctest.TrustConfig,
			ConfigStateChecks: []statecheck.StateCheck{
				verifiedIs(true),
				statecheck.CompareValuePairs(acctest.TenantCA, tfjsonpath.New("thumbprint"), acctest.Verification, tfjsonpath.New("thumbprint"), same{}),
				statecheck.CompareValuePairs(acctest.TenantCA, tfjsonpath.New("subject"), acctest.Certificate, tfjsonpath.New("subject"), same{}),
				statecheck.CompareValuePairs(acctest.TenantCA, tfjsonpath.New("subject"), acctest.Verification, tfjsonpath.New("subject"), same{}),
				statecheck.ExpectKnownValue(acctest.GroupAddress, tfjsonpath.New("id_scope"), knownvalue.StringExact(bench.Info().Applications[0].IDScope)),
			},
			Check: func(*terraform.State) error {
				if _, verified := bench.Entry(acctest.Group, iotcentral.Primary); !verified {
					t.Error("the entry is not verified in the service")
				}
				return nil
			},
		},
	)

	if after := snapshot(t, bench); after != before {
		t.Errorf("destroy left the services in another state:\nbefore: %s\nafter:  %s", before, after)
	}
}

// snapshot is what the services store, but for devices: they enrol by themselves.
func snapshot(t *testing.T, bench *acctest.Bench) string {
	t.Helper()
	state := bench.State()
	for i := range state.Applications {
		state.Applications[i].Devices = nil
	}
	encoded, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		t.Fatal(err)
	}

	return string(encoded)
}

// same compares two attributes for equality.
type same struct{}

// CompareValues implements compare.ValueComparer.
func (same) CompareValues(values ...any) error {
	for _, value := range values {
		if !reflect.DeepEqual(value, values[0]) {
			return &differ{values}
		}
	}

	return nil
}

type differ struct{ values []any }

// Error implements error.
func (d *differ) Error() string {
	return fmt.Sprintf("values differ: %v", d.values)
}

// TestMainJob_requestBudget is the cost of trust. IoT Central allows 20 requests
// per second and application, so their number is what limits a fleet.
func TestMainJob_requestBudget(t *testing.T) {
	t.Parallel()
	// What a plan reads is read twice: the first plan and the apply are two processes.
	budget := map[string]int{
		"OpenIDConfiguration":        2,
		"Token":                      4, // one per audience: Azure Resource Manager and IoT Central
		"Certificates_ListByCatalog": 2,
		"Certificates_RetrieveProofOfPossessionNonce":   1,
		"EnrollmentGroups_Get":                          2,
		"EnrollmentGroups_List":                         2, // one per application
		"EnrollmentGroups_Create":                       1,
		"EnrollmentGroups_GetX509":                      1, // after the verification
		"EnrollmentGroups_CreateX509":                   1,
		"EnrollmentGroups_GenerateVerificationCodeX509": 1,
		"EnrollmentGroups_VerifyX509":                   1,
	}
	// Terraform runs one process for each provider name, and they share no tokens.
	twoNames := maps.Clone(budget)
	twoNames["OpenIDConfiguration"] = 4
	twoNames["Token"] = 5

	for name, test := range map[string]struct {
		config string
		want   map[string]int
	}{
		"one provider name":  {oneName, budget},
		"two provider names": {acctest.TrustConfig, twoNames},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			bench.Run(resource.TestStep{
				Config: test.config,
				Check: func(*terraform.State) error {
					if got := bench.Count(); !maps.Equal(got, test.want) {
						t.Errorf("requests of a whole create:\n got %v\nwant %v", got, test.want)
					}
					return nil
				},
			})
		})
	}
}

// TestMainJob_refreshOnlyReads counts what a plan without changes costs.
func TestMainJob_refreshOnlyReads(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Run(
		resource.TestStep{Config: oneName},
		resource.TestStep{
			PreConfig: bench.ResetRequests,
			Config:    oneName,
			PlanOnly:  true,
		},
		resource.TestStep{RefreshState: true},
	)
	for _, request := range bench.Requests() {
		if request.Service == "entra" {
			continue
		}
		if request.Method == http.MethodDelete {
			break // The test case destroys at its end.
		}
		if request.Method != http.MethodGet {
			t.Errorf("a plan or refresh sent %s %s", request.Method, request.Path)
		}
	}
}

// The test harness cannot read for_each, hence count.
func TestMainJob_worksInSeveralApplicationsAtOnce(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) {
		options.Applications = []string{"contoso", "fabrikam", "northwind"}
	})
	bench.Run(resource.TestStep{
		Config: `
locals {
  applications = ["contoso", "fabrikam", "northwind"]
}

data "azuresphere_tenant_ca" "this" {}

resource "iotcentral_enrollment_group" "sphere" {
  count        = 3
  application  = local.applications[count.index]
  display_name = "Azure Sphere"
}

resource "iotcentral_enrollment_group_certificate" "primary" {
  count               = 3
  enrollment_group_id = iotcentral_enrollment_group.sphere[count.index].id
  certificate_pem     = data.azuresphere_tenant_ca.this.certificate_base64
}

resource "iotcentral_certificate_verification" "primary" {
  count          = 3
  certificate_id = iotcentral_enrollment_group_certificate.primary[count.index].id
  thumbprint     = lower(data.azuresphere_tenant_ca.this.thumbprint)
  azure_sphere   = {}
}
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(`iotcentral_certificate_verification.primary[2]`, tfjsonpath.New("verified"), knownvalue.Bool(true)),
		},
	})
	for _, request := range bench.Requests() {
		if !strings.Contains(request.UserAgent, "terraform-provider-azuresphere/test") || !strings.Contains(request.UserAgent, "Terraform/1.") {
			t.Errorf("%s %s has the user agent %q, without the provider's or Terraform's version", request.Method, request.Path, request.UserAgent)
		}
	}
}

// TestMainJob_staysBelowTheRateLimit makes more groups at once than an application
// takes requests in a second.
func TestMainJob_staysBelowTheRateLimit(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) { options.RateLimit = 20 })
	bench.Run(resource.TestStep{
		Config: `
resource "iotcentral_enrollment_group" "many" {
  count        = 20
  display_name = "Group ${count.index}"
}
`,
	})
	for _, request := range bench.Requests() {
		if request.Status == http.StatusTooManyRequests {
			t.Errorf("%s %s was answered 429: the provider exceeded the rate limit", request.Method, request.Path)
		}
	}
}
