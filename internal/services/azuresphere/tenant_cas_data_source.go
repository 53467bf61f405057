// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

type tenantCAsModel struct {
	CatalogID    types.String     `tfsdk:"catalog_id"`
	TenantID     types.String     `tfsdk:"tenant_id"`
	Certificates []tenantCAInList `tfsdk:"certificates"`
}

type tenantCAInList struct {
	fwtypes.Details

	ID                types.String        `tfsdk:"id"`
	Thumbprint        fwtypes.Thumbprint  `tfsdk:"thumbprint"`
	ThumbprintSHA256  types.String        `tfsdk:"thumbprint_sha256"`
	Status            types.String        `tfsdk:"status"`
	Role              types.String        `tfsdk:"role"`
	CertificatePEM    fwtypes.Certificate `tfsdk:"certificate_pem"`
	CertificateBase64 types.String        `tfsdk:"certificate_base64"`
}

// NewTenantCAsDataSource returns azuresphere_tenant_cas: all CA certificates of a
// tenant, with what they mean for its devices.
func NewTenantCAsDataSource() datasource.DataSource { return &tenantCAsDataSource{} }

type tenantCAsDataSource struct{ clients.DataSource }

var _ datasource.DataSourceWithConfigure = (*tenantCAsDataSource)(nil)

// Metadata implements datasource.DataSource.
func (*tenantCAsDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "azuresphere_tenant_cas"
}

// Schema implements datasource.DataSource.
func (*tenantCAsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	certificate := fwtypes.DetailsDataSourceAttributes()
	for name, attribute := range map[string]schema.Attribute{
		"id": schema.StringAttribute{Computed: true, MarkdownDescription: "`<catalog_id>/certificates/<serial number>`, " +
			"or `tenants/<tenant_id>/certificates/<thumbprint>`."},
		"thumbprint": schema.StringAttribute{
			Computed: true, CustomType: fwtypes.ThumbprintType{}, MarkdownDescription: "SHA-1 thumbprint: 40 upper-case hexadecimal digits.",
		},
		"thumbprint_sha256": schema.StringAttribute{Computed: true, MarkdownDescription: sha256Description},
		"status":            schema.StringAttribute{Computed: true, MarkdownDescription: statusDescription},
		"role": schema.StringAttribute{Computed: true, MarkdownDescription: "What the CA means for devices: `active` (signs their certificates), " +
			"`upcoming` (will be active next), `retiring` (was active, and is valid until it expires), `expired` or `revoked`."},
		"certificate_pem":    schema.StringAttribute{Computed: true, CustomType: fwtypes.CertificateType{}, MarkdownDescription: pemDescription},
		"certificate_base64": schema.StringAttribute{Computed: true, MarkdownDescription: base64Description},
	} {
		certificate[name] = attribute
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists all CA certificates of an Azure Sphere tenant, with the role that each has in the renewal.",
		Attributes: map[string]schema.Attribute{
			"catalog_id": catalogIDDataAttribute(),
			"tenant_id":  tenantIDDataAttribute(),
			"certificates": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The certificates, in the order of the service. " +
					"Azure Sphere does not return the body of an expired certificate; the attributes that come from it are null.",
				NestedObject: schema.NestedAttributeObject{Attributes: certificate},
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *tenantCAsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var config tenantCAsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	scope, err := d.RequireScope(config.CatalogID, config.TenantID)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("catalog_id"), "No Azure Sphere tenant", clients.ExplainMissing(err, "azuresphere", "catalog_id"))
		return
	}
	certificates, err := d.Tenant(scope).Certificates(ctx)
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot list the tenant CA certificates", err)
		return
	}
	config.Certificates = []tenantCAInList{}
	for _, ca := range trust.AssignRoles(certificates, d.Now()) {
		var shown tenantCA
		shown.set(scope, ca.Certificate)
		config.CatalogID, config.TenantID = shown.CatalogID, shown.TenantID
		config.Certificates = append(config.Certificates, tenantCAInList{
			Details:           shown.Details,
			ID:                shown.ID,
			Thumbprint:        shown.Thumbprint,
			ThumbprintSHA256:  shown.ThumbprintSHA256,
			Status:            shown.Status,
			Role:              types.StringValue(string(ca.Role)),
			CertificatePEM:    shown.CertificatePEM,
			CertificateBase64: shown.CertificateBase64,
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}
