// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// TestInterrupted_nextApplyFinishes lets each write fail in each way, for longer
// than the provider tries. One apply without the fault must finish the job, and
// the destroy must find everything.
func TestInterrupted_nextApplyFinishes(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{
		"EnrollmentGroups_Create",
		"EnrollmentGroups_CreateX509",
		"EnrollmentGroups_GenerateVerificationCodeX509",
		"Certificates_RetrieveProofOfPossessionNonce",
		"EnrollmentGroups_VerifyX509",
	} {
		for name, fault := range map[string]emulator.Fault{
			"answers 500 after effect": {Status: 500, AfterEffect: true},
			"drops":                    {Drop: true},
			"drops after effect":       {Drop: true, AfterEffect: true},
			"answers 403":              {Status: 403},
		} {
			fault.Operation = operation
			t.Run(operation+" "+name, func(t *testing.T) {
				t.Parallel()
				bench := acctest.Start(t, nil)
				before := snapshot(t, bench)
				bench.Fail(fault)
				first := resource.TestStep{Config: oneName, ExpectError: regexp.MustCompile(`Error: `)}
				if fault.AfterEffect && operation != "EnrollmentGroups_GenerateVerificationCodeX509" && operation != "Certificates_RetrieveProofOfPossessionNonce" {
					// What was done is found by looking, and the apply goes on.
					first.ExpectError = nil
				}
				bench.Run(
					first,
					resource.TestStep{PreConfig: bench.ClearFaults, Config: oneName, Check: isTrusted(t, bench)},
				)
				if after := snapshot(t, bench); after != before {
					t.Errorf("something was left behind:\nbefore: %s\nafter:  %s", before, after)
				}
			})
		}
	}
}

// TestInterrupted_lostGroupIsNotOrphaned loses the answer to the creation of a
// group with a generated ID, and every look after it: the state must know the ID.
func TestInterrupted_lostGroupIsNotOrphaned(t *testing.T) {
	t.Parallel()
	const config = `
resource "iotcentral_enrollment_group" "sphere" {
  display_name = "Azure Sphere"
}
`
	bench := acctest.Start(t, nil)
	before := snapshot(t, bench)
	bench.Fail(emulator.Fault{Operation: "EnrollmentGroups_Create", Drop: true, AfterEffect: true})
	// The looks of both plans find nothing, as they should; those after the creation fail.
	bench.Fail(emulator.Fault{Operation: "EnrollmentGroups_Get", Status: 404, Times: 2})
	bench.Fail(emulator.Fault{Operation: "EnrollmentGroups_Get", Status: 503})
	bench.Run(
		resource.TestStep{Config: config, ExpectError: regexp.MustCompile(`Cannot create the enrollment group`)},
		resource.TestStep{
			PreConfig: func() {
				if groups := bench.State().Applications[0].EnrollmentGroups; len(groups) != 1 {
					t.Fatalf("the fault left %d groups, want 1", len(groups))
				}
				bench.ClearFaults()
			},
			Config: config,
			Check: func(*terraform.State) error {
				if groups := bench.State().Applications[0].EnrollmentGroups; len(groups) != 1 {
					t.Errorf("there are %d groups after the next apply, want 1", len(groups))
				}
				return nil
			},
		},
	)
	if after := snapshot(t, bench); after != before {
		t.Errorf("something was left behind:\nbefore: %s\nafter:  %s", before, after)
	}
}

// TestInterrupted_verifyFailsOnce shows that the handshake itself starts over: a
// fresh code, a fresh proof.
func TestInterrupted_verifyFailsOnce(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Fail(emulator.Fault{Operation: "EnrollmentGroups_VerifyX509", Status: 500, Times: 1})
	bench.Run(resource.TestStep{
		Config: oneName,
		Check: resource.ComposeTestCheckFunc(isTrusted(t, bench), func(*terraform.State) error {
			for _, operation := range []string{
				"EnrollmentGroups_GenerateVerificationCodeX509",
				"Certificates_RetrieveProofOfPossessionNonce",
				"EnrollmentGroups_VerifyX509",
			} {
				if got := bench.Count()[operation]; got != 2 {
					t.Errorf("%s was called %d times, want 2", operation, got)
				}
			}
			return nil
		}),
	})
}

// TestRefusedProof_isNotSent gives the provider proofs that would not convince.
func TestRefusedProof_isNotSent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		proof func(*testing.T) *certs.Certificate
		want  string
	}{
		"common name is not the code": {
			func(t *testing.T) *certs.Certificate {
				return acctest.ForeignCA(t).Proof(t, "not the code", time.Now())
			},
			`common name of the proof of possession is not the[\s│]+verification[\s│]+code`,
		},
		"not signed by the CA": {
			func(t *testing.T) *certs.Certificate { return acctest.ForeignCA(t).Proof(t, fixedCode, time.Now()) },
			`proof of possession is not signed by the CA`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			bench.Fail(emulator.Fault{Operation: "EnrollmentGroups_GenerateVerificationCodeX509", Status: 200, Body: `{"verificationCode":"` + fixedCode + `"}`})
			body, err := json.Marshal(map[string]string{"certificate": test.proof(t).Base64()})
			if err != nil {
				t.Fatal(err)
			}
			bench.Fail(emulator.Fault{Operation: "Certificates_RetrieveProofOfPossessionNonce", Status: 200, Body: string(body)})
			bench.Run(
				resource.TestStep{Config: acctest.TrustConfig, ExpectError: regexp.MustCompile(`(?i)` + test.want)},
				resource.TestStep{
					PreConfig: func() {
						if sent := bench.Count()["EnrollmentGroups_VerifyX509"]; sent != 0 {
							t.Errorf("verify was called %d times with a proof that cannot work", sent)
						}
						if _, verified := bench.Entry(acctest.Group, iotcentral.Primary); verified {
							t.Error("the entry is verified")
						}
						bench.ClearFaults()
					},
					Config: acctest.TrustConfig,
					Check:  isTrusted(t, bench),
				},
			)
		})
	}
}

const fixedCode = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"
