// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

// budget is how many requests a run sends by operation, for n groups. Sign-ins are
// not counted.
type budget map[string]func(n int) int

// once and each are parts of a budget.
func once(int) int { return 1 }

func each(requests int) func(int) int { return func(n int) int { return requests * n } }

func (b budget) of(n int) map[string]int {
	counts := map[string]int{}
	for operation, requests := range b {
		counts[operation] = requests(n)
	}

	return counts
}

// plus returns a budget with that of something else.
func (b budget) plus(other budget) budget {
	sum := maps.Clone(b)
	maps.Copy(sum, other)

	return sum
}

var (
	// trustOneCA uploads a CA, proves possession and reads the entry after that.
	trustOneCA = budget{
		"EnrollmentGroups_CreateX509": each(1), "EnrollmentGroups_GenerateVerificationCodeX509": each(1),
		"Certificates_RetrieveProofOfPossessionNonce": each(1), "EnrollmentGroups_VerifyX509": each(1), "EnrollmentGroups_GetX509": each(1),
	}
	// newGroups are looked for and created. The list of groups, one per application,
	// tells an absent application from an absent group.
	newGroups = budget{"EnrollmentGroups_Get": each(1), "EnrollmentGroups_List": once, "EnrollmentGroups_Create": each(1)}
	// lists are what every refresh reads, whatever n.
	lists = budget{"EnrollmentGroups_List": once, "Certificates_ListByCatalog": once}
)

// TestRequestBudget: IoT Central allows 20 requests a second, so what a run costs is
// its requests.
func TestRequestBudget(t *testing.T) {
	t.Parallel()
	none := budget{}
	tenant := budget{"Certificates_ListByCatalog": once}
	for name, test := range map[string]struct {
		shape lab.Shape
		// firstPlan, create, renewal and destroy are the budgets of the plan and of
		// applies of saved plans. refresh is that of a plan when the list of groups
		// shows what the entries hold, readEntries when it does not.
		firstPlan, create, renewal, destroy budget
		refresh, readEntries                budget
		sizes                               []int
		// large is what the list shows in the test of the largest size.
		large string
	}{
		"four resources": {
			shape:       lab.FourResources,
			firstPlan:   lists.plus(budget{"EnrollmentGroups_Get": each(1)}),
			create:      tenant.plus(newGroups).plus(trustOneCA),
			renewal:     trustOneCA.plus(budget{"EnrollmentGroups_GetX509": each(1 + 1)}), // And once before the upload.
			destroy:     budget{"EnrollmentGroups_RemoveX509": each(1), "EnrollmentGroups_Remove": each(1)},
			refresh:     lists,
			readEntries: lists.plus(budget{"EnrollmentGroups_GetX509": each(1)}),
			sizes:       []int{2, 20},
			large:       "partly",
		},
		"trust": {
			shape:       lab.Trust,
			firstPlan:   lists.plus(budget{"EnrollmentGroups_Get": each(1)}),
			create:      tenant.plus(newGroups).plus(trustOneCA),
			renewal:     tenant.plus(trustOneCA).plus(budget{"EnrollmentGroups_GetX509": each(2 + 1)}),
			destroy:     tenant.plus(budget{"EnrollmentGroups_GetX509": each(2), "EnrollmentGroups_RemoveX509": each(2), "EnrollmentGroups_Remove": each(1)}),
			refresh:     lists,
			readEntries: lists.plus(budget{"EnrollmentGroups_GetX509": each(2)}),
			sizes:       []int{2, 20},
			large:       "yes",
		},
		"trust in groups that exist": {
			shape:     lab.TrustAlone,
			firstPlan: lists.plus(budget{"EnrollmentGroups_GetX509": each(2)}),
			// What the plan just before the create has read serves the create.
			create:      lists.plus(trustOneCA).plus(budget{"EnrollmentGroups_GetX509": each(2 + 1)}),
			renewal:     tenant.plus(trustOneCA).plus(budget{"EnrollmentGroups_GetX509": each(2 + 1)}),
			destroy:     tenant.plus(budget{"EnrollmentGroups_GetX509": each(2), "EnrollmentGroups_RemoveX509": each(2)}),
			refresh:     lists,
			readEntries: lists.plus(budget{"EnrollmentGroups_GetX509": each(2)}),
			sizes:       []int{2},
		},
	} {
		for _, shows := range []string{"yes", "partly"} {
			for _, n := range test.sizes {
				if large := n > 2; large && shows != test.large {
					continue // Once for each shape is enough: the budgets are the same for all sizes.
				}
				t.Run(fmt.Sprintf("%s, %d, the list shows certificates: %s", name, n, shows), func(t *testing.T) {
					t.Parallel()
					bench := fleetBench(t, shows)
					if test.shape == lab.TrustAlone {
						for i := range n {
							bench.MustDo("PUT", fmt.Sprintf("enrollmentGroups/fleet-%d", i),
								map[string]any{"displayName": "Fleet", "type": "iot", "attestation": map[string]any{"type": "x509"}})
						}
					}
					cli := bench.NewCLI(lab.UnderOneName(lab.Fleet(test.shape, bench.Host(), n)))
					run := func(what string, want budget, arguments ...string) {
						t.Helper()
						bench.ResetRequests()
						cli.MustRun(arguments...)
						got := bench.Count()
						delete(got, "OpenIDConfiguration")
						delete(got, "Token")
						if !maps.Equal(got, want.of(n)) {
							t.Errorf("%s sent\n%v, want\n%v", what, got, want.of(n))
						}
					}
					refresh := test.refresh
					if shows != "yes" {
						refresh = test.readEntries
					}
					run("the first plan", test.firstPlan, "plan", "-out=saved")
					run("the create", test.create, "apply", "saved")
					run("a refresh", refresh, "plan", "-detailed-exitcode", "-out=saved")
					run("an apply without changes", none, "apply", "saved")
					rotate(t, bench, emulator.StageIssue)
					rotate(t, bench, emulator.StageActivate)
					cli.MustRun("plan", "-out=saved")
					run("the renewal", test.renewal, "apply", "saved")
					run("a refresh after the renewal", refresh, "plan", "-detailed-exitcode")
					cli.MustRun("plan", "-destroy", "-out=saved")
					run("the destroy", test.destroy, "apply", "saved")
				})
			}
		}
	}
}

// fleetBench is an emulator for a fleet: many groups of one application trust one
// tenant, which the service itself may not allow.
func fleetBench(t *testing.T, listShowsCertificates string) *acctest.Bench {
	t.Helper()

	return acctest.Start(t, func(options *emulator.Options) {
		for name, value := range map[string]string{"shared-certificate": "allow", "group-shows-certificates": listShowsCertificates} {
			if err := options.Behavior.Set(name, value); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestRequestBudget_pagesAreReadOnce: each page of the list is one more request.
func TestRequestBudget_pagesAreReadOnce(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) {
		options.Behavior.SharedCertificateAllowed, options.Behavior.PageSize = true, 2
	})
	cli := bench.NewCLI(lab.UnderOneName(lab.Fleet(lab.Trust, bench.Host(), 5)))
	cli.MustRun("apply", "-auto-approve")
	bench.ResetRequests()
	cli.MustRun("plan", "-detailed-exitcode")
	if got := bench.Count(); got["EnrollmentGroups_List"] != 3 || got["EnrollmentGroups_Get"]+got["EnrollmentGroups_GetX509"] != 0 {
		t.Errorf("sent %v, want three pages of the list and nothing of a group", got)
	}
}
