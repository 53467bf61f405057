// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
)

type proofOfPossessionModel struct {
	proofOfPossession

	ID       types.String   `tfsdk:"id"`
	Keepers  types.Map      `tfsdk:"keepers"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

type proofOfPossessionIdentity struct {
	ProofThumbprint types.String `tfsdk:"proof_thumbprint"`
}

// NewProofOfPossessionResource returns azuresphere_proof_of_possession. The service
// keeps no proof: each is made once, and the state is the only place that has it.
func NewProofOfPossessionResource() resource.Resource { return &proofOfPossessionResource{} }

type proofOfPossessionResource struct{ clients.Resource }

var (
	_ resource.ResourceWithConfigure   = (*proofOfPossessionResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*proofOfPossessionResource)(nil)
	_ resource.ResourceWithImportState = (*proofOfPossessionResource)(nil)
	_ resource.ResourceWithIdentity    = (*proofOfPossessionResource)(nil)
	_ resource.ResourceWithMoveState   = (*proofOfPossessionResource)(nil)
)

// Metadata implements resource.Resource.
func (*proofOfPossessionResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "azuresphere_proof_of_possession"
}

// Schema implements resource.Resource.
func (*proofOfPossessionResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: proofDescription + " The provider requests the proof when it creates the resource. It requests a new one when `verification_code`, `thumbprint`, the tenant or `keepers` change, " +
			"and not when the proof expires. Destroying the resource only removes the proof from the state.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "SHA-1 thumbprint of the proof." + services.KnownAfterApply, PlanModifiers: keep},
			"catalog_id": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: catalogIDDescription + services.ForcesNew,
				Validators: services.CatalogIDValidators(),
			},
			"tenant_id": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: tenantIDDescription + services.ForcesNew,
				Validators: services.TenantIDValidators(),
			},
			"thumbprint": schema.StringAttribute{
				Optional: true, Computed: true, CustomType: fwtypes.ThumbprintType{}, MarkdownDescription: proofThumbprintDescription + services.ForcesNew + services.KnownAfterApply,
				PlanModifiers: []planmodifier.String{
					stringplanmodifier.UseStateForUnknown(), fwtypes.KeepSameThumbprint(), stringplanmodifier.RequiresReplaceIfConfigured(),
				},
			},
			"verification_code": schema.StringAttribute{
				Required: true, Sensitive: true, MarkdownDescription: proofCodeDescription + services.ForcesNew,
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"keepers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any values. Change one of them to request a new proof. Default: none." + services.ForcesNew,
				PlanModifiers:       []planmodifier.Map{mapplanmodifier.RequiresReplace()},
			},
			"certificate_pem": schema.StringAttribute{
				Computed: true, CustomType: fwtypes.CertificateType{}, MarkdownDescription: proofPEMDescription + services.KnownAfterApply, PlanModifiers: keep,
			},
			"certificate_base64": schema.StringAttribute{Computed: true, MarkdownDescription: proofBase64Description + services.KnownAfterApply, PlanModifiers: keep},
			"not_before": schema.StringAttribute{
				Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: proofNotBeforeDescription + services.KnownAfterApply, PlanModifiers: keep,
			},
			"not_after": schema.StringAttribute{
				Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: proofNotAfterDescription + services.KnownAfterApply, PlanModifiers: keep,
			},
		},
		Blocks: map[string]schema.Block{"timeouts": services.Timeouts{Create: createTimeout}.Block(ctx)},
	}
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (*proofOfPossessionResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"proof_thumbprint": identityschema.StringAttribute{RequiredForImport: true, Description: "SHA-1 thumbprint of the proof."},
	}}
}

// ModifyPlan implements resource.ResourceWithModifyPlan. It fills in the tenant,
// and makes a new proof when that is another one than before.
func (r *proofOfPossessionResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Clients == nil {
		return
	}
	var config, plan, state proofOfPossessionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	scope, isKnown, err := r.Scope(config.CatalogID, config.TenantID)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("catalog_id"), "No Azure Sphere tenant", clients.ExplainMissing(err, "azuresphere", "catalog_id"))
		return
	}
	if !isKnown {
		if !req.State.Raw.IsNull() && (config.CatalogID.IsUnknown() || config.TenantID.IsUnknown()) {
			planUnknownTenant(config, resp)
		}
		return
	}
	plan.setScope(scope)
	if before := state.scope(); !req.State.Raw.IsNull() {
		if before.Same(scope) {
			plan.setScope(before)
		} else {
			resp.RequiresReplace.Append(path.Root("catalog_id"), path.Root("tenant_id"))
		}
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planUnknownTenant makes a new proof when its own tenant is not known yet, as
// RequiresReplace does for an unknown value.
func planUnknownTenant(config proofOfPossessionModel, resp *resource.ModifyPlanResponse) {
	argument := "catalog_id"
	if config.TenantID.IsUnknown() {
		argument = "tenant_id"
	}
	resp.RequiresReplace.Append(path.Root("catalog_id"), path.Root("tenant_id"))
	resp.Diagnostics.AddAttributeWarning(path.Root(argument), "The proof of possession is replaced", argument+" is known only after the apply, so the plan requests a new proof.")
}

// Create implements resource.Resource.
func (r *proofOfPossessionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan proofOfPossessionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Create, createTimeout, &resp.Diagnostics)
	defer cancel()

	thumbprint, ok := plan.prove(ctx, r.Clients, &resp.Diagnostics)
	if !ok {
		return
	}
	plan.ID = types.StringValue(thumbprint)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, proofOfPossessionIdentity{ProofThumbprint: plan.ID})...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Read implements resource.Resource. There is nothing to ask the service for.
func (*proofOfPossessionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state proofOfPossessionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, proofOfPossessionIdentity{ProofThumbprint: state.ID})...)
}

// Update implements resource.Resource. Only the timeouts can change in place.
func (*proofOfPossessionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan proofOfPossessionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, proofOfPossessionIdentity{ProofThumbprint: plan.ID})...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Delete implements resource.Resource. The service keeps no proof: it is only
// forgotten.
func (*proofOfPossessionResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState implements resource.ResourceWithImportState. It says why there is
// nothing to import.
func (*proofOfPossessionResource) ImportState(_ context.Context, _ resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resp.Diagnostics.AddError("A proof of possession cannot be imported", "Azure Sphere does not store proofs: each request returns a new one. "+
		"Remove the import, and the next apply requests a proof. To use a proof that you have, set verification_certificate_pem of iotcentral_certificate_verification.")
}

// MoveState implements resource.ResourceWithMoveState.
func (r *proofOfPossessionResource) MoveState(ctx context.Context) []resource.StateMover {
	return services.MoveBetweenNames(ctx, r)
}
