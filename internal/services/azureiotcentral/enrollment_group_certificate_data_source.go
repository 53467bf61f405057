// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

type groupCertificateDataModel struct {
	fwtypes.Details

	ID                types.String        `tfsdk:"id"`
	EnrollmentGroupID types.String        `tfsdk:"enrollment_group_id"`
	Entry             types.String        `tfsdk:"entry"`
	AzureSphere       types.Object        `tfsdk:"azure_sphere"`
	CertificatePEM    fwtypes.Certificate `tfsdk:"certificate_pem"`
	Thumbprint        fwtypes.Thumbprint  `tfsdk:"thumbprint"`
	Verified          types.Bool          `tfsdk:"verified"`
}

// NewEnrollmentGroupCertificateDataSource returns
// iotcentral_enrollment_group_certificate as a data source.
func NewEnrollmentGroupCertificateDataSource() datasource.DataSource {
	return &groupCertificateDataSource{}
}

type groupCertificateDataSource struct{ clients.DataSource }

var _ datasource.DataSourceWithConfigure = (*groupCertificateDataSource)(nil)

// Metadata implements datasource.DataSource.
func (*groupCertificateDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "iotcentral_enrollment_group_certificate"
}

// Schema implements datasource.DataSource.
func (*groupCertificateDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads which certificate an entry of an enrollment group holds, and whether it is verified. " +
			"IoT Central returns the thumbprint only. Set `azure_sphere` or `certificate_pem` to get the subject and the dates as well.",
		Attributes: fwtypes.DetailsDataSourceAttributes(),
	}
	for name, attribute := range map[string]schema.Attribute{
		"id": schema.StringAttribute{Computed: true, MarkdownDescription: certificateIDFormDescription},
		"enrollment_group_id": schema.StringAttribute{
			Required: true, MarkdownDescription: "ID of the enrollment group: " + groupIDFormDescription,
			Validators: []validator.String{fwtypes.Check("Not the ID of an enrollment group", checkGroupID)},
		},
		"entry": schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: entryDescription + " Default: `primary`.",
			Validators: []validator.String{stringvalidator.OneOf(string(iotcentral.Primary), string(iotcentral.Secondary))},
		},
		"azure_sphere": schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: azureSphereDescription + " The data source looks for the certificate in this tenant. Default: none.",
			Attributes: azureSphereDataSourceAttributes(),
		},
		"certificate_pem": schema.StringAttribute{
			Optional: true, CustomType: fwtypes.CertificateType{},
			MarkdownDescription: "A certificate to compare with the one in the entry, as PEM or base64 encoded DER. Default: none.",
		},
		"thumbprint": schema.StringAttribute{
			Computed: true, CustomType: fwtypes.ThumbprintType{},
			MarkdownDescription: "SHA-1 thumbprint of the certificate in the entry: 40 upper-case hexadecimal digits.",
		},
		"verified": schema.BoolAttribute{
			Computed: true, MarkdownDescription: "Whether the certificate is verified, so that devices with a certificate of this CA can enrol.",
		},
	} {
		resp.Schema.Attributes[name] = attribute
	}
}

// Read implements datasource.DataSource.
func (d *groupCertificateDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var config groupCertificateDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	group, err := iotcentral.ParseGroupID(config.EnrollmentGroupID.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("enrollment_group_id"), "Not the ID of an enrollment group", fwtypes.Sentence(err))
		return
	}
	if config.Entry.IsNull() {
		config.Entry = types.StringValue(string(iotcentral.Primary))
	}
	id := group.Certificate(iotcentral.Entry(config.Entry.ValueString()))
	found, err := d.IoTCentral().Shared().Certificate(ctx, id)
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot read the certificate of the enrollment group", err)
		return
	}
	config.ID = types.StringValue(id.String())
	config.Thumbprint = fwtypes.NewThumbprint(found.Thumbprint)
	config.Verified = types.BoolValue(found.Verified)
	config.Details = fwtypes.NewDetails(d.lookUp(ctx, config, found.Thumbprint, &resp.Diagnostics))
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}

// lookUp finds the certificate with the thumbprint where the configuration says
// to look, or returns nil.
func (d *groupCertificateDataSource) lookUp(ctx context.Context, config groupCertificateDataModel, thumbprint certs.Thumbprint, diags *diag.Diagnostics) *certs.Certificate {
	if !config.CertificatePEM.IsNull() {
		if candidate, err := config.CertificatePEM.Parse(); err == nil && candidate.Thumbprint() == thumbprint {
			return candidate
		}
	}
	if config.AzureSphere.IsNull() {
		return nil
	}
	scope, ok := knownScopeOf(ctx, d.Clients, groupCertificateType, config.AzureSphere, diags)
	if !ok {
		return nil
	}
	certificates, err := d.Tenant(scope).Certificates(ctx)
	if err != nil {
		clients.AddError(diags, "Cannot list the tenant CA certificates", err)
		return nil
	}
	owned, _ := sphere.Find(certificates, thumbprint)

	return owned.Body
}
