// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
)

// model is the provider block.
type model struct {
	Environment types.String `tfsdk:"environment"`

	TenantID                       types.String `tfsdk:"tenant_id"`
	AuxiliaryTenantIDs             types.List   `tfsdk:"auxiliary_tenant_ids"`
	SubscriptionID                 types.String `tfsdk:"subscription_id"`
	ClientID                       types.String `tfsdk:"client_id"`
	ClientIDFilePath               types.String `tfsdk:"client_id_file_path"`
	ClientSecret                   types.String `tfsdk:"client_secret"`
	ClientSecretFilePath           types.String `tfsdk:"client_secret_file_path"`
	ClientCertificate              types.String `tfsdk:"client_certificate"`
	ClientCertificatePath          types.String `tfsdk:"client_certificate_path"`
	ClientCertificatePassword      types.String `tfsdk:"client_certificate_password"`
	OIDCToken                      types.String `tfsdk:"oidc_token"`
	OIDCTokenFilePath              types.String `tfsdk:"oidc_token_file_path"`
	OIDCRequestURL                 types.String `tfsdk:"oidc_request_url"`
	OIDCRequestToken               types.String `tfsdk:"oidc_request_token"`
	ADOPipelineServiceConnectionID types.String `tfsdk:"ado_pipeline_service_connection_id"`
	UseCLI                         types.Bool   `tfsdk:"use_cli"`
	UseMSI                         types.Bool   `tfsdk:"use_msi"`
	MSIEndpoint                    types.String `tfsdk:"msi_endpoint"`
	UseOIDC                        types.Bool   `tfsdk:"use_oidc"`
	UseAKSWorkloadIdentity         types.Bool   `tfsdk:"use_aks_workload_identity"`
	DisableInstanceDiscovery       types.Bool   `tfsdk:"disable_instance_discovery"`
	CABundlePath                   types.String `tfsdk:"ca_bundle_path"`

	// Each of these may be unknown as a whole; see resolver.members.
	AzureSphere types.Object `tfsdk:"azure_sphere"`
	IoTCentral  types.Object `tfsdk:"iot_central"`
	DPS         types.Object `tfsdk:"dps"`
	Endpoints   types.Object `tfsdk:"endpoints"`
}

type iotCentralModel struct {
	Application          types.String `tfsdk:"application"`
	APIToken             types.String `tfsdk:"api_token"`
	APIVersion           types.String `tfsdk:"api_version"`
	MaxRequestsPerSecond types.Int64  `tfsdk:"max_requests_per_second"`
}

type endpointsModel struct {
	AuthorityHost           types.String `tfsdk:"active_directory_authority_host"`
	ResourceManager         types.String `tfsdk:"resource_manager"`
	ResourceManagerAudience types.String `tfsdk:"resource_manager_audience"`
	AzureSphere             types.String `tfsdk:"azure_sphere"`
	AzureSphereAudience     types.String `tfsdk:"azure_sphere_audience"`
	IoTCentralDNSSuffix     types.String `tfsdk:"iot_central_dns_suffix"`
	IoTCentralAudience      types.String `tfsdk:"iot_central_audience"`
	DPSDNSSuffix            types.String `tfsdk:"dps_dns_suffix"`
	DPSAudience             types.String `tfsdk:"dps_audience"`
}

type dpsModel struct {
	ID types.String `tfsdk:"id"`
}

// Schema implements provider.Provider.
func (*Provider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Makes an Azure Sphere tenant trusted by an Azure IoT Central application or an IoT Hub Device Provisioning Service, and keeps it trusted.",
		Attributes:          identityAttributes(),
	}
	for name, attribute := range serviceAttributes() {
		resp.Schema.Attributes[name] = attribute
	}
}

// text, secret and flag describe an argument that an environment variable can
// stand in for.
func text(variable, description string, validators ...validator.String) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, Validators: validators, MarkdownDescription: description + from(variable)}
}

func secret(variable, description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description + from(variable)}
}

func flag(variable, description string) schema.BoolAttribute {
	return schema.BoolAttribute{Optional: true, MarkdownDescription: description + from(variable)}
}

func from(variable string) string { return " Environment: `" + variable + "`." }

// identityAttributes are the arguments of the azurerm provider.
func identityAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"environment": text("ARM_ENVIRONMENT", "Azure cloud: `public` (default), `usgovernment` or `china`. Azure Sphere and "+
			"IoT Central exist in the public cloud; elsewhere `endpoints` must say where they are."),
		"tenant_id":       text("ARM_TENANT_ID", "Microsoft Entra tenant to sign in to. (The Azure Sphere tenant is `azure_sphere.tenant_id`.)"),
		"subscription_id": text("ARM_SUBSCRIPTION_ID", "Subscription whose account the Azure CLI uses when `tenant_id` is not set."),
		"client_id":       text("ARM_CLIENT_ID", "Client ID of the service principal or of the user-assigned managed identity."),
		"auxiliary_tenant_ids": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further Entra tenants that tokens may be requested for." + from("ARM_AUXILIARY_TENANT_IDS") + " Separated by semicolons there.",
		},
		"client_id_file_path":         text("ARM_CLIENT_ID_FILE_PATH", "File with the client ID."),
		"client_secret":               secret("ARM_CLIENT_SECRET", "Client secret of the service principal."),
		"client_secret_file_path":     text("ARM_CLIENT_SECRET_FILE_PATH", "File with the client secret."),
		"client_certificate":          secret("ARM_CLIENT_CERTIFICATE", "Client certificate with its private key, as base64 encoded PKCS#12."),
		"client_certificate_path":     text("ARM_CLIENT_CERTIFICATE_PATH", "File with the client certificate and its private key, PKCS#12 or PEM."),
		"client_certificate_password": secret("ARM_CLIENT_CERTIFICATE_PASSWORD", "Password of the client certificate."),
		"oidc_token":                  secret("ARM_OIDC_TOKEN", "ID token to exchange for an access token (workload identity federation)."),
		"oidc_token_file_path":        text("ARM_OIDC_TOKEN_FILE_PATH", "File with the ID token. It is read again for each access token."),
		"oidc_request_url": text("ARM_OIDC_REQUEST_URL`, `ACTIONS_ID_TOKEN_REQUEST_URL` or `SYSTEM_OIDCREQUESTURI",
			"Address that gives ID tokens to a pipeline of GitHub or Azure DevOps."),
		"oidc_request_token": secret("ARM_OIDC_REQUEST_TOKEN`, `ACTIONS_ID_TOKEN_REQUEST_TOKEN` or `SYSTEM_ACCESSTOKEN",
			"Bearer token for `oidc_request_url`."),
		"ado_pipeline_service_connection_id": text("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID` or `ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
			"Service connection of the Azure DevOps pipeline."),
		"use_cli":                   flag("ARM_USE_CLI", "May sign in with the Azure CLI. Default: `true`."),
		"use_msi":                   flag("ARM_USE_MSI", "May sign in with a managed identity. Default: `false`."),
		"msi_endpoint":              text("ARM_MSI_ENDPOINT", "Own address of the managed identity endpoint."),
		"use_oidc":                  flag("ARM_USE_OIDC", "May sign in with an ID token. Default: `false`."),
		"use_aks_workload_identity": flag("ARM_USE_AKS_WORKLOAD_IDENTITY", "May sign in with the workload identity of an AKS pod. Default: `false`."),
		"disable_instance_discovery": flag("ARM_DISABLE_INSTANCE_DISCOVERY", "Does not ask Microsoft Entra ID whether the authority is one of its own: "+
			"for disconnected clouds. Default: `false`."),
	}
}

// serviceAttributes are the arguments about the services.
func serviceAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"ca_bundle_path": text("ARM_CA_BUNDLE", "PEM file with root certificates to trust in addition to the system's, as for a proxy that inspects TLS."),
		"azure_sphere": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Default Azure Sphere tenant for all resources.",
			Attributes: map[string]schema.Attribute{
				"catalog_id": text("AZURE_SPHERE_CATALOG_ID", "Azure resource ID of the catalog (Integrated).",
					services.CatalogIDValidators()...),
				"tenant_id": text("AZURE_SPHERE_TENANT_ID", "ID of the Azure Sphere (Legacy) tenant. Legacy ends on 27 September 2027.",
					services.TenantIDValidators()...),
			},
		},
		"iot_central": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Default IoT Central application for all resources, and how to talk to IoT Central.",
			Attributes: map[string]schema.Attribute{
				"application": text("IOTCENTRAL_APPLICATION", "The application: subdomain, host name, `https://` address or application ID.",
					fwtypes.Check("Not an IoT Central application", iotcentral.CheckApplication)),
				"api_token": secret("IOTCENTRAL_API_TOKEN", "API token of the application (`SharedAccessSignature sr=…`), used for IoT Central instead of Microsoft Entra ID."),
				"api_version": text("IOTCENTRAL_API_VERSION", "Version of the API: `"+iotcentral.APIVersionPreview+"` (default) or `"+iotcentral.APIVersionStable+
					"`. Only the default tells the ID scope.",
					stringvalidator.OneOf(apiVersions()...)),
				"max_requests_per_second": schema.Int64Attribute{
					Optional: true,
					MarkdownDescription: fmt.Sprintf("Requests that this provider sends to one application in any second, from 1 to %d. Default: `%d`. IoT Central allows %[1]d per "+
						"application, over all users and tokens. Each of the two provider names counts by itself.", iotcentral.MaxRequestsPerSecond, iotcentral.RequestsPerSecond) +
						from("IOTCENTRAL_MAX_REQUESTS_PER_SECOND"),
					Validators: []validator.Int64{int64validator.Between(1, iotcentral.MaxRequestsPerSecond)},
				},
			},
		},
		"dps": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Default IoT Hub Device Provisioning Service (DPS) for all resources.",
			Attributes: map[string]schema.Attribute{
				"id": text("AZURE_DPS_ID", "Azure resource ID of the service.", fwtypes.Check("Not the ID of a Device Provisioning Service", dps.CheckServiceID)),
			},
		},
		"endpoints": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Addresses and token audiences of the services, for other clouds and for tests.",
			Attributes: map[string]schema.Attribute{
				"active_directory_authority_host": text("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "Microsoft Entra ID.",
					fwtypes.Check("Not an address", checkAddress)),
				"resource_manager": text("ARM_RESOURCE_MANAGER_ENDPOINT", "Azure Resource Manager.",
					fwtypes.Check("Not an address", checkAddress)),
				"resource_manager_audience": text("ARM_RESOURCE_MANAGER_AUDIENCE", "Audience of tokens for Azure Resource Manager.",
					fwtypes.Check("Not an audience", checkAudience)),
				"azure_sphere": text("AZURE_SPHERE_ENDPOINT", "Public API of Azure Sphere (Legacy).",
					fwtypes.Check("Not an address", checkAddress)),
				"azure_sphere_audience": text("AZURE_SPHERE_AUDIENCE", "Audience of tokens for the public API of Azure Sphere (Legacy).",
					fwtypes.Check("Not an audience", checkAudience)),
				"iot_central_dns_suffix": text("IOTCENTRAL_DNS_SUFFIX", "What follows the subdomain in the host name of an application. Tokens for IoT Central are sent to hosts below it only.",
					fwtypes.Check("Not a DNS suffix", iotcentral.CheckDNSSuffix)),
				"iot_central_audience": text("IOTCENTRAL_AUDIENCE", "Audience of tokens for IoT Central.",
					fwtypes.Check("Not an audience", checkAudience)),
				"dps_dns_suffix": text("AZURE_DPS_DNS_SUFFIX", "What follows the name of a Device Provisioning Service in its host name. Tokens for its data plane are sent to hosts below it only.",
					fwtypes.Check("Not a DNS suffix", checkDPSSuffix)),
				"dps_audience": text("AZURE_DPS_AUDIENCE", "Audience of tokens for the data plane of Device Provisioning Service.",
					fwtypes.Check("Not an audience", checkAudience)),
			},
		},
	}
}
