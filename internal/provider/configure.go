// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Configure implements provider.Provider.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	configured := p.configure(ctx, config, req.TerraformVersion, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.DataSourceData = configured
	resp.ResourceData = configured
	resp.EphemeralResourceData = configured
	resp.ListResourceData = configured
}

func (p *Provider) configure(ctx context.Context, config model, terraformVersion string, diags *diag.Diagnostics) *clients.Clients {
	values := &resolver{getenv: p.getenv, diags: diags}
	cloudName := values.text(argument{path: "environment", variables: []string{"ARM_ENVIRONMENT"}}, config.Environment, "")
	named, err := auth.LookupEnvironment(cloudName.value)
	if err != nil {
		addConfigError(diags, err)
		return nil
	}
	var (
		tenant    services.TenantArgument
		service   iotCentralModel
		addresses endpointsModel
		provision dpsModel
	)
	values.members(ctx, config.DPS, &provision)
	values.members(ctx, config.AzureSphere, &tenant)
	values.members(ctx, config.IoTCentral, &service)
	values.members(ctx, config.Endpoints, &addresses)
	endpoints, suffixLater := values.endpoints(addresses, setting[auth.Environment]{value: named, unknown: cloudName.unknown})
	caBundle := values.text(argument{path: "ca_bundle_path", variables: []string{"ARM_CA_BUNDLE"}}, config.CABundlePath, "")
	apiVersion := values.text(argument{"iot_central.api_version", []string{"IOTCENTRAL_API_VERSION"}, checkAPIVersion}, service.APIVersion, iotcentral.APIVersionPreview)
	apiToken := values.text(argument{path: "iot_central.api_token", variables: []string{"IOTCENTRAL_API_TOKEN"}}, service.APIToken, "")
	requestsPerSecond := values.number(argument{"iot_central.max_requests_per_second", []string{"IOTCENTRAL_MAX_REQUESTS_PER_SECOND"}, checkRequestsPerSecond},
		service.MaxRequestsPerSecond, iotcentral.RequestsPerSecond)
	settings := transport.Settings{
		HTTP:      p.httpClient(caBundle, diags),
		UserAgent: transport.UserAgent(terraformVersion, p.version, p.getenv("TF_APPEND_USER_AGENT")),
		Retry:     p.retry,
	}
	resolved := clients.Config{
		Settings:                settings,
		ResourceManagerEndpoint: endpoints.ResourceManagerEndpoint,
		ResourceManagerAudience: endpoints.ResourceManagerAudience,
		SphereEndpoint:          endpoints.SphereEndpoint,
		SphereAudience:          endpoints.SphereAudience,
		IoTCentralDNSSuffix:     endpoints.IoTCentralDNSSuffix,
		IoTCentralAudience:      endpoints.IoTCentralAudience,
		DPSDNSSuffix:            endpoints.DPSDNSSuffix,
		DPSAudience:             endpoints.DPSAudience,
		APIVersion:              apiVersion.value,
		APIToken:                apiToken.value,
		RequestsPerSecond:       requestsPerSecond,
		Defaults:                values.defaults(tenant, service, provision),
		Now:                     p.now,
		Backoff:                 p.backoff,
	}
	identity := values.identity(ctx, config)
	resolved.IoTCentralDNSSuffixLater = suffixLater
	resolved.DPSLater = cloudName.unknown || addresses.DPSDNSSuffix.IsUnknown()
	if suffixLater || apiVersion.unknown || caBundle.unknown {
		resolved.APIToken = "" // It would be sent to an address, or in a way, that nobody configured.
	}
	if diags.HasError() {
		return nil
	}
	resolved.Credential, resolved.CredentialError = p.credential(identity, endpoints, settings, values.unknown, diags)

	return clients.New(resolved)
}

// credential returns the credential, or the reason for which there is none. A
// mistake in an argument is reported at once; that nothing is configured matters
// only when a token is needed.
func (p *Provider) credential(identity auth.Config, endpoints auth.Environment, settings transport.Settings,
	unknown []string, diags *diag.Diagnostics,
) (azcore.TokenCredential, error) {
	if len(unknown) > 0 {
		return nil, fmt.Errorf("the provider block has values that are known only after the apply (%s); "+
			"apply the resources that they come from first, with -target", strings.Join(unknown, ", "))
	}
	options := transport.ClientOptions(settings)
	options.Cloud = cloud.Configuration{ActiveDirectoryAuthorityHost: endpoints.AuthorityHost}
	credential, err := auth.New(identity, options)
	var mistake *auth.ConfigError
	switch {
	case err == nil:
		return credential, nil
	case errors.As(err, &mistake) && mistake.Argument == "":
		return nil, err
	default:
		addConfigError(diags, err)
		return nil, err
	}
}

func (*Provider) httpClient(caBundle setting[string], diags *diag.Diagnostics) *http.Client {
	var roots []byte
	if file := caBundle.value; file != "" {
		var err error
		if roots, err = os.ReadFile(file); err != nil {
			diags.AddAttributeError(path.Root("ca_bundle_path"), "CA bundle cannot be read",
				fmt.Sprintf("ca_bundle_path (ARM_CA_BUNDLE): %s.", err))
			return nil
		}
	}
	client, err := transport.NewHTTPClient(roots)
	if err != nil {
		diags.AddAttributeError(path.Root("ca_bundle_path"), "CA bundle cannot be used",
			fmt.Sprintf("ca_bundle_path (ARM_CA_BUNDLE), file %s: %s.", caBundle.value, err))
	}

	return client
}
