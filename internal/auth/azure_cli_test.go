// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

//go:build !windows

package auth_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

// useAzureCLI puts a script called az on the PATH and returns a function that
// tells what its arguments were.
func useAzureCLI(t *testing.T, script string) func() string {
	t.Helper()
	folder := t.TempDir()
	log := filepath.Join(folder, "arguments")
	text := "#!/bin/sh\necho \"$@\" >> '" + log + "'\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(folder, "az"), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	return func() string {
		content, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(content))
	}
}

const azSucceeds = `echo '{"accessToken": "` + accessToken + `", "expires_on": 4102444800, "tenant": "t"}'`

// Not parallel: it changes the PATH.
func TestAzureCLI_isAskedForTheAccount(t *testing.T) { //nolint:paralleltest // See above.
	tests := map[string]struct {
		cfg  auth.Config
		want string
	}{
		"default account":         {auth.Config{UseCLI: true}, ""},
		"tenant":                  {auth.Config{UseCLI: true, TenantID: tenant}, " --tenant " + tenant},
		"subscription":            {auth.Config{UseCLI: true, SubscriptionID: "the-subscription"}, " --subscription the-subscription"},
		"tenant and subscription": {auth.Config{UseCLI: true, TenantID: tenant, SubscriptionID: "x"}, " --tenant " + tenant},
		"an application's client": {auth.Config{UseCLI: true, ClientID: client}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			arguments := useAzureCLI(t, azSucceeds)
			fake := &entra{}
			getToken(t, mustNew(t, test.cfg, fake.options()), testScope)
			if got, want := arguments(), "account get-access-token -o json --resource https://management.azure.com"+test.want; got != want {
				t.Errorf("az %s\nwant %s", got, want)
			}
			if got := len(fake.sent("")); got != 0 {
				t.Errorf("%d requests were sent beside az", got)
			}
		})
	}
}

// Not parallel: it changes the PATH.
func TestAzureCLI_auxiliaryTenants(t *testing.T) { //nolint:paralleltest // See above.
	arguments := useAzureCLI(t, azSucceeds)
	credential := mustNew(t, auth.Config{UseCLI: true, TenantID: tenant, AuxiliaryTenantIDs: []string{"auxiliary"}}, (&entra{}).options())
	ask := func(tenant string) error {
		_, err := credential.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{testScope}, TenantID: tenant})
		return err
	}
	if err := ask("auxiliary"); err != nil {
		t.Fatal(err)
	}
	if got := arguments(); !strings.HasSuffix(got, " --tenant auxiliary") {
		t.Errorf("az %s", got)
	}
	if err := ask("another"); err == nil {
		t.Error("a token for a tenant that is not configured was obtained")
	}
}

// Not parallel: it changes the PATH.
func TestAzureCLI_failuresAreExplained(t *testing.T) { //nolint:paralleltest // See above.
	tests := map[string]struct {
		script string
		want   string
	}{
		"not signed in":    {`echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`, "Run az login"},
		"expired":          {`echo "ERROR: AADSTS700082: The refresh token has expired due to inactivity." >&2; exit 1`, "AADSTS700082: the sign-in of the Azure CLI has expired"},
		"second factor":    {`echo "AADSTS50076: Due to a configuration change ... you must use multi-factor authentication" >&2; exit 1`, "AADSTS50076: the account needs multi-factor"},
		"managed identity": {`echo "ERROR: Tenant shouldn't be specified for managed identity account" >&2; exit 1`, "excludes tenant_id (ARM_TENANT_ID)"},
		"not installed":    {`exit 127`, "not installed"},
		"something else":   {`echo "ERROR: out of cheese" >&2; exit 1`, ""},
		"not JSON":         {`echo "` + accessToken + `"`, ""},
		"no expiry":        {`echo '{"accessToken": "` + accessToken + `"}'`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			useAzureCLI(t, test.script)
			err := failToken(t, mustNew(t, auth.Config{UseCLI: true}, (&entra{}).options()))
			got := auth.Explain(err)
			if !strings.Contains(got, test.want) || (test.want == "") != (got == "") {
				t.Errorf("Explain(%v) = %q, want %q in it", err, got, test.want)
			}
		})
	}
}

// Not parallel: it changes the PATH.
func TestAzureCLI_failureNamesTheClientThatNothingSignsInWith(t *testing.T) { //nolint:paralleltest // See above.
	useAzureCLI(t, `echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`)
	for clientID, want := range map[string]bool{"": false, client: true} {
		err := failToken(t, mustNew(t, auth.Config{UseCLI: true, ClientID: clientID}, (&entra{}).options()))
		got := auth.Explain(err)
		if strings.Contains(got, "client_id (ARM_CLIENT_ID) is set, but there is no client secret") != want || !strings.Contains(got, "az login") {
			t.Errorf("with the client ID %q: %q", clientID, got)
		}
	}
}
