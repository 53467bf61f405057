// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// found is a resource that somebody made in the portal.
type found struct {
	id       string
	identity map[string]string
}

// trustFromThePortal makes by hand what the main job makes, and returns how each
// resource type names it.
func trustFromThePortal(bench *acctest.Bench) map[string]found {
	ca := bench.ActiveCA()
	bench.MustDo("PUT", "enrollmentGroups/"+acctest.Group, map[string]any{
		"displayName": "Azure Sphere", "type": "iot", "attestation": map[string]any{"type": "x509"},
	})
	bench.SwapCertificate(acctest.Group, iotcentral.Primary, ca.DER(), true)
	group := bench.Host() + "/enrollmentGroups/" + acctest.Group
	groupIdentity := map[string]string{"host": bench.Host(), "group_id": acctest.Group}
	entryIdentity := maps.Clone(groupIdentity)
	entryIdentity["entry"] = "primary"

	bench.UploadDPS("sphere", ca.DER(), true)
	bench.ReferDPS(acctest.Group, "sphere")
	ofDPS := map[string]string{"dps_id": bench.DPS().ResourceID, "group_id": acctest.Group}

	return map[string]found{
		typeDPSGroup:        {bench.DPSGroupID(acctest.Group), ofDPS},
		typeDPSTrust:        {bench.DPSGroupID(acctest.Group), ofDPS},
		typeDPSVerification: {bench.DPSCertificateID("sphere"), map[string]string{"dps_id": bench.DPS().ResourceID, "name": "sphere"}},
		"azuresphere_tenant_ca": {
			bench.Info().CatalogID + "/certificates/" + ca.SerialNumber(),
			map[string]string{"catalog_id": bench.Info().CatalogID, "thumbprint": ca.Thumbprint().String()},
		},
		"iotcentral_enrollment_group":             {group, groupIdentity},
		"iotcentral_enrollment_group_certificate": {group + "/certificates/primary", entryIdentity},
		"iotcentral_certificate_verification":     {group + "/certificates/primary", entryIdentity},
		"iotcentral_azure_sphere_trust":           {group, groupIdentity},
	}
}

// unimportable are the resources of which the service keeps nothing; their own
// tests say what an import of them answers.
var unimportable = []string{"azuresphere_proof_of_possession", "iotcentral_verification_code"}

func TestImport_idAndIdentityMeanTheSameForEveryResource(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	made := trustFromThePortal(bench)
	server := bench.NewServer()
	for typeName := range server.Schemas.ResourceSchemas {
		want, importable := made[typeName]
		if !importable {
			if !slices.Contains(unimportable, typeName) {
				t.Errorf("%s has no test of its import", typeName)
			}
			continue
		}
		byID, byIdentity := server.ImportByID(typeName, want.id), server.ImportByIdentity(typeName, want.identity)
		for form, imported := range map[string]acctest.Resource{"ID": byID, "identity": byIdentity} {
			if len(imported.Errors) > 0 {
				t.Errorf("%s by %s: %v", typeName, form, imported.Errors)
				continue
			}
			if imported.State["id"] != want.id {
				t.Errorf("%s by %s: id %v, want %s", typeName, form, imported.State["id"], want.id)
			}
			identity := map[string]string{}
			for name, value := range imported.Identity {
				if text, isText := value.(string); isText {
					identity[name] = text
				}
			}
			if !maps.Equal(identity, want.identity) {
				t.Errorf("%s by %s: identity %v, want %v", typeName, form, identity, want.identity)
			}
		}
		if !reflect.DeepEqual(byID.State, byIdentity.State) {
			t.Errorf("%s: the states differ\nby ID       %v\nby identity %v", typeName, byID.State, byIdentity.State)
		}
	}
}

func TestImport_wrongIDsAndIdentitiesAreRefused(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	made := trustFromThePortal(bench)
	server := bench.NewServer()
	before := len(bench.Requests())
	for typeName := range server.Schemas.ResourceSchemas {
		if imported := server.ImportByID(typeName, "contoso"); len(imported.Errors) == 0 {
			t.Errorf("%s: the ID contoso is accepted", typeName)
		}
		for name := range made[typeName].identity {
			wrong := maps.Clone(made[typeName].identity)
			wrong[name] = "/a"
			if imported := server.ImportByIdentity(typeName, wrong); len(imported.Errors) == 0 {
				t.Errorf("%s: the identity %v is accepted", typeName, wrong)
			}
		}
	}
	if sent := len(bench.Requests()); sent != before {
		t.Errorf("%d requests were sent", sent-before)
	}
}

// importBlocks imports each resource of the main job under the given label.
func importBlocks(made map[string]found, label string, generate bool) string {
	var blocks strings.Builder
	for _, typeName := range slices.Sorted(maps.Keys(made)) {
		if typeName == "iotcentral_azure_sphere_trust" {
			continue // It does the work of two others.
		}
		provider := ""
		if generate {
			// Newer versions of Terraform look for hashicorp/iotcentral otherwise; and none
			// takes this argument once the resource is configured.
			provider = "  provider = " + strings.Split(typeName, "_")[0] + "\n"
		}
		fmt.Fprintf(&blocks, "import {\n  to = %s.%s\n  id = %q\n%s}\n\n", typeName, label, made[typeName].id, provider)
	}

	return blocks.String()
}

// actions are what a plan as JSON does, by address, without what it leaves alone.
func actions(t *testing.T, plan string) map[string]string {
	t.Helper()
	var decoded struct {
		ResourceChanges []struct {
			Address string `json:"address"`
			Change  struct {
				Actions []string `json:"actions"`
			} `json:"change"`
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(plan), &decoded); err != nil {
		t.Fatal(err)
	}
	changed := map[string]string{}
	for _, change := range decoded.ResourceChanges {
		if action := strings.Join(change.Change.Actions, "+"); action != "no-op" {
			changed[change.Address] = action
		}
	}

	return changed
}

// TestImport_generatedConfigurationNeedsOnlyTheBody lets terraform write the
// configuration for what was made in the portal. The body of a certificate is all
// that a person adds.
func TestImport_generatedConfigurationNeedsOnlyTheBody(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	made := trustFromThePortal(bench)
	cli := bench.NewCLI("")
	cli.Write("imports.tf", importBlocks(made, "found", true))
	output, _ := cli.Run("plan", "-generate-config-out=generated.tf")
	if _, err := os.Stat(filepath.Join(cli.Dir, "generated.tf")); err != nil {
		t.Fatalf("nothing was generated:\n%s", output)
	}
	generated := cli.Read("generated.tf")
	const missing = "certificate_pem     = null"
	if strings.Count(generated, missing) != 1 {
		t.Fatalf("the body of the certificate is not to be filled in once:\n%s\n%s", generated, output)
	}
	cli.Write("generated.tf", strings.ReplaceAll(generated, missing, "certificate_pem = azuresphere_tenant_ca.found.certificate_pem"))
	cli.Write("imports.tf", importBlocks(made, "found", false))
	bench.ResetRequests()

	cli.MustRun("plan", "-out=saved.plan")
	want := map[string]string{"iotcentral_enrollment_group_certificate.found": "update"}
	if got := actions(t, cli.MustRun("show", "-json", "saved.plan")); !maps.Equal(got, want) {
		t.Errorf("the plan changes %v, want %v:\n%s", got, want, cli.MustRun("show", "saved.plan"))
	}
	cli.MustRun("apply", "saved.plan")
	for _, request := range bench.Requests() {
		if request.Service == "iotcentral" && request.Method != "GET" {
			t.Errorf("the import sent %s %s", request.Method, request.Path)
		}
	}
	if output, exitCode := cli.Run("plan", "-detailed-exitcode"); exitCode != 0 {
		t.Errorf("the plan after the import is not empty:\n%s", output)
	}
}

// TestImport_withTheCommand imports into a configuration that is there.
func TestImport_withTheCommand(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	made := trustFromThePortal(bench)
	cli := bench.NewCLI(acctest.TrustConfig)
	for address, typeName := range map[string]string{
		acctest.TenantCA:     "azuresphere_tenant_ca",
		acctest.GroupAddress: "iotcentral_enrollment_group",
		acctest.Certificate:  "iotcentral_enrollment_group_certificate",
		acctest.Verification: "iotcentral_certificate_verification",
	} {
		cli.MustRun("import", address, made[typeName].id)
	}
	cli.MustRun("plan", "-out=saved.plan")
	want := map[string]string{acctest.Certificate: "update"}
	if got := actions(t, cli.MustRun("show", "-json", "saved.plan")); !maps.Equal(got, want) {
		t.Errorf("the plan changes %v, want %v", got, want)
	}
}

// TestImport_withAnIdentityBlock runs where Terraform is new enough.
func TestImport_withAnIdentityBlock(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	made := trustFromThePortal(bench)
	config := acctest.TrustConfig
	for address, typeName := range map[string]string{
		acctest.TenantCA:     "azuresphere_tenant_ca",
		acctest.GroupAddress: "iotcentral_enrollment_group",
		acctest.Certificate:  "iotcentral_enrollment_group_certificate",
		acctest.Verification: "iotcentral_certificate_verification",
	} {
		var identity strings.Builder
		for _, name := range slices.Sorted(maps.Keys(made[typeName].identity)) {
			fmt.Fprintf(&identity, "    %s = %q\n", name, made[typeName].identity[name])
		}
		config += fmt.Sprintf("import {\n  to = %s\n  identity = {\n%s  }\n}\n", address, identity.String())
	}
	resource.Test(t, resource.TestCase{
		IsUnitTest:               true,
		ProtoV6ProviderFactories: bench.Providers(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigPlanChecks: planned(
					plancheck.ExpectResourceAction(acctest.TenantCA, plancheck.ResourceActionNoop),
					plancheck.ExpectResourceAction(acctest.GroupAddress, plancheck.ResourceActionNoop),
					plancheck.ExpectResourceAction(acctest.Certificate, plancheck.ResourceActionUpdate),
					plancheck.ExpectResourceAction(acctest.Verification, plancheck.ResourceActionNoop),
				),
				Check: isTrusted(t, bench),
			},
			emptyPlan(acctest.TrustConfig),
		},
	})
}
