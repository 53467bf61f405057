// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"fmt"

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

type groupCertificateListModel struct {
	Application       types.String `tfsdk:"application"`
	EnrollmentGroupID types.String `tfsdk:"enrollment_group_id"`
}

// NewEnrollmentGroupCertificateListResource returns
// iotcentral_enrollment_group_certificate as a list resource: the entries that
// hold a certificate.
func NewEnrollmentGroupCertificateListResource() list.ListResource {
	return &groupCertificateListResource{}
}

type groupCertificateListResource struct{ clients.Resource }

var _ list.ListResourceWithConfigure = (*groupCertificateListResource)(nil)

// Metadata implements list.ListResource.
func (*groupCertificateListResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = groupCertificateType
}

// ListResourceConfigSchema implements list.ListResource.
func (*groupCertificateListResource) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the certificates in the enrollment groups of an IoT Central application, or in one of them. " +
			"It sends two requests for each group. List resources require Terraform 1.14 or later.",
		Attributes: map[string]schema.Attribute{
			"application": schema.StringAttribute{
				Optional: true, MarkdownDescription: applicationDescription,
				Validators: []validator.String{
					fwtypes.Check("Not an IoT Central application", iotcentral.CheckApplication),
					stringvalidator.ConflictsWith(path.MatchRoot("enrollment_group_id")),
				},
			},
			"enrollment_group_id": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Return only the certificates of this group. Default: all groups. The form is " + groupIDFormDescription + " Conflicts with `application`.",
				Validators: []validator.String{fwtypes.Check("Not the ID of an enrollment group", checkGroupID)},
			},
		},
	}
}

// List implements list.ListResource. Entries are read one by one as they are asked
// for, so that a limit saves requests.
func (r *groupCertificateListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var (
		config groupCertificateListModel
		diags  diag.Diagnostics
	)
	diags.Append(req.Config.Get(ctx, &config)...)
	listing, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	host, groups := r.groups(listing, config, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) { // It runs after List has returned.
		ctx, cancel := services.WithDefaultTimeout(ctx)
		defer cancel()
		var pushed int64
		for _, group := range groups {
			if group.Attestation.Type != iotcentral.AttestationX509 {
				continue
			}
			for _, entry := range iotcentral.Entries() {
				if pushed >= req.Limit {
					return
				}
				result, filled := r.result(ctx, req, iotcentral.GroupID{Host: host, Group: group.ID}.Certificate(entry), group.DisplayName)
				if !filled {
					continue
				}
				if pushed++; !push(result) {
					return
				}
			}
		}
	}
}

// groups returns the groups whose entries are listed.
func (r *groupCertificateListResource) groups(ctx context.Context, config groupCertificateListModel, diags *diag.Diagnostics) (string, []iotcentral.EnrollmentGroup) {
	if config.EnrollmentGroupID.IsNull() || diags.HasError() {
		return listGroups(ctx, r.Clients, config.Application, diags)
	}
	id, err := iotcentral.ParseGroupID(config.EnrollmentGroupID.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("enrollment_group_id"), "Not the ID of an enrollment group", fwtypes.Sentence(err))
		return "", nil
	}
	group, err := r.IoTCentral().Group(ctx, id)
	if err != nil {
		clients.AddError(diags, "Cannot read the enrollment group", err)
	}
	group.ID = id.Group

	return id.Host, []iotcentral.EnrollmentGroup{group}
}

// result reads an entry. It reports whether there is anything to push: a
// certificate, or an error.
func (r *groupCertificateListResource) result(ctx context.Context, req list.ListRequest, id iotcentral.CertificateID, group string) (list.ListResult, bool) {
	result := req.NewListResult(ctx)
	found, err := r.IoTCentral().Certificate(ctx, id)
	if transport.IsNotFound(err) {
		return result, false
	}
	if err != nil {
		clients.AddError(&result.Diagnostics, "Cannot read the certificate of the enrollment group", err)
		return result, true
	}
	result.DisplayName = fmt.Sprintf("%s, %s: %s", group, id.Entry, found.Thumbprint)
	result.Diagnostics.Append(result.Identity.Set(ctx, newCertificateIdentity(id))...)
	if req.IncludeResource {
		var model groupCertificateModel
		// A null that knows its type.
		result.Diagnostics.Append(result.Resource.GetAttribute(ctx, path.Root("timeouts"), &model.Timeouts)...)
		model.ID = types.StringValue(id.String())
		model.EnrollmentGroupID = types.StringValue(id.GroupID.String())
		model.Entry = types.StringValue(string(id.Entry))
		model.Attested = types.BoolValue(false) // The service does not return how it came to be verified.
		model.setFound(found.Thumbprint)
		result.Diagnostics.Append(result.Resource.Set(ctx, &model)...)
	}

	return result, true
}
