// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// NewTenantCAListResource returns azuresphere_tenant_ca as a list resource.
func NewTenantCAListResource() list.ListResource { return &tenantCAListResource{} }

type tenantCAListResource struct{ clients.Resource }

var _ list.ListResourceWithConfigure = (*tenantCAListResource)(nil)

// Metadata implements list.ListResource.
func (*tenantCAListResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	tenantCAMetadata(resp)
}

// ListResourceConfigSchema implements list.ListResource.
func (*tenantCAListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the CA certificates of an Azure Sphere tenant, with any status. List resources require Terraform 1.14 or later.",
		Attributes: map[string]schema.Attribute{
			"catalog_id": schema.StringAttribute{
				Optional: true, MarkdownDescription: catalogIDDescription,
				Validators: services.CatalogIDValidators(),
			},
			"tenant_id": schema.StringAttribute{
				Optional: true, MarkdownDescription: tenantIDDescription,
				Validators: services.TenantIDValidators(),
			},
		},
	}
}

// List implements list.ListResource.
func (r *tenantCAListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var (
		config services.TenantArgument
		diags  diag.Diagnostics
	)
	diags.Append(req.Config.Get(ctx, &config)...)
	scope, certificates := r.certificates(ctx, config, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for i, certificate := range certificates {
			if int64(i) >= req.Limit || !push(tenantCAResult(ctx, req, scope, certificate)) {
				return
			}
		}
	}
}

func (r *tenantCAListResource) certificates(ctx context.Context, config services.TenantArgument, diags *diag.Diagnostics) (sphere.Scope, []sphere.Certificate) {
	if diags.HasError() {
		return sphere.Scope{}, nil
	}
	scope, err := r.RequireScope(config.CatalogID, config.TenantID)
	if err != nil {
		diags.AddAttributeError(path.Root("catalog_id"), "No Azure Sphere tenant", clients.ExplainMissing(err, "azuresphere", "catalog_id"))
		return scope, nil
	}
	certificates, err := r.Tenant(scope).Certificates(ctx)
	if err != nil {
		clients.AddError(diags, "Cannot list the tenant CA certificates", err)
	}

	return scope, certificates
}

func tenantCAResult(ctx context.Context, req list.ListRequest, scope sphere.Scope, certificate sphere.Certificate) list.ListResult {
	var model tenantCAModel
	model.set(scope, certificate)
	model.Renewal = types.StringValue(renewalAutomatic)
	result := req.NewListResult(ctx)
	result.DisplayName = fmt.Sprintf("%s (%s)", certificate.Thumbprint, certificate.Status)
	result.Diagnostics.Append(result.Identity.Set(ctx, model.identity())...)
	if req.IncludeResource {
		// A null that knows its type.
		result.Diagnostics.Append(result.Resource.GetAttribute(ctx, path.Root("timeouts"), &model.Timeouts)...)
		result.Diagnostics.Append(result.Resource.Set(ctx, &model)...)
	}

	return result
}
