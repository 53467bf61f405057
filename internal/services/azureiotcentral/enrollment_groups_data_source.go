// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
)

// groupFilter says which groups are meant. Null means all.
type groupFilter struct {
	DisplayName     types.String `tfsdk:"display_name"`
	Type            types.String `tfsdk:"type"`
	AttestationType types.String `tfsdk:"attestation_type"`
}

func (f groupFilter) matches(group iotcentral.EnrollmentGroup) bool {
	for _, one := range []struct {
		wanted types.String
		found  string
	}{
		{f.DisplayName, group.DisplayName},
		{f.Type, group.Type},
		{f.AttestationType, group.Attestation.Type},
	} {
		if !one.wanted.IsNull() && one.wanted.ValueString() != one.found {
			return false
		}
	}

	return true
}

const (
	displayNameFilterDescription = "Only groups with exactly this name in the portal. It need not be unique."
	typeFilterDescription        = "Only groups of this type: `iot` or `iotEdge`."
	attestationFilterDescription = "Only groups with this attestation: `x509` or `symmetricKey`."
)

type enrollmentGroupsModel struct {
	groupFilter

	Application      types.String  `tfsdk:"application"`
	EnrollmentGroups []groupInList `tfsdk:"enrollment_groups"`
}

// groupInList is an enrollment group without its keys.
type groupInList struct {
	ID              types.String `tfsdk:"id"`
	GroupID         types.String `tfsdk:"group_id"`
	DisplayName     types.String `tfsdk:"display_name"`
	Enabled         types.Bool   `tfsdk:"enabled"`
	Type            types.String `tfsdk:"type"`
	AttestationType types.String `tfsdk:"attestation_type"`
	IDScope         types.String `tfsdk:"id_scope"`
}

// NewEnrollmentGroupsDataSource returns iotcentral_enrollment_groups.
func NewEnrollmentGroupsDataSource() datasource.DataSource { return &enrollmentGroupsDataSource{} }

type enrollmentGroupsDataSource struct{ clients.DataSource }

var _ datasource.DataSourceWithConfigure = (*enrollmentGroupsDataSource)(nil)

// Metadata implements datasource.DataSource.
func (*enrollmentGroupsDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "iotcentral_enrollment_groups"
}

// Schema implements datasource.DataSource.
func (*enrollmentGroupsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the enrollment groups of an IoT Central application, all or some. " +
			"The keys of `symmetricKey` groups are not among what it shows; the data source `iotcentral_enrollment_group` has them.",
		Attributes: map[string]schema.Attribute{
			"application": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: applicationDescription,
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
			"enrollment_groups": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The groups, in the order of the service.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":               schema.StringAttribute{Computed: true, MarkdownDescription: groupIDFormDescription},
					"group_id":         schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the group within the application."},
					"display_name":     schema.StringAttribute{Computed: true, MarkdownDescription: "Name in the portal."},
					"enabled":          schema.BoolAttribute{Computed: true, MarkdownDescription: enabledDescription},
					"type":             schema.StringAttribute{Computed: true, MarkdownDescription: "`iot` (IoT devices) or `iotEdge`."},
					"attestation_type": schema.StringAttribute{Computed: true, MarkdownDescription: "`x509` or `symmetricKey`."},
					"id_scope":         schema.StringAttribute{Computed: true, MarkdownDescription: idScopeDescription},
				}},
			},
		},
	}
}

// Read implements datasource.DataSource.
func (d *enrollmentGroupsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var config enrollmentGroupsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	application, host, err := d.RequireHost(config.Application)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("application"), "No IoT Central application", fwtypes.Sentence(err))
		return
	}
	groups, err := d.IoTCentral().Shared().Groups(ctx, host)
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot list the enrollment groups", err)
		return
	}
	config.Application = types.StringValue(application)
	config.EnrollmentGroups = []groupInList{}
	for _, group := range groups {
		if !config.matches(group) {
			continue
		}
		var shown enrollmentGroup
		shown.set(iotcentral.GroupID{Host: host, Group: group.ID}, group)
		config.EnrollmentGroups = append(config.EnrollmentGroups, groupInList{
			ID: shown.ID, GroupID: shown.GroupID, DisplayName: shown.DisplayName, Enabled: shown.Enabled,
			Type: shown.Type, AttestationType: shown.AttestationType, IDScope: shown.IDScope,
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}
