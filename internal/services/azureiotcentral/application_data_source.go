// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// provisioningHost is where the devices of every application enrol.
const provisioningHost = "global.azure-devices-provisioning.net"

type applicationModel struct {
	ID               types.String `tfsdk:"id"`
	Application      types.String `tfsdk:"application"`
	ResourceID       types.String `tfsdk:"resource_id"`
	Host             types.String `tfsdk:"host"`
	Subdomain        types.String `tfsdk:"subdomain"`
	ApplicationID    types.String `tfsdk:"application_id"`
	DisplayName      types.String `tfsdk:"display_name"`
	IDScope          types.String `tfsdk:"id_scope"`
	ProvisioningHost types.String `tfsdk:"provisioning_host"`
}

// NewApplicationDataSource returns iotcentral_application.
func NewApplicationDataSource() datasource.DataSource { return &applicationDataSource{} }

type applicationDataSource struct{ clients.DataSource }

var _ datasource.DataSourceWithConfigure = (*applicationDataSource)(nil)

// Metadata implements datasource.DataSource.
func (*applicationDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "iotcentral_application"
}

// Schema implements datasource.DataSource.
func (*applicationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads an IoT Central application: its names, its host, and what devices need to enrol. " +
			"Given `resource_id`, as another provider outputs it, it tells the subdomain.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Same as `host`."},
			"application": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: applicationDescription + " Conflicts with `resource_id`.",
				Validators: []validator.String{
					fwtypes.Check("Not an IoT Central application", iotcentral.CheckApplication),
					stringvalidator.ConflictsWith(path.MatchRoot("resource_id")),
				},
			},
			"resource_id": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Azure resource ID of the application, instead of `application`.",
				Validators: []validator.String{fwtypes.Check("Not the Azure resource ID of an IoT Central application", iotcentral.CheckResourceID)},
			},
			"host":      schema.StringAttribute{Computed: true, MarkdownDescription: "Host of the application, such as `contoso.azureiotcentral.com`."},
			"subdomain": schema.StringAttribute{Computed: true, MarkdownDescription: "Subdomain of the application. Null when the application is given by its application ID."},
			"application_id": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Application ID, a UUID. Only Azure Resource Manager tells it: null unless it, or `resource_id`, is given.",
			},
			"display_name": schema.StringAttribute{Computed: true, MarkdownDescription: "Name in the portal. Null unless `resource_id` is given."},
			"id_scope": schema.StringAttribute{Computed: true, MarkdownDescription: "ID scope of the application's provisioning service, which devices send together with their ID " +
				"(`--ScopeID` in the `CmdArgs` of `app_manifest.json`). Enrollment groups tell it: null while the application has none, " +
				"and when the provider uses `api_version` 2022-07-31."},
			"provisioning_host": schema.StringAttribute{Computed: true, MarkdownDescription: "Host of the provisioning service, the same for all applications of the public cloud: " +
				"`" + provisioningHost + "`. It belongs into `AllowedConnections` of `app_manifest.json`, beside the IoT hubs of the application, which no documented API tells."},
		},
	}
}

// Read implements datasource.DataSource.
func (d *applicationDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var config applicationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	result := applicationModel{ResourceID: config.ResourceID, ProvisioningHost: types.StringValue(provisioningHost)}
	named := config.Application
	if !config.ResourceID.IsNull() {
		resource, err := d.ApplicationResource(ctx, config.ResourceID.ValueString())
		if err != nil {
			clients.AddError(&resp.Diagnostics, "Cannot read the Azure resource of the application", err)
			return
		}
		named = types.StringValue(resource.Subdomain)
		result.ApplicationID, result.DisplayName = textOrNull(resource.ApplicationID), textOrNull(resource.DisplayName)
	}
	application, host, err := d.RequireHost(named)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("application"), "No IoT Central application", fwtypes.Sentence(err))
		return
	}
	result.ID, result.Host, result.Application = types.StringValue(host), types.StringValue(host), types.StringValue(application)
	switch name := d.ShortName(host); {
	case uuid.Validate(name) == nil:
		result.ApplicationID = types.StringValue(name)
	case !strings.Contains(name, "."):
		result.Subdomain = types.StringValue(name)
	}
	result.IDScope = d.idScope(ctx, host, !config.ResourceID.IsNull(), &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &result)...)
	}
}

// idScope returns the ID scope, which any enrollment group tells. Whoever came
// with the Azure resource may have no right inside the application; that alone is
// no failure, since the rest is known.
func (d *applicationDataSource) idScope(ctx context.Context, host string, knownToExist bool, diags *diag.Diagnostics) types.String {
	groups, err := d.IoTCentral().Shared().Groups(ctx, host)
	status := transport.StatusCode(err)
	switch noRight := status == http.StatusUnauthorized || status == http.StatusForbidden; {
	case err == nil:
	case knownToExist && noRight:
		diags.AddWarning("The ID scope is not known", clients.Explain(err))
		return types.StringNull()
	default:
		clients.AddError(diags, "Cannot read the IoT Central application", err)
		return types.StringNull()
	}
	for _, group := range groups {
		if group.IDScope != "" {
			return types.StringValue(group.IDScope)
		}
	}

	return types.StringNull()
}
