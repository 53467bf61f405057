// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
)

type serviceModel struct {
	ID               types.String `tfsdk:"id"`
	DPSID            types.String `tfsdk:"dps_id"`
	Name             types.String `tfsdk:"name"`
	IDScope          types.String `tfsdk:"id_scope"`
	ProvisioningHost types.String `tfsdk:"provisioning_host"`
	OperationsHost   types.String `tfsdk:"service_operations_host"`
	IoTHubs          types.List   `tfsdk:"iot_hubs"`
	AllocationPolicy types.String `tfsdk:"allocation_policy"`
	State            types.String `tfsdk:"state"`
}

// NewDPSDataSource returns azuresphere_dps.
func NewDPSDataSource() datasource.DataSource { return &serviceDataSource{} }

type serviceDataSource struct{ clients.DataSource }

var _ datasource.DataSourceWithConfigure = (*serviceDataSource)(nil)

// Metadata implements datasource.DataSource.
func (*serviceDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "azuresphere_dps"
}

// Schema implements datasource.DataSource.
func (*serviceDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads an IoT Hub Device Provisioning Service (DPS): what devices need to register. It reads Azure Resource Manager alone, which is not billed.",
		Attributes: map[string]schema.Attribute{
			"id": text("Azure resource ID of the service, as Azure spells it."),
			"dps_id": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: dpsIDDescription,
				Validators: []validator.String{fwtypes.Check(notDPSID, dps.CheckServiceID)},
			},
			"name": text("Name of the service."),
			"id_scope": text("ID scope, which devices send together with their ID (`--ScopeID` in the `CmdArgs` of `app_manifest.json`). " +
				"Null while the service is being made."),
			"provisioning_host":       text("Host at which devices register. It belongs in `AllowedConnections` of `app_manifest.json`, beside `iot_hubs`."),
			"service_operations_host": text("Host of the data plane, where enrollment groups are."),
			"iot_hubs": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Host names of the linked IoT hubs. Each belongs in `AllowedConnections` of `app_manifest.json`.",
			},
			"allocation_policy": text("How devices are assigned to hubs unless their group says otherwise, such as `Hashed`."),
			"state":             text("State of the service: `Active` when it can be used."),
		},
	}
}

// Read implements datasource.DataSource.
func (d *serviceDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var config serviceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	service, err := d.RequireDPSService(config.DPSID)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("dps_id"), noDPS, clients.ExplainMissing(err, "azuresphere", "dps_id"))
		return
	}
	found, err := d.DPS().Service(ctx, service)
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot read the Device Provisioning Service", err)
		return
	}
	hubs, problems := types.ListValueFrom(ctx, types.StringType, found.IoTHubs)
	resp.Diagnostics.Append(problems...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &serviceModel{
		ID: types.StringValue(found.ID), DPSID: types.StringValue(service), Name: types.StringValue(found.Name),
		IDScope: textOrNull(found.IDScope), ProvisioningHost: textOrNull(found.DeviceHost), OperationsHost: textOrNull(found.OperationsHost),
		IoTHubs: hubs, AllocationPolicy: textOrNull(found.AllocationPolicy), State: textOrNull(found.State),
	})...)
}
