// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// newManagedIdentity returns a credential for the identity of the machine, the
// user-assigned one when a client ID is set.
//
// azidentity finds the source of the identity in the process environment: App
// Service, Container Apps and Service Fabric (IDENTITY_ENDPOINT,
// IDENTITY_HEADER), Azure ML and Cloud Shell (MSI_ENDPOINT), Azure Arc
// (IDENTITY_ENDPOINT, IMDS_ENDPOINT or its agent), and else the instance metadata
// service. msi_endpoint replaces the address of the last one only. Elsewhere the
// platform's own endpoint and protocol stand, which includes the platforms where
// azurerm needs msi_endpoint because it knows no other protocol.
//
// The tokens are cached per client ID for the whole process, by azidentity.
func newManagedIdentity(cfg Config, options azcore.ClientOptions) (azcore.TokenCredential, error) {
	if cfg.MSIEndpoint != "" {
		endpoint, err := url.Parse(cfg.MSIEndpoint)
		if err != nil || (endpoint.Scheme != "http" && endpoint.Scheme != "https") || endpoint.Host == "" || endpoint.RawQuery != "" {
			return nil, configError("msi_endpoint", "this is not an http or https URL without a query", "Use a URL like http://169.254.169.254/metadata/identity/oauth2/token.", nil)
		}
		options.PerCallPolicies = append(slices.Clone(options.PerCallPolicies), msiEndpointPolicy{endpoint})
	}
	settings := azidentity.ManagedIdentityCredentialOptions{ClientOptions: options}
	if cfg.ClientID != "" {
		settings.ID = azidentity.ClientID(cfg.ClientID)
	}
	source, err := azidentity.NewManagedIdentityCredential(&settings)
	if err != nil {
		return nil, configError("use_msi", "this machine's managed identity cannot be used", "", err)
	}
	return source, nil
}

// imdsHost is the address of the instance metadata service on every Azure VM.
const imdsHost = "169.254.169.254"

// msiEndpointPolicy sends requests for the instance metadata service to another
// URL: scheme, host and path are replaced, the query stays.
type msiEndpointPolicy struct{ endpoint *url.URL }

func (p msiEndpointPolicy) Do(request *policy.Request) (*http.Response, error) {
	if raw := request.Raw(); raw.URL.Host == imdsHost {
		target := *p.endpoint
		target.RawQuery = raw.URL.RawQuery
		raw.URL = &target
		raw.Host = target.Host
	}
	return request.Next()
}
