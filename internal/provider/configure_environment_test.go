// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// TestConfigure_environmentIsCheckedLikeTheBlock: a value that the block refuses is
// refused in the environment as well, and the error names the variable.
func TestConfigure_environmentIsCheckedLikeTheBlock(t *testing.T) {
	t.Parallel()
	for variable, test := range map[string]struct {
		value, says string
	}{
		"ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST": {"http://login.example", "begins with https://"},
		"ARM_RESOURCE_MANAGER_ENDPOINT":       {"https://management.azure.com?token=1", "without a user name, query or fragment"},
		"ARM_RESOURCE_MANAGER_AUDIENCE":       {"https://management.azure.com\nx", "audience of a token"},
		"AZURE_SPHERE_ENDPOINT":               {"https://user@prod.core.sphere.azure.net", "begins with https://"},
		"AZURE_SPHERE_AUDIENCE":               {"two words", "audience of a token"},
		"IOTCENTRAL_AUDIENCE":                 {"two words", "audience of a token"},
		"IOTCENTRAL_DNS_SUFFIX":               {".azureiotcentral.com", "without a leading dot"},
		"AZURE_DPS_DNS_SUFFIX":                {".azure-devices-provisioning.net", "without a leading dot"},
		"AZURE_DPS_AUDIENCE":                  {"two words", "the audience of a token"},
		"AZURE_DPS_ID":                        {"contoso", "its Azure resource ID"},
		"IOTCENTRAL_API_VERSION":              {"2021-06-01", "2022-10-31-preview"},
		"IOTCENTRAL_APPLICATION":              {"contoso/app", "an application is given by"},
		"AZURE_SPHERE_CATALOG_ID":             {"contoso-catalog", "Azure resource ID"},
		"AZURE_SPHERE_TENANT_ID":              {"contoso", "a UUID"},
		"IOTCENTRAL_MAX_REQUESTS_PER_SECOND":  {"21", "from 1 to 20"},
		"ARM_USE_OIDC":                        {"perhaps", "true or false"},
	} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			bench.Setenv("AZURE_SPHERE_CATALOG_ID", "")
			bench.Setenv(variable, test.value)
			_, problems := bench.Configure(nil)
			if !containsOne(problems, variable) || !containsOne(problems, test.says) {
				t.Errorf("got %q, want an error that has %q and %q", problems, variable, test.says)
			}
		})
	}
}

// TestConfigure_diagnosticsAreInAStableOrder: of several mistakes the same comes
// first in each run.
func TestConfigure_diagnosticsAreInAStableOrder(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	for _, variable := range []string{"AZURE_SPHERE_ENDPOINT", "ARM_RESOURCE_MANAGER_ENDPOINT", "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "IOTCENTRAL_DNS_SUFFIX"} {
		bench.Setenv(variable, "://")
	}
	_, first := bench.Configure(nil)
	if len(first) < 4 {
		t.Fatalf("got %q, want four mistakes", first)
	}
	for range 10 {
		if _, problems := bench.Configure(nil); strings.Join(problems, "\n") != strings.Join(first, "\n") {
			t.Fatalf("got %q, and before %q", problems, first)
		}
	}
}
