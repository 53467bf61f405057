// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

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
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

type enrollmentGroupListModel struct {
	groupFilter

	Application types.String `tfsdk:"application"`
}

// NewEnrollmentGroupListResource returns iotcentral_enrollment_group as a list
// resource, with which terraform query finds what can be imported.
func NewEnrollmentGroupListResource() list.ListResource { return &enrollmentGroupListResource{} }

type enrollmentGroupListResource struct{ clients.Resource }

var _ list.ListResourceWithConfigure = (*enrollmentGroupListResource)(nil)

// Metadata implements list.ListResource.
func (*enrollmentGroupListResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = enrollmentGroupType
}

// ListResourceConfigSchema implements list.ListResource.
func (*enrollmentGroupListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the enrollment groups of an IoT Central application. List resources require Terraform 1.14 or later.",
		Attributes: map[string]schema.Attribute{
			"application": schema.StringAttribute{
				Optional: true, MarkdownDescription: applicationDescription,
				Validators: []validator.String{fwtypes.Check("Not an IoT Central application", iotcentral.CheckApplication)},
			},
			"display_name": schema.StringAttribute{Optional: true, MarkdownDescription: displayNameFilterDescription},
			"type": schema.StringAttribute{
				Optional: true, MarkdownDescription: typeFilterDescription,
				Validators: []validator.String{stringvalidator.OneOf(iotcentral.TypeIoT, iotcentral.TypeIoTEdge)},
			},
			"attestation_type": schema.StringAttribute{
				Optional: true, MarkdownDescription: attestationFilterDescription,
				Validators: []validator.String{stringvalidator.OneOf(iotcentral.AttestationX509, iotcentral.AttestationSymmetricKey)},
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
	host, groups := listGroups(ctx, r.Clients, config.Application, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		var pushed int64
		for _, group := range groups {
			if !config.matches(group) {
				continue
			}
			pushed++
			if pushed > req.Limit || !push(r.result(ctx, req, iotcentral.GroupID{Host: host, Group: group.ID}, group)) {
				return
			}
		}
	}
}

func (r *enrollmentGroupListResource) result(ctx context.Context, req list.ListRequest, id iotcentral.GroupID, group iotcentral.EnrollmentGroup) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = group.DisplayName
	result.Diagnostics.Append(result.Identity.Set(ctx, newEnrollmentGroupIdentity(id))...)
	if req.IncludeResource {
		var model enrollmentGroupModel
		// A null that knows its type.
		result.Diagnostics.Append(result.Resource.GetAttribute(ctx, path.Root("timeouts"), &model.Timeouts)...)
		group.Attestation.SymmetricKey = nil // A query prints what it finds in clear.
		model.set(id, group)
		model.Application = types.StringValue(r.ShortName(id.Host))
		result.Diagnostics.Append(result.Resource.Set(ctx, &model)...)
	}

	return result
}

// listGroups lists the groups of the application that a list block means.
func listGroups(ctx context.Context, configured *clients.Clients, argument types.String, diags *diag.Diagnostics) (string, []iotcentral.EnrollmentGroup) {
	if diags.HasError() {
		return "", nil
	}
	_, host, err := configured.RequireHost(argument)
	if err != nil {
		diags.AddAttributeError(path.Root("application"), "No IoT Central application", clients.ExplainMissing(err, "iotcentral", "application"))
		return "", nil
	}
	groups, err := configured.IoTCentral().Groups(ctx, host)
	addListError(host, err, diags)

	return host, groups
}

// addListError reports why the groups of an application cannot be listed. An
// application that does not exist is named: the answer of the service does not.
func addListError(host string, err error, diags *diag.Diagnostics) {
	if transport.IsNotFound(err) {
		diags.AddAttributeError(path.Root("application"), "The IoT Central application was not found",
			fwtypes.Sentence(&clients.ApplicationNotFoundError{Host: host}))
		return
	}
	if err != nil {
		clients.AddError(diags, "Cannot list the enrollment groups of "+host, err)
	}
}
