// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps

import (
	"context"
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
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services/azureiotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

type verificationModel struct {
	azureiotcentral.Provers

	ID            types.String       `tfsdk:"id"`
	CertificateID types.String       `tfsdk:"certificate_id"`
	Name          types.String       `tfsdk:"name"`
	Thumbprint    fwtypes.Thumbprint `tfsdk:"thumbprint"`
	Verified      types.Bool         `tfsdk:"verified"`
	Subject       types.String       `tfsdk:"subject"`
	Timeouts      timeouts.Value     `tfsdk:"timeouts"`
}

const verificationType = "azuresphere_dps_certificate_verification"

// NewCertificateVerificationResource returns azuresphere_dps_certificate_verification.
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

const notCertificateID = "Not the resource ID of a certificate of a Device Provisioning Service"

// Schema implements resource.Resource.
func (*verificationResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Keeps a certificate of an IoT Hub Device Provisioning Service (DPS) verified, by proof of possession. Upload it with `azurerm_iothub_dps_certificate`. " +
			"Exactly one argument says who makes the proof: `azure_sphere`, `verification_certificate_pem` or `ca_private_key_pem_wo`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Same as `certificate_id`." + services.KnownInPlan},
			"certificate_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "Azure resource ID of the certificate: the `id` of `azurerm_iothub_dps_certificate`." + services.ForcesNew,
				Validators:    []validator.String{fwtypes.Check(notCertificateID, checkCertificateID)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"name": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Name of the certificate within its service, for `ca_references` of an enrollment group." + services.KnownInPlan,
			},
			"thumbprint": schema.StringAttribute{
				Required: true, CustomType: fwtypes.ThumbprintType{},
				MarkdownDescription: "SHA-1 thumbprint of the certificate to verify: 40 hexadecimal digits. Another certificate of that name is never verified.",
				PlanModifiers:       []planmodifier.String{fwtypes.KeepSameThumbprint()},
			},
			"verified": schema.BoolAttribute{
				Computed: true, MarkdownDescription: "Whether the certificate has this `thumbprint` and is verified. " +
					"It is always planned as `true`: when trust is lost, the plan shows `false -> true` and the next apply restores it." + services.KnownInPlan,
			},
			"subject": schema.StringAttribute{Computed: true, MarkdownDescription: "Subject of the verified CA certificate, as an RFC 2253 string." + services.KnownAfterApply},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{Create: true, Read: true, Update: true}),
		},
	}
	maps.Copy(resp.Schema.Attributes, azureiotcentral.ProverAttributes("`az iot dps certificate generate-verification-code`"))
}

func checkCertificateID(text string) error {
	_, err := dps.ParseCertificateID(text)

	return err
}

// verificationTarget is what the resource verifies.
func (r *verificationResource) verificationTarget(id dps.CertificateID) azureiotcentral.VerificationTarget {
	return azureiotcentral.VerificationTarget{
		TypeName: verificationType,
		Service:  dps.DataService.Name, NewCode: "az iot dps certificate generate-verification-code",
		HowToUpload: "Upload the certificate with azurerm_iothub_dps_certificate, and refer to its id here.",
		Begin: func(configured *clients.Clients, _ fwtypes.Thumbprint) trust.Handshake {
			return trust.Handshake{Now: configured.Now, Backoff: configured.Backoff}
		},
		Prove: func(ctx context.Context, handshake *trust.Handshake, thumbprint certs.Thumbprint) (*certs.Certificate, error) {
			return handshake.Prove(ctx, r.certificate(id), thumbprint)
		},
		Submit: func(ctx context.Context, handshake *trust.Handshake, thumbprint certs.Thumbprint, proof, ca *certs.Certificate) error {
			return handshake.SubmitTo(ctx, r.certificate(id), thumbprint, proof, ca)
		},
	}
}

func (r *verificationResource) certificate(id dps.CertificateID) *trust.ProvisioningCertificate {
	return &trust.ProvisioningCertificate{ID: id, Client: r.DPS()}
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
		config.Check(config.Thumbprint, &resp.Diagnostics)
	}
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *verificationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.Clients == nil {
		return
	}
	if req.Plan.Raw.IsNull() {
		var text types.String
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("certificate_id"), &text)...)
		resp.Diagnostics.AddWarning("A verification cannot be undone", fmt.Sprintf("Device Provisioning Service has no call to undo a verification: "+
			"the certificate %s stays verified for as long as it is there. Nothing is sent.", text.ValueString()))
		return
	}
	var config, plan, state verificationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	config.Check(config.Thumbprint, &resp.Diagnostics) // More is known than in ValidateConfig.
	azureiotcentral.CheckTenant(ctx, r.Clients, verificationType, config.AzureSphere, &resp.Diagnostics)
	if same := plan.Thumbprint.Same(state.Thumbprint); !same || !state.Verified.ValueBool() {
		plan.CheckProofDates(r.Clients, r.verificationTarget(dps.CertificateID{}), &resp.Diagnostics)
	}
	plan.ID, plan.Name = plan.CertificateID, types.StringUnknown()
	if id, err := dps.ParseCertificateID(plan.CertificateID.ValueString()); err == nil {
		plan.Name = types.StringValue(id.Name)
	}
	plan.Verified = types.BoolValue(true)
	if plan.Thumbprint.Same(state.Thumbprint) {
		plan.Subject = state.Subject
	} else {
		plan.Subject = types.StringUnknown()
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// Create implements resource.Resource. When it fails nothing needs to be kept: the next apply starts the handshake over.
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

// verify runs the handshake and completes the plan. The configuration alone holds the write-only private key.
func (r *verificationResource) verify(ctx context.Context, config tfsdk.Config, plan *verificationModel, diags *diag.Diagnostics) (dps.CertificateID, bool) {
	id, err := dps.ParseCertificateID(plan.CertificateID.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("certificate_id"), notCertificateID, fwtypes.Sentence(err))
		return id, false
	}
	configured := plan.Provers
	diags.Append(config.GetAttribute(ctx, path.Root("ca_private_key_pem_wo"), &configured.CAPrivateKeyPEMWO)...)
	if diags.HasError() {
		return id, false
	}
	end, err := r.DPSTurn(ctx, id.Service)
	if err != nil {
		clients.AddError(diags, "Cannot verify the certificate", err)
		return id, false
	}
	defer end()
	defer r.ForgetDPS()
	subject, ok := configured.Run(ctx, r.Clients, r.verificationTarget(id), plan.Thumbprint, diags)
	if !ok {
		return id, false
	}
	plan.ID, plan.Name = plan.CertificateID, types.StringValue(id.Name)
	plan.Verified = types.BoolValue(true)
	if plan.Subject.IsUnknown() {
		plan.Subject = textOrNull(subject)
	}

	return id, true
}

// Read implements resource.Resource.
func (r *verificationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	refresh := services.Refresh[verificationModel, dps.CertificateID, dps.Certificate]{
		Failure:  "Cannot read the verification",
		Timeouts: func(state *verificationModel) timeouts.Value { return state.Timeouts },
		ParseID: func(state *verificationModel) (dps.CertificateID, error) {
			return dps.ParseCertificateID(state.CertificateID.ValueString())
		},
		Identity: func(id dps.CertificateID) any { return newCertificateIdentity(id) },
		Get:      r.DPS().Certificate,
		Gone: func(id dps.CertificateID) (summary, detail string) {
			return "The verified certificate is gone", fmt.Sprintf("%s was removed outside Terraform. Devices cannot register with it. "+
				"The verification is dropped from the state and planned anew.", id)
		},
	}
	refresh.Read(ctx, req, resp, func(ctx context.Context, state *verificationModel, id dps.CertificateID, found dps.Certificate) {
		if state.Thumbprint.IsNull() { // After an import.
			state.Thumbprint = fwtypes.NewThumbprint(found.Thumbprint)
			state.Subject = azureiotcentral.SubjectOf(ctx, r.Clients, state.AzureSphere, found.Thumbprint)
		}
		state.Name = types.StringValue(id.Name)
		expected := found.Thumbprint == state.Thumbprint.Value()
		switch {
		case !expected:
			resp.Diagnostics.AddWarning("Trust is lost: the certificate was replaced", fmt.Sprintf("%s is the certificate with thumbprint %s now, instead of %s. "+
				"Devices of the latter cannot register until it is back and verified.", id, found.Thumbprint, state.Thumbprint.Value()))
		case !found.Verified:
			resp.Diagnostics.AddWarning("Trust is lost: the certificate is not verified", fmt.Sprintf("%s, with thumbprint %s, is not verified. "+
				"Devices cannot register until it is; the next apply verifies it.", id, found.Thumbprint))
		}
		state.Verified = types.BoolValue(expected && found.Verified)
	})
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

// Delete implements resource.Resource. There is no call for it: the plan has said that the certificate stays verified.
func (*verificationResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// ImportState implements resource.ResourceWithImportState.
func (*verificationResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	text := req.ID
	if text == "" {
		var identity certificateIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		text = dps.CertificateID{Service: identity.DPSID.ValueString(), Name: identity.Name.ValueString()}.String()
	}
	id, err := dps.ParseCertificateID(text)
	if err != nil {
		resp.Diagnostics.AddError("Cannot import the verification", fwtypes.Sentence(err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("certificate_id"), id.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("azure_sphere"), azureiotcentral.AzureSphereDefault())...)
}

// MoveState implements resource.ResourceWithMoveState.
func (r *verificationResource) MoveState(ctx context.Context) []resource.StateMover {
	return services.MoveBetweenNames(ctx, r)
}
