// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// identity resolves the arguments that azurerm has too.
func (r *resolver) identity(ctx context.Context, config model) auth.Config {
	identity := auth.Config{
		TenantID:                  r.text("tenant_id", config.TenantID, "", "ARM_TENANT_ID"),
		AuxiliaryTenantIDs:        r.auxiliaryTenants(ctx, config.AuxiliaryTenantIDs),
		SubscriptionID:            r.text("subscription_id", config.SubscriptionID, "", "ARM_SUBSCRIPTION_ID"),
		ClientID:                  r.text("client_id", config.ClientID, "", "ARM_CLIENT_ID"),
		ClientIDFilePath:          r.text("client_id_file_path", config.ClientIDFilePath, "", "ARM_CLIENT_ID_FILE_PATH"),
		ClientSecret:              r.text("client_secret", config.ClientSecret, "", "ARM_CLIENT_SECRET"),
		ClientSecretFilePath:      r.text("client_secret_file_path", config.ClientSecretFilePath, "", "ARM_CLIENT_SECRET_FILE_PATH"),
		ClientCertificate:         r.text("client_certificate", config.ClientCertificate, "", "ARM_CLIENT_CERTIFICATE"),
		ClientCertificatePath:     r.text("client_certificate_path", config.ClientCertificatePath, "", "ARM_CLIENT_CERTIFICATE_PATH"),
		ClientCertificatePassword: r.text("client_certificate_password", config.ClientCertificatePassword, "", "ARM_CLIENT_CERTIFICATE_PASSWORD"),
		OIDCToken:                 r.text("oidc_token", config.OIDCToken, "", "ARM_OIDC_TOKEN"),
		OIDCTokenFilePath:         r.text("oidc_token_file_path", config.OIDCTokenFilePath, "", "ARM_OIDC_TOKEN_FILE_PATH"),
		OIDCRequestURL: r.text("oidc_request_url", config.OIDCRequestURL, "",
			"ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"),
		OIDCRequestToken: r.text("oidc_request_token", config.OIDCRequestToken, "",
			"ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"),
		ADOPipelineServiceConnectionID: r.text("ado_pipeline_service_connection_id", config.ADOPipelineServiceConnectionID, "",
			"ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"),
		UseCLI:                   r.flag("use_cli", config.UseCLI, true, "ARM_USE_CLI"),
		UseMSI:                   r.flag("use_msi", config.UseMSI, false, "ARM_USE_MSI"),
		MSIEndpoint:              r.text("msi_endpoint", config.MSIEndpoint, "", "ARM_MSI_ENDPOINT"),
		UseOIDC:                  r.flag("use_oidc", config.UseOIDC, false, "ARM_USE_OIDC"),
		UseAKSWorkloadIdentity:   r.flag("use_aks_workload_identity", config.UseAKSWorkloadIdentity, false, "ARM_USE_AKS_WORKLOAD_IDENTITY"),
		DisableInstanceDiscovery: r.flag("disable_instance_discovery", config.DisableInstanceDiscovery, false, "ARM_DISABLE_INSTANCE_DISCOVERY"),
	}
	if identity.UseAKSWorkloadIdentity {
		// The webhook of AKS gives these to the pod.
		identity.TenantID = r.orElse(identity.TenantID, "AZURE_TENANT_ID")
		identity.ClientID = r.orElse(identity.ClientID, "AZURE_CLIENT_ID")
		identity.OIDCTokenFilePath = r.orElse(identity.OIDCTokenFilePath, "AZURE_FEDERATED_TOKEN_FILE")
	}

	return identity
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

// endpoints overlays the configured addresses on those of the environment.
func (r *resolver) endpoints(configured endpointsModel, environment auth.Environment) auth.Environment {
	environment.AuthorityHost = r.text("endpoints.active_directory_authority_host", configured.AuthorityHost,
		environment.AuthorityHost, "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST")
	environment.ResourceManagerEndpoint = r.text("endpoints.resource_manager", configured.ResourceManager,
		environment.ResourceManagerEndpoint, "ARM_RESOURCE_MANAGER_ENDPOINT")
	environment.ResourceManagerAudience = r.text("endpoints.resource_manager_audience", configured.ResourceManagerAudience,
		environment.ResourceManagerAudience, "ARM_RESOURCE_MANAGER_AUDIENCE")
	environment.SphereEndpoint = r.text("endpoints.azure_sphere", configured.AzureSphere,
		environment.SphereEndpoint, "AZURE_SPHERE_ENDPOINT")
	environment.SphereAudience = r.text("endpoints.azure_sphere_audience", configured.AzureSphereAudience,
		environment.SphereAudience, "AZURE_SPHERE_AUDIENCE")
	if configured.IoTCentralDNSSuffix.IsUnknown() || r.isUnknown("environment") {
		environment.IoTCentralDNSSuffix = "" // Plans would show IDs with a suffix that is not the one of the apply.
	}
	environment.IoTCentralDNSSuffix = r.text("endpoints.iot_central_dns_suffix", configured.IoTCentralDNSSuffix,
		environment.IoTCentralDNSSuffix, "IOTCENTRAL_DNS_SUFFIX")
	environment.IoTCentralAudience = r.text("endpoints.iot_central_audience", configured.IoTCentralAudience,
		environment.IoTCentralAudience, "IOTCENTRAL_AUDIENCE")
	for argument, address := range map[string]string{
		"active_directory_authority_host": environment.AuthorityHost,
		"resource_manager":                environment.ResourceManagerEndpoint,
		"azure_sphere":                    environment.SphereEndpoint,
	} {
		if address != "" && !strings.HasPrefix(address, "https://") {
			r.diags.AddAttributeError(path.Root("endpoints").AtName(argument), "Not an https address",
				fmt.Sprintf("endpoints.%s is %q. Tokens are sent there, so it must begin with https://.", argument, address))
		}
	}

	return environment
}

// defaults resolves what resources use when they say nothing. What the provider
// block says wins over the environment as a whole: a catalog there and a Legacy
// tenant in the environment are no conflict.
func (r *resolver) defaults(tenant services.TenantArgument, service iotCentralModel) clients.Defaults {
	defaults := clients.Defaults{
		Application: r.setting(path.Root("iot_central").AtName("application"), service.Application,
			iotcentral.CheckApplication, "IOTCENTRAL_APPLICATION"),
	}
	if !tenant.CatalogID.IsNull() || !tenant.TenantID.IsNull() {
		defaults.CatalogID, defaults.TenantID = tenant.CatalogID, tenant.TenantID
		return defaults
	}
	at := path.Root("azure_sphere")
	defaults.CatalogID = r.setting(at.AtName("catalog_id"), types.StringNull(), sphere.CheckCatalogID, "AZURE_SPHERE_CATALOG_ID")
	defaults.TenantID = r.setting(at.AtName("tenant_id"), types.StringNull(), sphere.CheckTenantID, "AZURE_SPHERE_TENANT_ID")
	if !defaults.CatalogID.IsNull() && !defaults.TenantID.IsNull() {
		r.diags.AddAttributeError(at, "Two Azure Sphere tenants",
			"AZURE_SPHERE_CATALOG_ID and AZURE_SPHERE_TENANT_ID are both set in the environment; unset one, or say in the provider block which one is meant.")
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
	at := path.Empty()
	for _, step := range strings.Split(mistake.Argument, ".") {
		at = at.AtName(step)
	}
	// It begins with the name of the argument, which stays as it is written.
	diags.AddAttributeError(at, "Unusable provider configuration", strings.TrimSuffix(err.Error(), ".")+".")
}
