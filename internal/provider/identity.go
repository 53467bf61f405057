// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// identity resolves the arguments that azurerm has too.
func (r *resolver) identity(ctx context.Context, config model) auth.Config {
	identity := auth.Config{
		TenantID:                       r.identityText("tenant_id", config.TenantID, "ARM_TENANT_ID"),
		AuxiliaryTenantIDs:             r.auxiliaryTenants(ctx, config.AuxiliaryTenantIDs),
		SubscriptionID:                 r.identityText("subscription_id", config.SubscriptionID, "ARM_SUBSCRIPTION_ID"),
		ClientID:                       r.identityText("client_id", config.ClientID, "ARM_CLIENT_ID"),
		ClientIDFilePath:               r.identityText("client_id_file_path", config.ClientIDFilePath, "ARM_CLIENT_ID_FILE_PATH"),
		ClientSecret:                   r.identityText("client_secret", config.ClientSecret, "ARM_CLIENT_SECRET"),
		ClientSecretFilePath:           r.identityText("client_secret_file_path", config.ClientSecretFilePath, "ARM_CLIENT_SECRET_FILE_PATH"),
		ClientCertificate:              r.identityText("client_certificate", config.ClientCertificate, "ARM_CLIENT_CERTIFICATE"),
		ClientCertificatePath:          r.identityText("client_certificate_path", config.ClientCertificatePath, "ARM_CLIENT_CERTIFICATE_PATH"),
		ClientCertificatePassword:      r.identityText("client_certificate_password", config.ClientCertificatePassword, "ARM_CLIENT_CERTIFICATE_PASSWORD"),
		OIDCToken:                      r.identityText("oidc_token", config.OIDCToken, "ARM_OIDC_TOKEN"),
		OIDCTokenFilePath:              r.identityText("oidc_token_file_path", config.OIDCTokenFilePath, "ARM_OIDC_TOKEN_FILE_PATH"),
		OIDCRequestURL:                 r.identityText("oidc_request_url", config.OIDCRequestURL, "ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"),
		OIDCRequestToken:               r.identityText("oidc_request_token", config.OIDCRequestToken, "ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"),
		ADOPipelineServiceConnectionID: r.identityText("ado_pipeline_service_connection_id", config.ADOPipelineServiceConnectionID, "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"),
		UseCLI:                         r.flag("use_cli", config.UseCLI, true, "ARM_USE_CLI"),
		UseMSI:                         r.flag("use_msi", config.UseMSI, false, "ARM_USE_MSI"),
		MSIEndpoint:                    r.identityText("msi_endpoint", config.MSIEndpoint, "ARM_MSI_ENDPOINT"),
		UseOIDC:                        r.flag("use_oidc", config.UseOIDC, false, "ARM_USE_OIDC"),
		UseAKSWorkloadIdentity:         r.flag("use_aks_workload_identity", config.UseAKSWorkloadIdentity, false, "ARM_USE_AKS_WORKLOAD_IDENTITY"),
		DisableInstanceDiscovery:       r.flag("disable_instance_discovery", config.DisableInstanceDiscovery, false, "ARM_DISABLE_INSTANCE_DISCOVERY"),
	}
	if identity.UseAKSWorkloadIdentity {
		// The webhook of AKS gives these to the pod.
		identity.TenantID = r.orElse(identity.TenantID, "AZURE_TENANT_ID")
		identity.ClientID = r.orElse(identity.ClientID, "AZURE_CLIENT_ID")
		identity.OIDCTokenFilePath = r.orElse(identity.OIDCTokenFilePath, "AZURE_FEDERATED_TOKEN_FILE")
	}

	return identity
}

// identityText resolves an argument of the sign-in, which auth checks.
func (r *resolver) identityText(name string, configured types.String, variables ...string) string {
	return r.text(argument{path: name, variables: variables}, configured, "").value
}

func (r *resolver) orElse(value, variable string) string {
	if value != "" {
		return value
	}

	return r.getenv(variable)
}

func (r *resolver) auxiliaryTenants(ctx context.Context, configured types.List) []string {
	if configured.IsNull() {
		return strings.FieldsFunc(r.getenv("ARM_AUXILIARY_TENANT_IDS"), func(c rune) bool { return c == ';' })
	}
	var elements []types.String
	if !configured.IsUnknown() {
		r.diags.Append(configured.ElementsAs(ctx, &elements, false)...)
	}
	if configured.IsUnknown() || slices.ContainsFunc(elements, types.String.IsUnknown) {
		r.unknown = append(r.unknown, "auxiliary_tenant_ids")
	}
	var tenants []string
	for _, element := range elements {
		tenants = append(tenants, element.ValueString())
	}

	return tenants
}

// defaults resolves what resources use when they say nothing. What the provider
// block says wins over the environment as a whole: a catalog there and a Legacy
// tenant in the environment are no conflict.
func (r *resolver) defaults(tenant services.TenantArgument, service iotCentralModel, provision dpsModel) clients.Defaults {
	defaults := clients.Defaults{
		DPS: r.defaultOf(argument{"dps.id", []string{"AZURE_DPS_ID"}, dps.CheckServiceID}, provision.ID),

		Application: r.defaultOf(argument{"iot_central.application", []string{"IOTCENTRAL_APPLICATION"}, iotcentral.CheckApplication}, service.Application),
	}
	if !tenant.CatalogID.IsNull() || !tenant.TenantID.IsNull() {
		defaults.CatalogID, defaults.TenantID = tenant.CatalogID, tenant.TenantID
		return defaults
	}
	defaults.CatalogID = r.defaultOf(argument{"azure_sphere.catalog_id", []string{"AZURE_SPHERE_CATALOG_ID"}, sphere.CheckCatalogID}, types.StringNull())
	defaults.TenantID = r.defaultOf(argument{"azure_sphere.tenant_id", []string{"AZURE_SPHERE_TENANT_ID"}, sphere.CheckTenantID}, types.StringNull())
	if !defaults.CatalogID.IsNull() && !defaults.TenantID.IsNull() {
		r.diags.AddAttributeError(path.Root("azure_sphere"), "Two Azure Sphere tenants",
			"AZURE_SPHERE_CATALOG_ID and AZURE_SPHERE_TENANT_ID are both set in the environment; unset one, or set azure_sphere in the provider block.")
	}

	return defaults
}

// addConfigError reports a mistake in an identity argument where it was made.
func addConfigError(diags *diag.Diagnostics, err error) {
	var mistake *auth.ConfigError
	if !errors.As(err, &mistake) || mistake.Argument == "" {
		diags.AddError("Cannot sign in to Microsoft Entra ID", fwtypes.Sentence(err))
		return
	}
	// It begins with the name of the argument, which stays as it is written.
	diags.AddAttributeError(argument{path: mistake.Argument}.at(), "Unusable provider configuration", strings.TrimSuffix(err.Error(), ".")+".")
}
