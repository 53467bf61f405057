// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"context"
	"fmt"
	"slices"

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
	client "github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// NewAzureSphereTrustResource returns iotcentral_azure_sphere_trust. It keeps both
// entries of a group verified for the CAs that devices can present.
func NewAzureSphereTrustResource() resource.Resource { return &trustResource{} }

type trustResource struct{ clients.Resource }

var (
	_ resource.ResourceWithConfigure   = (*trustResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*trustResource)(nil)
	_ resource.ResourceWithImportState = (*trustResource)(nil)
	_ resource.ResourceWithIdentity    = (*trustResource)(nil)
)

// Metadata implements resource.Resource.
func (*trustResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "iotcentral_azure_sphere_trust"
}

// Schema implements resource.Resource.
func (*trustResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	entry := func(name string) schema.Attribute {
		return schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The " + name + " entry; null when it is empty. The plan shows what it will hold.",
			Attributes: map[string]schema.Attribute{
				"thumbprint": schema.StringAttribute{Computed: true, CustomType: fwtypes.ThumbprintType{}, MarkdownDescription: "SHA-1 thumbprint of the certificate."},
				"role": schema.StringAttribute{Computed: true, MarkdownDescription: "`active` (signs device certificates), `upcoming` (will be active next), " +
					"`retiring` (was active, and is valid until it expires), `expired`, `revoked`, or `foreign` (not a CA of the tenant)."},
				"subject":   schema.StringAttribute{Computed: true, MarkdownDescription: "Subject of the certificate, where its body is known."},
				"not_after": schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "End of the validity, RFC 3339 in UTC."},
				"verified":  schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether devices with a certificate of this CA may enrol."},
			},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Keeps an enrollment group trusting an Azure Sphere tenant across renewals of its CA: the active CA always, " +
			"the next one as soon as it exists, and the previous one until it expires. It replaces doing all the steps of the portal again at every renewal.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Same as `enrollment_group_id`."},
			"enrollment_group_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "ID of an X.509 enrollment group: " + groupIDFormDescription + " The resource needs both of its entries.",
				Validators:    []validator.String{fwtypes.Check("Not the ID of an enrollment group", checkGroupID)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"azure_sphere": schema.SingleNestedAttribute{
				Optional: true, MarkdownDescription: "The Azure Sphere tenant to trust. Default: the provider's.",
				Attributes: azureSphereAttributes(),
			},
			"replace_foreign": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "`true` replaces a certificate that is not a CA of the tenant when its entry is needed. " +
					"Default: `false`, and such a certificate is an error.",
			},
			"primary":   entry("primary"),
			"secondary": entry("secondary"),
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (*trustResource) IdentitySchema(ctx context.Context, req resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	(*enrollmentGroupResource)(nil).IdentitySchema(ctx, req, resp)
}

// Create implements resource.Resource. When it fails half-way no state is kept:
// Terraform would mark it as tainted, and the next apply would begin by removing
// certificates that devices rely on. Instead it looks at the entries and goes on.
func (r *trustResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan trustModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Create, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	var uploaded []string
	group, ok := r.apply(ctx, &plan, &uploaded, &resp.Diagnostics)
	if !ok {
		return
	}
	services.WritePrivate(ctx, resp.Private, uploadedKey, uploaded, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, newEnrollmentGroupIdentity(group))...)
}

// apply decides anew, makes sure that this is what was planned, and does it. It
// adds to uploaded what it put into the group, also when it fails.
func (r *trustResource) apply(ctx context.Context, plan *trustModel, uploaded *[]string, diags *diag.Diagnostics) (client.GroupID, bool) {
	group, err := client.ParseGroupID(plan.EnrollmentGroupID.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("enrollment_group_id"), "Not the ID of an enrollment group", fwtypes.Sentence(err))
		return group, false
	}
	scope, ok := knownScopeOf(ctx, r.Clients, plan.AzureSphere, diags)
	if !ok {
		return group, false
	}
	entries, err := trust.ReadEntries(ctx, r.IoTCentral(), group)
	if err != nil {
		clients.AddError(diags, "Cannot read the certificates of the enrollment group", err)
		return group, false
	}
	seen := r.look(ctx, scope, diags)
	if diags.HasError() {
		return group, false
	}
	rotation, ok := r.decide(scope, seen, entries, plan.ReplaceForeign.ValueBool(), diags)
	if !ok {
		return group, false
	}
	if !plan.promises(ctx, rotation.After, diags) {
		diags.AddError("The plan is out of date", fmt.Sprintf("Since the plan was made, the CAs of %s or the certificates of %s have changed. "+
			"Nothing was done. Plan and apply again.", scope, group))
		return group, false
	}
	keeper := trust.Keeper{
		Group:  r.IoTCentral(),
		Prover: trust.SphereProver{Tenant: r.Tenant(scope), Known: r.Known},
		Now:    r.Now,
		Pause:  r.Pause,
		Uploaded: func(thumbprint string) {
			if !slices.Contains(*uploaded, thumbprint) {
				*uploaded = append(*uploaded, thumbprint)
			}
		},
	}
	if err := keeper.CarryOut(ctx, group, rotation.Steps); err != nil {
		clients.AddError(diags, "Cannot establish trust in the Azure Sphere tenant", err)
		return group, false
	}
	plan.ID = plan.EnrollmentGroupID
	plan.set(ctx, rotation.After, diags)

	return group, !diags.HasError()
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

	group, err := client.ParseGroupID(state.EnrollmentGroupID.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("Cannot read the trust", fwtypes.Sentence(err))
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, newEnrollmentGroupIdentity(group))...)
	entries, err := trust.ReadEntries(ctx, r.IoTCentral(), group)
	if err == nil && len(entries) == 0 {
		// Both entries are empty, or there is no group: only that removes it.
		_, err = r.IoTCentral().Group(ctx, group)
	}
	if transport.IsNotFound(err) {
		resp.Diagnostics.AddWarning("The enrollment group is gone",
			fmt.Sprintf("%s was deleted outside Terraform. The trust in it is dropped from the state and planned anew.", group))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot read the certificates of the enrollment group", err)
		return
	}
	scope, known, err := scopeOf(ctx, r.Clients, state.AzureSphere, &resp.Diagnostics)
	switch {
	case err != nil:
		resp.Diagnostics.AddAttributeError(path.Root("azure_sphere"), "No Azure Sphere tenant", fwtypes.Sentence(err))
		return
	case !known: // An error would stop the plan that makes it known.
		resp.Diagnostics.AddWarning("The trust was not looked at", fmt.Sprintf("Which Azure Sphere tenant %s is to trust is known only after the apply. "+
			"The state keeps what was found before, and the apply decides with what it finds then.", group))
		return
	}
	seen := r.look(ctx, scope, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	seen.Keep(ctx, resp.Private, &resp.Diagnostics)
	state.set(ctx, trust.Describe(seen.Certificates, entries, seen.At), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// Update implements resource.Resource.
func (r *trustResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan trustModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Update, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	uploaded, _ := services.ReadPrivate[[]string](ctx, req.Private, uploadedKey, &resp.Diagnostics)
	group, ok := r.apply(ctx, &plan, &uploaded, &resp.Diagnostics)
	services.WritePrivate(ctx, resp.Private, uploadedKey, uploaded, &resp.Diagnostics)
	if !ok {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, newEnrollmentGroupIdentity(group))...)
}

// Delete implements resource.Resource. It removes what this resource put into the
// group, and nothing else.
func (r *trustResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state trustModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	uploaded, _ := services.ReadPrivate[[]string](ctx, req.Private, uploadedKey, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, state.Timeouts.Delete, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	group, err := client.ParseGroupID(state.EnrollmentGroupID.ValueString())
	var entries trust.Entries
	if err == nil {
		entries, err = trust.ReadEntries(ctx, r.IoTCentral(), group)
	}
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot remove the certificates from the enrollment group", err)
		return
	}
	for _, entry := range client.Entries() {
		content, filled := entries[entry]
		if !filled {
			continue
		}
		if !slices.Contains(uploaded, content.Thumbprint) {
			resp.Diagnostics.AddWarning("A certificate is left in the enrollment group",
				fmt.Sprintf("The %s entry of %s holds the certificate with thumbprint %s, which this resource did not put there.", entry, group, content.Thumbprint))
			continue
		}
		if err := r.IoTCentral().DeleteCertificate(ctx, group.Certificate(entry)); err != nil {
			clients.AddError(&resp.Diagnostics, "Cannot remove the certificates from the enrollment group", err)
		}
	}
}

// ImportState implements resource.ResourceWithImportState.
func (*trustResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	(*enrollmentGroupResource)(nil).ImportState(ctx, req, resp)
	var id types.String
	resp.Diagnostics.Append(resp.State.GetAttribute(ctx, path.Root("id"), &id)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("enrollment_group_id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("replace_foreign"), false)...)
}
