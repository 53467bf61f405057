// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

const (
	azureSphereDescription          = "The Azure Sphere tenant that owns the CA. `{}` means the tenant of the provider block."
	azureSphereCatalogIDDescription = "Azure resource ID of the catalog (Integrated). Default: the catalog of the provider block. Conflicts with `tenant_id`."
	azureSphereTenantIDDescription  = "ID of the Azure Sphere (Legacy) tenant, a UUID. Default: the tenant of the provider block. Legacy ends on 27 September 2027."
)

// azureSphereDefault is azure_sphere = {}.
func azureSphereDefault() types.Object {
	return types.ObjectValueMust(
		map[string]attr.Type{"catalog_id": types.StringType, "tenant_id": types.StringType},
		map[string]attr.Value{"catalog_id": types.StringNull(), "tenant_id": types.StringNull()},
	)
}

// scopeOf returns the tenant that azure_sphere means. known is false while
// Terraform does not know yet.
func scopeOf(ctx context.Context, configured *clients.Clients, argument types.Object, diags *diag.Diagnostics) (scope sphere.Scope, known bool, err error) {
	if argument.IsUnknown() {
		return sphere.Scope{}, false, nil
	}
	var tenant services.TenantArgument
	if !argument.IsNull() {
		diags.Append(argument.As(ctx, &tenant, basetypes.ObjectAsOptions{})...)
	}

	return configured.Scope(tenant.CatalogID, tenant.TenantID)
}

// knownScopeOf is scopeOf for what cannot go on without a tenant. It reports why
// there is none.
func knownScopeOf(ctx context.Context, configured *clients.Clients, typeName string, argument types.Object, diags *diag.Diagnostics) (sphere.Scope, bool) {
	scope, known, err := scopeOf(ctx, configured, argument, diags)
	if err == nil && !known {
		err = clients.ErrTenantLater
	}
	if err != nil {
		addNoTenant(typeName, err, diags)
	}

	return scope, !diags.HasError()
}

// addNoTenant reports why azure_sphere of a type means no tenant.
func addNoTenant(typeName string, err error, diags *diag.Diagnostics) {
	provider, _, _ := strings.Cut(typeName, "_")
	diags.AddAttributeError(path.Root(proverAzureSphere), "No Azure Sphere tenant", clients.ExplainMissing(err, provider, "azure_sphere = { catalog_id = … }"))
}

// azureSphereAttributes are the nested attributes of azure_sphere in a resource.
func azureSphereAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"catalog_id": schema.StringAttribute{
			Optional: true, MarkdownDescription: azureSphereCatalogIDDescription,
			Validators: services.CatalogIDValidators(),
		},
		"tenant_id": schema.StringAttribute{
			Optional: true, MarkdownDescription: azureSphereTenantIDDescription,
			Validators: services.TenantIDValidators(),
		},
	}
}

// azureSphereDataSourceAttributes are the nested attributes of azure_sphere in a
// data source.
func azureSphereDataSourceAttributes() map[string]datasource.Attribute {
	return map[string]datasource.Attribute{
		"catalog_id": datasource.StringAttribute{
			Optional: true, MarkdownDescription: azureSphereCatalogIDDescription,
			Validators: services.CatalogIDValidators(),
		},
		"tenant_id": datasource.StringAttribute{
			Optional: true, MarkdownDescription: azureSphereTenantIDDescription,
			Validators: services.TenantIDValidators(),
		},
	}
}
