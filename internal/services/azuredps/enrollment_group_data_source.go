// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps

import (
	"context"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// NewEnrollmentGroupDataSource returns azuresphere_dps_enrollment_group as a data source.
func NewEnrollmentGroupDataSource() datasource.DataSource { return &enrollmentGroupDataSource{} }

type enrollmentGroupDataSource struct{ clients.DataSource }

var _ datasource.DataSourceWithConfigure = (*enrollmentGroupDataSource)(nil)

// Metadata implements datasource.DataSource.
func (*enrollmentGroupDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = groupType
}

// Schema implements datasource.DataSource.
func (*enrollmentGroupDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	secret := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads an enrollment group of an IoT Hub Device Provisioning Service (DPS), such as one that was made in the portal. Each read is a billed operation.",
		Attributes: map[string]schema.Attribute{
			"id": text(groupIDForm),
			"dps_id": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: dpsIDDescription,
				Validators: []validator.String{fwtypes.Check(notDPSID, dps.CheckServiceID)},
			},
			"group_id": schema.StringAttribute{
				Required: true, MarkdownDescription: groupIDDescription,
				Validators: []validator.String{fwtypes.Check("Not an enrollment group ID", dps.CheckGroupID)},
			},
			"attestation_type": text(attestationDescription),
			"ca_references": schema.SingleNestedAttribute{
				Computed: true, MarkdownDescription: "Names of the certificates of the service that the group trusts. Null when there are none.",
				Attributes: map[string]schema.Attribute{"primary": text("Name of the first certificate."), "secondary": text("Name of the second certificate.")},
			},
			"provisioning_status": text(statusDescription),
			"allocation_policy":   text(allocationDescription),
			"custom_allocation": schema.SingleNestedAttribute{
				Computed: true, MarkdownDescription: "Webhook that assigns devices to hubs. Null unless `allocation_policy` is `custom`.",
				Attributes: map[string]schema.Attribute{"webhook_url": text("Address of the function."), "api_version": text("Version of the API that it serves.")},
			},
			"iot_hubs":           schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: hubsDescription + " Null means all that are linked to the service."},
			"reprovision_policy": text(reprovisionDescription),
			"initial_twin":       schema.StringAttribute{Computed: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: twinDescription},
			"primary_key":        secret("Primary key of a `symmetricKey` group. Null when the principal may not read it."),
			"secondary_key":      secret("Secondary key of a `symmetricKey` group. Null when the principal may not read it."),
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
	service, err := d.RequireDPSService(config.DPSID)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("dps_id"), noDPS, clients.ExplainMissing(err, "azuresphere", "dps_id"))
		return
	}
	id := dps.GroupID{Service: service, Group: config.GroupID.ValueString()}
	group, err := d.DPSGroupForRead(ctx, id)
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot read the enrollment group", err)
		return
	}
	config.DPSID = types.StringValue(service)
	config.set(ctx, id, group, &resp.Diagnostics)
	config.setReferences(group.References)
	if group.AttestationType == dps.AttestationSymmetricKey {
		keys, err := d.DPS().Keys(ctx, id)
		status := transport.StatusCode(err)
		switch {
		case status == http.StatusUnauthorized || status == http.StatusForbidden:
			resp.Diagnostics.AddWarning("The keys are not known", clients.Explain(err))
		case err != nil:
			clients.AddError(&resp.Diagnostics, "Cannot read the keys of the enrollment group", err)
		}
		config.PrimaryKey, config.SecondaryKey = textOrNull(keys.Primary), textOrNull(keys.Secondary)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}
