// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// TestEmulatedTime_twoYearsOfAFleet has nothing moved but the clock of the emulator: neither the machine's, by which the
// provider would go without the Date of the answers, nor a CA by command. The devices can enrol whenever one looks.
func TestEmulatedTime_twoYearsOfAFleet(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	devices := &fleet{t: t, bench: bench}
	start := bench.Now()
	onDay := func(n int) func() {
		return func() {
			if _, err := bench.Advance(start.AddDate(0, 0, n).Sub(bench.Now())); err != nil {
				t.Fatal(err)
			}
			devices.renew()
			_ = devices.allEnrol(nil) // Before Terraform has looked.
		}
	}
	role := func(entry string, want knownvalue.Check) statecheck.StateCheck {
		path := tfjsonpath.New(entry)
		if want != knownvalue.Null() {
			path = path.AtMapKey("role")
		}
		return statecheck.ExpectKnownValue(trustAddress, path, want)
	}
	changes := func(n int, primary, secondary knownvalue.Check) resource.TestStep {
		return resource.TestStep{
			PreConfig:         onDay(n),
			Config:            keepTrust,
			ConfigPlanChecks:  planned(plancheck.ExpectResourceAction(trustAddress, plancheck.ResourceActionUpdate)),
			ConfigStateChecks: []statecheck.StateCheck{role("primary", primary), role("secondary", secondary)},
			Check:             devices.allEnrol,
		}
	}
	active, upcoming, nothing := knownvalue.StringExact("active"), knownvalue.StringExact("upcoming"), knownvalue.Null()

	bench.Run(
		resource.TestStep{
			PreConfig:         devices.renew,
			Config:            keepTrust,
			ConfigStateChecks: []statecheck.StateCheck{role("primary", active), role("secondary", nothing)},
			Check:             devices.allEnrol,
		},
		quiet(onDay(365), devices),
		changes(650, active, upcoming),
		quiet(onDay(690), devices), // The second CA is Active, and trusted since day 650.
		changes(735, nothing, active),
		changes(735+560, upcoming, active),
	)
	if passed := bench.Now().Sub(start); passed < 2*365*24*time.Hour {
		t.Errorf("%v passed", passed)
	}
}
