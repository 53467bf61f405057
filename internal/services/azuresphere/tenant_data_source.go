// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

type tenantModel struct {
	ID       types.String `tfsdk:"id"`
	TenantID types.String `tfsdk:"tenant_id"`
	Name     types.String `tfsdk:"name"`
	Roles    types.List   `tfsdk:"roles"`
}

// NewTenantDataSource returns azuresphere_tenant: an Azure Sphere (Legacy) tenant.
func NewTenantDataSource() datasource.DataSource { return &tenantDataSource{} }

type tenantDataSource struct{ clients.DataSource }

var _ datasource.DataSourceWithConfigure = (*tenantDataSource)(nil)

// Metadata implements datasource.DataSource.
func (*tenantDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "azuresphere_tenant"
}

// Schema implements datasource.DataSource.
func (*tenantDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds an Azure Sphere (Legacy) tenant by its name or ID. Legacy ends on 27 September 2027; " +
			"a tenant that was migrated is a catalog, which the data source `azuresphere_catalog` reads.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Same as `tenant_id`."},
			"tenant_id": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: "ID of the tenant. Default: the tenant of the provider block. Conflicts with `name`.",
				Validators: []validator.String{
					fwtypes.Check("Not the ID of a tenant", sphere.CheckTenantID),
					stringvalidator.ConflictsWith(path.MatchRoot("name")),
				},
			},
			"name": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: "Name of the tenant, compared without case. When several tenants have the name, the error lists them. Default: none.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"roles": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Roles of the principal in the tenant: `Administrator`, `Contributor`, `Reader`. A proof of possession requires `Contributor`.",
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *tenantDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var config tenantModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, ok := d.find(ctx, config, &resp.Diagnostics)
	if !ok {
		return
	}
	roles, diags := types.ListValueFrom(ctx, types.StringType, found.Roles)
	resp.Diagnostics.Append(diags...)
	if found.Roles == nil {
		roles = types.ListValueMust(types.StringType, nil)
	}
	name := textOrNull(found.Name)
	if !config.Name.IsNull() {
		name = config.Name // As it is written, whatever its case.
	}
	id := types.StringValue(found.ID)
	if !config.TenantID.IsNull() {
		id = config.TenantID
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &tenantModel{ID: types.StringValue(found.ID), TenantID: id, Name: name, Roles: roles})...)
}

func (d *tenantDataSource) find(ctx context.Context, config tenantModel, diags *diag.Diagnostics) (sphere.TenantIdentity, bool) {
	if !config.Name.IsNull() {
		tenants, err := d.Directory().Tenants(ctx)
		if err != nil {
			clients.AddError(diags, "Cannot list the Azure Sphere (Legacy) tenants", err)
			return sphere.TenantIdentity{}, false
		}
		found, err := sphere.FindTenant(tenants, config.Name.ValueString())
		var named *sphere.TenantNameError
		if errors.As(err, &named) {
			summary := "No such tenant"
			if named.Ambiguous {
				summary = "Several tenants have this name"
			}
			diags.AddAttributeError(path.Root("name"), summary, fwtypes.Sentence(err))
		}
		return found, err == nil
	}
	scope, err := d.RequireScope(types.StringNull(), config.TenantID)
	if errors.Is(err, clients.ErrTenantLater) {
		diags.AddAttributeError(path.Root("tenant_id"), "No Azure Sphere (Legacy) tenant", clients.ExplainMissing(err, "azuresphere", "tenant_id or name"))
		return sphere.TenantIdentity{}, false
	}
	if err != nil || scope.TenantID == "" {
		diags.AddAttributeError(path.Root("tenant_id"), "No Azure Sphere (Legacy) tenant", "Neither this block nor the provider names a Legacy tenant. "+
			"Set tenant_id or name here; or azure_sphere = { tenant_id = … } in the provider block, or the environment variable AZURE_SPHERE_TENANT_ID.")
		return sphere.TenantIdentity{}, false
	}
	found, err := d.Directory().Tenant(ctx, scope.TenantID)
	if err != nil {
		clients.AddError(diags, "Cannot read the Azure Sphere (Legacy) tenant", err)
		return sphere.TenantIdentity{}, false
	}

	return found, true
}
