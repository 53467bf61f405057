// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
)

type enrollmentGroupListModel struct {
	DPSID           types.String `tfsdk:"dps_id"`
	AttestationType types.String `tfsdk:"attestation_type"`
}

// NewEnrollmentGroupListResource returns azuresphere_dps_enrollment_group as a list resource, with which terraform query finds
// what can be imported.
func NewEnrollmentGroupListResource() list.ListResource { return &enrollmentGroupListResource{} }

type enrollmentGroupListResource struct{ clients.Resource }

var _ list.ListResourceWithConfigure = (*enrollmentGroupListResource)(nil)

// Metadata implements list.ListResource.
func (*enrollmentGroupListResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = groupType
}

// ListResourceConfigSchema implements list.ListResource.
func (*enrollmentGroupListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the enrollment groups of an IoT Hub Device Provisioning Service (DPS), all or some. List resources need Terraform 1.14 or later.",
		Attributes: map[string]schema.Attribute{
			"dps_id": schema.StringAttribute{
				Optional: true, MarkdownDescription: dpsIDDescription,
				Validators: []validator.String{fwtypes.Check(notDPSID, dps.CheckServiceID)},
			},
			"attestation_type": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Lists groups with this attestation only: `x509` or `symmetricKey`.",
				Validators: []validator.String{stringvalidator.OneOf(dps.AttestationX509, dps.AttestationSymmetricKey)},
			},
		},
	}
}

// List implements list.ListResource.
func (r *enrollmentGroupListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var (
		config enrollmentGroupListModel
		diags  diag.Diagnostics
	)
	diags.Append(req.Config.Get(ctx, &config)...)
	service, groups := r.groups(ctx, config.DPSID, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		var pushed int64
		for _, group := range groups {
			if wanted := config.AttestationType.ValueString(); wanted != "" && wanted != group.AttestationType {
				continue
			}
			pushed++
			if pushed > req.Limit || !push(r.result(ctx, req, dps.GroupID{Service: service, Group: group.ID}, group)) {
				return
			}
		}
	}
}

func (r *enrollmentGroupListResource) groups(ctx context.Context, argument types.String, diags *diag.Diagnostics) (string, []dps.Group) {
	if diags.HasError() {
		return "", nil
	}
	service, err := r.RequireDPSService(argument)
	if err != nil {
		diags.AddAttributeError(path.Root("dps_id"), noDPS, clients.ExplainMissing(err, "azuresphere", "dps_id"))
		return "", nil
	}
	groups, err := r.DPS().Groups(ctx, service)
	if err != nil {
		clients.AddError(diags, "Cannot list the enrollment groups", err)
	}

	return service, groups
}

func (*enrollmentGroupListResource) result(ctx context.Context, req list.ListRequest, id dps.GroupID, group dps.Group) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = group.ID
	result.Diagnostics.Append(result.Identity.Set(ctx, newGroupIdentity(id))...)
	if req.IncludeResource {
		var model enrollmentGroupModel
		// A null that knows its type.
		result.Diagnostics.Append(result.Resource.GetAttribute(ctx, path.Root("timeouts"), &model.Timeouts)...)
		model.DPSID = types.StringValue(id.Service)
		model.set(ctx, id, group, &result.Diagnostics)
		model.setReferences(nil)
		if !leftToTrust(group) {
			model.setReferences(group.References)
		}
		result.Diagnostics.Append(result.Resource.Set(ctx, &model)...)
	}

	return result
}
