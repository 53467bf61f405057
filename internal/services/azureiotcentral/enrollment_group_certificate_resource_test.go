// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

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
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

const (
	certificate = "iotcentral_enrollment_group_certificate.this"
	groupName   = "sphere-devices"
)

// certificateConfig is a group with one certificate; body is a Terraform expression.
func certificateConfig(body, arguments string) string {
	return fmt.Sprintf(`
resource "iotcentral_enrollment_group" "this" {
  group_id     = %q
  display_name = "Azure Sphere"
}

resource "iotcentral_enrollment_group_certificate" "this" {
  enrollment_group_id = iotcentral_enrollment_group.this.id
  certificate_pem     = %s
  %s
}
`, groupName, body, arguments)
}

func heredoc(text string) string { return "<<-EOT\n" + text + "\nEOT\n" }

func portalGroup(bench *acctest.Bench) {
	bench.MustDo("PUT", "enrollmentGroups/"+groupName, map[string]any{
		"displayName": "Azure Sphere", "type": "iot", "attestation": map[string]any{"type": "x509"},
	})
}

func TestEnrollmentGroupCertificate_lifeCycle(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	first, second := acctest.ForeignCA(t), acctest.ForeignCA(t)
	bench.Run(
		resource.TestStep{
			Config: certificateConfig(heredoc(first.PEM()), ""),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				// All that the certificate says is known in the plan.
				plancheck.ExpectKnownValue(certificate, tfjsonpath.New("thumbprint"), knownvalue.StringExact(first.Thumbprint().String())),
				plancheck.ExpectKnownValue(certificate, tfjsonpath.New("subject"), knownvalue.StringExact(first.Subject())),
				plancheck.ExpectKnownValue(certificate, tfjsonpath.New("not_after"), knownvalue.StringExact(first.NotAfter().Format(time.RFC3339))),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(certificate, "id", knownvalue.StringExact(bench.Host()+"/enrollmentGroups/"+groupName+"/certificates/primary")),
				attribute(certificate, "entry", knownvalue.StringExact("primary")),
				attribute(certificate, "issuer", knownvalue.StringExact(first.Issuer())),
				attribute(certificate, "serial_number", knownvalue.StringExact(first.SerialNumber())),
				attribute(certificate, "attested", knownvalue.Bool(false)),
			},
			Check: entryHolds(t, bench, iotcentral.Primary, first, false),
		},
		resource.TestStep{
			Config:           certificateConfig(heredoc(second.PEM()), ""),
			ConfigPlanChecks: action(certificate, plancheck.ResourceActionUpdate),
			Check:            entryHolds(t, bench, iotcentral.Primary, second, false),
		},
		resource.TestStep{
			Config:           certificateConfig(heredoc(second.PEM()), `entry = "secondary"`),
			ConfigPlanChecks: action(certificate, plancheck.ResourceActionReplace),
			Check:            entryHolds(t, bench, iotcentral.Secondary, second, false),
		},
	)
}

func entryHolds(t *testing.T, bench *acctest.Bench, entry iotcentral.Entry, want *certstest.CA, verified bool) resource.TestCheckFunc {
	t.Helper()

	return func(*terraform.State) error {
		thumbprint, isVerified := bench.Entry(groupName, entry)
		if thumbprint != want.Thumbprint().String() || isVerified != verified {
			t.Errorf("the %s entry holds %q, verified %t; want %s, verified %t", entry, thumbprint, isVerified, want.Thumbprint().String(), verified)
		}
		return nil
	}
}

func TestEnrollmentGroupCertificate_spellingIsNoChange(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := acctest.ForeignCA(t)
	steps := []resource.TestStep{{Config: certificateConfig(heredoc(ca.PEM()), "")}}
	for _, spelling := range []string{
		fmt.Sprintf("%q", strings.ReplaceAll(ca.PEM(), "\n", "\r\n")),
		fmt.Sprintf("%q", ca.Base64()),
		fmt.Sprintf("base64encode(%q)", ca.PEM()),
	} {
		steps = append(steps, resource.TestStep{
			Config:           certificateConfig(spelling, ""),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		})
	}
	bench.Run(steps...)
}

func TestEnrollmentGroupCertificate_attestedIsVerifiedAtOnceAndAgainWhenLost(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := acctest.ForeignCA(t)
	config := certificateConfig(heredoc(ca.PEM()), "attested = true")
	bench.Run(
		resource.TestStep{Config: config, Check: entryHolds(t, bench, iotcentral.Primary, ca, true)},
		resource.TestStep{
			PreConfig:        func() { bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false) },
			Config:           config,
			ConfigPlanChecks: action(certificate, plancheck.ResourceActionUpdate),
			Check:            entryHolds(t, bench, iotcentral.Primary, ca, true),
		},
		resource.TestStep{
			// No longer vouching for it does not undo its verification.
			Config: certificateConfig(heredoc(ca.PEM()), ""),
			Check:  entryHolds(t, bench, iotcentral.Primary, ca, true),
		},
	)
}

func TestEnrollmentGroupCertificate_occupiedEntryIsNotOverwritten(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	theirs, ours := acctest.ForeignCA(t), acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, theirs.DER(), true)
	id := bench.Host() + "/enrollmentGroups/" + groupName
	bench.Run(resource.TestStep{
		Config: fmt.Sprintf(`
resource "iotcentral_enrollment_group_certificate" "this" {
  enrollment_group_id = %q
  certificate_pem     = %s
}
`, id, heredoc(ours.PEM())),
		ExpectError: regexp.MustCompile(`(?s)already holds a certificate.*` + theirs.Thumbprint().String() +
			`.*to = iotcentral_enrollment_group_certificate\.<name>\s+id = "` + regexp.QuoteMeta(id) + `/certificates/primary"`),
	})
	if err := entryHolds(t, bench, iotcentral.Primary, theirs, true)(nil); err != nil {
		t.Error(err)
	}
}

// TestEnrollmentGroupCertificate_importIsCompletedWithoutRequests: the service
// never returns the body, so the plan after an import fills it in and sends
// nothing, which would undo the verification.
func TestEnrollmentGroupCertificate_importIsCompletedWithoutRequests(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), true)
	id := bench.Host() + "/enrollmentGroups/" + groupName
	config := certificateConfig(heredoc(ca.PEM()), "") + fmt.Sprintf(`
import {
  to = iotcentral_enrollment_group.this
  id = %q
}

import {
  to = iotcentral_enrollment_group_certificate.this
  id = "%s/certificates/primary"
}
`, id, id)
	bench.Run(
		resource.TestStep{
			PreConfig: bench.ResetRequests,
			Config:    config,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(group, plancheck.ResourceActionNoop),
				plancheck.ExpectResourceAction(certificate, plancheck.ResourceActionUpdate),
			}},
			Check: resource.ComposeTestCheckFunc(entryHolds(t, bench, iotcentral.Primary, ca, true), func(*terraform.State) error {
				for _, request := range bench.Requests() {
					if request.Service == "iotcentral" && request.Method != "GET" {
						t.Errorf("%s %s was sent", request.Method, request.Path)
					}
				}
				return nil
			}),
		},
		resource.TestStep{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
	)
}

func TestEnrollmentGroupCertificate_sameCAInTwoGroupsIsExplained(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := acctest.ForeignCA(t)
	bench.MustDo("PUT", "enrollmentGroups/other", map[string]any{
		"displayName": "Other", "type": "iot", "attestation": map[string]any{"type": "x509"},
	})
	bench.SwapCertificate("other", iotcentral.Primary, ca.DER(), true)
	bench.Run(resource.TestStep{
		Config:      certificateConfig(heredoc(ca.PEM()), ""),
		ExpectError: regexp.MustCompile(`(?s)409.*enrollmentGroups/other/certificates/primary\s+already\s+holds\s+this\s+certificate`),
	})
}

func TestEnrollmentGroupCertificate_onlyNotFoundRemovesIt(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	config := certificateConfig(heredoc(acctest.ForeignCA(t).PEM()), "")
	bench.Run(survives(bench, config, "EnrollmentGroups_GetX509", "Cannot read the certificate of the enrollment group")...)
}

func TestEnrollmentGroupCertificate_wrongInputFailsInThePlan(t *testing.T) {
	t.Parallel()
	now := time.Now()
	ca := acctest.ForeignCA(t)
	expired := certstest.NewCA(t, "11111111-2222-3333-4444-555555555555", now.AddDate(-2, 0, 0), now.AddDate(0, 0, -1))
	const validID = `enrollment_group_id = "contoso.azureiotcentral.com/enrollmentGroups/x"`
	for name, test := range map[string]struct{ arguments, want string }{
		"not a certificate": {
			validID + "\ncertificate_pem = \"hello\"",
			`(?s)Not a certificate.*certificate_pem = "hello".*neither PEM nor base64`,
		},
		"a private key": {
			validID + "\ncertificate_pem = " + heredoc(certstest.PEM("PRIVATE KEY", []byte("not really"))),
			`(?s)Not a certificate.*private key`,
		},
		"a leaf instead of a CA": {
			validID + "\ncertificate_pem = " + heredoc(ca.Leaf(t, "device").PEM()),
			`(?s)Not a CA certificate.*certificate_pem`,
		},
		"a bundle": {
			validID + "\ncertificate_pem = " + heredoc(ca.PEM()+expired.PEM()),
			`(?s)bundle of 2 certificates`,
		},
		"an expired CA": {
			validID + "\ncertificate_pem = " + heredoc(expired.PEM()),
			`(?s)The CA certificate has expired.*certificate_pem.*expired on ` + expired.NotAfter().Format(time.RFC3339),
		},
		"entry tertiary": {
			validID + "\nentry = \"tertiary\"\ncertificate_pem = " + heredoc(ca.PEM()),
			`(?s)entry.*value must be one of:.*primary.*secondary`,
		},
		"malformed ID": {
			"enrollment_group_id = \"sphere-devices\"\ncertificate_pem = " + heredoc(ca.PEM()),
			`(?s)Not the ID of an enrollment group.*enrollment_group_id`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			bench.Run(resource.TestStep{
				Config:      "resource \"iotcentral_enrollment_group_certificate\" \"this\" {\n" + test.arguments + "\n}\n",
				PlanOnly:    true,
				ExpectError: regexp.MustCompile(test.want),
			})
			if sent := len(bench.Requests()); sent != 0 {
				t.Errorf("%d requests were sent", sent)
			}
		})
	}
}

func TestEnrollmentGroupCertificateDataSource_findsTheCertificateBehindTheThumbprint(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	foreign := acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, bench.ActiveCA().DER(), true)
	bench.SwapCertificate(groupName, iotcentral.Secondary, foreign.DER(), false)
	id := bench.Host() + "/enrollmentGroups/" + groupName
	config := func(arguments string) string {
		return fmt.Sprintf("data \"iotcentral_enrollment_group_certificate\" \"this\" {\nenrollment_group_id = %q\n%s\n}\n", id, arguments)
	}
	const address = "data.iotcentral_enrollment_group_certificate.this"
	bench.Run(
		resource.TestStep{
			Config: config(""),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(address, "entry", knownvalue.StringExact("primary")),
				attribute(address, "thumbprint", knownvalue.StringExact(bench.ActiveCA().Thumbprint().String())),
				attribute(address, "verified", knownvalue.Bool(true)),
				attribute(address, "subject", knownvalue.Null()),
			},
		},
		resource.TestStep{
			Config: config("azure_sphere = {}"),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(address, "subject", knownvalue.StringExact(bench.ActiveCA().Subject())),
				attribute(address, "not_after", knownvalue.StringExact(bench.ActiveCA().NotAfter().Format(time.RFC3339))),
			},
		},
		resource.TestStep{
			Config: config("entry = \"secondary\"\nazure_sphere = {}"),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(address, "thumbprint", knownvalue.StringExact(foreign.Thumbprint().String())),
				attribute(address, "verified", knownvalue.Bool(false)),
				attribute(address, "subject", knownvalue.Null()),
			},
		},
		resource.TestStep{
			Config: config("entry = \"secondary\"\ncertificate_pem = " + heredoc(foreign.PEM())),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(address, "subject", knownvalue.StringExact(foreign.Subject())),
			},
		},
	)
}

// TestEnrollmentGroupCertificate_expiredOneInTheEntryIsOnlyAWarning: an error would
// stand in the way of its replacement.
func TestEnrollmentGroupCertificate_expiredOneInTheEntryIsOnlyAWarning(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	expired := certstest.NewCA(t, "contoso", time.Now().AddDate(-2, 0, 0), time.Now().AddDate(-1, 0, 0))
	server := bench.NewServer()
	arguments := entryOf(bench, expired.Certificate, false)
	if created := server.Create(typeCertificate, arguments); !hasOne(created.Errors, "The CA certificate has expired") || created.State != nil {
		t.Errorf("a new one: got %v, %q, want an error", created.State, created.Errors)
	}
	bench.SwapCertificate(groupName, iotcentral.Primary, expired.DER(), true)
	server = bench.NewServer() // Another run: to this one, the resource above and the imported one would be two.
	plan := server.PlanUpdate(server.ImportByID(typeCertificate, groupID(bench)+"/certificates/primary"), arguments)
	if len(plan.Errors) > 0 || !hasOne(plan.Warnings, "The CA certificate has expired") {
		t.Errorf("the one in the entry: errors %q, warnings %q, want only a warning", plan.Errors, plan.Warnings)
	}
}
