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
		"environment": text("ARM_ENVIRONMENT", "Azure cloud: `public`, `usgovernment` or `china`. Default: `public`. Microsoft runs Azure Sphere and "+
			"IoT Central in the public cloud only; in another cloud, set `endpoints` as well."),
		"tenant_id":       text("ARM_TENANT_ID", "ID or domain name of the Microsoft Entra tenant to sign in to. The Azure Sphere tenant is `azure_sphere.tenant_id`."),
		"subscription_id": text("ARM_SUBSCRIPTION_ID", "ID of the subscription whose account the Azure CLI uses. It has no effect when `tenant_id` is set."),
		"client_id":       text("ARM_CLIENT_ID", "Client ID (application ID) of the service principal, or client ID of the user-assigned managed identity."),
		"auxiliary_tenant_ids": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "IDs of up to three more Microsoft Entra tenants to request tokens for." + from("ARM_AUXILIARY_TENANT_IDS") + " Separate them with semicolons in the variable.",
		},
		"client_id_file_path":         text("ARM_CLIENT_ID_FILE_PATH", "Path of a file that contains the client ID."),
		"client_secret":               secret("ARM_CLIENT_SECRET", "Client secret of the service principal."),
		"client_secret_file_path":     text("ARM_CLIENT_SECRET_FILE_PATH", "Path of a file that contains the client secret."),
		"client_certificate":          secret("ARM_CLIENT_CERTIFICATE", "Client certificate and its private key: a PKCS#12 file, base64 encoded."),
		"client_certificate_path":     text("ARM_CLIENT_CERTIFICATE_PATH", "Path of a PKCS#12 or PEM file that contains the client certificate and its private key."),
		"client_certificate_password": secret("ARM_CLIENT_CERTIFICATE_PASSWORD", "Password of the client certificate."),
		"oidc_token":                  secret("ARM_OIDC_TOKEN", "ID token to exchange for an access token (workload identity federation). Requires `use_oidc`."),
		"oidc_token_file_path":        text("ARM_OIDC_TOKEN_FILE_PATH", "Path of a file that contains the ID token. The provider reads it again for each access token. Requires `use_oidc`."),
		"oidc_request_url": text("ARM_OIDC_REQUEST_URL`, `ACTIONS_ID_TOKEN_REQUEST_URL` or `SYSTEM_OIDCREQUESTURI",
			"URL that issues ID tokens to a job of GitHub Actions or Azure DevOps. Requires `use_oidc`."),
		"oidc_request_token": secret("ARM_OIDC_REQUEST_TOKEN`, `ACTIONS_ID_TOKEN_REQUEST_TOKEN` or `SYSTEM_ACCESSTOKEN",
			"Bearer token for the requests to `oidc_request_url`."),
		"ado_pipeline_service_connection_id": text("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID` or `ARM_OIDC_AZURE_SERVICE_CONNECTION_ID",
			"ID of the service connection of the Azure DevOps pipeline. Requires `use_oidc`."),
		"use_cli":                   flag("ARM_USE_CLI", "Whether to use the Azure CLI for sign-in, when no other method is configured. Default: `true`."),
		"use_msi":                   flag("ARM_USE_MSI", "Whether to use a managed identity for sign-in. Default: `false`."),
		"msi_endpoint":              text("ARM_MSI_ENDPOINT", "URL of the managed identity endpoint. Default: the endpoint of the Azure machine."),
		"use_oidc":                  flag("ARM_USE_OIDC", "Whether to use an ID token for sign-in (OpenID Connect). Default: `false`."),
		"use_aks_workload_identity": flag("ARM_USE_AKS_WORKLOAD_IDENTITY", "Whether to use the workload identity of an AKS pod for sign-in. Default: `false`."),
		"disable_instance_discovery": flag("ARM_DISABLE_INSTANCE_DISCOVERY", "Whether to skip the check that Microsoft Entra ID knows the authority. Set it to `true` in a cloud "+
			"without a connection to the public cloud. Default: `false`."),
	}
}

// serviceAttributes are the arguments about the services.
func serviceAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"ca_bundle_path": text("ARM_CA_BUNDLE", "Path of a PEM file with root certificates to trust in addition to those of the system, such as the root of a proxy that inspects TLS."),
		"azure_sphere": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Default Azure Sphere tenant of all resources: a catalog or a Legacy tenant. Each resource can set another one.",
			Attributes: map[string]schema.Attribute{
				"catalog_id": text("AZURE_SPHERE_CATALOG_ID", "Azure resource ID of the catalog (Integrated). Conflicts with `tenant_id`.",
					services.CatalogIDValidators()...),
				"tenant_id": text("AZURE_SPHERE_TENANT_ID", "ID of the Azure Sphere (Legacy) tenant, a UUID. Legacy ends on 27 September 2027.",
					services.TenantIDValidators()...),
			},
		},
		"iot_central": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Default IoT Central application of all resources, and settings of the requests to IoT Central.",
			Attributes: map[string]schema.Attribute{
				"application": text("IOTCENTRAL_APPLICATION", "The application: subdomain, host name, `https://` address or application ID. Each resource can set another one.",
					fwtypes.Check("Not an IoT Central application", iotcentral.CheckApplication)),
				"api_token": secret("IOTCENTRAL_API_TOKEN", "API token of the application (`SharedAccessSignature sr=…`). The provider uses it for IoT Central instead of a token of Microsoft Entra ID."),
				"api_version": text("IOTCENTRAL_API_VERSION", "Version of the IoT Central API: `"+iotcentral.APIVersionPreview+"` or `"+iotcentral.APIVersionStable+
					"`. Default: `"+iotcentral.APIVersionPreview+"`, the only version that returns the ID scope.",
					stringvalidator.OneOf(apiVersions()...)),
				"max_requests_per_second": schema.Int64Attribute{
					Optional: true,
					MarkdownDescription: fmt.Sprintf("Most requests that the provider sends to one application in a second, from 1 to %d. Default: `%d`. IoT Central allows %[1]d per "+
						"application, over all users and tokens. Each of the two provider names has a limit of its own.", iotcentral.MaxRequestsPerSecond, iotcentral.RequestsPerSecond) +
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
			MarkdownDescription: "Addresses and token audiences of the services, for other clouds and for tests. Default: those of `environment`.",
			Attributes: map[string]schema.Attribute{
				"active_directory_authority_host": text("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "URL of Microsoft Entra ID.",
					fwtypes.Check("Not an address", checkAddress)),
				"resource_manager": text("ARM_RESOURCE_MANAGER_ENDPOINT", "URL of Azure Resource Manager.",
					fwtypes.Check("Not an address", checkAddress)),
				"resource_manager_audience": text("ARM_RESOURCE_MANAGER_AUDIENCE", "Audience of tokens for Azure Resource Manager.",
					fwtypes.Check("Not an audience", checkAudience)),
				"azure_sphere": text("AZURE_SPHERE_ENDPOINT", "URL of the public API of Azure Sphere (Legacy).",
					fwtypes.Check("Not an address", checkAddress)),
				"azure_sphere_audience": text("AZURE_SPHERE_AUDIENCE", "Audience of tokens for the public API of Azure Sphere (Legacy).",
					fwtypes.Check("Not an audience", checkAudience)),
				"iot_central_dns_suffix": text("IOTCENTRAL_DNS_SUFFIX", "DNS suffix of the host names of applications, such as `azureiotcentral.com`. The provider sends tokens for IoT Central only to hosts with this suffix.",
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
