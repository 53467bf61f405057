// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

// saysAll reports whether an output has all the texts, however Terraform breaks its
// lines.
func saysAll(output string, texts ...string) bool {
	joined := strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
	for _, text := range texts {
		if !strings.Contains(joined, text) {
			return false
		}
	}

	return true
}

// TestReplacement_takesWhatIsInsideAlong: a group that is replaced takes its
// certificates with it, and the same apply brings them back, verified.
func TestReplacement_takesWhatIsInsideAlong(t *testing.T) {
	t.Parallel()
	const keptTrust = `
resource "iotcentral_enrollment_group" "trusted" {
  display_name = "Trusted"
}

resource "iotcentral_azure_sphere_trust" "this" {
  enrollment_group_id = iotcentral_enrollment_group.trusted.id
}
`
	steps, edge := acctest.TrustConfig, strings.Replace(acctest.TrustConfig, `display_name = "Azure Sphere"`, `display_name = "Azure Sphere"
  type         = "iotEdge"`, 1)
	for name, test := range map[string]struct {
		before, after string
		group         string
		arguments     []string
		plan          string
	}{
		"another type":             {steps, edge, acctest.Group, nil, "3 to add, 0 to change, 3 to destroy"},
		"-replace":                 {steps, steps, acctest.Group, []string{"-replace=" + acctest.GroupAddress}, "3 to add, 0 to change, 3 to destroy"},
		"-replace a certificate":   {steps, steps, acctest.Group, []string{"-replace=" + acctest.Certificate}, "2 to add, 0 to change, 2 to destroy"},
		"-replace under a trust":   {keptTrust, keptTrust, "trusted", []string{"-replace=iotcentral_enrollment_group.trusted"}, "2 to add, 0 to change, 2 to destroy"},
		"another type under trust": {keptTrust, strings.Replace(keptTrust, `"Trusted"`, "\"Trusted\"\n  type = \"iotEdge\"", 1), "trusted", nil, "2 to add, 0 to change, 2 to destroy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			cli := bench.NewCLI(test.before)
			cli.MustRun("apply", "-auto-approve")
			cli.Write("main.tf", lab.RequiredProviders+test.after)
			output, code := cli.Run(append([]string{"apply", "-auto-approve"}, test.arguments...)...)
			if code != 0 || !saysAll(output, test.plan) {
				t.Errorf("apply exits with %d, want the plan %q:\n%s", code, test.plan, output)
			}
			if thumbprint, verified := bench.Entry(test.group, "primary"); thumbprint != bench.ActiveCA().Thumbprint().String() || !verified {
				t.Errorf("the primary entry holds %q, verified %t", thumbprint, verified)
			}
			if output, code := cli.Run("plan", "-detailed-exitcode"); code != 0 {
				t.Errorf("the next plan exits with %d:\n%s", code, output)
			}
		})
	}
}

// TestReplacement_importedGroupToo: the mark by which a replacement is known is
// there after an import as well.
func TestReplacement_importedGroupToo(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	cli := bench.NewCLI(acctest.TrustConfig)
	cli.MustRun("apply", "-auto-approve")
	group := bench.Host() + "/enrollmentGroups/" + acctest.Group
	cli.MustRun("state", "rm", acctest.GroupAddress, acctest.Certificate)
	cli.MustRun("import", acctest.GroupAddress, group)
	cli.MustRun("import", acctest.Certificate, group+"/certificates/primary")
	output, code := cli.Run("apply", "-auto-approve", "-replace="+acctest.GroupAddress)
	if _, verified := bench.Entry(acctest.Group, "primary"); code != 0 || !verified || !saysAll(output, "3 to add, 0 to change, 3 to destroy") {
		t.Errorf("apply exits with %d, verified %t:\n%s", code, verified, output)
	}
}

// TestReplacement_createBeforeDestroyWithAFixedIDSaysWhatToDo: one ID cannot be
// that of two groups.
func TestReplacement_createBeforeDestroyWithAFixedIDSaysWhatToDo(t *testing.T) {
	t.Parallel()
	const config = `
resource "iotcentral_enrollment_group" "this" {
  group_id     = "fixed"
  display_name = "Fixed"
  type         = "iot"
  lifecycle {
    create_before_destroy = true
  }
}
`
	bench := acctest.Start(t, nil)
	cli := bench.NewCLI(config)
	cli.MustRun("apply", "-auto-approve")
	cli.Write("main.tf", lab.RequiredProviders+strings.Replace(config, `"iot"`, `"iotEdge"`, 1))
	output, code := cli.Run("apply", "-auto-approve")
	if code != 1 || !saysAll(output, "create_before_destroy", "give the new group another group_id") {
		t.Errorf("apply exits with %d:\n%s", code, output)
	}
	if groups := bench.State().Applications[0].EnrollmentGroups; len(groups) != 1 || groups[0].Type != "iot" {
		t.Errorf("the groups are %v", groups)
	}
}
