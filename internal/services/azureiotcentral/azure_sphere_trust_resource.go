// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

type trustModel struct {
	trustView

	ID                types.String   `tfsdk:"id"`
	EnrollmentGroupID types.String   `tfsdk:"enrollment_group_id"`
	AzureSphere       types.Object   `tfsdk:"azure_sphere"`
	ReplaceForeign    types.Bool     `tfsdk:"replace_foreign"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
}

// oursKey is the key in the private state under which the resource remembers, for
// each entry, the CA of the tenant that it held last.
const oursKey = "ours"

// NewAzureSphereTrustResource returns iotcentral_azure_sphere_trust. It keeps the
// entries of a group verified for the CAs that devices can present.
func NewAzureSphereTrustResource() resource.Resource { return NewTrustResource(centralTarget{}) }

// NewTrustResource returns the resource that keeps trust in the enrollment groups of a
// target.
func NewTrustResource(target TrustTarget) resource.Resource { return &trustResource{target: target} }

type trustResource struct {
	clients.Resource

	target TrustTarget
}

var (
	_ resource.ResourceWithConfigure   = (*trustResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*trustResource)(nil)
	_ resource.ResourceWithImportState = (*trustResource)(nil)
	_ resource.ResourceWithIdentity    = (*trustResource)(nil)
	_ resource.ResourceWithMoveState   = (*trustResource)(nil)
)

// Metadata implements resource.Resource.
func (r *trustResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = r.target.Words().TypeName
}

// Schema implements resource.Resource.
func (r *trustResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Keeps an enrollment group trusting an Azure Sphere tenant across renewals of its CA: the Active CA always, " +
			"the next one as soon as it exists, and the previous one until it expires." + r.target.Words().Description,
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Same as `enrollment_group_id`." + services.KnownInPlan},
			"enrollment_group_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "ID of an X.509 enrollment group: " + r.target.Words().GroupIDForm +
					" The resource uses both entries of the group." + services.ForcesNew,
				Validators:    []validator.String{fwtypes.Check("Not the ID of an enrollment group", checkGroupIDOf(r.target))},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"azure_sphere": schema.SingleNestedAttribute{
				Optional: true, MarkdownDescription: "The Azure Sphere tenant to trust. Default: the tenant of the provider block. " +
					"After a change the provider verifies the Active CA of the new tenant first, and then removes the CAs of the former tenant.",
				Attributes: azureSphereAttributes(),
			},
			"replace_foreign": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether to remove certificates that are not CAs of the tenant from the group. Default: `false`: they stay, with a warning. " +
					"The provider still replaces such a certificate when it is in the place of a CA of the tenant and the place is needed.",
			},
			"trusted":       schema.BoolAttribute{Computed: true, MarkdownDescription: trustedDescription + " Always planned as `true`: when trust is lost, the plan shows `false -> true`." + services.KnownInPlan},
			"trusted_until": schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: trustedUntilDescription + services.KnownInPlan + trustUnknown},
			"active_entry":  schema.StringAttribute{Computed: true, MarkdownDescription: activeEntryDescription + services.KnownInPlan},
			"primary":       trustedEntryAttribute(iotcentral.Primary),
			"secondary":     trustedEntryAttribute(iotcentral.Secondary),
		},
		Blocks: map[string]schema.Block{"timeouts": services.Timeouts{Create: defaultTimeout, Read: defaultTimeout, Update: defaultTimeout, Delete: defaultTimeout}.Block(ctx)},
	}
}

// trustUnknown is about what depends on a step whose failure is only a warning.
const trustUnknown = " Known after apply where it depends on a change that the apply only tries to make."

// trustedEntryAttribute is the attribute of an entry.
func trustedEntryAttribute(entry iotcentral.Entry) schema.Attribute {
	attributes := map[string]schema.Attribute{
		"not_after":  schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: trustedEntryDescriptions["not_after"]},
		"thumbprint": schema.StringAttribute{Computed: true, CustomType: fwtypes.ThumbprintType{}, MarkdownDescription: trustedEntryDescriptions["thumbprint"]},
		"verified":   schema.BoolAttribute{Computed: true, MarkdownDescription: trustedEntryDescriptions["verified"]},
	}
	for _, name := range []string{"role", "subject"} {
		attributes[name] = schema.StringAttribute{Computed: true, MarkdownDescription: trustedEntryDescriptions[name]}
	}

	return schema.SingleNestedAttribute{
		Computed: true, Attributes: attributes,
		MarkdownDescription: fmt.Sprintf("Content of the %s entry; null when it is empty."+services.KnownInPlan+trustUnknown, entry),
	}
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *trustResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = r.target.IdentitySchema()
}

// Create implements resource.Resource. An error that leaves a state behind makes
// Terraform replace the resource, so there is one only when something was written;
// Delete knows that a replacement in the same group must not take trust away.
func (r *trustResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan trustModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Create, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	var reports diag.Diagnostics
	instance := uuid.NewString()
	attempt := r.apply(ctx, &plan, instance, nil, &reports)
	if !attempt.wrote && reports.HasError() {
		r.Claims().Release(clients.Claim{Type: r.target.Words().TypeName, Instance: instance, Group: attempt.group})
	} else {
		services.WritePrivate(ctx, resp.Private, instanceKey, instance, &resp.Diagnostics)
		attempt.save(ctx, resp.Private, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, r.target.Identity(plan.EnrollmentGroupID.ValueString()))...)
	}
	resp.Diagnostics.Append(reports...)
}

// Read implements resource.Resource.
func (r *trustResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state trustModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, state.Timeouts.Read, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	group, err := r.target.ParseGroupID(state.EnrollmentGroupID.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("Cannot read the trust", fwtypes.Sentence(err))
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.target.Identity(state.EnrollmentGroupID.ValueString()))...)
	found := findings{Target: r.target, Group: group, Situation: r.stateSituation(ctx, &state, req.Private, &resp.Diagnostics)}
	exists := readGroup(ctx, r.target, r.Clients, &found, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !exists {
		resp.Diagnostics.AddWarning("The enrollment group is gone", groupNotFound(group)+" The trust in it is removed from the state, and the plan creates it again.")
		resp.State.RemoveResource(ctx)
		return
	}
	if !r.readTenant(ctx, &found, state.AzureSphere, req.Private, resp, &resp.Diagnostics) {
		return
	}
	confirmLoss(ctx, r.Clients, &found, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	services.WritePrivate(ctx, resp.Private, oursKey, found.Remember(), &resp.Diagnostics)
	keepInstance(ctx, req.Private, resp.Private, &resp.Diagnostics)
	r.rememberGroup(ctx, group, resp.Private, &resp.Diagnostics)
	state.show(ctx, found.Situation, &resp.Diagnostics)
	warn(&resp.Diagnostics, found.loud())
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// readTenant lists the CAs of the tenant, and reports whether the state can be
// compared with them. Where it cannot, the state stays as it is.
func (r *trustResource) readTenant(ctx context.Context, found *findings, argument types.Object, private services.PrivateReader,
	resp *resource.ReadResponse, diags *diag.Diagnostics,
) bool {
	scope, known, err := scopeOf(ctx, r.Clients, argument, diags)
	switch {
	case err != nil:
		addNoTenant(r.target.Words().TypeName, err, diags)
		return false
	case !known: // An error would stop the plan that makes it known.
		diags.AddWarning("The trust was not checked", fmt.Sprintf("The Azure Sphere tenant that %s trusts is known only after the apply. "+
			"The state keeps what was found before, and the apply decides with what it finds then.", found.Group))
		return false
	}
	found.Tenant = scope
	certificates, err := r.Tenant(scope).Certificates(ctx)
	switch {
	case transport.IsNotFound(err): // An error would stop a destroy.
		services.DropSnapshot(ctx, resp.Private, diags)
		diags.AddWarning("The Azure Sphere tenant is gone", tenantNotFound(scope, err))
		return false
	case err != nil:
		clients.AddError(diags, "Cannot list the tenant CA certificates", err)
		return false
	}
	snapshot := services.Snapshot{Tenant: scope, At: r.Now(), Certificates: certificates}
	// The time that is kept may be long ago. Roles are the same now, days left are not.
	found.Certificates, found.Now = snapshot.SaveIfChanged(ctx, private, resp.Private, diags).Certificates, snapshot.At

	return true
}

// Update implements resource.Resource.
func (r *trustResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state trustModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Update, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	ours := r.stateSituation(ctx, &state, req.Private, &resp.Diagnostics).Ours
	instance := keepInstance(ctx, req.Private, resp.Private, &resp.Diagnostics)
	attempt := r.apply(ctx, &plan, instance, ours, &resp.Diagnostics)
	if !attempt.looked {
		return
	}
	attempt.save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.target.Identity(plan.EnrollmentGroupID.ValueString()))...)
}

// Delete implements resource.Resource. It removes the CAs of the tenant, no matter who
// put them into the group, and nothing else.
func (r *trustResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state trustModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, state.Timeouts.Delete, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	group, err := r.target.ParseGroupID(state.EnrollmentGroupID.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("Cannot remove the trust", fwtypes.Sentence(err))
		return
	}
	planned, _ := services.ReadPrivate[purpose](ctx, req.Private, purposeKey, &resp.Diagnostics)
	if !planned.Destroy && planned.Create == state.EnrollmentGroupID.ValueString() {
		return // The new resource is for the same group, and goes on with what is there.
	}
	end, err := r.target.Turn(ctx, r.Clients, group)
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot remove the certificates from the enrollment group", err)
		return
	}
	defer end()
	found := findings{Target: r.target, Group: group, Situation: r.stateSituation(ctx, &state, req.Private, &resp.Diagnostics)}
	known := r.tenantForDelete(ctx, &found, state.AzureSphere, &resp.Diagnostics)
	claim := r.claim(instanceOf(ctx, req.Private, &resp.Diagnostics), group, found.Tenant)
	if others := r.Claims().Holders(claim); known && len(others) > 0 {
		// It was renamed, or replaced by one that was created first.
		resp.Diagnostics.AddWarning("Certificates are left in "+group.String(), fmt.Sprintf("This run also applied %s, which manages the same group. "+
			"The certificates stay for it.", clients.Names(others)))
		return
	}
	r.remove(ctx, &found, planned.GroupGoes, &resp.Diagnostics)
	r.Claims().Release(claim)
}

// tenantForDelete lists the CAs of the tenant, and reports whether it is known. Where
// it cannot be read the state has to say which CAs are the tenant's.
func (r *trustResource) tenantForDelete(ctx context.Context, found *findings, argument types.Object, diags *diag.Diagnostics) bool {
	scope, known, err := scopeOf(ctx, r.Clients, argument, diags)
	if err != nil || !known {
		return false
	}
	found.Tenant = scope
	if certificates, err := r.Tenant(scope).Certificates(ctx); err == nil {
		found.Certificates, found.Now = certificates, r.Now()
	}

	return true
}

// remove empties the entries that hold CAs of the tenant.
func (r *trustResource) remove(ctx context.Context, found *findings, groupGoes bool, diags *diag.Diagnostics) {
	group := r.target.Service(r.Clients, found.Group, trust.SphereProver{}, found.Certificates)
	defer r.target.Finish(ctx, r.Clients, found.Group, group, found.known(), diags)
	var err error
	if found.Holds, err = trust.ReadPlaces(ctx, group, found.Places); err != nil {
		clients.AddError(diags, "Cannot remove the certificates from the enrollment group", err)
		return
	}
	contents := found.Contents()
	for _, place := range found.Places {
		content, filled := contents[place]
		switch {
		case !filled:
		case content.Foreign():
			if !groupGoes {
				diags.AddWarning("A certificate is left in "+found.Group.String(), foreignStays(place, content.CA.Thumbprint))
			}
		default:
			if err := group.Remove(ctx, place); err != nil {
				clients.AddError(diags, "Cannot remove the certificates from the enrollment group", err)
			}
		}
	}
}

// service returns the group, to let it trust CAs of the tenant.
func (r *trustResource) service(found findings) trust.RelyingService {
	prover := trust.SphereProver{Tenant: r.Tenant(found.Tenant), Uploaded: r.UploadedCertificate}

	return r.target.Service(r.Clients, found.Group, prover, found.Certificates)
}

// ImportState implements resource.ResourceWithImportState.
func (r *trustResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	r.target.Import(ctx, req, resp)
	var id types.String
	resp.Diagnostics.Append(resp.State.GetAttribute(ctx, path.Root("id"), &id)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("enrollment_group_id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("replace_foreign"), false)...)
}

// MoveState implements resource.ResourceWithMoveState.
func (r *trustResource) MoveState(ctx context.Context) []resource.StateMover {
	return services.MoveBetweenNames(ctx, r)
}
