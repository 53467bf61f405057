// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// azureCLI is Microsoft's CLI, unchanged, with the names of the public cloud: they
// lead to the emulator through its proxy.
type azureCLI struct {
	t   *testing.T
	env []string
}

// signIn signs in as the owner.
func signIn(t *testing.T, bench *acctest.Bench) *azureCLI {
	t.Helper()
	if _, err := exec.LookPath("az"); err != nil {
		t.Skip("the Azure CLI is not installed: what it does against the emulator is not tried")
	}
	info := bench.Info()
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, bench.CAPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	cli := &azureCLI{t: t, env: append(os.Environ(),
		"AZURE_CONFIG_DIR="+dir, "AZURE_CORE_COLLECT_TELEMETRY=false", "AZURE_CORE_NO_COLOR=true", "REQUESTS_CA_BUNDLE="+ca,
		"HTTPS_PROXY="+info.Endpoints.Proxy, "https_proxy="+info.Endpoints.Proxy, "NO_PROXY=", "no_proxy=",
	)}
	cli.must("login", "--service-principal", "--username", info.ClientID, "--password="+info.ClientSecret, "--tenant", info.TenantID)

	return cli
}

// run runs a program with the settings of the CLI.
func (c *azureCLI) run(name string, arguments ...string) (string, error) {
	command := exec.CommandContext(c.t.Context(), name, arguments...)
	command.Env = c.env
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		return string(output) + stderr.String(), err
	}

	return strings.TrimSpace(string(output)), nil
}

// must runs a command of the CLI, which must succeed.
func (c *azureCLI) must(arguments ...string) string {
	c.t.Helper()
	output, err := c.run("az", arguments...)
	if err != nil {
		c.t.Fatalf("az %s: %v\n%s", arguments[0], err, output)
	}

	return output
}

func TestAzureCLI_looksAroundAndMakesApplications(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	cli, info := signIn(t, bench), bench.Info()
	app := []string{"--name", "fabrikam", "--resource-group", info.ResourceGroup}
	for _, test := range []struct {
		want      string
		arguments []string
	}{
		{info.SubscriptionID, []string{"account", "show", "--query", "id"}},
		{info.TenantID, []string{"account", "list", "--refresh", "--query", "[0].tenantId"}},
		{info.ResourceGroup, []string{"group", "list", "--query", "[].name"}},
		{"contoso", []string{"iot", "central", "app", "list", "--query", "[].subdomain"}},
		{"contoso-catalog", []string{"rest", "--url", info.CatalogID + "?api-version=2024-04-01", "--query", "name"}},
		{"created", append([]string{"iot", "central", "app", "create", "--subdomain", "fabrikam", "--sku", "ST2", "--query", "state"}, app...)},
		{"fabrikam", append([]string{"iot", "central", "app", "show", "--query", "subdomain"}, app...)},
		{"", append([]string{"iot", "central", "app", "delete", "--yes"}, app...)},
		{"contoso", []string{"iot", "central", "app", "list", "--query", "[].name"}},
	} {
		if got := cli.must(append(test.arguments, "--output", "tsv")...); got != test.want {
			t.Errorf("az %s prints %q, want %q", strings.Join(test.arguments, " "), got, test.want)
		}
	}
}

// TestAzureCLI_trustOfTheScriptNeedsNoChange: what Microsoft's procedure leads to, by
// proof of possession or by attestation, is what the provider would have made.
func TestAzureCLI_trustOfTheScriptNeedsNoChange(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{"by proof": nil, "attested": {"-x"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			azure, device := signIn(t, bench), bench.Device()
			device.MustBeRefused(t, "before the script", "no enrollment group holds a CA of the chain")
			arguments := append([]string{
				"-g", bench.Info().ResourceGroup, "-c", "contoso-catalog", "-a", "contoso", "-i", "sphere-devices",
			}, flags...)
			script := filepath.Join("..", "..", "examples", "az", "trust.sh")
			output, err := azure.run(script, arguments...)
			proven := strings.Contains(output, "Azure Sphere signed the verification code")
			if err != nil || proven != (flags == nil) || !strings.Contains(output, "Devices of catalog contoso-catalog can enrol in contoso.") {
				t.Fatalf("the script: %v\n%s", err, output)
			}
			device.MustEnrol(t, "after the script")

			before, err := json.Marshal(bench.State())
			if err != nil {
				t.Fatal(err)
			}
			cli := bench.NewCLI(keepTrust + imported(bench.Host()+"/enrollmentGroups/sphere-devices"))
			bench.ResetRequests()
			if output := cli.MustRun("apply", "-auto-approve"); !strings.Contains(output, "2 imported, 0 added, 0 changed, 0 destroyed") {
				t.Errorf("the provider finds something to change:\n%s", output)
			}
			for _, request := range bench.Requests() {
				if request.Service != "entra" && request.Method != http.MethodGet {
					t.Errorf("%s %s was sent", request.Method, request.Path)
				}
			}
			if _, code := cli.Run("plan", "-detailed-exitcode"); code != 0 {
				t.Errorf("the next plan exits with %d, want 0", code)
			}

			// The script has nothing to do either.
			if output, err := azure.run(script, arguments...); err != nil || strings.Contains(output, "Uploaded") || strings.Contains(output, "signed") {
				t.Errorf("the second run: %v\n%s", err, output)
			}
			if after, err := json.Marshal(bench.State()); err != nil || !bytes.Equal(after, before) {
				t.Errorf("the state changed from\n%s\nto\n%s", before, after)
			}
		})
	}
}

// TestAzureCLI_extensionGoesThroughTheProcedure uses the commands of Microsoft's IoT
// extension, where it is installed: the lists that it asks for, and a verification.
func TestAzureCLI_extensionGoesThroughTheProcedure(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	azure, device, info := signIn(t, bench), bench.Device(), bench.Info()
	if !strings.Contains(azure.must("extension", "list", "--query", "[].name", "--output", "tsv"), "azure-iot") {
		t.Skip("the azure-iot extension of the Azure CLI is not installed: its commands are not tried")
	}
	central := func(arguments ...string) string {
		t.Helper()
		return azure.must(append(append([]string{"iot", "central"}, arguments...), "--app-id", info.Applications[0].ApplicationID)...)
	}
	for _, list := range []string{"enrollment-group", "device", "user", "role", "organization", "api-token", "device-template", "device-group", "job", "export"} {
		central(list, "list")
	}
	dir := t.TempDir()
	ca, proof := filepath.Join(dir, "ca.cer"), filepath.Join(dir, "proof.cer")
	write := func(name string, der []byte) {
		t.Helper()
		if err := os.WriteFile(name, der, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(ca, bench.ActiveCA().DER())
	group := []string{"--id", "sphere-devices"}
	entry := append(slices.Clone(group), "--certificate-entry", "primary")
	central(append([]string{"enrollment-group", "create", "--display-name", "Azure Sphere", "--type", "iot", "--attestation", "x509", "--certificate-path", ca}, group...)...)
	device.MustBeRefused(t, "before the verification", "which is not verified")
	code := central(append([]string{"enrollment-group", "generate-verification-code", "--query", "verificationCode", "--output", "tsv"}, entry...)...)
	serial := bench.State().Catalogs[0].Certificates[0].SerialNumber
	signed := azure.must("rest", "--method", "post", "--query", "certificate", "--output", "tsv", "--body", `{"proofOfPossessionNonce": "`+code+`"}`,
		"--url", info.CatalogID+"/certificates/"+serial+"/retrieveProofOfPossessionNonce?api-version=2024-04-01")
	der, err := base64.StdEncoding.DecodeString(signed)
	if err != nil {
		t.Fatal(err)
	}
	write(proof, der)
	central(append([]string{"enrollment-group", "verify-certificate", "--certificate-path", proof}, group...)...)
	device.MustEnrol(t, "after the verification")
	lower := strings.ToLower(device.ID)
	if devices := central("device", "list", "--query", "[].id", "--output", "tsv"); devices != lower {
		t.Errorf("the CLI lists the devices %q", devices)
	}
	central(append([]string{"enrollment-group", "delete"}, group...)...)
	device.MustBeRefused(t, "after the group was deleted", "no enrollment group holds")
}

func imported(group string) string {
	return `
import {
  to = iotcentral_enrollment_group.sphere
  id = "` + group + `"
}

import {
  to = iotcentral_azure_sphere_trust.this
  id = "` + group + `"
}
`
}
