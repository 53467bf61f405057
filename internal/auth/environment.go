// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"fmt"
	"slices"
	"strings"
)

// Environment holds the endpoints and token audiences of one Azure cloud.
type Environment struct {
	// Name is the canonical name: public, usgovernment or china.
	Name string

	// AuthorityHost is the base URL of Microsoft Entra ID, with a trailing slash.
	AuthorityHost string

	// ResourceManagerEndpoint is the base URL of Azure Resource Manager, without
	// a trailing slash.
	ResourceManagerEndpoint string

	// ResourceManagerAudience is the audience of tokens for Azure Resource Manager.
	ResourceManagerAudience string

	// IoTCentralDNSSuffix follows the subdomain of an application in its host name.
	// Empty where the cloud has no Azure IoT Central.
	IoTCentralDNSSuffix string

	// IoTCentralAudience is the audience of tokens for Azure IoT Central. Empty
	// where the cloud has no Azure IoT Central.
	IoTCentralAudience string

	// SphereEndpoint is the base URL of the Azure Sphere (Legacy) public API.
	// Empty where the cloud has no Azure Sphere.
	SphereEndpoint string

	// SphereAudience is the audience of tokens for the Azure Sphere (Legacy)
	// public API. Empty where the cloud has no Azure Sphere.
	SphereAudience string

	// DPSDNSSuffix follows the name of a Device Provisioning Service in its host
	// name, and DPSAudience is the audience of tokens for its data plane. Empty where
	// the documentation does not say what they are.
	DPSDNSSuffix, DPSAudience string
}

// knownEnvironment is a cloud with the spellings that azurerm accepts beside its
// name, in lower case.
type knownEnvironment struct {
	aliases     []string
	environment Environment
}

func knownEnvironments() []knownEnvironment {
	return []knownEnvironment{
		{
			aliases: []string{"", "global"},
			environment: Environment{
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
			},
		},
		{
			// The DoD regions share authority and Resource Manager with the rest.
			aliases: []string{"usgovernmentl4", "usgovernmentl5", "dod"},
			environment: Environment{
				Name:                    "usgovernment",
				AuthorityHost:           "https://login.microsoftonline.us/",
				ResourceManagerEndpoint: "https://management.usgovcloudapi.net",
				ResourceManagerAudience: "https://management.usgovcloudapi.net",
			},
		},
		{
			environment: Environment{
				Name:                    "china",
				AuthorityHost:           "https://login.chinacloudapi.cn/",
				ResourceManagerEndpoint: "https://management.chinacloudapi.cn",
				ResourceManagerAudience: "https://management.chinacloudapi.cn",
			},
		},
	}
}

// LookupEnvironment returns the Azure cloud with the given name, ignoring case;
// the empty name is the public cloud. An unknown name is a [*ConfigError] on
// environment.
//
// Azure IoT Central and Azure Sphere exist in the public cloud alone: for the
// others their four fields are empty, and those of Device Provisioning Service, about
// which the documentation of other clouds disagrees with itself.
func LookupEnvironment(name string) (Environment, error) {
	wanted := strings.ToLower(strings.TrimSpace(name))
	for _, known := range knownEnvironments() {
		if wanted == known.environment.Name || slices.Contains(known.aliases, wanted) {
			return known.environment, nil
		}
	}
	return Environment{}, configError("environment",
		fmt.Sprintf("there is no Azure cloud named %q", name),
		"Use public, usgovernment or china.", nil)
}

// Scope returns the scope that asks Microsoft Entra ID for a token for the given
// audience. A trailing slash of the audience is part of it, and stays: Entra
// compares audiences as text, so "https://example.com/" has the scope
// "https://example.com//.default".
func Scope(audience string) string {
	return audience + "/.default"
}
