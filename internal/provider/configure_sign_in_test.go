// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// serviceAccountToken is a file with an ID token that Entra trusts, as the webhook
// of AKS mounts one into a pod.
func serviceAccountToken(t *testing.T, bench *acctest.Bench) string {
	t.Helper()
	identity := bench.Info().Identity
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, identity.GitHubRequestURL+"&audience=api://AzureADTokenExchange", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+identity.GitHubRequestToken)
	response, err := bench.HTTPClient().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var issued struct{ Value string }
	if err := json.NewDecoder(response.Body).Decode(&issued); err != nil || issued.Value == "" {
		t.Fatalf("no token: %v", err)
	}
	name := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(name, []byte(issued.Value), 0o600); err != nil {
		t.Fatal(err)
	}

	return name
}

// TestConfigure_aksWorkloadIdentityTakesWhatThePodHas sets what the webhook of AKS
// sets, and one flag.
func TestConfigure_aksWorkloadIdentityTakesWhatThePodHas(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	for name, value := range map[string]string{
		"ARM_TENANT_ID": "", "ARM_CLIENT_ID": "", "ARM_CLIENT_SECRET": "", "ARM_USE_AKS_WORKLOAD_IDENTITY": "true",
		"AZURE_TENANT_ID": bench.Info().TenantID, "AZURE_CLIENT_ID": bench.Info().ClientID,
		"AZURE_FEDERATED_TOKEN_FILE": serviceAccountToken(t, bench),
	} {
		bench.Setenv(name, value)
	}
	if found := bench.NewServer().ReadData("azuresphere_catalog", nil); len(found.Errors) > 0 || found.State["catalog_id"] != bench.Info().CatalogID {
		t.Errorf("got %v, %q", found.State, found.Errors)
	}

	bench.Setenv("ARM_TENANT_ID", "other.example.test")
	bench.Setenv("ARM_CLIENT_ID", "11111111-2222-3333-4444-555555555555")
	if found := bench.NewServer().ReadData("azuresphere_catalog", nil); len(found.Errors) == 0 {
		t.Error("what azurerm knows does not win over what the pod has")
	}

	bench.Setenv("ARM_USE_AKS_WORKLOAD_IDENTITY", "false")
	bench.Setenv("ARM_TENANT_ID", "")
	bench.Setenv("ARM_CLIENT_ID", "")
	if found := bench.NewServer().ReadData("azuresphere_catalog", nil); !containsOne(found.Errors, "no way to sign in") {
		t.Errorf("without the flag the pod's identity is used: %v, %q", found.State, found.Errors)
	}
}

func TestConfigure_auxiliaryTenantsAreCheckedWhereverTheyAre(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	for variable, want := range map[string]string{
		"":                              "",
		"contoso.com;fabrikam.com":      "",
		";contoso.com; ":                "",
		"a.com;b.com;c.com;d.com":       "at most three",
		"contoso.com;not a tenant":      "not all of these",
		"contoso.com,fabrikam.com":      "not all of these",
		"https://login.example/contoso": "not all of these",
	} {
		bench.Setenv("ARM_AUXILIARY_TENANT_IDS", variable)
		_, errors := bench.Configure(nil)
		if want == "" && len(errors) > 0 || want != "" && (!containsOne(errors, want) || !containsOne(errors, "ARM_AUXILIARY_TENANT_IDS")) {
			t.Errorf("%q: got %q, want %q", variable, errors, want)
		}
	}
	bench.Setenv("ARM_AUXILIARY_TENANT_IDS", "not a tenant")
	for want, tenants := range map[string][]any{
		"":                 {"contoso.com"},
		"at most three":    {"a.com", "b.com", "c.com", "d.com"},
		"not all of these": {"not a tenant", nil},
	} {
		_, errors := bench.Configure(map[string]any{"auxiliary_tenant_ids": tenants})
		if want == "" && len(errors) > 0 || want != "" && !containsOne(errors, want) {
			t.Errorf("%v in the block: got %q, want %q", tenants, errors, want)
		}
	}
}

func TestConfigure_bundleWithoutACertificateIsAnError(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errors := bench.Configure(map[string]any{"ca_bundle_path": bundle}); !containsOne(errors, "CA bundle cannot be used") || !containsOne(errors, bundle) {
		t.Errorf("got %q, want an error with the name of the file", errors)
	}
}

// TestConfigure_blockOfNulls is a block whose arguments are all conditional.
func TestConfigure_blockOfNulls(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	server, errors := bench.Configure(map[string]any{
		"azure_sphere": map[string]any{}, "iot_central": map[string]any{}, "endpoints": map[string]any{},
	})
	if found := server.ReadData("iotcentral_application", nil); len(errors)+len(found.Errors) > 0 {
		t.Errorf("what the block leaves open does not come from the environment: %q, %q", errors, found.Errors)
	}
}
