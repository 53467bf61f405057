// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"fmt"
	"regexp"
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
)

const code = "iotcentral_verification_code.this"

// codeConfig asks for a code for what is in the primary entry of a group made in
// the portal.
func codeConfig(bench *acctest.Bench, thumbprint, arguments string) string {
	return fmt.Sprintf(`
resource "iotcentral_verification_code" "this" {
  certificate_id = "%s/enrollmentGroups/%s/certificates/primary"
  thumbprint     = %q
  %s
}
`, bench.Host(), groupName, thumbprint, arguments)
}

func openCodes(bench *acctest.Bench) []string {
	return bench.State().Applications[0].EnrollmentGroups[0].Primary.OpenCodes
}

// isOpen checks that the code in the state is the one that IoT Central expects.
func isOpen(t *testing.T, bench *acctest.Bench) resource.TestCheckFunc {
	t.Helper()

	return func(state *terraform.State) error {
		got := state.RootModule().Resources[code].Primary.Attributes["verification_code"]
		if open := openCodes(bench); len(open) != 1 || open[0] != got {
			t.Errorf("the open codes are %q, and the state holds %q", open, got)
		}
		return nil
	}
}

func TestVerificationCode_isReplacedWhenItsCertificateOrAKeeperChanges(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca, other := acctest.ForeignCA(t), acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false)
	bench.Run(
		resource.TestStep{
			Config: codeConfig(bench, ca.Thumbprint().String(), `keepers = { round = "1" }`),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(code, "id", knownvalue.StringExact(bench.Host()+"/enrollmentGroups/"+groupName+"/certificates/primary")),
				statecheck.ExpectSensitiveValue(code, tfjsonpath.New("verification_code")),
			},
			Check: isOpen(t, bench),
		},
		resource.TestStep{
			// Spelled differently, and with a timeout: no reason for another code.
			Config: codeConfig(bench, colons(ca.Thumbprint().String()), "keepers = { round = \"1\" }\ntimeouts { create = \"1m\" }"),
			Check:  isOpen(t, bench),
		},
		resource.TestStep{
			Config:           codeConfig(bench, ca.Thumbprint().String(), `keepers = { round = "2" }`),
			ConfigPlanChecks: action(code, plancheck.ResourceActionReplace),
			Check:            isOpen(t, bench),
		},
		resource.TestStep{
			Config:      codeConfig(bench, other.Thumbprint().String(), `keepers = { round = "2" }`),
			ExpectError: regexp.MustCompile(`(?s)The entry holds another certificate`),
		},
	)
	if codes := bench.Count()["EnrollmentGroups_GenerateVerificationCodeX509"]; codes != 2 {
		t.Errorf("%d codes were generated, want 2", codes)
	}
}

func TestVerificationCode_refreshGeneratesNone(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false)
	config := codeConfig(bench, ca.Thumbprint().String(), "")
	bench.Run(
		resource.TestStep{Config: config},
		resource.TestStep{PreConfig: bench.ResetRequests, RefreshState: true},
		resource.TestStep{Config: config, PlanOnly: true},
	)
	for _, request := range bench.Requests() {
		if request.Service == "iotcentral" && request.Method != "GET" {
			t.Errorf("%s %s was sent", request.Method, request.Path)
		}
	}
	if open := openCodes(bench); len(open) != 1 {
		t.Errorf("destroying the code left %q open, want the one that there was", open)
	}
}

func TestVerificationCode_driftOfTheEntry(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca, other := acctest.ForeignCA(t), acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false)
	config := codeConfig(bench, ca.Thumbprint().String(), "")
	bench.Run(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig:          func() { bench.SwapCertificate(groupName, iotcentral.Primary, other.DER(), false) },
			RefreshState:       true,
			ExpectNonEmptyPlan: true,
			RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(code, plancheck.ResourceActionReplace),
			}},
		},
		resource.TestStep{
			Config:      config,
			ExpectError: regexp.MustCompile(`(?s)The entry holds another certificate.*` + other.Thumbprint().String()),
		},
		resource.TestStep{
			PreConfig: func() { bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false) },
			Config:    config,
			Check:     isOpen(t, bench),
		},
		resource.TestStep{
			PreConfig:   func() { bench.DeleteCertificate(groupName, iotcentral.Primary) },
			Config:      config,
			ExpectError: regexp.MustCompile(`(?s)Nothing to verify.*certificate_id`),
		},
	)
}

func TestVerificationCode_onlyNotFoundRemovesIt(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 429, 500} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			ca := acctest.ForeignCA(t)
			portalGroup(bench)
			bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false)
			config := codeConfig(bench, ca.Thumbprint().String(), "")
			bench.Run(
				resource.TestStep{Config: config},
				resource.TestStep{
					PreConfig:   func() { bench.Fail(emulator.Fault{Operation: "EnrollmentGroups_GetX509", Status: status}) },
					Config:      config,
					PlanOnly:    true,
					ExpectError: regexp.MustCompile(fmt.Sprintf(`Cannot read the entry of the verification code(?s:.*)%d`, status)),
				},
				resource.TestStep{
					PreConfig:        bench.ClearFaults,
					Config:           config,
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				},
			)
		})
	}
}

func TestVerificationCode_missingRightsAreNamed(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false)
	bench.Fail(emulator.Fault{Operation: "EnrollmentGroups_GenerateVerificationCodeX509", Status: 403})
	bench.Run(resource.TestStep{
		Config:      codeConfig(bench, ca.Thumbprint().String(), ""),
		ExpectError: regexp.MustCompile(`(?s)Cannot generate a verification code.*403.*App\s+Administrator`),
	})
}

// TestVerificationCode_importOfWhatThePortalShowed: the person who generated the
// code in the portal can read it there, and nobody can read it later.
func TestVerificationCode_importOfWhatThePortalShowed(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false)
	answer := bench.MustDo("POST", "enrollmentGroups/"+groupName+"/certificates/primary/generateVerificationCode", nil)
	entry := bench.Host() + "/enrollmentGroups/" + groupName + "/certificates/primary"
	config := codeConfig(bench, ca.Thumbprint().String(), "")
	importing := func(id string) string {
		return fmt.Sprintf("%s\nimport {\n  to = %s\n  id = %q\n}\n", config, code, id)
	}
	bench.Run(
		resource.TestStep{
			Config:      importing(entry),
			ExpectError: regexp.MustCompile(`(?s)Cannot import the verification code.*/verificationCodes/<code>`),
		},
		resource.TestStep{
			Config:           importing(fmt.Sprintf("%s/verificationCodes/%s", entry, answer["verificationCode"])),
			ConfigPlanChecks: action(code, plancheck.ResourceActionNoop),
			Check:            isOpen(t, bench),
		},
	)
}
