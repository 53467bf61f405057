// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// TestAzureSphereTrust_quietWhenNothingHasChanged: a refresh that finds nothing new
// writes no state, or each scheduled run would leave a version behind.
func TestAzureSphereTrust_quietWhenNothingHasChanged(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	cli := bench.NewCLI(trustConfig(bench, "") + "\nresource \"azuresphere_tenant_ca\" \"this\" {}\n")
	cli.MustRun("apply", "-auto-approve")
	state := cli.Read("terraform.tfstate")
	exits(t, cli, 0, []string{"No changes"}, "plan", "-refresh-only", "-detailed-exitcode")
	cli.MustRun("apply", "-auto-approve")
	cli.MustRun("apply", "-refresh-only", "-auto-approve")
	if cli.Read("terraform.tfstate") != state {
		t.Error("an apply that has nothing to do writes a new state")
	}
	rotate(t, bench, emulator.StageIssue)
	exits(t, cli, 2, nil, "plan", "-detailed-exitcode")
	cli.MustRun("apply", "-auto-approve")
	state = cli.Read("terraform.tfstate")
	exits(t, cli, 0, nil, "plan", "-refresh-only", "-detailed-exitcode")
	cli.MustRun("apply", "-auto-approve")
	if cli.Read("terraform.tfstate") != state {
		t.Error("an apply that has nothing to do writes a new state during a renewal")
	}
}

// TestAzureSphereTrust_daysLeftGoDown: a refresh keeps the time of the first look, and
// must not count the days from there.
func TestAzureSphereTrust_daysLeftGoDown(t *testing.T) {
	t.Parallel()
	clock := acctest.NewClock(time.Now())
	bench := acctest.Start(t, func(options *emulator.Options) { options.Now = clock.Now })
	portalGroup(bench)
	trusted := bench.NewServer().Create(typeTrust, map[string]any{"enrollment_group_id": groupID(bench)})
	rotate(t, bench, emulator.StageIssue)
	first := bench.NewServer().Refresh(trusted)
	clock.Set(clock.Now().AddDate(0, 0, 20))
	second := bench.NewServer().Refresh(first)
	if !hasOne(first.Warnings, "becomes Active in about 45 days") || !hasOne(second.Warnings, "becomes Active in about 25 days") {
		t.Errorf("warnings %q, 20 days later %q", first.Warnings, second.Warnings)
	}
}

// TestAzureSphereTrust_machineWithAWrongClock: a proof is valid for an hour, by the
// time of the service.
func TestAzureSphereTrust_machineWithAWrongClock(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]time.Duration{"ahead": 400 * 24 * time.Hour, "behind": -24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			bench.SetMachineClock(func() time.Time { return time.Now().Add(wrong) })
			portalGroup(bench)
			trusted := bench.NewServer().Create(typeTrust, map[string]any{"enrollment_group_id": groupID(bench)})
			if len(trusted.Errors) > 0 || trusted.State["trusted"] != true {
				t.Errorf("trusted is %v: errors %q", trusted.State["trusted"], trusted.Errors)
			}
		})
	}
}
