// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// errAddress is the error for an address that no token may be sent to.
var errAddress = errors.New("tokens are sent there, so it must be an address that begins with https://, such as https://management.azure.com, " +
	"without a user name, query or fragment")

// checkAddress reports whether a text is the base address of a service.
func checkAddress(text string) error {
	address, err := url.Parse(text)
	if err != nil || address.Scheme != "https" || address.Hostname() == "" || address.User != nil ||
		address.RawQuery != "" || address.Fragment != "" || strings.ContainsAny(text, "?#") {
		return notUsable(text, errAddress)
	}

	return nil
}

// notUsable repeats a text in an error, unless a password could be in it.
func notUsable(text string, err error) error {
	if strings.Contains(text, "@") {
		return err
	}

	return fmt.Errorf("%.200q cannot be used: %w", text, err)
}

// errAudience is the error for a text that Entra cannot know as an audience.
var errAudience = errors.New("the audience of a token is the ID of an application: an address such as https://management.azure.com, or a UUID")

// checkAudience reports whether a text can be the audience of a token. Entra alone
// knows which there are.
func checkAudience(text string) error {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return notUsable(text, errAudience)
	}

	return nil
}

// endpoints overlays the configured addresses on those of the environment.
// suffixLater says that the DNS suffix of IoT Central is not known yet.
func (r *resolver) endpoints(configured endpointsModel, cloud setting[auth.Environment]) (endpoints auth.Environment, suffixLater bool) {
	endpoints = cloud.value
	for _, one := range []struct {
		name, variable string
		check          func(string) error
		configured     types.String
		value          *string
	}{
		{"active_directory_authority_host", "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", checkAddress, configured.AuthorityHost, &endpoints.AuthorityHost},
		{"resource_manager", "ARM_RESOURCE_MANAGER_ENDPOINT", checkAddress, configured.ResourceManager, &endpoints.ResourceManagerEndpoint},
		{"resource_manager_audience", "ARM_RESOURCE_MANAGER_AUDIENCE", checkAudience, configured.ResourceManagerAudience, &endpoints.ResourceManagerAudience},
		{"azure_sphere", "AZURE_SPHERE_ENDPOINT", checkAddress, configured.AzureSphere, &endpoints.SphereEndpoint},
		{"azure_sphere_audience", "AZURE_SPHERE_AUDIENCE", checkAudience, configured.AzureSphereAudience, &endpoints.SphereAudience},
		{"iot_central_audience", "IOTCENTRAL_AUDIENCE", checkAudience, configured.IoTCentralAudience, &endpoints.IoTCentralAudience},
		{"dps_dns_suffix", "AZURE_DPS_DNS_SUFFIX", checkDPSSuffix, configured.DPSDNSSuffix, &endpoints.DPSDNSSuffix},
		{"dps_audience", "AZURE_DPS_AUDIENCE", checkAudience, configured.DPSAudience, &endpoints.DPSAudience},
	} {
		at := argument{"endpoints." + one.name, []string{one.variable}, one.check}
		*one.value = r.text(at, one.configured, *one.value).value
	}
	// Plans would show IDs with a suffix that is not the one of the apply, so while
	// it is not known there is none.
	fallback := endpoints.IoTCentralDNSSuffix
	if cloud.unknown || configured.IoTCentralDNSSuffix.IsUnknown() {
		fallback = ""
	}
	suffix := r.text(argument{"endpoints.iot_central_dns_suffix", []string{"IOTCENTRAL_DNS_SUFFIX"}, iotcentral.CheckDNSSuffix},
		configured.IoTCentralDNSSuffix, fallback)
	endpoints.IoTCentralDNSSuffix = suffix.value

	return endpoints, suffix.unknown || cloud.unknown
}

// errDPSSuffix is the error for a text that completes no name of a service.
var errDPSSuffix = errors.New("the DNS suffix of Device Provisioning Service is what follows the name of a service in its host name, " +
	"without a leading dot: azure-devices-provisioning.net")

// checkDPSSuffix reports whether a text can complete the name of a service. A port may follow.
func checkDPSSuffix(suffix string) error {
	if iotcentral.CheckDNSSuffix(suffix) != nil {
		return errDPSSuffix
	}

	return nil
}

// checkAPIVersion reports whether a version of the API has enrollment groups.
func checkAPIVersion(version string) error {
	if !slices.Contains(apiVersions(), version) {
		return fmt.Errorf("%.200q is no version of the API with enrollment groups; it is one of %s", version, strings.Join(apiVersions(), ", "))
	}

	return nil
}

func apiVersions() []string {
	return []string{iotcentral.APIVersionPreview, iotcentral.APIVersionStable}
}

// checkRequestsPerSecond reports whether a text is a rate that IoT Central allows.
func checkRequestsPerSecond(text string) error {
	if number, err := strconv.Atoi(text); err != nil || number < 1 || number > iotcentral.MaxRequestsPerSecond {
		return fmt.Errorf("%.200q cannot be used: the number of requests per second is from 1 to %d", text, iotcentral.MaxRequestsPerSecond)
	}

	return nil
}
