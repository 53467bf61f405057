// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// Config is a resolved provider configuration.
type Config struct {
	// Credential signs in to Microsoft Entra ID. It is nil when CredentialError
	// says why there is none; that only matters to what needs a token.
	Credential      azcore.TokenCredential
	CredentialError error
	// Settings are common to all pipelines.
	Settings transport.Settings

	// ResourceManagerEndpoint and ResourceManagerAudience are those of Azure
	// Resource Manager, SphereEndpoint and SphereAudience those of the Azure
	// Sphere (Legacy) public API.
	ResourceManagerEndpoint, ResourceManagerAudience string
	SphereEndpoint, SphereAudience                   string

	// IoTCentralDNSSuffix, IoTCentralAudience and APIVersion are those of IoT
	// Central. APIToken, unless empty, is used there instead of Credential.
	IoTCentralDNSSuffix, IoTCentralAudience string
	APIVersion, APIToken                    string
	// IoTCentralDNSSuffixLater says that the suffix is empty because Terraform does
	// not know it yet.
	IoTCentralDNSSuffixLater bool

	// DPSDNSSuffix and DPSAudience are those of the data planes of Device Provisioning
	// Services. DPSLater says that Terraform does not know the suffix yet.
	DPSDNSSuffix, DPSAudience string
	DPSLater                  bool

	// RequestsPerSecond limits the requests to one application; 0 means the default.
	RequestsPerSecond int

	// Defaults of the provider block.
	Defaults Defaults

	// Now is the clock of the machine.
	Now func() time.Time
	// Backoff waits between two looks at a service.
	Backoff trust.Backoff
}

// Clients are the clients of one provider instance. Each audience has one
// pipeline, and so one token.
type Clients struct {
	config Config
	clock  *transport.ServiceClock

	integrated, legacy, management *transport.Client
	iotCentral                     *iotcentral.Client
	dps                            *dps.Client

	mutex        sync.Mutex
	tenants      map[sphere.Scope]*sphere.CachedTenant
	certificates map[certs.Thumbprint]*certs.Certificate

	claims     Claims
	departures Departures

	dpsReads dpsReads
}

// New returns the clients for a configuration.
func New(config Config) *Clients {
	apiToken := strings.TrimSpace(config.APIToken)
	var authenticateIoTCentral policy.Policy = transport.Header{Name: "Authorization", Value: apiToken}
	if apiToken == "" {
		authenticateIoTCentral = bearer(config, config.IoTCentralAudience, "iot_central_audience", "IOTCENTRAL_AUDIENCE")
	}
	authenticateIoTCentral = transport.HomeOnly{
		Suffix: config.IoTCentralDNSSuffix, Sign: authenticateIoTCentral,
		Remedy: "Tokens for IoT Central go to its own hosts only. If this is one, set endpoints.iot_central_dns_suffix (IOTCENTRAL_DNS_SUFFIX) " +
			"to the DNS suffix of your applications.",
	}
	authenticateManagement := bearer(config, config.ResourceManagerAudience, "resource_manager_audience", "ARM_RESOURCE_MANAGER_AUDIENCE")
	limits := transport.NewRateLimits(cmp.Or(config.RequestsPerSecond, iotcentral.RequestsPerSecond))
	clock := transport.NewServiceClock(config.Now)

	return &Clients{
		config:     config,
		clock:      clock,
		integrated: transport.New(sphere.IntegratedService, config.Settings, authenticateManagement, nil, clock),
		management: transport.New(iotcentral.ResourceService, config.Settings, authenticateManagement, nil),
		legacy: transport.New(sphere.LegacyService, config.Settings,
			bearer(config, config.SphereAudience, "azure_sphere_audience", "AZURE_SPHERE_AUDIENCE"), nil, clock),
		iotCentral: iotcentral.New(
			transport.New(iotcentral.Service, config.Settings, authenticateIoTCentral, limits), config.APIVersion, config.Now),
		dps: dps.New(dps.Config{
			Management: transport.New(dps.ResourceService, config.Settings, authenticateManagement, nil),
			Endpoint:   config.ResourceManagerEndpoint,
			Data: transport.New(dps.DataService, config.Settings, transport.HomeOnly{
				Suffix: config.DPSDNSSuffix, Sign: bearer(config, config.DPSAudience, "dps_audience", "AZURE_DPS_AUDIENCE"),
				Remedy: "Set endpoints.dps_dns_suffix (AZURE_DPS_DNS_SUFFIX) to the DNS suffix of your services.",
			}, transport.NewRateLimits(dps.OperationsPerSecond)),
			DNSSuffix: config.DPSDNSSuffix,
		}),
		tenants:      map[sphere.Scope]*sphere.CachedTenant{},
		certificates: map[certs.Thumbprint]*certs.Certificate{},
	}
}

// bearer returns the policy that adds a token for the audience. argument and
// variable can set the audience where the environment has none.
func bearer(config Config, audience, argument, variable string) policy.Policy {
	credential := config.Credential
	switch {
	case credential == nil:
		credential = noCredential{config.CredentialError}
	case audience == "":
		credential = noCredential{fmt.Errorf("this Azure environment has no such service; "+
			"if it has, set endpoints.%s (%s) and the address of the service", argument, variable)}
	}

	return runtime.NewBearerTokenPolicy(credential, []string{auth.Scope(audience)}, nil)
}

// noCredential fails with the reason for which there is no credential.
type noCredential struct{ reason error }

// GetToken implements azcore.TokenCredential.
func (n noCredential) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{}, &auth.TokenError{Err: n.reason}
}

// Now returns the time by which certificates are judged: that of Azure Sphere once
// it has answered, and the machine's before.
func (c *Clients) Now() time.Time { return c.clock.Now() }

// Backoff waits between two looks at a service.
func (c *Clients) Backoff(ctx context.Context, n int) error { return c.config.Backoff(ctx, n) }

// Claims returns the register of what resources manage in this run.
func (c *Clients) Claims() *Claims { return &c.claims }

// Departures returns the register of what the plans of this run keep and destroy.
func (c *Clients) Departures() *Departures { return &c.departures }

// IoTCentral returns the client of all applications.
func (c *Clients) IoTCentral() *iotcentral.Client { return c.iotCentral }

// Tenant returns an Azure Sphere tenant. All callers share its cache.
func (c *Clients) Tenant(scope sphere.Scope) *sphere.CachedTenant {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if tenant, found := c.tenants[scope]; found {
		return tenant
	}
	var tenant sphere.Tenant
	if scope.TenantID != "" {
		tenant = sphere.NewLegacy(c.legacy, c.config.SphereEndpoint, scope.TenantID, c.Now)
	} else {
		tenant = sphere.NewIntegrated(c.integrated, c.config.ResourceManagerEndpoint, scope.CatalogID)
	}
	c.tenants[scope] = sphere.NewCachedTenant(tenant, c.config.Now)

	return c.tenants[scope]
}

// RecordUpload keeps a certificate that was uploaded, so that its verification, which
// follows, need not ask Azure Sphere for it.
func (c *Clients) RecordUpload(certificate *certs.Certificate) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.certificates[certificate.Thumbprint()] = certificate
}

// UploadedCertificate returns a certificate that RecordUpload has kept, or nil.
func (c *Clients) UploadedCertificate(thumbprint certs.Thumbprint) *certs.Certificate {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return c.certificates[thumbprint]
}
