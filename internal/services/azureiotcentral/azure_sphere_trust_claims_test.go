// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

// named is trustConfig with another name.
func named(bench *acctest.Bench, name, arguments string) string {
	return strings.Replace(trustConfig(bench, arguments), `"this"`, fmt.Sprintf("%q", name), 1)
}

// TestAzureSphereTrust_twoRunsAtOnceBothEndVerified: two processes know nothing of
// each other.
func TestAzureSphereTrust_twoRunsAtOnceBothEndVerified(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	rotate(t, bench, emulator.StageIssue)
	var runs sync.WaitGroup
	for range 2 {
		cli := bench.NewCLI(trustConfig(bench, ""))
		runs.Go(func() {
			// One of them may find that the other was faster, and says so.
			if output, code := cli.Run("apply", "-auto-approve"); code != 0 && !strings.Contains(words(output), "somebody else is changing it") {
				t.Errorf("exit code %d:\n%s", code, output)
			}
		})
	}
	runs.Wait()
	cli := bench.NewCLI(trustConfig(bench, ""))
	cli.MustRun("apply", "-auto-approve")
	for _, entry := range iotcentral.Entries() {
		if _, verified := bench.Entry(groupName, entry); !verified {
			t.Errorf("the %s entry is not verified", entry)
		}
	}
}

// TestAzureSphereTrust_twoResourcesForTheSameWarnAndTheSecondFails: the last one
// would win, and the first one undo it in the next run.
func TestAzureSphereTrust_twoResourcesForTheSameWarnAndTheSecondFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		other string
		names []string
	}{
		"two trusts for one tenant": {`resource "iotcentral_azure_sphere_trust" "other" {
  enrollment_group_id = %q
}`, []string{"iotcentral_azure_sphere_trust (for Azure Sphere catalog"}},
		"a trust and a certificate": {`resource "azuresphere_tenant_ca" "this" {}

resource "iotcentral_enrollment_group_certificate" "other" {
  enrollment_group_id = %q
  entry               = "secondary"
  certificate_pem     = azuresphere_tenant_ca.this.certificate_pem
}`, []string{"iotcentral_azure_sphere_trust (for Azure Sphere catalog", "iotcentral_enrollment_group_certificate (the secondary entry)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			portalGroup(bench)
			cli := bench.NewCLI(trustConfig(bench, "") + fmt.Sprintf(test.other, groupID(bench)))
			says := append([]string{"Warning: Two resources manage the same in " + groupID(bench), "The apply of the second one fails."}, test.names...)
			exits(t, cli, 2, says, "plan", "-detailed-exitcode")
			exits(t, cli, 1, append([]string{"Error: Another resource manages the same in " + groupID(bench)}, test.names...), "apply", "-auto-approve")
			// It stops neither a destroy nor the one that remains.
			exits(t, cli, 0, nil, "destroy", "-auto-approve")
		})
	}
}

func TestAzureSphereTrust_renamedWithoutMovedIsNotEmptied(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	cli := bench.NewCLI(trustConfig(bench, ""))
	cli.MustRun("apply", "-auto-approve")
	cli.Write("main.tf", lab.RequiredProviders+named(bench, "other", ""))
	output := exits(t, cli, 0, []string{"1 added", "1 destroyed"}, "apply", "-auto-approve")
	if strings.Contains(output, "Two resources manage the same") {
		t.Errorf("a resource that goes is in nobody's way:\n%s", output)
	}
	bench.Device().MustEnrol(t, "after the apply")
	exits(t, cli, 0, nil, "plan", "-detailed-exitcode")
}

func TestAzureSphereTrust_createdBeforeItsPredecessorIsDestroyed(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	cli := bench.NewCLI(trustConfig(bench, "lifecycle {\n    create_before_destroy = true\n  }"))
	cli.MustRun("apply", "-auto-approve")
	bench.ResetRequests()
	output := exits(t, cli, 0, []string{"1 added", "1 destroyed"}, "apply", "-auto-approve", "-replace="+trustAddress)
	if removed := bench.Count()["EnrollmentGroups_RemoveX509"]; removed > 0 || strings.Contains(output, "Two resources manage") {
		t.Errorf("%d certificates were removed:\n%s", removed, output)
	}
	exits(t, cli, 0, nil, "plan", "-detailed-exitcode")
}

// TestAzureSphereTrust_twoTenantsShareAGroup: each takes what the other leaves, and
// each leaves what is the other's.
func TestAzureSphereTrust_twoTenantsShareAGroup(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	second := bench.NewCatalog("fabrikam")
	both := trustConfig(bench, "") + named(bench, "other", fmt.Sprintf("azure_sphere = { catalog_id = %q }\n  depends_on = [iotcentral_azure_sphere_trust.this]", second))
	cli := bench.NewCLI(both)
	exits(t, cli, 0, []string{"Two tenants share " + groupID(bench)}, "apply", "-auto-approve")
	for _, entry := range iotcentral.Entries() {
		if _, verified := bench.Entry(groupName, entry); !verified {
			t.Errorf("the %s entry is not verified", entry)
		}
	}
	exits(t, cli, 0, []string{"A foreign certificate is verified"}, "plan", "-detailed-exitcode")
	rotate(t, bench, emulator.StageIssue)
	exits(t, cli, 0, []string{"No entry for the next CA"}, "plan", "-detailed-exitcode")
	rotate(t, bench, emulator.StageActivate)
	cli.MustRun("apply", "-auto-approve")
	bench.Device().MustEnrol(t, "with a certificate of the renewed CA")
	exits(t, cli, 0, nil, "plan", "-detailed-exitcode")
	cli.Write("main.tf", lab.RequiredProviders+trustConfig(bench, ""))
	cli.MustRun("apply", "-auto-approve")
	held := 0
	for _, entry := range iotcentral.Entries() {
		if thumbprint, _ := bench.Entry(groupName, entry); thumbprint != "" {
			held++
		}
	}
	if held == 0 {
		t.Error("removing the other trust took this one along")
	}
	bench.Device().MustEnrol(t, "after the other trust is gone")
}
