// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

type trustDataModel struct {
	trustView

	ID                types.String `tfsdk:"id"`
	EnrollmentGroupID types.String `tfsdk:"enrollment_group_id"`
	AzureSphere       types.Object `tfsdk:"azure_sphere"`
	RenewalDue        types.Object `tfsdk:"renewal_due"`
	Problems          types.List   `tfsdk:"problems"`
}

// renewalDue is the attribute renewal_due.
type renewalDue struct {
	IssuedAbout timetypes.RFC3339 `tfsdk:"issued_about"`
	ActiveAbout timetypes.RFC3339 `tfsdk:"active_about"`
}

func renewalDueTypes() map[string]attr.Type {
	return map[string]attr.Type{"issued_about": timetypes.RFC3339Type{}, "active_about": timetypes.RFC3339Type{}}
}

// shownProblem is an element of the attribute problems.
type shownProblem struct {
	Code    types.String `tfsdk:"code"`
	Message types.String `tfsdk:"message"`
}

func shownProblemTypes() map[string]attr.Type {
	return map[string]attr.Type{"code": types.StringType, "message": types.StringType}
}

// NewAzureSphereTrustDataSource returns iotcentral_azure_sphere_trust as a data
// source: it watches a group that anybody may have set up.
func NewAzureSphereTrustDataSource() datasource.DataSource {
	return NewTrustDataSource(centralTarget{})
}

// NewTrustDataSource returns the data source that watches the enrollment groups of a
// target.
func NewTrustDataSource(target TrustTarget) datasource.DataSource {
	return &trustDataSource{target: target}
}

type trustDataSource struct {
	clients.DataSource

	target TrustTarget
}

var _ datasource.DataSourceWithConfigure = (*trustDataSource)(nil)

// Metadata implements datasource.DataSource.
func (d *trustDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = d.target.Words().TypeName
}

// Schema implements datasource.DataSource.
func (d *trustDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	instant := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: description}
	}
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads whether an enrollment group trusts an Azure Sphere tenant, until when, and what is wrong. It requires read permissions only, and does not fail because of what it finds: test its attributes in a `check` block.",
		Attributes: map[string]schema.Attribute{
			"id": text("Same as `enrollment_group_id`."),
			"enrollment_group_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "ID of the enrollment group: " + d.target.Words().GroupIDForm,
				Validators: []validator.String{fwtypes.Check("Not the ID of an enrollment group", checkGroupIDOf(d.target))},
			},
			"azure_sphere": schema.SingleNestedAttribute{
				Optional: true, MarkdownDescription: "The Azure Sphere tenant that the group must trust. Default: the tenant of the provider block.",
				Attributes: azureSphereDataSourceAttributes(),
			},
			"trusted":       schema.BoolAttribute{Computed: true, MarkdownDescription: trustedDescription},
			"trusted_until": instant(trustedUntilDescription),
			"active_entry":  text(activeEntryDescription),
			"primary":       trustedEntryDataSourceAttribute(iotcentral.Primary),
			"secondary":     trustedEntryDataSourceAttribute(iotcentral.Secondary),
			"renewal_due": schema.SingleNestedAttribute{
				Computed: true, MarkdownDescription: "Estimates of the next renewal; null when there is no Active CA.",
				Attributes: map[string]schema.Attribute{
					"issued_about": instant("Estimate of when Azure Sphere issues the next CA, RFC 3339 in UTC. Once the CA exists, when it was issued."),
					"active_about": instant("Estimate of when the next CA becomes Active, RFC 3339 in UTC. It must be trusted before."),
				},
			},
			"problems": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The problems that were found; empty when there are none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"code":    text("Code of the problem. Codes do not change; new ones may be added."),
					"message": text("The problem, and what to do about it. The text may change."),
				}},
			},
		},
	}
}

// trustedEntryDataSourceAttribute is the attribute of an entry.
func trustedEntryDataSourceAttribute(entry iotcentral.Entry) schema.Attribute {
	attributes := map[string]schema.Attribute{
		"not_after":  schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: trustedEntryDescriptions["not_after"]},
		"thumbprint": schema.StringAttribute{Computed: true, CustomType: fwtypes.ThumbprintType{}, MarkdownDescription: trustedEntryDescriptions["thumbprint"]},
		"verified":   schema.BoolAttribute{Computed: true, MarkdownDescription: trustedEntryDescriptions["verified"]},
	}
	for _, name := range []string{"role", "subject"} {
		attributes[name] = schema.StringAttribute{Computed: true, MarkdownDescription: trustedEntryDescriptions[name]}
	}

	return schema.SingleNestedAttribute{
		Computed: true, Attributes: attributes, MarkdownDescription: "The " + string(entry) + " entry; null when it is empty.",
	}
}

// Read implements datasource.DataSource.
func (d *trustDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := services.WithDefaultTimeout(ctx)
	defer cancel()
	var config trustDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	group, err := d.target.ParseGroupID(config.EnrollmentGroupID.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("enrollment_group_id"), "Not the ID of an enrollment group", fwtypes.Sentence(err))
		return
	}
	scope, ok := knownScopeOf(ctx, d.Clients, d.target.Words().TypeName, config.AzureSphere, &resp.Diagnostics)
	if !ok {
		return
	}
	found := findings{Target: d.target, Group: group, Tenant: scope, Situation: trust.Situation{Places: groupPlaces(), Now: d.Now()}}
	problems := d.look(ctx, &found, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	config.ID = config.EnrollmentGroupID
	config.show(ctx, found.Situation, &resp.Diagnostics)
	config.setRenewal(ctx, found.Situation, &resp.Diagnostics)
	config.setProblems(ctx, problems, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}

// look reads both services and returns what is wrong. That something is missing is
// a problem, not an error.
func (d *trustDataSource) look(ctx context.Context, found *findings, diags *diag.Diagnostics) []problem {
	certificates, err := d.Tenant(found.Tenant).Certificates(ctx)
	missingTenant := transport.IsNotFound(err)
	if err != nil && !missingTenant {
		clients.AddError(diags, "Cannot list the tenant CA certificates", err)
		return nil
	}
	found.Certificates, found.Now = certificates, d.Now()
	exists := readGroup(ctx, d.target, d.Clients, found, diags)
	confirmLoss(ctx, d.Clients, found, diags)
	var problems []problem
	if missingTenant {
		problems = append(problems, problem{Code: problemTenantNotFound, Message: tenantNotFound(found.Tenant, err)})
	}
	switch {
	case !exists:
		return append(problems, problem{Code: problemGroupNotFound, Message: groupNotFound(found.Group)})
	case missingTenant:
		return problems
	default:
		return found.all()
	}
}

func (m *trustDataModel) setRenewal(ctx context.Context, situation trust.Situation, diags *diag.Diagnostics) {
	m.RenewalDue = types.ObjectNull(renewalDueTypes())
	renewal, found := trust.NextRenewal(situation)
	if !found {
		return
	}
	object, failures := types.ObjectValueFrom(ctx, renewalDueTypes(), renewalDue{
		IssuedAbout: fwtypes.NewTime(renewal.IssuedAbout), ActiveAbout: fwtypes.NewTime(renewal.ActiveAbout),
	})
	diags.Append(failures...)
	m.RenewalDue = object
}

func (m *trustDataModel) setProblems(ctx context.Context, problems []problem, diags *diag.Diagnostics) {
	shown := []shownProblem{}
	for _, found := range problems {
		shown = append(shown, shownProblem{Code: types.StringValue(found.Code), Message: types.StringValue(found.Message)})
	}
	list, failures := types.ListValueFrom(ctx, types.ObjectType{AttrTypes: shownProblemTypes()}, shown)
	diags.Append(failures...)
	m.Problems = list
}
