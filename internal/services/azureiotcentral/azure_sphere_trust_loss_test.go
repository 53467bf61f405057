// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// words joins the lines that Terraform breaks texts into.
func words(output string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
}

// exits checks the exit code of a command, and that the output says something.
func exits(t *testing.T, cli *acctest.CLI, want int, says []string, arguments ...string) string {
	t.Helper()
	output, code := cli.Run(arguments...)
	if code != want {
		t.Errorf("%s exits with %d, want %d:\n%s", strings.Join(arguments, " "), code, want, output)
	}
	for _, part := range says {
		if !strings.Contains(words(output), part) {
			t.Errorf("%s does not say %q:\n%s", strings.Join(arguments, " "), part, output)
		}
	}

	return output
}

func TestAzureSphereTrust_swappedEntryIsRepairedByOneApply(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	cli := bench.NewCLI(trustConfig(bench, ""))
	cli.MustRun("apply", "-auto-approve")
	witness, foreign := bench.Device(), acctest.ForeignCA(t)
	witness.MustEnrol(t, "before the swap")
	bench.SwapCertificate(groupName, iotcentral.Primary, foreign.DER(), true)
	witness.MustBeRefused(t, "after the swap", "no enrollment group holds a CA of the chain")
	exits(t, cli, 2, []string{
		"Warning: Trust is lost in " + groupID(bench),
		"cannot enrol", "The primary entry held a CA of this tenant, and now holds the certificate " + foreign.Thumbprint().String(),
		"Warning: A foreign certificate is verified",
	}, "plan", "-detailed-exitcode")
	exits(t, cli, 0, []string{"Trust is lost"}, "apply", "-auto-approve")
	witness.MustEnrol(t, "after the apply")
	if thumbprint, _ := bench.Entry(groupName, iotcentral.Primary); thumbprint != foreign.Thumbprint().String() {
		t.Errorf("the foreign certificate is gone, although the other entry was free: %s", thumbprint)
	}
	exits(t, cli, 0, []string{"A foreign certificate is verified"}, "plan", "-detailed-exitcode")
	exits(t, cli, 0, []string{"A certificate is left in"}, "destroy", "-auto-approve")
}

func TestAzureSphereTrust_destroyGoesThroughWithASwappedEntry(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	rotate(t, bench, emulator.StageIssue)
	cli := bench.NewCLI(trustConfig(bench, ""))
	cli.MustRun("apply", "-auto-approve")
	foreign := acctest.ForeignCA(t)
	bench.SwapCertificate(groupName, iotcentral.Primary, foreign.DER(), true)
	exits(t, cli, 0, []string{"A certificate is left in " + groupID(bench), foreign.Thumbprint().String()}, "destroy", "-auto-approve")
	if thumbprint, _ := bench.Entry(groupName, iotcentral.Secondary); thumbprint != "" {
		t.Errorf("the upcoming CA was left: %s", thumbprint)
	}
}

// forEach keeps trust in three groups.
func forEach(bench *acctest.Bench) string {
	return fmt.Sprintf(`
resource "iotcentral_enrollment_group" "sphere" {
  for_each     = toset(["one", "two", "three"])
  group_id     = each.key
  display_name = each.key
  application  = %q
}

resource "azuresphere_tenant_ca" "this" {}

resource "iotcentral_azure_sphere_trust" "this" {
  for_each            = iotcentral_enrollment_group.sphere
  enrollment_group_id = each.value.id
}
`, bench.Host())
}

// TestAzureSphereTrust_oneSwappedGroupDoesNotStopTheOthers has one swapped group,
// in a way that it cannot be repaired, and a renewal pending for the others.
func TestAzureSphereTrust_oneSwappedGroupDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		foreign []iotcentral.Entry
		created bool
		code    int
		says    string
		trusted bool
	}{
		"one entry":            {[]iotcentral.Entry{iotcentral.Primary}, true, 0, "Trust is lost", true},
		"both, one was ours":   {iotcentral.Entries(), true, 0, "which took the place of", true},
		"both, none was ours":  {iotcentral.Entries(), false, 1, "No entry for the Active CA in", false},
		"the other of the two": {[]iotcentral.Entry{iotcentral.Secondary}, true, 0, "No entry for the next CA in", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// One CA may be in three groups here: what matters is who stops whom.
			bench := acctest.Start(t, func(options *emulator.Options) {
				if err := options.Behavior.Set("shared-certificate", "allow"); err != nil {
					t.Fatal(err)
				}
			})
			cli := bench.NewCLI(forEach(bench))
			if test.created {
				cli.MustRun("apply", "-auto-approve")
			} else {
				cli.MustRun("apply", "-auto-approve", "-target=iotcentral_enrollment_group.sphere", `-target=iotcentral_azure_sphere_trust.this["one"]`)
			}
			for _, entry := range test.foreign {
				bench.SwapCertificate("two", entry, acctest.ForeignCA(t).DER(), true)
			}
			rotate(t, bench, emulator.StageIssue)
			exits(t, cli, 2, []string{test.says}, "plan", "-detailed-exitcode")
			exits(t, cli, test.code, nil, "apply", "-auto-approve")
			for _, group := range []string{"one", "three"} {
				for _, entry := range iotcentral.Entries() {
					if _, verified := bench.Entry(group, entry); !verified {
						t.Errorf("the %s entry of group %s is not verified", entry, group)
					}
				}
			}
			trusted := false
			for _, entry := range iotcentral.Entries() {
				thumbprint, verified := bench.Entry("two", entry)
				trusted = trusted || verified && thumbprint == bench.ActiveCA().Thumbprint().String()
			}
			if trusted != test.trusted {
				t.Errorf("group two trusts the Active CA: %t, want %t", trusted, test.trusted)
			}
		})
	}
}

func TestAzureSphereTrust_foreignCertificateDoesNotKeepARevokedCA(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	rotate(t, bench, emulator.StageIssue)
	cli := bench.NewCLI(trustConfig(bench, ""))
	cli.MustRun("apply", "-auto-approve")
	old := bench.ActiveCA()
	bench.SwapCertificate(groupName, iotcentral.Secondary, acctest.ForeignCA(t).DER(), true)
	thief := bench.Device() // Somebody else's, with a certificate of the CA that will be revoked.
	thief.MustEnrol(t, "before the revocation")
	rotate(t, bench, emulator.StageActivate, emulator.StageRevoke)
	thief.MustEnrol(t, "while IoT Central does not know of the revocation")
	exits(t, cli, 0, nil, "apply", "-auto-approve")
	thief.MustBeRefused(t, "after the apply", "no enrollment group holds a CA of the chain")
	for _, entry := range iotcentral.Entries() {
		if thumbprint, _ := bench.Entry(groupName, entry); thumbprint == old.Thumbprint().String() {
			t.Errorf("the revoked CA is still in the %s entry", entry)
		}
	}
	bench.Device().MustEnrol(t, "with a certificate of the Active CA")
}

// monitored watches a group with the data source, at top level, as the guide does.
func monitored(bench *acctest.Bench) string {
	return trustConfig(bench, "") + fmt.Sprintf(`
data "iotcentral_azure_sphere_trust" "this" {
  enrollment_group_id = %q
}

check "trust" {
  assert {
    condition     = data.iotcentral_azure_sphere_trust.this.trusted
    error_message = "Devices cannot enrol. Run terraform apply."
  }

  assert {
    condition     = length(data.iotcentral_azure_sphere_trust.this.problems) == 0
    error_message = join("\n", data.iotcentral_azure_sphere_trust.this.problems[*].message)
  }
}
`, groupID(bench))
}

func TestAzureSphereTrust_missedRenewalIsLoud(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	cli := bench.NewCLI(monitored(bench))
	cli.MustRun("apply", "-auto-approve")
	exits(t, cli, 0, nil, "plan", "-detailed-exitcode")
	old := bench.ActiveCA()
	rotate(t, bench, emulator.StageIssue, emulator.StageActivate)
	witness := bench.Device()
	witness.MustBeRefused(t, "before anybody applied", "no enrollment group holds a CA of the chain")
	bench.DeviceOf(old.Thumbprint().String()).MustEnrol(t, "with a certificate of the old CA")
	output := exits(t, cli, 2, []string{
		"Warning: Trust is lost in " + groupID(bench),
		"Devices whose certificates are signed by the CA " + bench.ActiveCA().Thumbprint().String() + " cannot enrol",
		"the group still trusts " + old.Thumbprint().String(),
		"Warning: Check block assertion failed", "Devices cannot enrol. Run terraform apply.",
	}, "plan", "-detailed-exitcode")
	if !regexp.MustCompile(`since about \d+ \w+ \d{4} \(an estimate`).MatchString(words(output)) {
		t.Errorf("the plan does not say since when:\n%s", output)
	}
	if failed := strings.Count(output, "Check block assertion failed"); failed != 2 {
		t.Errorf("%d checks failed, want 2:\n%s", failed, output)
	}
	cli.MustRun("apply", "-auto-approve")
	witness.MustEnrol(t, "after the apply")
	output = exits(t, cli, 0, nil, "plan", "-detailed-exitcode")
	if strings.Contains(output, "Warning") {
		t.Errorf("there is still a warning:\n%s", output)
	}
}

func TestAzureSphereTrust_destroyAfterAFailedCreateLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"EnrollmentGroups_VerifyX509", "EnrollmentGroups_CreateX509"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			portalGroup(bench)
			cli := bench.NewCLI(trustConfig(bench, ""))
			// The change is made, and the answer is an error that ends the run.
			bench.Fail(emulator.Fault{Operation: operation, Status: 403, AfterEffect: true})
			exits(t, cli, 1, []string{"Cannot establish trust"}, "apply", "-auto-approve")
			bench.ClearFaults()
			if thumbprint, _ := bench.Entry(groupName, iotcentral.Primary); thumbprint == "" {
				t.Fatal("the create has written nothing")
			}
			output := exits(t, cli, 0, nil, "destroy", "-auto-approve")
			if thumbprint, _ := bench.Entry(groupName, iotcentral.Primary); thumbprint != "" {
				t.Errorf("destroy left %s:\n%s", thumbprint, output)
			}
		})
	}
}

// TestAzureSphereTrust_taintedTrustKeepsItsCAs: Terraform replaces what a failed
// create left behind, and must not empty the group on the way.
func TestAzureSphereTrust_taintedTrustKeepsItsCAs(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	cli := bench.NewCLI(trustConfig(bench, ""))
	cli.MustRun("apply", "-auto-approve")
	cli.MustRun("taint", trustAddress)
	bench.ResetRequests()
	exits(t, cli, 0, []string{"1 added", "1 destroyed"}, "apply", "-auto-approve")
	for _, request := range bench.Requests() {
		if request.Service == "iotcentral" && request.Method != "GET" {
			t.Errorf("%s %s was sent", request.Method, request.Path)
		}
	}
	bench.ResetRequests()
	exits(t, cli, 0, []string{"1 added", "1 destroyed"}, "apply", "-auto-approve", "-replace="+trustAddress)
	if removed := bench.Count()["EnrollmentGroups_RemoveX509"]; removed > 0 {
		t.Errorf("-replace removed %d certificates", removed)
	}
	cli.MustRun("taint", trustAddress)
	exits(t, cli, 0, nil, "destroy", "-auto-approve")
	if thumbprint, _ := bench.Entry(groupName, iotcentral.Primary); thumbprint != "" {
		t.Errorf("destroying a tainted trust left %s", thumbprint)
	}
}

// TestAzureSphereTrust_refusedProofOfTheUpcomingCAIsAWarning: the Active CA is
// verified, so there is nothing to fail for.
func TestAzureSphereTrust_refusedProofOfTheUpcomingCAIsAWarning(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	rotate(t, bench, emulator.StageIssue)
	certificates := bench.State().Catalogs[0].Certificates
	upcoming := certificates[len(certificates)-1]
	bench.Fail(emulator.Fault{Operation: "Certificates_RetrieveProofOfPossessionNonce", Path: "**/" + upcoming.SerialNumber + "/**", Status: 403})
	cli := bench.NewCLI(trustConfig(bench, ""))
	exits(t, cli, 0, []string{"Warning: A change is left for later", "Cannot verify the upcoming CA " + upcoming.Thumbprint, "1 added"}, "apply", "-auto-approve")
	bench.Device().MustEnrol(t, "with a certificate of the Active CA")
	exits(t, cli, 2, []string{"The next tenant CA is not trusted", "verified = false -> (known after apply)"}, "plan", "-detailed-exitcode")
	bench.ClearFaults()
	cli.MustRun("apply", "-auto-approve")
	exits(t, cli, 0, nil, "plan", "-detailed-exitcode")
}

// TestAzureSphereTrust_onlyTheActiveCASigns: whether a CA signs proofs before it is
// Active is not known. Where it does not, it is uploaded early and verified late.
func TestAzureSphereTrust_onlyTheActiveCASigns(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) { options.Behavior.NonActiveProofRefused = true })
	portalGroup(bench)
	cli := bench.NewCLI(trustConfig(bench, ""))
	cli.MustRun("apply", "-auto-approve")
	rotate(t, bench, emulator.StageIssue)
	exits(t, cli, 0, []string{"A change is left for later"}, "apply", "-auto-approve")
	rotate(t, bench, emulator.StageActivate)
	exits(t, cli, 2, []string{"Trust is lost", "The secondary entry holds this CA, but it is not verified."}, "plan", "-detailed-exitcode")
	cli.MustRun("apply", "-auto-approve")
	bench.Device().MustEnrol(t, "after the apply")
	exits(t, cli, 0, nil, "plan", "-detailed-exitcode")
}

// TestAzureSphereTrust_readsThatLag: a renewal goes through without a second code,
// which could void the first verification.
func TestAzureSphereTrust_readsThatLag(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) { options.Behavior.ReadLag = 3 })
	portalGroup(bench)
	arguments := map[string]any{"enrollment_group_id": groupID(bench)}
	trusted := bench.NewServer().MustCreate(typeTrust, arguments)
	for _, stages := range [][]emulator.Stage{{emulator.StageIssue}, {emulator.StageActivate, emulator.StageExpire}} {
		for range 3 { // What the last run did is shown by the time of the next.
			for _, entry := range iotcentral.Entries() {
				bench.Do("GET", "enrollmentGroups/"+groupName+"/certificates/"+string(entry), nil)
			}
		}
		rotate(t, bench, stages...)
		bench.ResetRequests()
		server := bench.NewServer()
		trusted = server.Update(server.Refresh(trusted), arguments)
		counts := bench.Count()
		if codes, uploads := counts["EnrollmentGroups_GenerateVerificationCodeX509"], counts["EnrollmentGroups_CreateX509"]; len(trusted.Errors) > 0 || codes != uploads {
			t.Errorf("after %v: %d codes for %d uploads, errors %q", stages, codes, uploads, trusted.Errors)
		}
		bench.Device().MustEnrol(t, fmt.Sprintf("after %v", stages))
	}
}
