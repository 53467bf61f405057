// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"fmt"
	"maps"
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

func TestAzureSphereTrust_destroyRemovesEveryCAOfTheTenant(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, bench.ActiveCA().DER(), true)
	rotate(t, bench, emulator.StageIssue)
	bench.Run(resource.TestStep{
		Config: trustConfig(bench, ""),
		ConfigStateChecks: []statecheck.StateCheck{
			nested("primary", "role", knownvalue.StringExact("active")),
			nested("secondary", "role", knownvalue.StringExact("upcoming")),
			nested("secondary", "verified", knownvalue.Bool(true)),
			statecheck.ExpectKnownValue(trustAddress, tfjsonpath.New("trusted"), knownvalue.Bool(true)),
			statecheck.ExpectKnownValue(trustAddress, tfjsonpath.New("active_entry"), knownvalue.StringExact("primary")),
		},
	})
	for _, entry := range iotcentral.Entries() {
		if thumbprint, _ := bench.Entry(groupName, entry); thumbprint != "" {
			t.Errorf("destroy left %s in the %s entry", thumbprint, entry)
		}
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
}

func TestAzureSphereTrust_foreignCertificateStaysUnlessItMayGo(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	foreign := acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, foreign.DER(), true)
	rotate(t, bench, emulator.StageIssue)
	arguments := map[string]any{"enrollment_group_id": groupID(bench)}
	server := bench.NewServer()
	plan := server.PlanCreate(typeTrust, arguments)
	if !hasAll(plan.Warnings, "A foreign certificate is verified", foreign.Thumbprint().String(), "can enrol any device", "replace_foreign = true") ||
		!hasAll(plan.Warnings, "No entry for the next CA", "Devices cannot enrol from about") {
		t.Errorf("the plan warns %q", plan.Warnings)
	}
	created := server.Apply(plan)
	if len(created.Errors) > 0 || created.State["trusted"] != true || created.State["active_entry"] != "secondary" {
		t.Fatalf("got %v, %q", created.State, created.Errors)
	}
	arguments["replace_foreign"] = true
	bench.Run(
		resource.TestStep{
			Config: trustConfig(bench, "replace_foreign = true"),
			ConfigStateChecks: []statecheck.StateCheck{
				nested("secondary", "role", knownvalue.StringExact("active")),
				nested("primary", "role", knownvalue.StringExact("upcoming")),
				nested("primary", "verified", knownvalue.Bool(true)),
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
			ConfigStateChecks: []statecheck.StateCheck{nested("primary", "thumbprint", knownvalue.StringExact(old.Thumbprint().String()))},
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
					// 403 ends the run at once, as a kill does. Only the Active CA, which
					// is in the primary entry, is worth an error.
					bench.Fail(emulator.Fault{Operation: operation, Path: path, Status: 403, AfterEffect: afterEffect, Times: 1})
					first := resource.TestStep{Config: trustConfig(bench, ""), ExpectError: regexp.MustCompile(`Cannot establish trust`)}
					if which == "secondary" && path != "" {
						first = resource.TestStep{
							Config:             trustConfig(bench, ""),
							ConfigStateChecks:  []statecheck.StateCheck{nested("primary", "verified", knownvalue.Bool(true))},
							ExpectNonEmptyPlan: !afterEffect || operation != "EnrollmentGroups_VerifyX509",
						}
					}
					bench.Run(
						first,
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

// TestAzureSphereTrust_changeSinceThePlanIsMet lets the successor become Active
// between plan and apply: the plan left open what becomes of its entry.
func TestAzureSphereTrust_changeSinceThePlanIsMet(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	cli := bench.NewCLI(trustConfig(bench, ""))
	cli.MustRun("apply", "-auto-approve")
	rotate(t, bench, emulator.StageIssue)
	cli.MustRun("plan", "-out=saved")
	rotate(t, bench, emulator.StageActivate)
	output := cli.MustRun("apply", "saved")
	if !strings.Contains(output, "is out of date") || !strings.Contains(output, "The Active CA is trusted") {
		t.Errorf("the apply says nothing of the change:\n%s", output)
	}
	if _, verified := bench.Entry(groupName, iotcentral.Secondary); !verified {
		t.Error("the CA that is Active by now is not verified")
	}
	if output, code := cli.Run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the next plan exits with %d:\n%s", code, output)
	}
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
				"Token":                                         4,         // for each audience, in the plan and in the apply
				"Certificates_ListByCatalog":                    2,         // likewise
				"EnrollmentGroups_List":                         2,         // Terraform plans a create twice
				"EnrollmentGroups_GetX509":                      2 + 2 + 2, // likewise; and after each verification
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
	plan := bench.NewServer().PlanCreate(typeTrust, map[string]any{"enrollment_group_id": groupID(bench)})
	if !hasOne(plan.Warnings, "secondary entry", foreign.Thumbprint().String(), "(subject CN=Microsoft Azure Sphere 99999999") {
		t.Errorf("the plan warns %q", plan.Warnings)
	}
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
	if !hasOne(refreshed.Warnings, "No Active tenant CA", "stay as they are") || refreshed.State["trusted"] != false {
		t.Errorf("the refresh warns %q, trusted is %v", refreshed.Warnings, refreshed.State["trusted"])
	}
	plan := server.PlanUpdate(refreshed, arguments)
	if len(plan.Errors) > 0 || plan.Values["primary"] == nil || plan.Values["trusted"] != true {
		t.Errorf("the plan is %v, %q, want the entry as it is", plan.Values, plan.Errors)
	}
	if updated := server.Apply(plan); !hasOne(updated.Errors, "Cannot establish trust", "Active CA") || updated.State["trusted"] != false {
		t.Errorf("the apply says %q, trusted is %v", updated.Errors, updated.State["trusted"])
	}
	if thumbprint, verified := bench.Entry(groupName, iotcentral.Primary); thumbprint != bench.State().Catalogs[0].Certificates[0].Thumbprint || !verified {
		t.Errorf("the entry holds %s, verified %t", thumbprint, verified)
	}
}
