// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

type verificationModel struct {
	provers

	ID            types.String       `tfsdk:"id"`
	CertificateID types.String       `tfsdk:"certificate_id"`
	Thumbprint    fwtypes.Thumbprint `tfsdk:"thumbprint"`
	Verified      types.Bool         `tfsdk:"verified"`
	Subject       types.String       `tfsdk:"subject"`
	Timeouts      timeouts.Value     `tfsdk:"timeouts"`
}

const verificationType = "iotcentral_certificate_verification"

// NewCertificateVerificationResource returns iotcentral_certificate_verification.
func NewCertificateVerificationResource() resource.Resource { return &verificationResource{} }

type verificationResource struct{ clients.Resource }

var (
	_ resource.ResourceWithConfigure      = (*verificationResource)(nil)
	_ resource.ResourceWithValidateConfig = (*verificationResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*verificationResource)(nil)
	_ resource.ResourceWithImportState    = (*verificationResource)(nil)
	_ resource.ResourceWithIdentity       = (*verificationResource)(nil)
	_ resource.ResourceWithMoveState      = (*verificationResource)(nil)
)

// Metadata implements resource.Resource.
func (*verificationResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = verificationType
}

// Schema implements resource.Resource.
func (*verificationResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Keeps the certificate in an entry of an enrollment group verified, by proof of possession. " +
			"Set exactly one of `azure_sphere`, `verification_certificate_pem` and `ca_private_key_pem_wo`: it says who makes the proof.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Same as `certificate_id`." + services.KnownInPlan},
			"certificate_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "ID of the entry: " + certificateIDFormDescription + services.ForcesNew,
				Validators:    []validator.String{fwtypes.Check("Not the ID of a certificate of an enrollment group", checkCertificateID)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"thumbprint": schema.StringAttribute{
				Required: true, CustomType: fwtypes.ThumbprintType{},
				MarkdownDescription: "SHA-1 thumbprint of the certificate to verify: 40 hexadecimal digits. The provider verifies no other certificate. A change verifies the new certificate.",
				PlanModifiers:       []planmodifier.String{fwtypes.KeepSameThumbprint()},
			},
			"azure_sphere": schema.SingleNestedAttribute{
				Optional: true, MarkdownDescription: azureSphereDescription + " Azure Sphere signs the verification code with this CA. Default: none.",
				Attributes: azureSphereAttributes(),
			},
			"verified": schema.BoolAttribute{
				Computed: true, MarkdownDescription: "Whether the certificate with `thumbprint` is in the entry and verified. " +
					"It is always planned as `true`: when trust is lost, the plan shows `false -> true`, and the apply verifies the certificate again." + services.KnownInPlan,
			},
			"subject": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Subject of the verified CA certificate, as an RFC 2253 string." + services.KnownAfterApply,
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": services.Timeouts{Create: defaultTimeout, Read: defaultTimeout, Update: defaultTimeout}.Block(ctx),
		},
	}
	maps.Copy(resp.Schema.Attributes, proverAttributes())
}

func checkCertificateID(text string) error {
	_, err := iotcentral.ParseCertificateID(text)

	return err
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (*verificationResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = certificateIdentitySchema()
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (*verificationResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config verificationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		config.check(config.Thumbprint, &resp.Diagnostics)
	}
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *verificationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.Clients == nil {
		return
	}
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, &resp.Diagnostics)
		return
	}
	var config, plan verificationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	var state verificationModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	config.check(config.Thumbprint, &resp.Diagnostics) // More is known than in ValidateConfig.
	CheckTenant(ctx, r.Clients, verificationType, config.AzureSphere, &resp.Diagnostics)
	r.checkProofDates(plan, state, &resp.Diagnostics)
	plan.ID = plan.CertificateID
	plan.Verified = types.BoolValue(true)
	if plan.Thumbprint.Same(state.Thumbprint) {
		plan.Subject = state.Subject
	} else {
		plan.Subject = types.StringUnknown()
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// checkProofDates looks at the dates of a given proof when it is about to be sent:
// that of a certificate that is verified may have expired long ago. It only warns,
// so that the same apply can still generate the code for the next proof.
func (r *verificationResource) checkProofDates(plan, state verificationModel, diags *diag.Diagnostics) {
	if state.Verified.ValueBool() && plan.Thumbprint.Same(state.Thumbprint) {
		return
	}
	plan.CheckProofDates(r.Clients, centralVerification(iotcentral.CertificateID{}), diags)
}

// Create implements resource.Resource. When it fails nothing needs to be kept: the
// next apply starts the handshake over.
func (r *verificationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan verificationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Create, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	if id, ok := r.verify(ctx, req.Config, &plan, &resp.Diagnostics); ok {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, newCertificateIdentity(id))...)
	}
}

// verify runs the handshake and completes the plan. The configuration alone holds
// the write-only private key.
func (r *verificationResource) verify(ctx context.Context, config tfsdk.Config, plan *verificationModel, diags *diag.Diagnostics) (iotcentral.CertificateID, bool) {
	id, err := iotcentral.ParseCertificateID(plan.CertificateID.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("certificate_id"), "Not the ID of a certificate of an enrollment group", fwtypes.Sentence(err))
		return id, false
	}
	configured := plan.provers
	diags.Append(config.GetAttribute(ctx, path.Root(proverPrivateKey), &configured.CAPrivateKeyPEMWO)...)
	if diags.HasError() {
		return id, false
	}
	subject, ok := configured.run(ctx, r.Clients, centralVerification(id), plan.Thumbprint, diags)
	if !ok {
		return id, false
	}
	plan.ID = plan.CertificateID
	plan.Verified = types.BoolValue(true)
	if plan.Subject.IsUnknown() {
		plan.Subject = textOrNull(subject)
	}

	return id, true
}

// addHandshakeError puts the error on the argument at fault.
func addHandshakeError(diags *diag.Diagnostics, target VerificationTarget, err error) {
	var (
		empty   *trust.EmptyEntryError
		other   *trust.OtherCertificateError
		unknown *trust.UnknownCAError
		refused *trust.ProofRefusedError
	)
	switch {
	case errors.As(err, &empty):
		diags.AddAttributeError(path.Root("certificate_id"), "Nothing to verify", fwtypes.Sentence(err)+
			"\n\n"+target.HowToUpload)
	case errors.As(err, &other):
		diags.AddAttributeError(path.Root("thumbprint"), "The entry holds another certificate", fwtypes.Sentence(err)+
			"\n\nPlan again: the plan shows what changes it.")
	case errors.As(err, &unknown):
		diags.AddAttributeError(path.Root("thumbprint"), "The certificate does not belong to the tenant", clients.Explain(err))
	case errors.As(err, &refused):
		diags.AddError("The proof of possession is not valid", fwtypes.Sentence(err)+
			"\n\nIt was not sent to "+target.Service+". Apply again; if this stays so, check that the tenant is the right one.")
	default:
		clients.AddError(diags, "Cannot verify the certificate", err)
	}
}

// Read implements resource.Resource.
func (r *verificationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	refresh := certificateRefresh(r.Clients, "Cannot read the verification",
		func(state *verificationModel) timeouts.Value { return state.Timeouts },
		func(state *verificationModel) types.String { return state.CertificateID },
		func(id iotcentral.CertificateID) (summary, detail string) {
			return "The verified certificate is gone", fmt.Sprintf("%s was removed outside Terraform. Devices cannot enrol with it. The verification is removed from the state, and the plan creates it again.", id)
		})
	refresh.Read(ctx, req, resp, func(ctx context.Context, state *verificationModel, id iotcentral.CertificateID, found iotcentral.SigningCertificate) {
		if state.Thumbprint.IsNull() { // After an import.
			state.Thumbprint = fwtypes.NewThumbprint(found.Thumbprint)
			state.Subject = r.subject(ctx, state.AzureSphere, found.Thumbprint)
		}
		expected := found.Thumbprint == state.Thumbprint.Value()
		switch {
		case !expected:
			resp.Diagnostics.AddWarning("Trust is lost: the certificate was replaced", fmt.Sprintf("%s holds the certificate with thumbprint %s now, instead of %s. "+
				"Devices of the latter cannot enrol until it is back and verified.", id, found.Thumbprint, state.Thumbprint.Value()))
		case !found.Verified:
			resp.Diagnostics.AddWarning("Trust is lost: the certificate is not verified", fmt.Sprintf("%s holds the certificate with thumbprint %s, but it is not verified. "+
				"Devices cannot enrol until it is; the next apply verifies it.", id, found.Thumbprint))
		}
		state.Verified = types.BoolValue(expected && found.Verified)
	})
}

// subject returns the subject of an imported certificate, if its tenant is the
// provider's default; otherwise it is not known until the next verification.
func (r *verificationResource) subject(ctx context.Context, azureSphere types.Object, thumbprint certs.Thumbprint) types.String {
	var diags diag.Diagnostics
	scope, known, err := scopeOf(ctx, r.Clients, azureSphere, &diags)
	if err != nil || !known || diags.HasError() {
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
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Update, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	if id, ok := r.verify(ctx, req.Config, &plan, &resp.Diagnostics); ok {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, newCertificateIdentity(id))...)
	}
}

// Delete implements resource.Resource. IoT Central has no call for it: the plan has
// said that the certificate stays verified.
func (*verificationResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// planDestroy says what is left behind, unless the certificate goes as well.
func (r *verificationResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, diags *diag.Diagnostics) {
	var text types.String
	diags.Append(req.State.GetAttribute(ctx, path.Root("certificate_id"), &text)...)
	id, err := iotcentral.ParseCertificateID(text.ValueString())
	if err != nil {
		return
	}
	stays := fmt.Sprintf("IoT Central has no API to undo a verification: the certificate in %s stays verified as long as it is in the entry. The provider sends no request.", id)
	if r.Departures().Leave(stays, clients.Thing{Group: id.GroupID, Entry: id.Entry}) {
		diags.AddWarning("A verification cannot be undone", stays)
	}
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

// MoveState implements resource.ResourceWithMoveState.
func (r *verificationResource) MoveState(ctx context.Context) []resource.StateMover {
	return services.MoveBetweenNames(ctx, r)
}
