// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral_test

import (
	"fmt"
	"maps"
	"regexp"
	"sync"
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

const trustAddress = "iotcentral_azure_sphere_trust.this"

// trustConfig keeps trust in a group that somebody else made.
func trustConfig(bench *acctest.Bench, arguments string) string {
	return fmt.Sprintf("resource \"iotcentral_azure_sphere_trust\" \"this\" {\n  enrollment_group_id = \"%s/enrollmentGroups/%s\"\n  %s\n}\n",
		bench.Host(), groupName, arguments)
}

func rotate(t *testing.T, bench *acctest.Bench, stages ...emulator.Stage) {
	t.Helper()
	for _, stage := range stages {
		if err := bench.Rotate("", stage); err != nil {
			t.Fatal(err)
		}
	}
}

func nested(entry, name string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(trustAddress, tfjsonpath.New(entry).AtMapKey(name), want)
}

func TestAzureSphereTrust_planReadsOnlyAndTellsWhatWillBe(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	rotate(t, bench, emulator.StageIssue)
	bench.ResetRequests()
	bench.Run(resource.TestStep{
		Config:             trustConfig(bench, ""),
		PlanOnly:           true,
		ExpectNonEmptyPlan: true,
	})
	for _, request := range bench.Requests() {
		if request.Service != "entra" && request.Method != "GET" {
			t.Errorf("the plan sent %s %s", request.Method, request.Path)
		}
	}
	if count := bench.Count()["Certificates_ListByCatalog"]; count == 0 {
		t.Error("the plan did not look at the tenant")
	}
}

func TestAzureSphereTrust_removesOnlyWhatItPutThere(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	active := bench.ActiveCA()
	bench.SwapCertificate(groupName, iotcentral.Primary, active.DER(), true)
	rotate(t, bench, emulator.StageIssue)
	bench.Run(resource.TestStep{
		Config: trustConfig(bench, ""),
		ConfigStateChecks: []statecheck.StateCheck{
			nested("primary", "role", knownvalue.StringExact("active")),
			nested("secondary", "role", knownvalue.StringExact("upcoming")),
			nested("secondary", "verified", knownvalue.Bool(true)),
		},
	})
	if thumbprint, verified := bench.Entry(groupName, iotcentral.Primary); thumbprint != active.Thumbprint() || !verified {
		t.Errorf("destroy changed what somebody else put into the primary entry: %q, verified %t", thumbprint, verified)
	}
	if thumbprint, _ := bench.Entry(groupName, iotcentral.Secondary); thumbprint != "" {
		t.Errorf("destroy left %s in the secondary entry", thumbprint)
	}
}

func TestAzureSphereTrust_importOfAGroupThatIsInOrderPlansNothing(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, bench.ActiveCA().DER(), true)
	bench.Run(resource.TestStep{
		Config:           trustConfig(bench, "") + fmt.Sprintf("import {\n  to = %s\n  id = \"%s/enrollmentGroups/%s\"\n}\n", trustAddress, bench.Host(), groupName),
		ConfigPlanChecks: action(trustAddress, plancheck.ResourceActionNoop),
		ConfigStateChecks: []statecheck.StateCheck{
			nested("primary", "subject", knownvalue.StringExact(bench.ActiveCA().Subject())),
		},
	})
	if _, verified := bench.Entry(groupName, iotcentral.Primary); !verified {
		t.Error("destroy removed a certificate that was only imported")
	}
}

func TestAzureSphereTrust_foreignCertificateStopsIt(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	foreign := acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, foreign.DER(), true)
	rotate(t, bench, emulator.StageIssue)
	bench.Run(
		resource.TestStep{
			Config:   trustConfig(bench, ""),
			PlanOnly: true,
			ExpectError: regexp.MustCompile(`(?s)holds a foreign certificate.*primary entry.*` + foreign.Thumbprint() +
				`.*The CAs of the tenant are:.*` + bench.ActiveCA().Thumbprint() + `\s+active.*replace_foreign`),
		},
		resource.TestStep{
			Config: trustConfig(bench, "replace_foreign = true"),
			ConfigStateChecks: []statecheck.StateCheck{
				nested("secondary", "role", knownvalue.StringExact("active")),
				nested("primary", "role", knownvalue.StringExact("upcoming")),
			},
		},
	)
}

func TestAzureSphereTrust_revokedCAIsRemoved(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	old := bench.ActiveCA()
	bench.Run(
		resource.TestStep{
			Config:            trustConfig(bench, ""),
			ConfigStateChecks: []statecheck.StateCheck{nested("primary", "thumbprint", knownvalue.StringExact(old.Thumbprint()))},
		},
		resource.TestStep{
			PreConfig: func() { rotate(t, bench, emulator.StageIssue, emulator.StageActivate, emulator.StageRevoke) },
			Config:    trustConfig(bench, ""),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectKnownValue(trustAddress, tfjsonpath.New("primary"), knownvalue.Null()),
				plancheck.ExpectKnownValue(trustAddress, tfjsonpath.New("secondary").AtMapKey("role"), knownvalue.StringExact("active")),
			}},
			Check: func(*terraform.State) error {
				if thumbprint, _ := bench.Entry(groupName, iotcentral.Primary); thumbprint != "" {
					t.Errorf("the primary entry still holds %s", thumbprint)
				}
				return nil
			},
		},
	)
}

// TestAzureSphereTrust_interruptedAnywhereTheNextApplyContinues cuts the run after
// each of its requests in turn.
func TestAzureSphereTrust_interruptedAnywhereTheNextApplyContinues(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{
		"EnrollmentGroups_CreateX509",
		"EnrollmentGroups_GenerateVerificationCodeX509",
		"Certificates_RetrieveProofOfPossessionNonce",
		"EnrollmentGroups_VerifyX509",
	} {
		for _, afterEffect := range []bool{false, true} {
			for _, which := range []string{"primary", "secondary"} {
				t.Run(fmt.Sprintf("%s %s after effect %t", operation, which, afterEffect), func(t *testing.T) {
					t.Parallel()
					bench := acctest.Start(t, nil)
					portalGroup(bench)
					rotate(t, bench, emulator.StageIssue)
					path := "**/" + which + "**"
					if operation == "Certificates_RetrieveProofOfPossessionNonce" {
						path = ""
					}
					// 403 ends the run at once, as a kill does.
					bench.Fail(emulator.Fault{Operation: operation, Path: path, Status: 403, AfterEffect: afterEffect, Times: 1})
					bench.Run(
						resource.TestStep{Config: trustConfig(bench, ""), ExpectError: regexp.MustCompile(`Cannot establish trust`)},
						resource.TestStep{
							Config: trustConfig(bench, ""),
							ConfigStateChecks: []statecheck.StateCheck{
								nested("primary", "verified", knownvalue.Bool(true)),
								nested("secondary", "verified", knownvalue.Bool(true)),
							},
							Check: func(*terraform.State) error {
								for _, entry := range iotcentral.Entries() {
									if _, verified := bench.Entry(groupName, entry); !verified {
										t.Errorf("the %s entry is not verified", entry)
									}
								}
								return nil
							},
						},
					)
				})
			}
		}
	}
}

// TestAzureSphereTrust_twiceAtOnceBothEndVerified runs two configurations for one
// group side by side.
func TestAzureSphereTrust_twiceAtOnceBothEndVerified(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	rotate(t, bench, emulator.StageIssue)
	two := trustConfig(bench, "") + regexp.MustCompile(`"this"`).ReplaceAllString(trustConfig(bench, ""), `"other"`)
	var once sync.Once
	bench.Run(resource.TestStep{
		Config: two,
		Check: func(*terraform.State) error {
			once.Do(func() {
				for _, entry := range iotcentral.Entries() {
					if _, verified := bench.Entry(groupName, entry); !verified {
						t.Errorf("the %s entry is not verified", entry)
					}
				}
			})
			return nil
		},
		ConfigStateChecks: []statecheck.StateCheck{
			nested("primary", "verified", knownvalue.Bool(true)),
			nested("secondary", "verified", knownvalue.Bool(true)),
		},
	})
}

func TestAzureSphereTrust_changeSinceThePlanIsRefused(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	bench.Run(
		resource.TestStep{Config: trustConfig(bench, "")},
		resource.TestStep{
			PreConfig: func() {
				rotate(t, bench, emulator.StageIssue)
				bench.ResetRequests()
			},
			Config: trustConfig(bench, ""),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				// Between plan and apply the successor becomes active.
				onPlan(func() { rotate(t, bench, emulator.StageActivate) }),
			}},
			ExpectError: regexp.MustCompile(`The plan is out of date`),
		},
		resource.TestStep{
			PreConfig: func() {
				for _, request := range bench.Requests() {
					if request.Service == "iotcentral" && request.Method != "GET" {
						t.Errorf("%s %s was sent for a plan that is out of date", request.Method, request.Path)
					}
				}
			},
			Config: trustConfig(bench, ""),
			ConfigStateChecks: []statecheck.StateCheck{
				nested("primary", "role", knownvalue.StringExact("retiring")),
				nested("secondary", "role", knownvalue.StringExact("active")),
				nested("secondary", "verified", knownvalue.Bool(true)),
			},
		},
	)
}

func TestAzureSphereTrust_onlyNotFoundRemovesIt(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"EnrollmentGroups_GetX509", "Certificates_ListByCatalog"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			portalGroup(bench)
			bench.Run(survives(bench, trustConfig(bench, ""), operation, "Cannot (read|list)")...)
		})
	}
}

// TestAzureSphereTrust_requestBudget counts a whole create during a renewal.
func TestAzureSphereTrust_requestBudget(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	rotate(t, bench, emulator.StageIssue)
	bench.ResetRequests()
	bench.Run(resource.TestStep{
		Config: trustConfig(bench, ""),
		Check: func(*terraform.State) error {
			got := bench.Count()
			delete(got, "OpenIDConfiguration")
			want := map[string]int{
				"Token":                                         4,                   // for each audience, in the plan and in the apply
				"Certificates_ListByCatalog":                    2,                   // likewise
				"EnrollmentGroups_GetX509":                      2 + 2 + 2 + 2*(1+2), // Terraform plans a create twice
				"EnrollmentGroups_CreateX509":                   2,
				"EnrollmentGroups_GenerateVerificationCodeX509": 2,
				"Certificates_RetrieveProofOfPossessionNonce":   2,
				"EnrollmentGroups_VerifyX509":                   2,
			}
			if !maps.Equal(got, want) {
				t.Errorf("requests of a whole create:\n got %v\nwant %v", got, want)
			}
			return nil
		},
	})
}

// TestAzureSphereTrust_foreignSubjectIsNamedWhereTheServiceTellsIt: by its
// documentation it does not.
func TestAzureSphereTrust_foreignSubjectIsNamedWhereTheServiceTellsIt(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) {
		if err := options.Behavior.Set("certificate-body", "returned"); err != nil {
			t.Fatal(err)
		}
	})
	foreign := acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Secondary, foreign.DER(), true)
	bench.Run(resource.TestStep{
		Config:      trustConfig(bench, ""),
		PlanOnly:    true,
		ExpectError: regexp.MustCompile(`(?s)secondary\s+entry.*` + foreign.Thumbprint() + `.*subject\s+CN=Microsoft\s+Azure\s+Sphere\s+99999999`),
	})
}

// TestAzureSphereTrust_withoutAnActiveCA leaves the entries as they are.
func TestAzureSphereTrust_withoutAnActiveCA(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	arguments := map[string]any{"enrollment_group_id": groupID(bench)}
	created := bench.NewServer().MustCreate(typeTrust, arguments)
	rotate(t, bench, emulator.StageExpire)
	server := bench.NewServer()
	refreshed := server.Refresh(created)
	bench.ResetRequests()
	plan := server.PlanUpdate(refreshed, arguments)
	if !hasOne(plan.Warnings, "No Active tenant CA", "left as they are") {
		t.Errorf("the plan warns %q", plan.Warnings)
	}
	if len(plan.Errors) > 0 || plan.Values["primary"] == nil {
		t.Errorf("the plan is %v, %q, want the entry as it is", plan.Values, plan.Errors)
	}
	if thumbprint, verified := bench.Entry(groupName, iotcentral.Primary); thumbprint != bench.State().Catalogs[0].Certificates[0].Thumbprint || !verified {
		t.Errorf("the entry holds %s, verified %t", thumbprint, verified)
	}
}
