// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral_test

import (
	"testing"

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
