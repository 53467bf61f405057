// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

type catalogModel struct {
	ID                types.String `tfsdk:"id"`
	CatalogID         types.String `tfsdk:"catalog_id"`
	Name              types.String `tfsdk:"name"`
	ResourceGroupName types.String `tfsdk:"resource_group_name"`
	SubscriptionID    types.String `tfsdk:"subscription_id"`
	TenantID          types.String `tfsdk:"tenant_id"`
	Location          types.String `tfsdk:"location"`
	ProvisioningState types.String `tfsdk:"provisioning_state"`
	Tags              types.Map    `tfsdk:"tags"`
}

// NewCatalogDataSource returns azuresphere_catalog.
func NewCatalogDataSource() datasource.DataSource { return &catalogDataSource{} }

type catalogDataSource struct{ clients.DataSource }

var _ datasource.DataSourceWithConfigure = (*catalogDataSource)(nil)

// Metadata implements datasource.DataSource.
func (*catalogDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "azuresphere_catalog"
}

// Schema implements datasource.DataSource.
func (*catalogDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads an Azure Sphere catalog, which is an Azure Sphere tenant (Integrated) as an Azure resource. " +
			"Its `tenant_id` is the value of `DeviceAuthentication` in the `app_manifest.json` of a device application.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Azure resource ID of the catalog, as Azure returns it."},
			"catalog_id": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: "Azure resource ID of the catalog. Default: the catalog of the provider block.",
				Validators: []validator.String{fwtypes.Check("Not the ID of a catalog", sphere.CheckCatalogID)},
			},
			"name":                schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the catalog."},
			"resource_group_name": schema.StringAttribute{Computed: true, MarkdownDescription: "Resource group of the catalog."},
			"subscription_id":     schema.StringAttribute{Computed: true, MarkdownDescription: "Subscription of the catalog."},
			"tenant_id": schema.StringAttribute{
				Computed: true, MarkdownDescription: "ID of the Azure Sphere tenant, a UUID. A catalog that was migrated has the ID of its Azure Sphere (Legacy) tenant.",
			},
			"location":           schema.StringAttribute{Computed: true, MarkdownDescription: "Location of the catalog: `global`."},
			"provisioning_state": schema.StringAttribute{Computed: true, MarkdownDescription: "`Succeeded` for a catalog that can be used."},
			"tags":               schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Tags of the Azure resource."},
		},
	}
}

// Read implements datasource.DataSource.
func (d *catalogDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var config catalogModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	scope, err := d.RequireScope(config.CatalogID, types.StringNull())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("catalog_id"), "No Azure Sphere catalog", clients.ExplainMissing(err, "azuresphere", "catalog_id"))
		return
	}
	if scope.CatalogID == "" {
		resp.Diagnostics.AddAttributeError(path.Root("catalog_id"), "No Azure Sphere catalog", "The provider's default is "+scope.String()+
			", which is not a catalog. Set catalog_id here, or read the tenant with the data source azuresphere_tenant.")
		return
	}
	found, err := d.Catalog(ctx, scope.CatalogID)
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot read the catalog", err)
		return
	}
	tags, diags := types.MapValueFrom(ctx, types.StringType, found.Tags)
	resp.Diagnostics.Append(diags...)
	if found.Tags == nil {
		tags = types.MapValueMust(types.StringType, nil)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &catalogModel{
		ID:                types.StringValue(found.ID),
		CatalogID:         types.StringValue(scope.CatalogID),
		Name:              types.StringValue(found.Name),
		ResourceGroupName: types.StringValue(found.ResourceGroup),
		SubscriptionID:    types.StringValue(found.SubscriptionID),
		TenantID:          textOrNull(found.TenantID),
		Location:          textOrNull(found.Location),
		ProvisioningState: textOrNull(found.ProvisioningState),
		Tags:              tags,
	})...)
}

func textOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}

	return types.StringValue(text)
}
