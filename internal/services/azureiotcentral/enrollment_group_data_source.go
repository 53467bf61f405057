// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"

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

// NewEnrollmentGroupDataSource returns iotcentral_enrollment_group as a data source.
func NewEnrollmentGroupDataSource() datasource.DataSource { return &enrollmentGroupDataSource{} }

type enrollmentGroupDataSource struct{ clients.DataSource }

var _ datasource.DataSourceWithConfigure = (*enrollmentGroupDataSource)(nil)

// Metadata implements datasource.DataSource.
func (*enrollmentGroupDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "iotcentral_enrollment_group"
}

// Schema implements datasource.DataSource.
func (*enrollmentGroupDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads an enrollment group of an IoT Central application, such as one that was made in the portal.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: groupIDFormDescription},
			"application": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: applicationDescription,
				Validators: []validator.String{fwtypes.Check("Not an IoT Central application", iotcentral.CheckApplication)},
			},
			"group_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "ID of the group within the application. It is case-sensitive.",
				Validators: []validator.String{fwtypes.Check("Not an enrollment group ID", iotcentral.CheckGroupID)},
			},
			"display_name":     schema.StringAttribute{Computed: true, MarkdownDescription: "Name in the portal."},
			"enabled":          schema.BoolAttribute{Computed: true, MarkdownDescription: enabledDescription},
			"type":             schema.StringAttribute{Computed: true, MarkdownDescription: "`iot` (IoT devices) or `iotEdge`."},
			"attestation_type": schema.StringAttribute{Computed: true, MarkdownDescription: "`x509` or `symmetricKey`."},
			"id_scope":         schema.StringAttribute{Computed: true, MarkdownDescription: idScopeDescription},
			"primary_key":      schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: primaryKeyDescription},
			"secondary_key":    schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: secondaryKeyDescription},
		},
	}
}

// Read implements datasource.DataSource.
func (d *enrollmentGroupDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var config enrollmentGroup
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	application, host, err := d.RequireHost(config.Application)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("application"), "No IoT Central application", fwtypes.Sentence(err))
		return
	}
	id := iotcentral.GroupID{Host: host, Group: config.GroupID.ValueString()}
	group, err := d.IoTCentral().Shared().Group(ctx, id)
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot read the enrollment group", err)
		return
	}
	config.Application = types.StringValue(application)
	config.set(id, group)
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}
