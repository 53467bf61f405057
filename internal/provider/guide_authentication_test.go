// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/markdown"
)

// reads asks both services for something, with both provider names.
const reads = `
data "azuresphere_catalog" "this" {}

data "iotcentral_enrollment_groups" "this" {}
`

// signInMethod is what surrounds a method of the guide: what the machine, the pipeline or the pod sets.
type signInMethod struct {
	// hcl and shell are parts of the blocks of the guide; shell may be empty.
	hcl, shell string
	// prepare returns variables, and what replaces texts of the page.
	prepare func(t *testing.T, bench *acctest.Bench) (variables map[string]string, replaced []string)
}

func signIns() map[string]signInMethod {
	return map[string]signInMethod{
		"client certificate": {"client_certificate_path =", "ARM_CLIENT_CERTIFICATE_PATH=", func(t *testing.T, bench *acctest.Bench) (map[string]string, []string) {
			t.Helper()
			pem, err := bench.ClientCertificate()
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "principal.pem")
			if err := os.WriteFile(file, pem, 0o600); err != nil {
				t.Fatal(err)
			}
			return nil, []string{"/path/to/principal.pfx", file}
		}},
		"client secret": {"client_secret =", "ARM_CLIENT_SECRET=", func(_ *testing.T, bench *acctest.Bench) (map[string]string, []string) {
			return map[string]string{"TF_VAR_client_secret": bench.Info().ClientSecret}, nil
		}},
		"ID token": {"oidc_token_file_path =", "ARM_OIDC_TOKEN_FILE_PATH=", func(t *testing.T, bench *acctest.Bench) (map[string]string, []string) {
			t.Helper()
			return nil, []string{"/path/to/token", serviceAccountToken(t, bench)}
		}},
		"GitHub Actions": {"use_oidc  = true", "", func(_ *testing.T, bench *acctest.Bench) (map[string]string, []string) {
			identity := bench.Info().Identity
			return map[string]string{"ACTIONS_ID_TOKEN_REQUEST_URL": identity.GitHubRequestURL, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": identity.GitHubRequestToken}, nil
		}},
		"Azure DevOps": {"ado_pipeline_service_connection_id =", "", func(_ *testing.T, bench *acctest.Bench) (map[string]string, []string) {
			identity := bench.Info().Identity
			return map[string]string{"SYSTEM_OIDCREQUESTURI": identity.AzureDevOpsRequestURI, "SYSTEM_ACCESSTOKEN": identity.AzureDevOpsAccessToken},
				[]string{`connection_id = "` + zeros, `connection_id = "` + identity.AzureDevOpsServiceConnection}
		}},
		"AKS workload identity": {"use_aks_workload_identity =", "ARM_USE_AKS_WORKLOAD_IDENTITY=", func(t *testing.T, bench *acctest.Bench) (map[string]string, []string) {
			t.Helper()
			return map[string]string{
				"AZURE_TENANT_ID": bench.Info().TenantID, "AZURE_CLIENT_ID": bench.Info().ClientID, "AZURE_FEDERATED_TOKEN_FILE": serviceAccountToken(t, bench),
			}, nil
		}},
		"managed identity": {"use_msi ", "ARM_USE_MSI=", func(t *testing.T, bench *acctest.Bench) (map[string]string, []string) {
			t.Helper()
			identity := bench.Info().Identity
			principals := bench.Info().Principals
			at := slices.IndexFunc(principals, func(p emulator.Principal) bool { return p.Name == "managed-identity" })
			return map[string]string{"IDENTITY_ENDPOINT": identity.AppServiceEndpoint, "IDENTITY_HEADER": identity.AppServiceHeader},
				[]string{`client_id = "` + zeros, `client_id = "` + principals[at].ClientID, "ARM_CLIENT_ID=" + zeros, "ARM_CLIENT_ID=" + principals[at].ClientID}
		}},
		"Azure CLI": {"tenant_id = \"" + zeros + "\"\n}", "az login", func(*testing.T, *acctest.Bench) (map[string]string, []string) {
			return map[string]string{"ARM_USE_CLI": "true"}, nil
		}},
		"API token": {"api_token   =", "IOTCENTRAL_API_TOKEN=", func(_ *testing.T, bench *acctest.Bench) (map[string]string, []string) {
			application := bench.Info().Applications[0]
			return map[string]string{
				"TF_VAR_api_token": application.APIToken, "ARM_TENANT_ID": bench.Info().TenantID, "ARM_CLIENT_ID": bench.Info().ClientID,
				"ARM_CLIENT_SECRET": bench.Info().ClientSecret,
			}, []string{"SharedAccessSignature sr=…&sig=…&skn=…&se=…", application.APIToken}
		}},
	}
}

const zeros = "00000000-0000-0000-0000-000000000000"

// TestGuide_authentication signs in with each method, by arguments and by variables, and reads from both services.
func TestGuide_authentication(t *testing.T) {
	t.Parallel()
	followed := map[int]bool{}
	for name, method := range signIns() {
		for _, form := range []string{method.hcl, method.shell} {
			if form == "" {
				continue
			}
			bench := acctest.Start(t, nil)
			for _, variable := range []string{"ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_SUBSCRIPTION_ID"} {
				bench.Setenv(variable, "")
			}
			variables, replaced := method.prepare(t, bench)
			for variable, value := range variables {
				bench.Setenv(variable, value)
			}
			g := openGuide(t, "authentication", bench)
			at := slices.IndexFunc(g.page.Blocks, func(block markdown.Block) bool { return block.Language != "yaml" && strings.Contains(block.Text, form) })
			if at < 0 {
				t.Errorf("%s: the guide has no block with %q", name, form)
				continue
			}
			followed[at] = true
			t.Run(fmt.Sprintf("%s, line %d", name, g.page.Blocks[at].Line), func(t *testing.T) {
				t.Parallel()
				g.signInMethod(t, g.page.Blocks[at], replaced)
			})
		}
	}
	page := pages(t)["docs/guides/authentication.md"]
	permissions := slices.IndexFunc(page.Blocks, func(block markdown.Block) bool { return strings.HasPrefix(block.Text, "OBJECT_ID=") })
	for at, block := range page.Blocks[:permissions] {
		if !followed[at] && block.Language != "yaml" && !strings.HasPrefix(block.Text, "az ad app") {
			t.Errorf("no method uses line %d:\n%s", block.Line, block.Text)
		}
	}
}

var clientOrTenant = regexp.MustCompile(`((?:ARM_)?(?:TENANT|CLIENT)_ID *= *"?)` + zeros)

// signInMethod follows a block of the guide, and plans something with it.
func (g *guide) signInMethod(t *testing.T, block markdown.Block, replaced []string) {
	t.Helper()
	info := g.bench.Info()
	text := strings.NewReplacer(replaced...).Replace(block.Text)
	text = regexp.MustCompile(`(?i)`+clientOrTenant.String()).ReplaceAllStringFunc(text, func(found string) string {
		if strings.Contains(strings.ToLower(found), "tenant") {
			return strings.Replace(found, zeros, info.TenantID, 1)
		}
		return strings.Replace(found, zeros, info.ClientID, 1)
	})
	text = strings.ReplaceAll(text, "=the-secret", "="+info.ClientSecret)
	text = strings.ReplaceAll(text, `application = "contoso"`, `application = "`+info.Applications[0].Subdomain+`"`)
	g.Command("az", g.azureCLI(t))
	config, commands := lab.RequiredProviders+reads, text
	if isHCL(block) {
		config, commands = text+reads, ""
	}
	g.Write("main.tf", config)
	if output, code := g.Shell(commands + "\nterraform init\nterraform plan"); code != 0 {
		t.Errorf("exits with %d:\n%s\n%s", code, text, output)
	}
	for _, request := range g.bench.Requests() {
		if request.Status >= 400 {
			t.Errorf("%s %s: %d", request.Method, request.Path, request.Status)
		}
	}
}

// azureCLI stands in for an Azure CLI that is signed in.
func (g *guide) azureCLI(t *testing.T) string {
	t.Helper()
	info := g.bench.Info()
	script := "case \"$*\" in\n"
	for _, audience := range []string{info.Audiences.ResourceManager, info.Audiences.IoTCentral} {
		token, err := g.bench.Emulator.Token(info.ClientID, audience)
		if err != nil {
			t.Fatal(err)
		}
		script += fmt.Sprintf("*%s*) echo '{\"accessToken\": %q, \"expires_on\": 4102444800, \"tenant\": \"t\"}' ;;\n", strings.TrimSuffix(audience, "/"), token)
	}

	return script + "esac"
}
