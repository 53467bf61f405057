// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps_test

import (
	"slices"
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

const (
	trustType = "azuresphere_dps_trust"
	groupType = "azuresphere_dps_enrollment_group"
	trustAt   = trustType + ".this"
	groupAt   = groupType + ".sphere"
)

// trustConfig is the main job.
const trustConfig = `
resource "azuresphere_dps_enrollment_group" "sphere" {
  group_id = "sphere-devices"
}

resource "azuresphere_dps_trust" "this" {
  enrollment_group_id = azuresphere_dps_enrollment_group.sphere.id
}
`

const group = "sphere-devices"

// rotate takes the CA of the catalog one step further.
func rotate(t *testing.T, bench *acctest.Bench, stages ...emulator.Stage) {
	t.Helper()
	for _, stage := range stages {
		if err := bench.Rotate("", stage); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTrust_endsTrustedAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	empty := plancheck.ExpectEmptyPlan()
	thumbprint := bench.ActiveCA().Thumbprint().String()
	bench.Run(
		resource.TestStep{
			Config: trustConfig,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(trustAt, tfjsonpath.New("trusted"), knownvalue.Bool(true)),
				statecheck.ExpectKnownValue(trustAt, tfjsonpath.New("active_entry"), knownvalue.StringExact("primary")),
				statecheck.ExpectKnownValue(trustAt, tfjsonpath.New("primary").AtMapKey("thumbprint"), knownvalue.StringExact(thumbprint)),
				statecheck.ExpectKnownValue(trustAt, tfjsonpath.New("primary").AtMapKey("role"), knownvalue.StringExact("active")),
				statecheck.ExpectKnownValue(trustAt, tfjsonpath.New("secondary"), knownvalue.Null()),
				statecheck.ExpectKnownValue(groupAt, tfjsonpath.New("id"), knownvalue.StringExact(bench.DPSGroupID(group))),
			},
			Check: func(*terraform.State) error {
				if trusted := bench.TrustedByDPS(group); !slices.Equal(trusted, []string{thumbprint}) {
					t.Errorf("the group trusts %q", trusted)
				}
				return nil
			},
		},
		resource.TestStep{Config: trustConfig, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{empty}}},
		resource.TestStep{
			PreConfig: func() { rotate(t, bench, emulator.StageIssue) }, Config: trustConfig,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(trustAt, tfjsonpath.New("secondary").AtMapKey("role"), knownvalue.StringExact("upcoming")),
				statecheck.ExpectKnownValue(trustAt, tfjsonpath.New("secondary").AtMapKey("verified"), knownvalue.Bool(true)),
			},
		},
		resource.TestStep{
			PreConfig: func() { rotate(t, bench, emulator.StageActivate, emulator.StageExpire) }, Config: trustConfig,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(trustAt, tfjsonpath.New("active_entry"), knownvalue.StringExact("secondary")),
				statecheck.ExpectKnownValue(trustAt, tfjsonpath.New("primary"), knownvalue.Null()),
			},
			Check: func(*terraform.State) error {
				if state := bench.DPSState(); len(state.Certificates) != 1 {
					t.Errorf("the service has %v", state.Certificates)
				}
				return nil
			},
		},
	)
	if state := bench.DPSState(); len(state.Certificates)+len(state.EnrollmentGroups) > 0 {
		t.Errorf("the destroy leaves %+v", state)
	}
}
