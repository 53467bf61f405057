// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

func TestLookupEnvironment(t *testing.T) {
	t.Parallel()
	public := auth.Environment{
		Name:                    "public",
		AuthorityHost:           "https://login.microsoftonline.com/",
		ResourceManagerEndpoint: "https://management.azure.com",
		ResourceManagerAudience: "https://management.azure.com",
		IoTCentralDNSSuffix:     "azureiotcentral.com",
		IoTCentralAudience:      "https://apps.azureiotcentral.com",
		SphereEndpoint:          "https://prod.core.sphere.azure.net",
		SphereAudience:          "https://firstparty.sphere.azure.net/api",
		DPSDNSSuffix:            "azure-devices-provisioning.net",
		DPSAudience:             "https://azure-devices-provisioning.net",
	}
	government := auth.Environment{
		Name:                    "usgovernment",
		AuthorityHost:           "https://login.microsoftonline.us/",
		ResourceManagerEndpoint: "https://management.usgovcloudapi.net",
		ResourceManagerAudience: "https://management.usgovcloudapi.net",
	}
	china := auth.Environment{
		Name:                    "china",
		AuthorityHost:           "https://login.chinacloudapi.cn/",
		ResourceManagerEndpoint: "https://management.chinacloudapi.cn",
		ResourceManagerAudience: "https://management.chinacloudapi.cn",
	}
	tests := map[string]auth.Environment{
		"": public, "public": public, "Public": public, "global": public, " public\n": public,
		"usgovernment": government, "USGovernment": government,
		"usgovernmentl4": government, "usgovernmentl5": government, "dod": government,
		"china": china, "CHINA": china,
	}
	for name, want := range tests {
		got, err := auth.LookupEnvironment(name)
		if err != nil {
			t.Errorf("LookupEnvironment(%q): %v", name, err)
		}
		if got != want {
			t.Errorf("LookupEnvironment(%q) = %+v, want %+v", name, got, want)
		}
	}
}

func TestLookupEnvironment_unknownNamesTheArgument(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"german", "publik", "azure public"} {
		got, err := auth.LookupEnvironment(name)
		var wrong *auth.ConfigError
		if !errors.As(err, &wrong) {
			t.Errorf("LookupEnvironment(%q) = %+v, %v, want a *auth.ConfigError", name, got, err)
			continue
		}
		if wrong.Argument != "environment" || wrong.Variable != "ARM_ENVIRONMENT" || !strings.Contains(err.Error(), name) {
			t.Errorf("LookupEnvironment(%q): %v", name, err)
		}
	}
}

func TestScope_keepsTheSlashOfTheAudience(t *testing.T) {
	t.Parallel()
	for audience, want := range map[string]string{
		"https://management.azure.com":            "https://management.azure.com/.default",
		"https://management.azure.com/":           "https://management.azure.com//.default",
		"https://firstparty.sphere.azure.net/api": "https://firstparty.sphere.azure.net/api/.default",
	} {
		if got := auth.Scope(audience); got != want {
			t.Errorf("Scope(%q) = %q, want %q", audience, got, want)
		}
	}
}
