// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

type verificationCodeModel struct {
	ID               types.String       `tfsdk:"id"`
	CertificateID    types.String       `tfsdk:"certificate_id"`
	Thumbprint       fwtypes.Thumbprint `tfsdk:"thumbprint"`
	Keepers          types.Map          `tfsdk:"keepers"`
	VerificationCode types.String       `tfsdk:"verification_code"`
	Timeouts         timeouts.Value     `tfsdk:"timeouts"`
}

// NewVerificationCodeResource returns iotcentral_verification_code: a code that
// was generated once. IoT Central never shows a code again, so that the state is
// the only place that knows it.
func NewVerificationCodeResource() resource.Resource { return &verificationCodeResource{} }

type verificationCodeResource struct{ clients.Resource }

var (
	_ resource.ResourceWithConfigure   = (*verificationCodeResource)(nil)
	_ resource.ResourceWithImportState = (*verificationCodeResource)(nil)
	_ resource.ResourceWithIdentity    = (*verificationCodeResource)(nil)
	_ resource.ResourceWithMoveState   = (*verificationCodeResource)(nil)
)

// Metadata implements resource.Resource.
func (*verificationCodeResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "iotcentral_verification_code"
}

// Schema implements resource.Resource.
func (*verificationCodeResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Generates a verification code for the certificate in an entry of an enrollment group. Use it for a CA whose private key Terraform cannot use: " +
			"sign the code with the CA, and pass the proof to `iotcentral_certificate_verification` as `verification_certificate_pem`. " +
			"A new code can void the code before it, so use one such resource for each entry. Destroying the resource only removes the code from the state.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Same as `certificate_id`." + services.KnownAfterApply, PlanModifiers: keep},
			"certificate_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "ID of the entry: " + certificateIDFormDescription + services.ForcesNew,
				Validators:    []validator.String{fwtypes.Check("Not the ID of a certificate of an enrollment group", checkCertificateID)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"thumbprint": schema.StringAttribute{
				Required: true, CustomType: fwtypes.ThumbprintType{},
				MarkdownDescription: "SHA-1 thumbprint of the certificate that the code is for: 40 hexadecimal digits." + services.ForcesNew,
				PlanModifiers:       []planmodifier.String{fwtypes.KeepSameThumbprint(), stringplanmodifier.RequiresReplace()},
			},
			"keepers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any values. Change one of them to generate a new code. Default: none." + services.ForcesNew,
				PlanModifiers:       []planmodifier.Map{mapplanmodifier.RequiresReplace()},
			},
			"verification_code": schema.StringAttribute{
				Computed: true, Sensitive: true, PlanModifiers: keep,
				MarkdownDescription: "The code. The proof of possession is a certificate with the code as its common name, signed by the CA." + services.KnownAfterApply,
			},
		},
		Blocks: map[string]schema.Block{"timeouts": services.Timeouts{Create: defaultTimeout, Read: defaultTimeout}.Block(ctx)},
	}
}

// IdentitySchema implements resource.ResourceWithIdentity. The code is not part of
// the identity, which is not sensitive.
func (*verificationCodeResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = certificateIdentitySchema()
}

// Create implements resource.Resource.
func (r *verificationCodeResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan verificationCodeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Create, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	id, err := iotcentral.ParseCertificateID(plan.CertificateID.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("certificate_id"), "Not the ID of a certificate of an enrollment group", fwtypes.Sentence(err))
		return
	}
	handshake := newHandshake(r.Clients, id, plan.Thumbprint)
	code, err := handshake.GenerateCode(ctx, id, plan.Thumbprint.Value())
	if err != nil {
		addCodeError(&resp.Diagnostics, err)
		return
	}
	plan.ID = plan.CertificateID
	plan.VerificationCode = types.StringValue(code)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, newCertificateIdentity(id))...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

func addCodeError(diags *diag.Diagnostics, err error) {
	var (
		empty *trust.EmptyEntryError
		other *trust.OtherCertificateError
	)
	if errors.As(err, &empty) || errors.As(err, &other) {
		addHandshakeError(diags, centralVerification(iotcentral.CertificateID{}), err)
		return
	}
	clients.AddError(diags, "Cannot generate a verification code", err)
}

// Read implements resource.Resource. It generates no code. When the entry holds
// another certificate, the code is void: its thumbprint then shows the plan why
// the code is replaced.
func (r *verificationCodeResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	refresh := certificateRefresh(r.Clients, "Cannot read the entry of the verification code",
		func(state *verificationCodeModel) timeouts.Value { return state.Timeouts },
		func(state *verificationCodeModel) types.String { return state.CertificateID },
		func(id iotcentral.CertificateID) (summary, detail string) {
			return "The verification code is void", fmt.Sprintf("%s holds no certificate any more. The code is dropped from the state and planned anew.", id)
		})
	refresh.Read(ctx, req, resp, func(_ context.Context, state *verificationCodeModel, _ iotcentral.CertificateID, found iotcentral.SigningCertificate) {
		state.Thumbprint = fwtypes.NewThumbprint(found.Thumbprint)
	})
}

// Update implements resource.Resource. Only the timeouts can change in place.
func (*verificationCodeResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan verificationCodeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	id, err := iotcentral.ParseCertificateID(plan.CertificateID.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("Cannot update the verification code", fwtypes.Sentence(err))
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, newCertificateIdentity(id))...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Delete implements resource.Resource. There is no call to void a code: it is only
// forgotten.
func (*verificationCodeResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

const verificationCodesSegment = "/verificationCodes/"

// ImportState implements resource.ResourceWithImportState. IoT Central does not
// show a code again, so the ID has to contain it.
func (*verificationCodeResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	entry, code, found := strings.Cut(req.ID, verificationCodesSegment)
	id, err := iotcentral.ParseCertificateID(entry)
	if err == nil && (!found || code == "") {
		err = errCodeNotShown
	}
	if req.ID == "" {
		err = errCodeNotShown
	}
	if err != nil {
		resp.Diagnostics.AddError("Cannot import the verification code", fwtypes.Sentence(err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("certificate_id"), id.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("verification_code"), code)...)
}

var errCodeNotShown = errors.New("IoT Central shows a code only when it is generated, so the import ID must contain the code. " +
	"Import by ID, as <host>/enrollmentGroups/<group_id>/certificates/<entry>/verificationCodes/<code>; or let Terraform generate a code, which voids that one")

// MoveState implements resource.ResourceWithMoveState.
func (r *verificationCodeResource) MoveState(ctx context.Context) []resource.StateMover {
	return services.MoveBetweenNames(ctx, r)
}
