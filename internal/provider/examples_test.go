// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// example is a configuration that the documentation shows.
type example struct {
	// file is the path below examples/, or README.md.
	file   string
	config string
}

// needs says what an example needs beyond the services: an older Terraform skips it.
var needs = map[string]tfversion.TerraformVersionCheck{
	"ephemeral-resources": tfversion.SkipBelow(tfversion.Version1_10_0),
	"resource_own_ca.tf":  tfversion.SkipBelow(tfversion.Version1_11_0),
	"complete/":           tfversion.SkipBelow(tfversion.Version1_8_0),
	"functions/":          tfversion.SkipBelow(tfversion.Version1_8_0),
}

// TestExamples runs every configuration in the documentation: it applies, its second
// plan is empty, and what can be imported has IDs of the form that is shown.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, one := range examples(t) {
		t.Run(one.file, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			one.furnish(t, bench)
			config := one.fillIn(t, bench)

			steps := []resource.TestStep{
				{Config: config},
				{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				}},
			}
			if strings.HasSuffix(one.file, "/resource.tf") {
				steps = append(steps, one.imports(t, bench)...)
			}
			testCase := resource.TestCase{IsUnitTest: true, ProtoV6ProviderFactories: bench.Providers(), Steps: steps}
			for part, check := range needs {
				if strings.Contains(one.file, part) {
					testCase.TerraformVersionChecks = append(testCase.TerraformVersionChecks, check)
				}
			}
			resource.Test(t, testCase)
		})
	}
}

// examples collects the configurations. Import blocks are for configurations that
// others wrote, and lists need a command of their own.
func examples(t *testing.T) []example {
	t.Helper()
	var all []example
	folders := map[string]string{}
	dir := filepath.Join(root, "examples")
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if entry != nil && (entry.Name() == "offline-testing" || entry.Name() == "modules" || entry.Name() == "fleet-onboarding") {
			return fs.SkipDir // They have tests of their own.
		}
		if err != nil || entry.IsDir() || filepath.Ext(file) != ".tf" || strings.HasPrefix(entry.Name(), "import-") {
			return err
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		if folder, _, _ := strings.Cut(relative, "/"); folder == "complete" {
			folders[folder+"/"] += string(content) // Its files belong together.
			return nil
		}
		all = append(all, example{file: relative, config: string(content)})

		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder, config := range folders {
		all = append(all, example{file: folder, config: config})
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(readme), "```hcl\n")
	block, _, found := strings.Cut(block, "```")
	if !found {
		t.Fatal("README.md shows no configuration")
	}

	return append(all, example{file: "README.md", config: block})
}

// furnish makes what an example refers to, but does not make itself.
func (e example) furnish(t *testing.T, bench *acctest.Bench) {
	t.Helper()
	switch {
	case e.file == "resources/azuresphere_dps_certificate_verification/resource.tf":
		bench.UploadDPS("sphere", bench.ActiveCA().DER(), false)
	case strings.HasPrefix(e.file, "data-sources/azuresphere_dps_"):
		bench.UploadDPS("sphere", bench.ActiveCA().DER(), true)
		bench.ReferDPS("sphere-devices", "sphere")
	}
	if !strings.HasPrefix(e.file, "data-sources/iotcentral_") {
		return
	}
	bench.MustDo(http.MethodPut, "enrollmentGroups/sphere-devices", map[string]any{
		"displayName": "Azure Sphere devices", "type": "iot", "attestation": map[string]any{"type": "x509"},
	})
	bench.SwapCertificate("sphere-devices", iotcentral.Primary, bench.ActiveCA().DER(), true)
}

var variable = regexp.MustCompile(`variable "(\w+)" \{\n`)

// fillIn gives the example's variables values.
func (e example) fillIn(t *testing.T, bench *acctest.Bench) string {
	t.Helper()
	ca := acctest.ForeignCA(t)
	key, err := x509.MarshalPKCS8PrivateKey(ca.Key)
	if err != nil {
		t.Fatal(err)
	}
	caFile := filepath.Join(t.TempDir(), "ca.cer")
	if err := os.WriteFile(caFile, ca.DER(), 0o600); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{
		"catalog_id":              bench.Info().CatalogID,
		"application":             bench.Info().Applications[0].Subdomain,
		"application_resource_id": bench.Info().Applications[0].ResourceID,
		"certificate_id":          bench.DPSCertificateID("sphere"),
		"tenant_name":             filepath.Base(bench.Info().CatalogID),
		"verification_code":       "9F3C1A5E7B2D4F609F3C1A5E7B2D4F60",
		"ca_certificate":          ca.PEM(),
		"ca_file":                 caFile,
		"ca_private_key":          string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
	}

	return variable.ReplaceAllStringFunc(e.config, func(opening string) string {
		name := variable.FindStringSubmatch(opening)[1]
		value, ok := values[name]
		if !ok {
			t.Fatalf("%s: the test has no value for variable %s", e.file, name)
		}
		quoted, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}

		return opening + "  default = " + string(quoted) + "\n"
	})
}

// imports are the steps that import what the example made, by the ID that its page
// shows: with the names of the page replaced by those of the emulator it must be the
// ID of the resource.
func (e example) imports(t *testing.T, bench *acctest.Bench) []resource.TestStep {
	t.Helper()
	dir := filepath.Join(root, "examples", filepath.Dir(e.file))
	script, err := os.ReadFile(filepath.Join(dir, "import.sh"))
	if err != nil {
		return nil // Another test says whether there must be one.
	}
	words := strings.Fields(string(script))
	if len(words) != 4 {
		t.Fatalf("%s/import.sh is not: terraform import ADDRESS ID", dir)
	}
	address, shown := words[2], words[3]
	block, err := os.ReadFile(filepath.Join(dir, "import-by-string-id.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(block), `"`+shown+`"`) || !strings.Contains(string(block), "= "+address+"\n") {
		t.Errorf("%s: import.sh and import-by-string-id.tf import different things", dir)
	}

	return []resource.TestStep{{
		ResourceName: address,
		ImportState:  true,
		ImportStateIdFunc: func(state *terraform.State) (string, error) {
			made := state.RootModule().Resources[address].Primary
			id := strings.NewReplacer(
				"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.AzureSphere/catalogs/contoso", bench.Info().CatalogID,
				"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.Devices/provisioningServices/contoso", bench.DPS().ResourceID,
				"00A1B2C3D4E5F60718293A4B5C6D7E8F90", filepath.Base(made.ID),
				"contoso.azureiotcentral.com", bench.Host(),
				"9F3C1A5E7B2D4F60", made.Attributes["verification_code"],
			).Replace(shown)
			if !strings.HasPrefix(id, made.ID) {
				t.Errorf("the page shows an ID like %s, and that of the resource is %s", id, made.ID)
			}

			return id, nil
		},
	}}
}
