// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	client "github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

type verificationModel struct {
	ID            types.String       `tfsdk:"id"`
	CertificateID types.String       `tfsdk:"certificate_id"`
	Thumbprint    fwtypes.Thumbprint `tfsdk:"thumbprint"`
	AzureSphere   types.Object       `tfsdk:"azure_sphere"`
	Verified      types.Bool         `tfsdk:"verified"`
	Subject       types.String       `tfsdk:"subject"`
	Timeouts      timeouts.Value     `tfsdk:"timeouts"`
}

// NewCertificateVerificationResource returns iotcentral_certificate_verification.
func NewCertificateVerificationResource() resource.Resource { return &verificationResource{} }

type verificationResource struct{ clients.Resource }

var (
	_ resource.ResourceWithConfigure   = (*verificationResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*verificationResource)(nil)
	_ resource.ResourceWithImportState = (*verificationResource)(nil)
	_ resource.ResourceWithIdentity    = (*verificationResource)(nil)
)

// Metadata implements resource.Resource.
func (*verificationResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "iotcentral_certificate_verification"
}

// Schema implements resource.Resource.
func (*verificationResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Keeps the certificate in an entry of an enrollment group verified, by proof of possession. " +
			"It replaces **Generate verification code**, the download of the proof and **Verify** in the portal.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Same as `certificate_id`."},
			"certificate_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "ID of the entry: " + certificateIDFormDescription,
				Validators:    []validator.String{fwtypes.Check("Not the ID of a certificate of an enrollment group", checkCertificateID)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"thumbprint": schema.StringAttribute{
				Required: true, CustomType: fwtypes.ThumbprintType{},
				MarkdownDescription: "SHA-1 thumbprint of the certificate to verify: 40 hexadecimal digits. Another certificate in the entry is never verified.",
				PlanModifiers:       []planmodifier.String{fwtypes.KeepSameThumbprint()},
			},
			"azure_sphere": schema.SingleNestedAttribute{
				Required: true, MarkdownDescription: azureSphereDescription + " It signs the verification code.",
				Attributes: map[string]schema.Attribute{
					"catalog_id": schema.StringAttribute{
						Optional: true, MarkdownDescription: azureSphereCatalogIDDescription,
						Validators: []validator.String{
							fwtypes.Check("Not the ID of a catalog", sphere.CheckCatalogID),
							stringvalidator.ConflictsWith(path.MatchRelative().AtParent().AtName("tenant_id")),
						},
					},
					"tenant_id": schema.StringAttribute{
						Optional: true, MarkdownDescription: azureSphereTenantIDDescription,
						Validators: []validator.String{fwtypes.Check("Not the ID of a tenant", sphere.CheckTenantID)},
					},
				},
			},
			"verified": schema.BoolAttribute{
				Computed: true, MarkdownDescription: "Whether the certificate with `thumbprint` is in the entry and verified. " +
					"It is always planned as `true`: when trust is lost, the plan shows `false -> true` and the next apply restores it.",
			},
			"subject": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Subject of the verified CA certificate, as an RFC 2253 string.",
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true}),
		},
	}
}

func checkCertificateID(text string) error {
	_, err := client.ParseCertificateID(text)

	return err
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (*verificationResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = certificateIdentitySchema()
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *verificationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Clients == nil {
		return
	}
	var plan verificationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	var state verificationModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if _, _, err := scopeOf(ctx, r.Clients, plan.AzureSphere, &resp.Diagnostics); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("azure_sphere"), "No Azure Sphere tenant", fwtypes.Sentence(err))
	}
	plan.ID = plan.CertificateID
	plan.Verified = types.BoolValue(true)
	if certs.SameThumbprint(plan.Thumbprint.ValueString(), state.Thumbprint.ValueString()) {
		plan.Subject = state.Subject
	} else {
		plan.Subject = types.StringUnknown()
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// Create implements resource.Resource. When it fails nothing needs to be kept: the
// next apply starts the handshake over.
func (r *verificationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan verificationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	timeout, diags := plan.Timeouts.Create(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	if id, ok := r.verify(ctx, &plan, &resp.Diagnostics); ok {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, newCertificateIdentity(id))...)
	}
}

// verify runs the handshake and completes the plan.
func (r *verificationResource) verify(ctx context.Context, plan *verificationModel, diags *diag.Diagnostics) (client.CertificateID, bool) {
	id, err := client.ParseCertificateID(plan.CertificateID.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("certificate_id"), "Not the ID of a certificate of an enrollment group", fwtypes.Sentence(err))
		return id, false
	}
	scope, _, err := scopeOf(ctx, r.Clients, plan.AzureSphere, diags)
	if err != nil {
		diags.AddAttributeError(path.Root("azure_sphere"), "No Azure Sphere tenant", fwtypes.Sentence(err))
	}
	if diags.HasError() {
		return id, false
	}
	handshake := trust.Handshake{
		Verifier: r.IoTCentral(),
		Prover:   trust.SphereProver{Tenant: r.Tenant(scope), Known: r.Known},
		Now:      r.Now,
		Pause:    r.Pause,
	}
	ca, err := handshake.Run(ctx, id, plan.Thumbprint.ValueString())
	if err != nil {
		addHandshakeError(diags, err)
		return id, false
	}
	plan.ID = plan.CertificateID
	plan.Verified = types.BoolValue(true)
	if plan.Subject.IsUnknown() {
		plan.Subject = types.StringValue(ca.Subject())
	}

	return id, true
}

// addHandshakeError puts the error on the argument at fault.
func addHandshakeError(diags *diag.Diagnostics, err error) {
	var (
		empty   *trust.EmptyEntryError
		other   *trust.OtherCertificateError
		unknown *trust.UnknownCAError
		refused *trust.ProofRefusedError
	)
	switch {
	case errors.As(err, &empty):
		diags.AddAttributeError(path.Root("certificate_id"), "Nothing to verify", fwtypes.Sentence(err)+
			"\n\nPut the certificate there with iotcentral_enrollment_group_certificate, and refer to its id here.")
	case errors.As(err, &other):
		diags.AddAttributeError(path.Root("thumbprint"), "The entry holds another certificate", fwtypes.Sentence(err)+
			"\n\nPlan again: the plan shows who has to change it.")
	case errors.As(err, &unknown):
		diags.AddAttributeError(path.Root("thumbprint"), "The certificate does not belong to the tenant", clients.Explain(err))
	case errors.As(err, &refused):
		diags.AddError("The proof of possession is not valid", fwtypes.Sentence(err)+
			"\n\nIt was not sent to IoT Central. Apply again; if this stays so, check the clock of this machine and that the tenant is the right one.")
	default:
		clients.AddError(diags, "Cannot verify the certificate", err)
	}
}

// Read implements resource.Resource.
func (r *verificationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state verificationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	timeout, diags := state.Timeouts.Read(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	id, err := client.ParseCertificateID(state.CertificateID.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("Cannot read the verification", fwtypes.Sentence(err))
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, newCertificateIdentity(id))...)
	found, err := r.IoTCentral().Certificate(ctx, id)
	if transport.IsNotFound(err) {
		resp.Diagnostics.AddWarning("The verified certificate is gone",
			fmt.Sprintf("%s was removed outside Terraform. Devices cannot enrol with it. The verification is dropped from the state and planned anew.", id))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot read the verification", err)
		return
	}
	if state.Thumbprint.IsNull() { // After an import.
		state.Thumbprint = fwtypes.NewThumbprint(found.Thumbprint)
		state.Subject = r.subject(ctx, state.AzureSphere, found.Thumbprint)
	}
	expected := certs.SameThumbprint(found.Thumbprint, state.Thumbprint.ValueString())
	switch {
	case !expected:
		resp.Diagnostics.AddWarning("Trust is lost: the certificate was replaced", fmt.Sprintf("%s holds the certificate with thumbprint %s now, instead of %s. "+
			"Devices of the latter cannot enrol until it is back and verified.", id, found.Thumbprint, state.Thumbprint.ValueString()))
	case !found.Verified && (state.Verified.ValueBool() || state.Verified.IsNull()):
		resp.Diagnostics.AddWarning("Trust is lost: the certificate is not verified", fmt.Sprintf("%s holds the certificate with thumbprint %s, but it is not verified. "+
			"Devices cannot enrol until it is; the next apply verifies it.", id, found.Thumbprint))
	}
	state.Verified = types.BoolValue(expected && found.Verified)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// subject returns the subject of an imported certificate, if its tenant is the
// provider's default; otherwise it is not known until the next verification.
func (r *verificationResource) subject(ctx context.Context, azureSphere types.Object, thumbprint string) types.String {
	var diags diag.Diagnostics
	scope, _, err := scopeOf(ctx, r.Clients, azureSphere, &diags)
	if err != nil || diags.HasError() {
		return types.StringNull()
	}
	certificates, err := r.Tenant(scope).Certificates(ctx)
	if err != nil {
		return types.StringNull()
	}
	owned, _ := sphere.Find(certificates, thumbprint)

	return fwtypes.NewDetails(owned.Body).Subject
}

// Update implements resource.Resource.
func (r *verificationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan verificationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	timeout, diags := plan.Timeouts.Update(ctx, defaultTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	if id, ok := r.verify(ctx, &plan, &resp.Diagnostics); ok {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, newCertificateIdentity(id))...)
	}
}

// Delete implements resource.Resource.
func (*verificationResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var id types.String
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("id"), &id)...)
	resp.Diagnostics.AddWarning("A verification cannot be undone", fmt.Sprintf("IoT Central has no call for it: the certificate in %s stays verified "+
		"for as long as it is there. Nothing was sent.", id.ValueString()))
}

// ImportState implements resource.ResourceWithImportState.
func (*verificationResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, ok := importedCertificateID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("certificate_id"), id.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("azure_sphere"), azureSphereDefault())...)
}
