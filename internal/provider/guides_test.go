// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/markdown"
)

// Names in the guides, for which the emulator has others.
const (
	shownHost    = "contoso.azureiotcentral.com"
	shownCatalog = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.AzureSphere/catalogs/contoso"
	shownTenant  = "11111111-2222-3333-4444-555555555555"
)

// guide is a guide of the documentation, and a folder in which it is followed.
type guide struct {
	*acctest.CLI

	t     *testing.T
	bench *acctest.Bench
	page  markdown.Page
	next  int
}

// openGuide opens a guide to be followed in an empty folder.
func openGuide(t *testing.T, name string, bench *acctest.Bench) *guide {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "docs", "guides", name+".md"))
	if err != nil {
		t.Fatal(err)
	}
	g := &guide{CLI: bench.NewEmptyCLI(), t: t, bench: bench, page: markdown.Parse(content)}
	g.Command("az", standInCLI)
	g.Command("azsphere", "exit 0")

	return g
}

// standInCLI stands in for the Azure CLI, whose commands go to services that the emulator does not have. TestPages_azureCLI
// compares the commands with Microsoft's reference.
const standInCLI = `case "$*" in
*"--query id"*|*"--query principalId"*|*"--query applicationId"*) echo 22222222-3333-4444-5555-666666666666 ;;
esac`

// translate replaces the names of the page by those of the emulator.
func (g *guide) translate(text string) string {
	info := g.bench.Info()
	text = strings.NewReplacer(shownHost, g.bench.Host(), shownCatalog, info.CatalogID, shownTenant, info.SphereTenantID).Replace(text)

	return exported.ReplaceAllStringFunc(text, func(line string) string {
		name := exported.FindStringSubmatch(line)[1]
		if value, found := g.bench.Environment()[name]; found {
			return fmt.Sprintf("export %s='%s'", name, value)
		}
		return line
	})
}

var exported = regexp.MustCompile(`(?m)^export (\w+)=.*$`)

// follow does what the next block says, and the ones after it up to one that contains the text: it writes
// configurations, and runs commands, which must succeed. It returns what the last one printed.
func (g *guide) follow(until string) string {
	g.t.Helper()
	for g.next < len(g.page.Blocks) {
		block := g.page.Blocks[g.next]
		g.next++
		output, code := g.do(block)
		if code != 0 {
			g.t.Fatalf("line %d exits with %d:\n%s\n%s", block.Line, code, block.Text, output)
		}
		if strings.Contains(block.Text, until) {
			return output
		}
	}
	g.t.Fatalf("there is no block with %q, or not at this place", until)

	return ""
}

// fails runs the block with the text, which was run before, and wants exit code 1.
func (g *guide) fails(part, says string) {
	g.t.Helper()
	at := slices.IndexFunc(g.page.Blocks, func(block markdown.Block) bool { return strings.Contains(block.Text, part) })
	if at < 0 {
		g.t.Fatalf("there is no block with %q", part)
	}
	if output, code := g.do(g.page.Blocks[at]); code != 1 || !strings.Contains(output, says) {
		g.t.Errorf("line %d exits with %d, want 1 and %q:\n%s", g.page.Blocks[at].Line, code, says, output)
	}
}

// end fails the test when there are blocks that were not followed.
func (g *guide) end() {
	g.t.Helper()
	for _, block := range g.page.Blocks[g.next:] {
		g.t.Errorf("line %d was not followed:\n%s", block.Line, block.Text)
	}
}

func (g *guide) do(block markdown.Block) (output string, code int) {
	g.t.Helper()
	text := g.translate(block.Text)
	switch block.Language {
	case "terraform":
		g.write(text)
	case "diff":
		g.patch(text)
	case "shell":
		return g.Shell(text)
	case "yaml":
		return g.Shell(scripts(text))
	case "text":
	default:
		g.t.Errorf("line %d: the test cannot follow a block of %q", block.Line, block.Language)
	}

	return "", 0
}

// write writes a configuration over the one before. What only a newer Terraform knows is left out.
func (g *guide) write(text string) {
	if kindOfFile(g.t, g.Dir, text) != ".tf" || strings.Contains(text, "  identity = {") {
		return
	}
	g.Write("main.tf", text)
}

// patch replaces lines of the configuration.
func (g *guide) patch(text string) {
	g.t.Helper()
	var pairs []string
	for line := range strings.Lines(text) {
		pairs = append(pairs, strings.TrimSuffix(line[1:], "\n"))
	}
	before := g.Read("main.tf")
	after := strings.NewReplacer(pairs...).Replace(before)
	if after == before {
		g.t.Errorf("the configuration has no line for this change:\n%s", text)
	}
	g.Write("main.tf", after)
}

var script = regexp.MustCompile(`(?m)^( *)(?:- )?(?:run|inlineScript): (?:\|\n((?:.*\n)+?)(?: *env:|\z)|(.+)$)`)

// scripts are the commands of a pipeline.
func scripts(pipeline string) string {
	var all strings.Builder
	for _, found := range script.FindAllStringSubmatch(pipeline, -1) {
		all.WriteString(found[2] + found[3] + "\n")
	}

	return all.String()
}

// wantNoWrites fails the test when something was written to a service since the last reset.
func (g *guide) wantNoWrites() {
	g.t.Helper()
	for _, request := range g.bench.Requests() {
		if request.Service != "entra" && request.Method != http.MethodGet {
			g.t.Errorf("%s %s was sent", request.Method, request.Path)
		}
	}
}

// wantTrust fails the test unless a device of the tenant can enrol, and the next plan is empty.
func (g *guide) wantTrust() {
	g.t.Helper()
	g.bench.Device().MustEnrol(g.t, "after the guide")
	if output, code := g.Run("plan", "-detailed-exitcode"); code != 0 {
		g.t.Errorf("the next plan exits with %d:\n%s", code, output)
	}
}

// groupFromThePortal is a group that somebody set up by hand.
func groupFromThePortal(bench *acctest.Bench, ca *certstest.CA, verified bool) {
	bench.MustDo(http.MethodPut, "enrollmentGroups/"+acctest.Group, map[string]any{
		"displayName": "Azure Sphere devices", "type": "iot", "attestation": map[string]any{"type": "x509"},
	})
	der := bench.ActiveCA().DER()
	if ca != nil {
		der = ca.DER()
	}
	bench.SwapCertificate(acctest.Group, iotcentral.Primary, der, verified)
	bench.ResetRequests()
}

func TestGuide_gettingStarted(t *testing.T) {
	t.Parallel()
	g := openGuide(t, "getting-started", acctest.Start(t, nil))
	if plan := g.follow("terraform plan"); !saysAll(plan, g.bench.ActiveCA().Thumbprint().String()) {
		t.Errorf("the plan does not show the CA:\n%s", plan)
	}
	if printed := g.follow("terraform apply"); !saysAll(printed, "device_authentication", g.bench.Info().SphereTenantID, g.bench.Info().Applications[0].IDScope) {
		t.Errorf("the apply does not print what devices need:\n%s", printed)
	}
	g.end()
	g.wantTrust()
}

func TestGuide_import(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	groupFromThePortal(bench, nil, true)
	g := openGuide(t, "import", bench)
	if plan := g.follow("terraform plan"); !saysAll(plan, bench.Host()+"/enrollmentGroups/"+acctest.Group) {
		t.Errorf("the plan does not print the ID of the group:\n%s", plan)
	}
	if plan := g.follow("terraform plan"); !saysAll(plan, "2 to import, 0 to add, 0 to change, 0 to destroy") {
		t.Errorf("the plan of the import is another one than the guide says:\n%s", plan)
	}
	g.follow("terraform apply")
	g.wantNoWrites()
	g.wantTrust()
	g.follow("list \"iotcentral_enrollment_group\"")
	g.end()
}

func TestGuide_migrate(t *testing.T) {
	t.Parallel()
	for name, verified := range map[string]bool{"verified": true, "not verified": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			groupFromThePortal(bench, nil, verified)
			g := openGuide(t, "migrate", bench)
			g.Write("terraform.tfstate", azapiState)
			if listed := g.follow("terraform state rm"); !strings.Contains(listed, "Successfully removed 2 resource instance") {
				t.Errorf("removing them prints:\n%s", listed)
			}
			plan := g.follow("terraform plan")
			if verified && !saysAll(plan, "2 to import, 0 to add, 0 to change, 0 to destroy") || !verified && !saysAll(plan, "trusted = false -> true") {
				t.Errorf("the plan is another one than the guide says:\n%s", plan)
			}
			g.follow("terraform apply")
			if verified {
				g.wantNoWrites()
			}
			g.wantTrust()
			g.end()
		})
	}
}

// azapiState is a state with the resources that the guide takes over.
const azapiState = `{
  "version": 4, "terraform_version": "1.8.0", "serial": 1, "lineage": "0f4ee5a5-6a4f-4d5b-9d1a-1d4bb9a0e0c1", "outputs": {},
  "resources": [
    {"mode": "managed", "type": "azapi_data_plane_resource", "name": "group", "provider": "provider[\"registry.terraform.io/azure/azapi\"]",
     "instances": [{"schema_version": 0, "attributes": {"id": "contoso.azureiotcentral.com/api/enrollmentGroups/sphere-devices"}}]},
    {"mode": "managed", "type": "azapi_data_plane_resource", "name": "primary", "provider": "provider[\"registry.terraform.io/azure/azapi\"]",
     "instances": [{"schema_version": 0, "attributes": {"id": "contoso.azureiotcentral.com/api/enrollmentGroups/sphere-devices/certificates/primary"}}]}
  ]
}`

func TestGuide_portal(t *testing.T) {
	t.Parallel()
	g := openGuide(t, "portal", acctest.Start(t, nil))
	if printed := g.follow("terraform apply"); !saysAll(printed, "app_manifest", "--ScopeID", g.bench.Info().SphereTenantID) {
		t.Errorf("the apply does not print what devices need:\n%s", printed)
	}
	g.end()
	g.wantTrust()
}

func TestGuide_legacyToIntegrated(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	withoutDefaultTenant(bench)
	g := openGuide(t, "legacy-to-integrated", bench)
	g.follow("tenant_id")
	g.Shell("terraform init")
	g.MustRun("apply", "-auto-approve")
	bench.ResetRequests()
	if plan := g.follow("terraform plan"); !saysAll(plan, "No changes.") {
		t.Errorf("the change of the line plans something:\n%s", plan)
	}
	g.end()
	g.wantNoWrites()
	g.wantTrust()
}

func TestGuide_rotation(t *testing.T) {
	t.Parallel()
	g := openGuide(t, "rotation", acctest.Start(t, nil))
	g.follow("iotcentral_azure_sphere_trust")
	g.Shell("terraform init")
	g.MustRun("apply", "-auto-approve")
	g.rotate(emulator.StageIssue)
	if plan := g.MustRun("plan"); !saysAll(plan, "The next tenant CA is not trusted in", "which becomes Active", "+ secondary", "(known after apply)", "trusted_until") {
		t.Errorf("the plan is another one than the guide shows:\n%s", plan)
	}
	g.rotate(emulator.StageActivate)
	if plan := g.MustRun("plan"); !saysAll(plan, "Trust is lost in", "cannot enrol through", "Azure Sphere has renewed the CA: the group still trusts", "Apply to restore trust.", "trusted = false -> true") {
		t.Errorf("the plan is another one than the guide shows:\n%s", plan)
	}
	if _, code := g.Run("apply", "-auto-approve"); code != 0 {
		t.Error("one apply does not restore trust")
	}
	g.wantTrust()

	// The second part is for a quiet time.
	later := openGuide(t, "rotation", acctest.Start(t, nil))
	later.next = g.next
	later.Write("main.tf", lab.RequiredProviders+strings.ReplaceAll(acctest.TrustConfig, `"Azure Sphere"`, `"Azure Sphere devices"`))
	later.Shell("terraform init")
	later.MustRun("apply", "-auto-approve")
	later.bench.ResetRequests()
	later.follow("terraform apply")
	later.end()
	later.wantNoWrites()
	later.wantTrust()
}

func (g *guide) rotate(stage emulator.Stage) {
	g.t.Helper()
	if err := g.bench.Rotate(g.bench.Info().CatalogID, stage); err != nil {
		g.t.Fatal(err)
	}
}

// TestGuide_monitoring follows it with trust, without it, and while nobody can know.
func TestGuide_monitoring(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	g := openGuide(t, "monitoring", bench)
	managed := lab.RequiredProviders + keepTrust
	g.Write("main.tf", managed)
	g.Shell("terraform init")
	g.MustRun("apply", "-auto-approve")
	if output := g.follow("trust.tfplan"); !strings.Contains(output, "Devices can enrol. There is nothing to apply.") {
		t.Errorf("with trust:\n%s", output)
	}
	for _, pipeline := range []string{"actions/checkout", "AzureCLI@2"} {
		if output := g.follow(pipeline); !strings.Contains(output, "Devices can enrol.") {
			t.Errorf("%s, with trust:\n%s", pipeline, output)
		}
	}
	g.follow("jq -r")
	if output := g.follow("jq -e '.planned_values"); !strings.HasSuffix(strings.TrimSpace(output), "true") {
		t.Errorf("the data source, with trust:\n%s", output)
	}
	g.follow("az monitor metrics alert")
	g.end()

	bench.SwapCertificate(acctest.Group, iotcentral.Primary, acctest.ForeignCA(t).DER(), false)
	g.fails("jq -e '.planned_values", "active_ca_not_trusted")
	g.Write("main.tf", managed)
	g.Shell("terraform init")
	if output, code := g.Run("plan", "-refresh=false", "-detailed-exitcode"); code != 0 {
		t.Errorf("-refresh=false sees lost trust, and the guide says that it does not:\n%s", output)
	}
	if output, _ := g.Shell(g.page.Blocks[0].Text); !strings.Contains(output, "There is a change to apply") {
		t.Errorf("without trust:\n%s", output)
	}
	g.fails("actions/checkout", "::error::There is a change to apply.")
	g.fails("AzureCLI@2", "##vso[task.logissue type=error]There is a change to apply.")
	g.fails("jq -r", "warning: Trust is lost in")

	bench.Fail(emulator.Fault{Service: "iotcentral", Status: http.StatusForbidden})
	if output, _ := g.Shell(g.page.Blocks[0].Text); !strings.Contains(output, "The plan failed: read the error.") {
		t.Errorf("while nobody can know:\n%s", output)
	}
	g.fails("actions/checkout", "::error::The plan failed.")
	g.fails("AzureCLI@2", "##vso[task.logissue type=error]The plan failed.")
}

// TestGuides_areFollowed wants a test for each guide with commands.
func TestGuides_areFollowed(t *testing.T) {
	t.Parallel()
	tests, err := filepath.Glob("guide*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var followed []byte
	for _, name := range tests {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		followed = append(followed, content...)
	}
	for name, page := range pages(t) {
		short, isGuide := strings.CutPrefix(name, "docs/guides/")
		commands := slices.ContainsFunc(page.Blocks, func(block markdown.Block) bool { return block.Language == "shell" })
		if short = strings.TrimSuffix(short, ".md"); isGuide && commands && !elsewhere[short] && !strings.Contains(string(followed), `openGuide(t, "`+short+`"`) {
			t.Errorf("no test follows %s", name)
		}
	}
}

// elsewhere are the guides that tests of other packages follow.
var elsewhere = map[string]bool{"offline-testing": true, "azure-cli": true}
