// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/services/azuredps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services/azureiotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services/azuresphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// Provider is the provider. It serves the same types under both of its names.
type Provider struct {
	version string
	getenv  func(string) string
	now     func() time.Time
	backoff trust.Backoff
	retry   policy.RetryOptions
}

var (
	_ provider.Provider                       = (*Provider)(nil)
	_ provider.ProviderWithEphemeralResources = (*Provider)(nil)
	_ provider.ProviderWithFunctions          = (*Provider)(nil)
	_ provider.ProviderWithListResources      = (*Provider)(nil)
)

// Option changes what the provider takes from its surroundings.
type Option func(*Provider)

// WithEnvironment replaces the environment variables of the process.
func WithEnvironment(getenv func(string) string) Option {
	return func(p *Provider) { p.getenv = getenv }
}

// WithClock replaces the clock.
func WithClock(now func() time.Time) Option {
	return func(p *Provider) { p.now = now }
}

// WithRetry replaces how failed requests are repeated, and how the provider waits
// between two looks at a service.
func WithRetry(retry policy.RetryOptions, backoff trust.Backoff) Option {
	return func(p *Provider) { p.retry, p.backoff = retry, backoff }
}

// New returns a constructor of the provider. version is that of the release, or
// "dev".
func New(version string, options ...Option) func() provider.Provider {
	return func() provider.Provider {
		p := &Provider{
			version: version,
			getenv:  os.Getenv,
			now:     time.Now,
			backoff: trust.ExponentialBackoff(2*time.Second, 15*time.Second),
			retry:   transport.DefaultRetry(),
		}
		for _, option := range options {
			option(p)
		}

		return p
	}
}

// Metadata implements provider.Provider. It has no type name: the names of the
// types are written out, since they begin with two different words.
func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "azuresphere"
	resp.Version = p.version
}

// Resources implements provider.Provider.
func (*Provider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		azuresphere.NewTenantCAResource,
		azuresphere.NewProofOfPossessionResource,
		azureiotcentral.NewEnrollmentGroupResource,
		azureiotcentral.NewEnrollmentGroupCertificateResource,
		azureiotcentral.NewCertificateVerificationResource,
		azureiotcentral.NewVerificationCodeResource,
		azureiotcentral.NewAzureSphereTrustResource,
		azuredps.NewCertificateVerificationResource,
		azuredps.NewEnrollmentGroupResource,
		azuredps.NewTrustResource,
	}
}

// DataSources implements provider.Provider.
func (*Provider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		azuresphere.NewCatalogDataSource,
		azuresphere.NewTenantDataSource,
		azuresphere.NewTenantCADataSource,
		azuresphere.NewTenantCAsDataSource,
		azureiotcentral.NewApplicationDataSource,
		azureiotcentral.NewEnrollmentGroupsDataSource,
		azureiotcentral.NewEnrollmentGroupDataSource,
		azureiotcentral.NewAzureSphereTrustDataSource,
		azureiotcentral.NewEnrollmentGroupCertificateDataSource,
		azuredps.NewDPSDataSource,
		azuredps.NewEnrollmentGroupDataSource,
		azuredps.NewTrustDataSource,
	}
}

// EphemeralResources implements provider.ProviderWithEphemeralResources.
func (*Provider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		azuresphere.NewProofOfPossessionEphemeralResource,
	}
}

// Functions implements provider.ProviderWithFunctions.
func (*Provider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		azuresphere.NewParseCertificateFunction,
	}
}

// ListResources implements provider.ProviderWithListResources.
func (*Provider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		azuresphere.NewTenantCAListResource,
		azureiotcentral.NewEnrollmentGroupListResource,
		azureiotcentral.NewEnrollmentGroupCertificateListResource,
		azuredps.NewEnrollmentGroupListResource,
	}
}
