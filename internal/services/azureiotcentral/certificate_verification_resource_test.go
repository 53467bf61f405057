// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

const verification = "iotcentral_certificate_verification.this"

// verificationConfig verifies what is in the primary entry of a group made in the
// portal.
func verificationConfig(bench *acctest.Bench, thumbprint string) string {
	return fmt.Sprintf(`
resource "iotcentral_certificate_verification" "this" {
  certificate_id = "%s/enrollmentGroups/%s/certificates/primary"
  thumbprint     = %q
  azure_sphere   = {}
}
`, bench.Host(), groupName, thumbprint)
}

func TestCertificateVerification_verifiesWhatSomebodyElseUploaded(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := bench.ActiveCA()
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false)
	bench.Run(
		resource.TestStep{
			Config: verificationConfig(bench, ca.Thumbprint().String()),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(verification, "verified", knownvalue.Bool(true)),
				attribute(verification, "subject", knownvalue.StringExact(ca.Subject())),
			},
		},
		resource.TestStep{
			// The same thumbprint as other tools write it.
			Config:           verificationConfig(bench, strings.ToLower(colons(ca.Thumbprint().String()))),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
	)
	if _, verified := bench.Entry(groupName, iotcentral.Primary); !verified {
		t.Error("destroying the verification undid it")
	}
}

func colons(thumbprint string) string {
	return regexp.MustCompile(`..`).ReplaceAllStringFunc(thumbprint, func(digits string) string { return ":" + digits })[1:]
}

func TestCertificateVerification_verifiedAlreadyNeedsNoCode(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := bench.ActiveCA()
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), true)
	bench.Run(resource.TestStep{
		Config: verificationConfig(bench, ca.Thumbprint().String()),
		Check: func(*terraform.State) error {
			if codes := bench.Count()["EnrollmentGroups_GenerateVerificationCodeX509"]; codes != 0 {
				t.Errorf("%d codes were generated for a certificate that is verified", codes)
			}
			return nil
		},
	})
}

func TestCertificateVerification_neverVerifiesAnotherCertificate(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	foreign := acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, foreign.DER(), false)
	bench.Run(resource.TestStep{
		Config:      verificationConfig(bench, bench.ActiveCA().Thumbprint().String()),
		ExpectError: regexp.MustCompile(`(?s)The entry holds another certificate.*thumbprint\s+=.*` + foreign.Thumbprint().String()),
	})
	counts := bench.Count()
	if counts["EnrollmentGroups_GenerateVerificationCodeX509"]+counts["EnrollmentGroups_VerifyX509"] != 0 {
		t.Errorf("the handshake was begun for another certificate: %v", counts)
	}
}

func TestCertificateVerification_foreignCAIsRefused(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	foreign := acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, foreign.DER(), false)
	bench.Run(resource.TestStep{
		Config: verificationConfig(bench, foreign.Thumbprint().String()),
		ExpectError: regexp.MustCompile(`(?s)does not belong to the tenant.*has\s+no\s+CA\s+certificate\s+with\s+thumbprint.*` +
			bench.ActiveCA().Thumbprint().String() + `\s+Active`),
	})
}

func TestCertificateVerification_emptyEntryIsExplained(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	bench.Run(resource.TestStep{
		Config:      verificationConfig(bench, bench.ActiveCA().Thumbprint().String()),
		ExpectError: regexp.MustCompile(`(?s)Nothing to verify.*certificate_id.*iotcentral_enrollment_group_certificate`),
	})
}

func TestCertificateVerification_importOfWhatThePortalVerifiedPlansNothing(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := bench.ActiveCA()
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), true)
	bench.Run(resource.TestStep{
		Config: verificationConfig(bench, ca.Thumbprint().String()) + fmt.Sprintf(`
import {
  to = iotcentral_certificate_verification.this
  id = "%s/enrollmentGroups/%s/certificates/primary"
}
`, bench.Host(), groupName),
		ConfigPlanChecks: action(verification, plancheck.ResourceActionNoop),
		ConfigStateChecks: []statecheck.StateCheck{
			attribute(verification, "verified", knownvalue.Bool(true)),
			attribute(verification, "subject", knownvalue.StringExact(ca.Subject())),
		},
	})
}

func TestCertificateVerification_missingRightsAreNamed(t *testing.T) {
	t.Parallel()
	for operation, want := range map[string]string{
		"Certificates_RetrieveProofOfPossessionNonce":   `retrieveProofOfPossessionNonce/action`,
		"EnrollmentGroups_GenerateVerificationCodeX509": `(?s)Azure\s+RBAC\s+give\s+no\s+permission\s+inside\s+an\s+application.*App\s+Administrator`,
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			ca := bench.ActiveCA()
			portalGroup(bench)
			bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false)
			bench.Fail(emulator.Fault{Operation: operation, Status: 403})
			bench.Run(resource.TestStep{
				Config:      verificationConfig(bench, ca.Thumbprint().String()),
				ExpectError: regexp.MustCompile(want),
			})
			if tries := bench.Count()[operation]; tries != 1 {
				t.Errorf("a refusal for lack of rights was tried %d times", tries)
			}
		})
	}
}

func TestCertificateVerification_wrongInputFailsInThePlan(t *testing.T) {
	t.Parallel()
	const (
		id         = "certificate_id = \"contoso.azureiotcentral.com/enrollmentGroups/x/certificates/primary\"\n"
		thumbprint = "thumbprint = \"0123456789ABCDEF0123456789ABCDEF01234567\"\n"
	)
	for name, test := range map[string]struct {
		arguments, want string
		environment     map[string]string
	}{
		"malformed ID": {
			arguments: "certificate_id = \"contoso/x\"\nazure_sphere = {}\n" + thumbprint,
			want:      `(?s)Not the ID of a certificate of an enrollment group.*certificate_id`,
		},
		"entry tertiary in the ID": {
			arguments: "certificate_id = \"contoso.azureiotcentral.com/enrollmentGroups/x/certificates/tertiary\"\nazure_sphere = {}\n" + thumbprint,
			want:      `(?s)Not the ID of a certificate`,
		},
		"not a thumbprint": {
			arguments: id + "thumbprint = \"xyz\"\nazure_sphere = {}",
			want:      `(?s)Not a thumbprint.*40\s+hexadecimal`,
		},
		"catalog and tenant": {
			arguments: id + thumbprint + `azure_sphere = {
			  catalog_id = "/subscriptions/a/resourceGroups/b/providers/Microsoft.AzureSphere/catalogs/c"
			  tenant_id = "11111111-2222-3333-4444-555555555555"
			}`,
			want: `(?s)azure_sphere\.tenant_id.*cannot be specified`,
		},
		"no tenant anywhere": {
			arguments:   id + thumbprint + "azure_sphere = {}",
			environment: map[string]string{"AZURE_SPHERE_CATALOG_ID": ""},
			want:        `(?s)No Azure Sphere tenant.*azure_sphere.*AZURE_SPHERE_CATALOG_ID`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			for variable, value := range test.environment {
				bench.Setenv(variable, value)
			}
			bench.Run(resource.TestStep{
				Config:      "resource \"iotcentral_certificate_verification\" \"this\" {\n" + test.arguments + "\n}\n",
				PlanOnly:    true,
				ExpectError: regexp.MustCompile(test.want),
			})
			if sent := len(bench.Requests()); sent != 0 {
				t.Errorf("%d requests were sent", sent)
			}
		})
	}
}

// TestCertificateVerification_importWithoutATenantLeavesTheSubjectOpen: the subject
// is for people, and no reason for a failure.
func TestCertificateVerification_importWithoutATenantLeavesTheSubjectOpen(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	ca := bench.ActiveCA()
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), true)
	id := groupID(bench) + "/certificates/primary"
	check := func(what string, want any) {
		t.Helper()
		imported := bench.NewServer().ImportByID(typeVerification, id)
		if len(imported.Errors) > 0 || imported.State["subject"] != want || imported.State["verified"] != true {
			t.Errorf("%s: got %v, %q, want the subject %v", what, imported.State, imported.Errors, want)
		}
	}
	check("the tenant's", ca.Subject())
	bench.Fail(emulator.Fault{Operation: "Certificates_ListByCatalog", Status: 403})
	check("no rights in the tenant", nil)
	bench.ClearFaults()
	bench.Setenv("AZURE_SPHERE_CATALOG_ID", "")
	bench.ResetRequests()
	check("no tenant", nil)
	for _, request := range bench.Requests() {
		if request.Service != "iotcentral" && request.Operation == "" {
			t.Errorf("without a tenant %s was asked for", request.Path)
		}
	}
}
