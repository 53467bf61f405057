// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

// without leaves a block out of a configuration.
func without(config, typeName string) string {
	blocks := strings.Split(config, "\nresource ")
	kept := blocks[:1]
	for _, block := range blocks[1:] {
		if !strings.HasPrefix(block, `"`+typeName+`"`) {
			kept = append(kept, block)
		}
	}

	return strings.Join(kept, "\nresource ")
}

// TestDeparture_warnsOnlyOfWhatStays: nobody needs to know that a certificate in a
// group that goes stays verified.
func TestDeparture_warnsOnlyOfWhatStays(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	cli := bench.NewCLI(acctest.TrustConfig)
	cli.MustRun("apply", "-auto-approve")
	cli.Write("main.tf", lab.RequiredProviders+without(acctest.TrustConfig, typeVerification))
	if output, code := cli.Run("plan", "-detailed-exitcode"); code != 2 || !saysAll(output, "Warning:", "stays verified") {
		t.Errorf("the certificate stays; plan exits with %d:\n%s", code, output)
	}
	cli.Write("main.tf", lab.RequiredProviders+without(without(acctest.TrustConfig, typeVerification), typeCertificate))
	if output, code := cli.Run("plan", "-detailed-exitcode"); code != 2 || saysAll(output, "stays verified") {
		t.Errorf("the certificate goes; plan exits with %d:\n%s", code, output)
	}
	cli.Write("main.tf", lab.RequiredProviders+acctest.TrustConfig)
	if output, code := cli.Run("destroy", "-auto-approve"); code != 0 || saysAll(output, "Warning:") {
		t.Errorf("everything goes; destroy exits with %d:\n%s", code, output)
	}
}

// TestDeparture_foreignCertificateInAGroupThatGoes: it goes with its group.
func TestDeparture_foreignCertificateInAGroupThatGoes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		command []string
		config  string
		warns   bool
	}{
		"the group goes":  {[]string{"destroy"}, keepTrust, false},
		"the group stays": {[]string{"apply"}, without(keepTrust, typeTrust), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			cli := bench.NewCLI(keepTrust)
			cli.MustRun("apply", "-auto-approve")
			bench.SwapCertificate(acctest.Group, iotcentral.Secondary, acctest.ForeignCA(t).DER(), false)
			cli.Write("main.tf", lab.RequiredProviders+test.config)
			output, code := cli.Run(append(test.command, "-auto-approve")...)
			if code != 0 || saysAll(output, "is left in") != test.warns {
				t.Errorf("%s exits with %d, want a warning: %t\n%s", test.command, code, test.warns, output)
			}
		})
	}
}

// TestMoved_betweenTheTwoNames: a moved block may take a resource to the other name
// of the provider, and nothing is replaced.
func TestMoved_betweenTheTwoNames(t *testing.T) {
	t.Parallel()
	const more = `
resource "iotcentral_verification_code" "this" {
  certificate_id = iotcentral_enrollment_group_certificate.primary.id
  thumbprint     = iotcentral_enrollment_group_certificate.primary.thumbprint
  depends_on     = [iotcentral_certificate_verification.primary]
}

resource "azuresphere_proof_of_possession" "this" {
  verification_code = iotcentral_verification_code.this.verification_code
}

resource "iotcentral_enrollment_group" "trusted" {
  display_name = "Trusted"
}

resource "iotcentral_azure_sphere_trust" "this" {
  enrollment_group_id = iotcentral_enrollment_group.trusted.id
}
`
	bench := acctest.Start(t, func(options *emulator.Options) {
		options.Behavior.SharedCertificateAllowed = true // The trust has a group of its own.
	})
	config := acctest.TrustConfig + more
	cli := bench.NewCLI(lab.UnderOneName(config))
	cli.MustRun("apply", "-auto-approve")
	moved := strings.NewReplacer(`" "this" {`, `" "moved" {`, `" "primary" {`, `" "moved" {`, `" "sphere" {`, `" "moved" {`, `" "trusted" {`, `" "other" {`,
		".this.", ".moved.", ".primary.", ".moved.", ".sphere.", ".moved.", ".trusted.", ".other.", ".primary]", ".moved]").Replace(config)
	for from, to := range map[string]string{
		acctest.TenantCA: "azuresphere_tenant_ca.moved", acctest.GroupAddress: "iotcentral_enrollment_group.moved",
		acctest.Certificate: "iotcentral_enrollment_group_certificate.moved", acctest.Verification: "iotcentral_certificate_verification.moved",
		"iotcentral_verification_code.this": "iotcentral_verification_code.moved", "azuresphere_proof_of_possession.this": "azuresphere_proof_of_possession.moved",
		"iotcentral_enrollment_group.trusted": "iotcentral_enrollment_group.other", trustAddress: "iotcentral_azure_sphere_trust.moved",
	} {
		moved += "moved {\n  from = " + from + "\n  to   = " + to + "\n}\n"
	}
	// The types of Azure Sphere go to the other name as well.
	moved = strings.NewReplacer(`resource "azuresphere_tenant_ca" "moved" {`, "resource \"azuresphere_tenant_ca\" \"moved\" {\n  provider = iotcentral\n",
		`resource "azuresphere_proof_of_possession" "moved" {`, "resource \"azuresphere_proof_of_possession\" \"moved\" {\n  provider = iotcentral\n").Replace(moved)
	cli.Write("main.tf", lab.RequiredProviders+moved)
	output, code := cli.Run("apply", "-auto-approve")
	if code != 0 || !saysAll(output, "0 added, 0 changed, 0 destroyed") {
		t.Errorf("apply exits with %d:\n%s", code, output)
	}
	if output, code := cli.Run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the next plan exits with %d:\n%s", code, output)
	}
}
