// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// Defaults are what the provider block says for resources that say nothing.
// Values may be unknown while planning, when they come from another resource.
type Defaults struct {
	// CatalogID and TenantID are the default Azure Sphere tenant; at most one is
	// known and not null.
	CatalogID, TenantID types.String
	// Application is the default IoT Central application.
	Application types.String
	// DPS is the resource ID of the default Device Provisioning Service.
	DPS types.String
}

// ErrNoTenant and ErrNoApplication say that neither the resource nor the provider
// names a tenant or an application.
var (
	ErrNoTenant      = errors.New("neither this block nor its provider block names an Azure Sphere tenant")
	ErrNoApplication = errors.New("neither this block nor its provider block names an IoT Central application")
)

// ExplainMissing returns what to do about ErrNoTenant, ErrNoApplication and ErrNoDPS, in the
// words of a type, and any other error as a sentence. provider is the first word of
// the type, by which Terraform finds its provider block; argument is how the type
// itself names the tenant, the application or the service.
func ExplainMissing(err error, provider, argument string) string {
	setting, variable, legacy := "azure_sphere = { catalog_id = … }", "AZURE_SPHERE_CATALOG_ID",
		"\n\nFor Azure Sphere (Legacy), use tenant_id and AZURE_SPHERE_TENANT_ID instead."
	switch {
	case errors.Is(err, ErrNoTenant):
	case errors.Is(err, ErrNoApplication):
		setting, variable, legacy = "iot_central = { application = … }", "IOTCENTRAL_APPLICATION", ""
	case errors.Is(err, ErrNoDPS):
		setting, variable, legacy = "dps = { id = … }", "AZURE_DPS_ID", ""
	default:
		return fwtypes.Sentence(err)
	}
	other := "azuresphere"
	if provider == other {
		other = "iotcentral"
	}

	return fmt.Sprintf("%s Set one of these:\n"+
		"- %s in this block\n"+
		"- %s in provider %q, which is the provider block of this type. What provider %q sets does not apply to it\n"+
		"- the environment variable %s, which applies to both"+
		"%s\n\n"+
		"If provider %[4]q sets it already: check required_providers. When azuresphere and iotcentral have the same source, "+
		"Terraform uses one of the two provider blocks at random. Use spheretrust/azuresphere and spheretrust/iotcentral.",
		fwtypes.Sentence(err), argument, setting, provider, other, variable, legacy)
}

// ErrTenantLater, ErrApplicationLater and ErrHostLater say that a value of the
// provider block is needed before it is known. Terraform puts a read off by itself
// when the block that it is for has an argument that is not known.
var (
	ErrTenantLater = errors.New("this block names no Azure Sphere tenant, and that of the provider block is known only after the apply. " +
		"Name the tenant in this block as well, so that Terraform waits until it is known; " +
		"or apply the resource that it comes from first, with -target")
	ErrApplicationLater = errors.New("this block names no IoT Central application, and that of the provider block is known only after the apply. " +
		"Name the application in this block as well, so that Terraform waits until it is known; " +
		"or apply the resource that it comes from first, with -target")
	ErrHostLater = errors.New("the application is given by its subdomain, and the DNS suffix that completes it is known only after the apply " +
		"(endpoints.iot_central_dns_suffix, or environment). " +
		"Apply the resource that it comes from first, with -target")
)

// Scope returns the tenant that a block means: its own arguments, or the
// provider's defaults. known is false while Terraform does not know yet.
func (c *Clients) Scope(catalogID, tenantID types.String) (scope sphere.Scope, known bool, err error) {
	if catalogID.IsNull() && tenantID.IsNull() {
		catalogID, tenantID = c.config.Defaults.CatalogID, c.config.Defaults.TenantID
	}
	if catalogID.IsUnknown() || tenantID.IsUnknown() {
		return sphere.Scope{}, false, nil
	}
	scope = sphere.Scope{CatalogID: catalogID.ValueString(), TenantID: tenantID.ValueString()}
	if scope == (sphere.Scope{}) {
		return sphere.Scope{}, true, ErrNoTenant
	}

	return scope, true, nil
}

// RequireScope is Scope for what cannot go on without a tenant.
func (c *Clients) RequireScope(catalogID, tenantID types.String) (sphere.Scope, error) {
	scope, known, err := c.Scope(catalogID, tenantID)
	if err == nil && !known {
		err = ErrTenantLater
	}

	return scope, err
}

// Application returns the application that a block means, as it is written there
// or in the provider block. known is false while Terraform does not know yet.
func (c *Clients) Application(configured types.String) (application string, known bool, err error) {
	if configured.IsNull() {
		configured = c.config.Defaults.Application
	}
	if configured.IsUnknown() {
		return "", false, nil
	}
	if configured.ValueString() == "" {
		return "", true, ErrNoApplication
	}

	return configured.ValueString(), true, nil
}

// RequireHost returns the application that a block means, and its host, for what
// cannot go on without them.
func (c *Clients) RequireHost(configured types.String) (application, host string, err error) {
	application, known, err := c.Application(configured)
	if err == nil && !known {
		err = ErrApplicationLater
	}
	if err == nil {
		host, err = c.Host(application)
	}

	return application, host, err
}

// Host returns the host of an application. It is ErrHostLater while Terraform does
// not know what completes a subdomain.
func (c *Clients) Host(application string) (string, error) {
	host, err := iotcentral.Host(application, c.config.IoTCentralDNSSuffix)
	if errors.Is(err, iotcentral.ErrNoSuffix) && c.config.IoTCentralDNSSuffixLater {
		err = ErrHostLater
	}

	return host, err
}

// ShortName returns the shortest text that Host turns into the given host.
func (c *Clients) ShortName(host string) string {
	return iotcentral.ShortName(host, c.config.IoTCentralDNSSuffix)
}
