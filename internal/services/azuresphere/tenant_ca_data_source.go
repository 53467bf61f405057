// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// NewTenantCADataSource returns azuresphere_tenant_ca as a data source: one CA
// certificate of a tenant as it is now.
func NewTenantCADataSource() datasource.DataSource { return &tenantCADataSource{} }

type tenantCADataSource struct{ clients.DataSource }

var _ datasource.DataSourceWithConfigure = (*tenantCADataSource)(nil)

// Metadata implements datasource.DataSource.
func (*tenantCADataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "azuresphere_tenant_ca"
}

// Schema implements datasource.DataSource.
func (*tenantCADataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads a CA certificate of an Azure Sphere tenant: the Active one, or the one with a thumbprint. " +
			"Unlike the resource of the same name, it does not keep the certificate in the state across a renewal.",
		Attributes: fwtypes.DetailsDataSourceAttributes(),
	}
	for name, attribute := range map[string]schema.Attribute{
		"id": schema.StringAttribute{Computed: true, MarkdownDescription: "`<catalog_id>/certificates/<serial number>`, " +
			"or `tenants/<tenant_id>/certificates/<thumbprint>`."},
		"catalog_id": catalogIDDataAttribute(),
		"tenant_id":  tenantIDDataAttribute(),
		"thumbprint": schema.StringAttribute{
			Optional: true, Computed: true, CustomType: fwtypes.ThumbprintType{},
			MarkdownDescription: "SHA-1 thumbprint of the CA: 40 hexadecimal digits. Default: that of the Active CA.",
		},
		"thumbprint_sha256":  schema.StringAttribute{Computed: true, MarkdownDescription: sha256Description},
		"status":             schema.StringAttribute{Computed: true, MarkdownDescription: statusDescription},
		"certificate_pem":    schema.StringAttribute{Computed: true, CustomType: fwtypes.CertificateType{}, MarkdownDescription: pemDescription},
		"certificate_base64": schema.StringAttribute{Computed: true, MarkdownDescription: base64Description},
	} {
		resp.Schema.Attributes[name] = attribute
	}
}

// Read implements datasource.DataSource.
func (d *tenantCADataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var config tenantCA
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
		clients.AddError(&resp.Diagnostics, "Cannot read the tenant CA certificate", err)
		return
	}
	found, err := trust.PickCA(scope, certificates, config.Thumbprint.Value())
	var unknown *trust.UnknownCAError
	if errors.As(err, &unknown) {
		resp.Diagnostics.AddAttributeError(path.Root("thumbprint"), "No such tenant CA", clients.Explain(err))
		return
	}
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot find the tenant CA certificate", err)
		return
	}
	spelled := config.Thumbprint
	config.set(scope, found)
	if !spelled.IsNull() {
		config.Thumbprint = spelled
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}
