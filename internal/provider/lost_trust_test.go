// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
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

// isTrusted checks in the service itself that the entry holds the Active CA,
// verified, and that a device can enrol.
func isTrusted(t *testing.T, bench *acctest.Bench) resource.TestCheckFunc {
	t.Helper()

	return func(*terraform.State) error {
		thumbprint, verified := bench.Entry(acctest.Group, iotcentral.Primary)
		if want := bench.ActiveCA().Thumbprint().String(); thumbprint != want || !verified {
			t.Errorf("the entry holds %s, verified %t; want %s, verified", thumbprint, verified, want)
		}
		bench.Device().MustEnrol(t, "after the apply")
		return nil
	}
}

// comesBackWith checks that the watched device was refused until the operation, and
// assigned from then on.
func comesBackWith(t *testing.T, watch *acctest.Watch, operation string) {
	t.Helper()
	came := false
	for _, sighting := range watch.Seen() {
		came = came || sighting.Operation == operation
		if assigned := sighting.Refused == nil; assigned != came {
			t.Errorf("after %s the device is assigned %t, want %t: %v", sighting.Operation, assigned, came, sighting.Refused)
		}
	}
	if !came {
		t.Errorf("there was no %s", operation)
	}
}

// planned checks values of the plan before an apply.
func planned(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: checks}
}

func TestLostTrust_swappedCertificateIsReplacedAndReverified(t *testing.T) {
	t.Parallel()
	for name, verified := range map[string]bool{"unverified": false, "verified": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watch := &acctest.Watch{}
			bench := acctest.Start(t, func(options *emulator.Options) { options.Observe = watch.Observe })
			foreign := acctest.ForeignCA(t)
			bench.Run(
				resource.TestStep{Config: acctest.TrustConfig, Check: isTrusted(t, bench)},
				resource.TestStep{
					PreConfig: func() {
						bench.SwapCertificate(acctest.Group, iotcentral.Primary, foreign.DER(), verified)
						bench.Device().MustBeRefused(t, "after the swap", "no enrollment group holds a CA of the chain")
					},
					RefreshState:       true,
					ExpectNonEmptyPlan: true,
					RefreshPlanChecks: resource.RefreshPlanChecks{PostRefresh: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(acctest.TenantCA, plancheck.ResourceActionNoop),
						plancheck.ExpectResourceAction(acctest.GroupAddress, plancheck.ResourceActionNoop),
						plancheck.ExpectResourceAction(acctest.Certificate, plancheck.ResourceActionUpdate),
						plancheck.ExpectResourceAction(acctest.Verification, plancheck.ResourceActionUpdate),
						expectBefore(acctest.Certificate, "thumbprint", foreign.Thumbprint().String()),
						expectBefore(acctest.Certificate, "subject", nil),
						expectBefore(acctest.Verification, "verified", false),
						plancheck.ExpectKnownValue(acctest.Verification, tfjsonpath.New("verified"), knownvalue.Bool(true)),
						plancheck.ExpectKnownValue(acctest.Certificate, tfjsonpath.New("thumbprint"),
							knownvalue.StringExact(bench.ActiveCA().Thumbprint().String())),
					}},
				},
				resource.TestStep{
					PreConfig: func() { watch.Follow(bench.Device()) },
					Config:    acctest.TrustConfig,
					Check: resource.ComposeTestCheckFunc(isTrusted(t, bench), func(*terraform.State) error {
						comesBackWith(t, watch, "EnrollmentGroups_VerifyX509")
						return nil
					}),
					ConfigStateChecks: []statecheck.StateCheck{verifiedIs(true)},
				},
			)
		})
	}
}

func TestLostTrust_sameCertificateUploadedAgainIsReverified(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Run(
		resource.TestStep{Config: acctest.TrustConfig},
		resource.TestStep{
			PreConfig: func() {
				bench.SwapCertificate(acctest.Group, iotcentral.Primary, bench.ActiveCA().DER(), false)
				bench.Device().MustBeRefused(t, "after the upload", "which is not verified")
				bench.ResetRequests()
			},
			Config: acctest.TrustConfig,
			ConfigPlanChecks: planned(
				plancheck.ExpectResourceAction(acctest.Certificate, plancheck.ResourceActionNoop),
				plancheck.ExpectResourceAction(acctest.Verification, plancheck.ResourceActionUpdate),
				expectBefore(acctest.Verification, "verified", false),
			),
			Check: resource.ComposeTestCheckFunc(isTrusted(t, bench), func(*terraform.State) error {
				if uploads := bench.Count()["EnrollmentGroups_CreateX509"]; uploads != 0 {
					t.Errorf("the certificate was uploaded %d times; only its verification was lost", uploads)
				}
				return nil
			}),
		},
	)
}

func TestLostTrust_deletedEntryIsFilledAndVerified(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Run(
		resource.TestStep{Config: acctest.TrustConfig},
		resource.TestStep{
			PreConfig: func() {
				bench.DeleteCertificate(acctest.Group, iotcentral.Primary)
				bench.Device().MustBeRefused(t, "after the removal", "no enrollment group holds a CA of the chain")
			},
			Config: acctest.TrustConfig,
			ConfigPlanChecks: planned(
				plancheck.ExpectResourceAction(acctest.GroupAddress, plancheck.ResourceActionNoop),
				plancheck.ExpectResourceAction(acctest.Certificate, plancheck.ResourceActionCreate),
				plancheck.ExpectResourceAction(acctest.Verification, plancheck.ResourceActionCreate),
			),
			Check: isTrusted(t, bench),
		},
	)
}

func TestLostTrust_deletedGroupIsMadeAgain(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Run(
		resource.TestStep{Config: acctest.TrustConfig},
		resource.TestStep{
			PreConfig: func() { bench.MustDo("DELETE", "enrollmentGroups/"+acctest.Group, nil) },
			Config:    acctest.TrustConfig,
			Check:     isTrusted(t, bench),
		},
	)
}

func TestLostTrust_renewedCAIsUploadedAndVerified(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	var before string
	bench.Run(
		resource.TestStep{Config: acctest.TrustConfig},
		resource.TestStep{
			PreConfig: func() { rotate(t, bench, emulator.StageIssue) },
			Config:    acctest.TrustConfig,
			ConfigPlanChecks: planned(
				plancheck.ExpectEmptyPlan(), // A successor that is not in use yet changes nothing here.
			),
		},
		resource.TestStep{
			PreConfig: func() {
				before = bench.ActiveCA().Thumbprint().String()
				rotate(t, bench, emulator.StageActivate)
				bench.DeviceOf(before).MustEnrol(t, "with a certificate of the old CA")
				bench.Device().MustBeRefused(t, "with a certificate of the new CA", "no enrollment group holds a CA of the chain")
			},
			Config: acctest.TrustConfig,
			ConfigPlanChecks: planned(
				plancheck.ExpectResourceAction(acctest.TenantCA, plancheck.ResourceActionUpdate),
				plancheck.ExpectResourceAction(acctest.Certificate, plancheck.ResourceActionUpdate),
				plancheck.ExpectResourceAction(acctest.Verification, plancheck.ResourceActionUpdate),
				eventually(func() plancheck.PlanCheck { return expectBefore(acctest.TenantCA, "thumbprint", before) }),
				eventually(func() plancheck.PlanCheck {
					return plancheck.ExpectKnownValue(acctest.Verification, tfjsonpath.New("thumbprint"),
						knownvalue.StringExact(bench.ActiveCA().Thumbprint().String()))
				}),
			),
			Check: isTrusted(t, bench),
		},
	)
}

func rotate(t *testing.T, bench *acctest.Bench, stage emulator.Stage) {
	t.Helper()
	if err := bench.Rotate("", stage); err != nil {
		t.Fatal(err)
	}
}
