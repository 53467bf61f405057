// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

type groupCertificateModel struct {
	fwtypes.Details

	ID                types.String        `tfsdk:"id"`
	EnrollmentGroupID types.String        `tfsdk:"enrollment_group_id"`
	Entry             types.String        `tfsdk:"entry"`
	CertificatePEM    fwtypes.Certificate `tfsdk:"certificate_pem"`
	Attested          types.Bool          `tfsdk:"attested"`
	Thumbprint        fwtypes.Thumbprint  `tfsdk:"thumbprint"`
	Timeouts          timeouts.Value      `tfsdk:"timeouts"`
}

// set shows the certificate that is wanted.
func (m *groupCertificateModel) set(certificate *certs.Certificate) {
	m.Thumbprint = fwtypes.NewThumbprint(certificate.Thumbprint())
	m.Details = fwtypes.NewDetails(certificate)
}

// setFound shows a certificate of which only the thumbprint is known.
func (m *groupCertificateModel) setFound(thumbprint certs.Thumbprint) {
	m.Thumbprint = fwtypes.NewThumbprint(thumbprint)
	m.CertificatePEM = fwtypes.NewCertificate(nil)
	m.Details = fwtypes.NewDetails(nil)
}

const groupCertificateType = "iotcentral_enrollment_group_certificate"

// NewEnrollmentGroupCertificateResource returns
// iotcentral_enrollment_group_certificate.
func NewEnrollmentGroupCertificateResource() resource.Resource { return &groupCertificateResource{} }

type groupCertificateResource struct{ clients.Resource }

var (
	_ resource.ResourceWithConfigure      = (*groupCertificateResource)(nil)
	_ resource.ResourceWithValidateConfig = (*groupCertificateResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*groupCertificateResource)(nil)
	_ resource.ResourceWithImportState    = (*groupCertificateResource)(nil)
	_ resource.ResourceWithIdentity       = (*groupCertificateResource)(nil)
	_ resource.ResourceWithMoveState      = (*groupCertificateResource)(nil)
)

// Metadata implements resource.Resource.
func (*groupCertificateResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = groupCertificateType
}

// Schema implements resource.Resource.
func (*groupCertificateResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The CA certificate in the primary or secondary entry of an enrollment group. " +
			"It replaces **Manage primary** (or **Manage secondary**) and the upload in the portal.",
		Attributes: fwtypes.DetailsResourceAttributes(),
		Blocks:     map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
	for name, attribute := range map[string]schema.Attribute{
		"id": schema.StringAttribute{Computed: true, MarkdownDescription: certificateIDFormDescription},
		"enrollment_group_id": schema.StringAttribute{
			Required: true, MarkdownDescription: "ID of the enrollment group: " + groupIDFormDescription,
			Validators:    []validator.String{fwtypes.Check("Not the ID of an enrollment group", checkGroupID)},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"entry": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(string(iotcentral.Primary)),
			MarkdownDescription: entryDescription + " Default: `primary`.",
			Validators:          []validator.String{stringvalidator.OneOf(string(iotcentral.Primary), string(iotcentral.Secondary))},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"certificate_pem": schema.StringAttribute{
			Required: true, CustomType: fwtypes.CertificateType{},
			MarkdownDescription: "The CA certificate, as PEM or base64 encoded DER, without its chain.",
			PlanModifiers:       []planmodifier.String{fwtypes.KeepSameCertificate()},
		},
		"attested": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			MarkdownDescription: "`true` uploads the certificate as verified, without proof of possession: you vouch for it yourself. Default: `false`, " +
				"and `iotcentral_certificate_verification` proves possession.",
		},
		"thumbprint": schema.StringAttribute{
			Computed: true, CustomType: fwtypes.ThumbprintType{},
			MarkdownDescription: "SHA-1 thumbprint of the certificate in the entry: 40 upper-case hexadecimal digits.",
		},
	} {
		resp.Schema.Attributes[name] = attribute
	}
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (*groupCertificateResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = certificateIdentitySchema()
}

// ValidateConfig implements resource.ResourceWithValidateConfig. Whether the CA
// has expired is checked in the plan, which knows the clock and the state.
func (*groupCertificateResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var body fwtypes.Certificate
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("certificate_pem"), &body)...)
	if body.IsNull() || body.IsUnknown() {
		return
	}
	if certificate, err := body.Parse(); err == nil && !certificate.IsCA() {
		resp.Diagnostics.AddAttributeError(path.Root("certificate_pem"), "Not a CA certificate", fwtypes.Sentence(certs.ErrNotCA))
	}
}

// ModifyPlan implements resource.ResourceWithModifyPlan. All that the certificate
// says is known before the apply.
func (r *groupCertificateResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Clients == nil {
		return
	}
	var plan groupCertificateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	var inEntry fwtypes.Thumbprint
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("thumbprint"), &inEntry)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Read, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	plan.ID = types.StringUnknown()
	if group, err := iotcentral.ParseGroupID(plan.EnrollmentGroupID.ValueString()); err == nil && !plan.Entry.IsUnknown() {
		id := group.Certificate(iotcentral.Entry(plan.Entry.ValueString()))
		instance := instanceOf(ctx, req.Private, &resp.Diagnostics)
		planClaim(r.Clients, entryClaim(instance, id), &resp.Diagnostics)
		planKept(r.Clients, clients.Thing{Group: id.GroupID, Entry: id.Entry}, &resp.Diagnostics)
		// In a replacement the ID is not known, so that a verification of the
		// certificate is replaced with it.
		if replacement := req.State.Raw.IsNull() && instance != ""; !replacement {
			plan.ID = types.StringValue(id.String())
		}
	}
	if plan.CertificatePEM.IsUnknown() {
		plan.Thumbprint = fwtypes.NewThumbprintUnknown()
		plan.Details = fwtypes.NewDetailsUnknown()
	} else {
		certificate, err := plan.CertificatePEM.Parse()
		if err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("certificate_pem"), "Not a certificate", fwtypes.Sentence(err))
			return
		}
		plan.set(certificate)
		r.checkCA(certificate, inEntry, &resp.Diagnostics)
	}
	if req.State.Raw.IsNull() && !resp.Diagnostics.HasError() {
		r.checkGroup(ctx, plan.EnrollmentGroupID, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// checkGroup looks at the group of a new certificate. One that does not exist yet is
// created by the same apply.
func (r *groupCertificateResource) checkGroup(ctx context.Context, text types.String, diags *diag.Diagnostics) {
	id, err := iotcentral.ParseGroupID(text.ValueString())
	if err != nil {
		return // It is not known yet.
	}
	group, err := r.GroupForPlan(ctx, id)
	switch {
	case transport.IsNotFound(err):
	case err != nil:
		clients.AddError(diags, "Cannot read the enrollment group", err)
	case group.Attestation.Type == iotcentral.AttestationSymmetricKey:
		diags.AddAttributeError(path.Root("enrollment_group_id"), needsX509, notX509(id))
	}
}

// entryClaim is what the resource manages: one entry.
func entryClaim(instance string, id iotcentral.CertificateID) clients.Claim {
	return clients.Claim{Type: groupCertificateType, Instance: instance, Group: id.GroupID, Entry: id.Entry}
}

// Create implements resource.Resource. It looks first: a PUT replaces what is in
// the entry, and with it the trust of devices.
func (r *groupCertificateResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan groupCertificateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Create, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	id, certificate, ok := r.resolve(&plan, &resp.Diagnostics)
	if !ok {
		return
	}
	instance := uuid.NewString()
	claim := entryClaim(instance, id)
	if !takeClaim(r.Clients, claim, &resp.Diagnostics) {
		return
	}
	defer func() {
		if resp.State.Raw.IsNull() { // Nothing was created.
			r.Claims().Release(claim)
		}
	}()
	found, filled, err := r.IoTCentral().Look(ctx, id)
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot put the certificate into the enrollment group", err)
		return
	}
	same := filled && found.Thumbprint == certificate.Thumbprint()
	if filled && !same {
		resp.Diagnostics.AddError("The entry already holds a certificate",
			fmt.Sprintf("The %s entry holds the certificate with thumbprint %s.\n\n", id.Entry, found.Thumbprint)+
				alreadyExists(groupCertificateType, id.String()))
		return
	}
	// An apply that was interrupted has left what it uploaded: exactly the planned
	// certificate. A second upload would undo its verification.
	if same && (found.Verified || !plan.Attested.ValueBool()) || r.put(ctx, id, certificate, plan.Attested.ValueBool(), &resp.Diagnostics) {
		services.WritePrivate(ctx, resp.Private, instanceKey, instance, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, newCertificateIdentity(id))...)
	}
}

// resolve completes the plan with what is known by now, and checks once more what
// was not known while planning.
func (r *groupCertificateResource) resolve(plan *groupCertificateModel, diags *diag.Diagnostics) (iotcentral.CertificateID, *certs.Certificate, bool) {
	group, err := iotcentral.ParseGroupID(plan.EnrollmentGroupID.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("enrollment_group_id"), "Not the ID of an enrollment group", fwtypes.Sentence(err))
		return iotcentral.CertificateID{}, nil, false
	}
	certificate, err := plan.CertificatePEM.Parse()
	if err != nil {
		diags.AddAttributeError(path.Root("certificate_pem"), "Not a certificate", fwtypes.Sentence(err))
		return iotcentral.CertificateID{}, nil, false
	}
	if plan.ID.IsUnknown() || plan.Thumbprint.IsUnknown() {
		r.checkCA(certificate, fwtypes.Thumbprint{}, diags)
	}
	id := group.Certificate(iotcentral.Entry(plan.Entry.ValueString()))
	plan.ID = types.StringValue(id.String())
	plan.set(certificate)
	r.RecordUpload(certificate)

	return id, certificate, !diags.HasError()
}

// put uploads the certificate and checks what the service made of it. It reports
// whether the entry holds the certificate now, or may: then it belongs into the
// state.
func (r *groupCertificateResource) put(ctx context.Context, id iotcentral.CertificateID, certificate *certs.Certificate, attested bool, diags *diag.Diagnostics) bool {
	stored, err := r.IoTCentral().PutCertificate(ctx, id, certificate, attested)
	holds := false
	if err != nil && transport.EffectUnknown(err) {
		found, lookup := r.IoTCentral().Certificate(ctx, id)
		if lookup != nil {
			clients.AddError(diags, "Cannot put the certificate into the enrollment group", err)
			return !transport.IsNotFound(lookup)
		}
		holds = found.Thumbprint == certificate.Thumbprint()
		if holds && (found.Verified || !attested) {
			stored, err = found, nil
		}
	}
	switch {
	case err != nil:
		diags.AddError("Cannot put the certificate into the enrollment group", explainUpload(ctx, r.Clients, id, certificate.Thumbprint(), err))
		return holds
	case stored.Thumbprint != certificate.Thumbprint():
		diags.AddError("IoT Central stored another certificate", fmt.Sprintf("%s was sent with thumbprint %s, and the entry now shows %s. "+
			"Somebody else may be changing the entry at the same time; apply again.", id, certificate.Thumbprint(), stored.Thumbprint))
	case attested && !stored.Verified:
		diags.AddAttributeError(path.Root("attested"), "The certificate is not verified", "IoT Central took the certificate, but does not show it as verified. "+
			"Set attested = false and prove possession with iotcentral_certificate_verification.")
	}

	return true
}

// Read implements resource.Resource.
func (r *groupCertificateResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	refresh := certificateRefresh(r.Clients, "Cannot read the certificate of the enrollment group",
		func(state *groupCertificateModel) timeouts.Value { return state.Timeouts },
		func(state *groupCertificateModel) types.String { return state.ID },
		func(id iotcentral.CertificateID) (summary, detail string) {
			return "The certificate is gone", fmt.Sprintf("%s was removed outside Terraform. Devices cannot enrol with it. It is dropped from the state and planned anew.", id)
		})
	refresh.Read(ctx, req, resp, func(ctx context.Context, state *groupCertificateModel, id iotcentral.CertificateID, found iotcentral.SigningCertificate) {
		keepInstance(ctx, req.Private, resp.Private, &resp.Diagnostics)
		if found.Thumbprint != state.Thumbprint.Value() {
			if !state.Thumbprint.IsNull() {
				resp.Diagnostics.AddWarning("The certificate was replaced", fmt.Sprintf("%s holds the certificate with thumbprint %s now, instead of %s. "+
					"It was replaced outside Terraform.", id, found.Thumbprint, state.Thumbprint.Value()))
			}
			state.setFound(found.Thumbprint)
		}
		// A certificate that lost the verification it was uploaded with is to be
		// uploaded again; the plan shows it as attested = false -> true.
		state.Attested = types.BoolValue(state.Attested.ValueBool() && found.Verified)
	})
}

// Update implements resource.Resource. When the entry holds the certificate
// already, as after an import, nothing is sent: a PUT would undo its verification.
func (r *groupCertificateResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state groupCertificateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Update, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	id, certificate, ok := r.resolve(&plan, &resp.Diagnostics)
	if !ok {
		return
	}
	if !takeClaim(r.Clients, entryClaim(keepInstance(ctx, req.Private, resp.Private, &resp.Diagnostics), id), &resp.Diagnostics) {
		return
	}
	same := certificate.Thumbprint() == state.Thumbprint.Value()
	upload, ok := r.mustUpload(ctx, id, plan, state, &resp.Diagnostics)
	if !ok {
		return
	}
	if upload && !r.put(ctx, id, certificate, plan.Attested.ValueBool(), &resp.Diagnostics) {
		return
	}
	if same && resp.Diagnostics.HasError() {
		return // Nothing has changed: it is still not verified.
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, newCertificateIdentity(id))...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// mustUpload reports whether the planned certificate has to be sent. It reads the
// entry before anything is overwritten: what somebody has put there since the plan
// was made stays, and the planned certificate itself is not uploaded again, since
// that would undo its verification.
func (r *groupCertificateResource) mustUpload(ctx context.Context, id iotcentral.CertificateID, plan, state groupCertificateModel, diags *diag.Diagnostics) (upload, ok bool) {
	same := plan.Thumbprint.Same(state.Thumbprint)
	if same && (!plan.Attested.ValueBool() || state.Attested.ValueBool()) {
		return false, true
	}
	found, filled, err := r.IoTCentral().Look(ctx, id)
	switch {
	case err == nil && !filled:
		return true, true
	case err != nil:
		clients.AddError(diags, "Cannot read the certificate of the enrollment group", err)
		return false, false
	case found.Thumbprint == plan.Thumbprint.Value():
		return plan.Attested.ValueBool() && !found.Verified, true
	case found.Thumbprint != state.Thumbprint.Value():
		diags.AddError("The entry has changed since the plan", fmt.Sprintf("%s held the certificate with thumbprint %s when the plan was made, and holds %s now. "+
			"It is left as it is. Plan again: the plan shows what would be replaced.", id, state.Thumbprint.Value(), found.Thumbprint))
		return false, false
	}

	return true, true
}

// Delete implements resource.Resource.
func (r *groupCertificateResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state groupCertificateModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, state.Timeouts.Delete, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	id, err := iotcentral.ParseCertificateID(state.ID.ValueString())
	claim := entryClaim(instanceOf(ctx, req.Private, &resp.Diagnostics), id)
	if others := r.Claims().Holders(claim); err == nil && len(others) > 0 {
		resp.Diagnostics.AddWarning("A certificate is left in "+id.GroupID.String(), fmt.Sprintf("This run also applied %s, which manages the same group. "+
			"What the %s entry holds stays for it.", clients.Names(others), id.Entry))
		return
	}
	if err == nil {
		err = r.IoTCentral().DeleteCertificate(ctx, id)
	}
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot remove the certificate from the enrollment group", err)
		return
	}
	r.Claims().Release(claim)
}

// ImportState implements resource.ResourceWithImportState. The service does not
// return the certificate itself; the configuration completes it.
func (*groupCertificateResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, ok := importedCertificateID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("enrollment_group_id"), id.GroupID.String())...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("entry"), string(id.Entry))...)
}

// MoveState implements resource.ResourceWithMoveState.
func (r *groupCertificateResource) MoveState(ctx context.Context) []resource.StateMover {
	return services.MoveBetweenNames(ctx, r)
}
