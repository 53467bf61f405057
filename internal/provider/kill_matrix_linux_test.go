// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// killGroup is the group in the configurations of the kill matrix.
const killGroup = acctest.Group

// killDPS is the shape of the main job in a Device Provisioning Service.
const killDPS = "DPS trust"

// killConfigs are the shapes in which people write the main job.
var killConfigs = map[string]string{
	killDPS: `
resource "azuresphere_dps_enrollment_group" "sphere" {
  group_id = "sphere-devices"
}

resource "azuresphere_dps_trust" "this" {
  enrollment_group_id = azuresphere_dps_enrollment_group.sphere.id
}
`,
	"four resources": acctest.TrustConfig,
	"trust": `
resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere"
}

resource "iotcentral_azure_sphere_trust" "this" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
}
`,
	"separate proof": `
resource "azuresphere_tenant_ca" "this" {}

resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere"
}

resource "iotcentral_enrollment_group_certificate" "primary" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
  certificate_pem     = azuresphere_tenant_ca.this.certificate_pem
}

resource "iotcentral_verification_code" "this" {
  certificate_id = iotcentral_enrollment_group_certificate.primary.id
  thumbprint     = iotcentral_enrollment_group_certificate.primary.thumbprint
}

resource "azuresphere_proof_of_possession" "this" {
  thumbprint        = iotcentral_verification_code.this.thumbprint
  verification_code = iotcentral_verification_code.this.verification_code
}

resource "iotcentral_certificate_verification" "primary" {
  certificate_id               = iotcentral_enrollment_group_certificate.primary.id
  thumbprint                   = iotcentral_enrollment_group_certificate.primary.thumbprint
  verification_certificate_pem = azuresphere_proof_of_possession.this.certificate_pem
}
`,
}

// interruptions are what may end a run at a request: before or after its effect.
var interruptions = map[string]struct {
	afterEffect bool
	end         func(*acctest.Process)
}{
	"drop":                    {false, func(*acctest.Process) {}},
	"lost answer":             {true, func(*acctest.Process) {}},
	"SIGKILL of the provider": {true, (*acctest.Process).KillProviders},
	"SIGINT of Terraform":     {true, func(p *acctest.Process) { p.Signal(os.Interrupt) }},
	"SIGKILL of Terraform":    {true, func(p *acctest.Process) { p.Signal(syscall.SIGKILL) }},
	// Not after its providers: Terraform would be writing its state at that moment,
	// which it does not do at one stroke.
	"SIGKILL of Terraform before effect": {false, func(p *acctest.Process) { p.Signal(syscall.SIGKILL) }},
}

// killRequests is how many requests a phase takes at most, sign-in included. A cell
// beyond them is a run that nothing interrupts.
const killRequests = 26

// TestKills_oneMoreApplyFinishes interrupts real runs at each request. One more
// apply, or destroy, must lead to the end: trusted and nothing twice, or nothing
// left. A group whose creation was answered to nobody is the one exception: the
// next apply names it with a block that imports it.
func TestKills_oneMoreApplyFinishes(t *testing.T) {
	t.Parallel()
	var counted tally
	t.Cleanup(func() { counted.print(t, "interruptions, by kind") })
	for shape := range killConfigs {
		for _, phase := range []string{"create", "renew", "destroy"} {
			for kind := range interruptions {
				for n := range killRequests {
					cell := fmt.Sprintf("%s, %s, %s at request %d", shape, phase, kind, n+1)
					if !sampled(t, cell, 150) {
						continue
					}
					t.Run(cell, func(t *testing.T) {
						t.Parallel()
						counted.add(phase+", "+kind, interrupt(t, shape, phase, kind, n))
					})
				}
			}
		}
	}
}

func interrupt(t *testing.T, shape, phase, kind string, n int) string {
	t.Helper()
	bench := acctest.Start(t, nil)
	cli := bench.NewCLI(killConfigs[shape])
	command := "apply"
	switch phase {
	case "renew":
		cli.MustRun("apply", "-auto-approve")
		rotate(t, bench, emulator.StageIssue)
		rotate(t, bench, emulator.StageActivate)
	case "destroy":
		cli.MustRun("apply", "-auto-approve")
		command = "destroy"
	}
	var met atomic.Bool
	var process *acctest.Process
	started := make(chan struct{})
	before := len(bench.Requests())
	bench.Fail(emulator.Fault{Skip: n, Times: 1, Drop: true, AfterEffect: interruptions[kind].afterEffect, Met: func() {
		<-started
		met.Store(true)
		interruptions[kind].end(process)
	}})
	process = cli.Begin(command, "-auto-approve")
	close(started)
	process.Wait()
	bench.ClearFaults()
	outcome := "finished by one more"
	if !met.Load() {
		outcome = "was not interrupted"
		if sent := len(bench.Requests()) - before; sent > killRequests {
			t.Errorf("a run that nothing interrupts sends %d requests, so not each was interrupted", sent)
		}
	}
	output, exitCode := cli.Run(command, "-auto-approve")
	if block := regexp.MustCompile(`import \{\s+│?\s*to\s+= (\w+_enrollment_group)\.<name>\s+│?\s*id\s+= "([^"]+)"`).FindStringSubmatch(output); exitCode != 0 && block != nil {
		outcome = "named with an import block"
		cli.Write("import.tf", "import {\n  to = "+block[1]+".sphere\n  id = \""+block[2]+"\"\n}\n")
		output, exitCode = cli.Run(command, "-auto-approve")
	}
	if exitCode != 0 {
		t.Errorf("one more %s: exit code %d:\n%s", command, exitCode, output)
		return "failed"
	}
	if command == "apply" {
		trusted(t, bench, shape)
		if output, exitCode := cli.Run("plan", "-detailed-exitcode"); exitCode != 0 {
			t.Errorf("the plan after it is not empty: exit code %d\n%s", exitCode, output)
		}
		cli.MustRun("destroy", "-auto-approve")
	}
	if groups := bench.State().Applications[0].EnrollmentGroups; len(groups) > 0 {
		t.Errorf("%d groups are left", len(groups))
		return "left something behind"
	}
	if state := bench.DPSState(); len(state.EnrollmentGroups)+len(state.Certificates) > 0 {
		t.Errorf("the Device Provisioning Service is left with %+v", state)
		return "left something behind"
	}

	return outcome
}

// trusted checks that the group trusts the Active CA, and is there once.
func trusted(t *testing.T, bench *acctest.Bench, shape string) {
	t.Helper()
	if shape == killDPS {
		groups, held := bench.DPSState().EnrollmentGroups, bench.TrustedByDPS(killGroup)
		if len(groups) != 1 || !slices.Contains(held, bench.ActiveCA().Thumbprint().String()) {
			t.Errorf("there are %d groups, which trust %q", len(groups), held)
		}
		return
	}
	if groups := bench.State().Applications[0].EnrollmentGroups; len(groups) != 1 {
		t.Errorf("there are %d groups, want 1", len(groups))
	}
	active := bench.ActiveCA().Thumbprint().String()
	var held []string
	for _, entry := range iotcentral.Entries() {
		thumbprint, verified := bench.Entry(killGroup, entry)
		if thumbprint == active && verified {
			return
		}
		held = append(held, fmt.Sprintf("%s: %q, %t", entry, thumbprint, verified))
	}
	t.Errorf("the Active CA %s is not trusted: %s", active, strings.Join(held, "; "))
}
