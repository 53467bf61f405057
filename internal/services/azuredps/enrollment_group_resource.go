// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services/azureiotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const (
	groupType      = "azuresphere_dps_enrollment_group"
	defaultTimeout = services.DefaultTimeout
)

type enrollmentGroupModel struct {
	enrollmentGroup

	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// NewEnrollmentGroupResource returns azuresphere_dps_enrollment_group.
func NewEnrollmentGroupResource() resource.Resource { return &enrollmentGroupResource{} }

type enrollmentGroupResource struct{ clients.Resource }

var (
	_ resource.ResourceWithConfigure      = (*enrollmentGroupResource)(nil)
	_ resource.ResourceWithValidateConfig = (*enrollmentGroupResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*enrollmentGroupResource)(nil)
	_ resource.ResourceWithImportState    = (*enrollmentGroupResource)(nil)
	_ resource.ResourceWithIdentity       = (*enrollmentGroupResource)(nil)
	_ resource.ResourceWithMoveState      = (*enrollmentGroupResource)(nil)
)

// Metadata implements resource.Resource.
func (*enrollmentGroupResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = groupType
}

// Schema implements resource.Resource.
func (*enrollmentGroupResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	certificateName := []validator.String{fwtypes.Check("Not the name of a certificate", dps.CheckCertificateName)}
	resp.Schema = schema.Schema{
		MarkdownDescription: "An enrollment group of an IoT Hub Device Provisioning Service (DPS): the devices whose certificates a CA has signed, or that know a key. " +
			"For Azure Sphere, leave `ca_references` to `azuresphere_dps_trust`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: groupIDForm + services.KnownInPlan, PlanModifiers: keep},
			"dps_id": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: dpsIDDescription + services.ForcesNew,
				Validators: []validator.String{fwtypes.Check(notDPSID, dps.CheckServiceID)},
			},
			"group_id": schema.StringAttribute{
				Required: true, MarkdownDescription: groupIDDescription + services.ForcesNew,
				Validators:    []validator.String{fwtypes.Check("Not an enrollment group ID", dps.CheckGroupID)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"attestation_type": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(dps.AttestationX509),
				MarkdownDescription: attestationDescription + " Default: `x509`." + services.ForcesNew,
				Validators:          []validator.String{stringvalidator.OneOf(dps.AttestationX509, dps.AttestationSymmetricKey)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"ca_references": schema.SingleNestedAttribute{
				Optional: true, MarkdownDescription: "Certificates of the service that an `x509` group trusts, by their names. They must be verified. " +
					"Leave it out where `azuresphere_dps_trust` keeps trust: then this resource does not touch them. A new group that refers to none trusts no device. Default: none.",
				Attributes: map[string]schema.Attribute{
					"primary":   schema.StringAttribute{Required: true, MarkdownDescription: "Name of the first certificate.", Validators: certificateName},
					"secondary": schema.StringAttribute{Optional: true, MarkdownDescription: "Name of the second certificate. Default: none.", Validators: certificateName},
				},
			},
			"provisioning_status": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(dps.StatusEnabled), MarkdownDescription: statusDescription + " Default: `enabled`.",
				Validators: []validator.String{stringvalidator.OneOf(dps.StatusEnabled, dps.StatusDisabled)},
			},
			"allocation_policy": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(dps.AllocationHashed), MarkdownDescription: allocationDescription + " Default: `hashed`.",
				Validators: []validator.String{stringvalidator.OneOf(dps.AllocationHashed, dps.AllocationGeoLatency, dps.AllocationStatic, dps.AllocationCustom)},
			},
			"custom_allocation": schema.SingleNestedAttribute{
				Optional: true, MarkdownDescription: "Webhook that assigns devices to hubs, for `allocation_policy = \"custom\"`. Default: none.",
				Attributes: map[string]schema.Attribute{
					"webhook_url": schema.StringAttribute{Required: true, MarkdownDescription: "Address of the function."},
					"api_version": schema.StringAttribute{Required: true, MarkdownDescription: "Version of the API that it serves, such as `2021-10-01`."},
				},
			},
			"iot_hubs": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: hubsDescription + " Default: all that are linked to the service.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(1)},
			},
			"reprovision_policy": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(reprovisionMigrate), MarkdownDescription: reprovisionDescription + " Default: `" + reprovisionMigrate + "`.",
				Validators: []validator.String{stringvalidator.OneOf(reprovisionMigrate, reprovisionReset, reprovisionNever)},
			},
			"initial_twin": schema.StringAttribute{
				Optional: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: twinDescription + " Default: none.",
			},
			"primary_key":   schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "Primary key of a `symmetricKey` group. Null for `x509`." + services.KnownAfterApply, PlanModifiers: keep},
			"secondary_key": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "Secondary key of a `symmetricKey` group. Null for `x509`." + services.KnownAfterApply, PlanModifiers: keep},
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

const (
	groupIDDescription     = "ID of the group within the service: up to 128 letters, digits, hyphens, underscores and full stops."
	attestationDescription = "`x509` or `symmetricKey`."
	statusDescription      = "`enabled` or `disabled`: whether devices of the group may register."
	allocationDescription  = "How devices are assigned to IoT hubs: `hashed` (evenly), `geoLatency` (the nearest), `static` (the first of `iot_hubs`) or `custom`."
	hubsDescription        = "Host names of the IoT hubs that devices are assigned to."
	reprovisionDescription = "What becomes of a device that registers again, which an Azure Sphere device does about every day: `reprovision_and_migrate_data`, `reprovision_and_reset_data` or `never`."
	twinDescription        = "Initial device twin as JSON: an object with `tags` and `properties.desired`."
)

// IdentitySchema implements resource.ResourceWithIdentity.
func (*enrollmentGroupResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = groupIdentitySchema()
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (*enrollmentGroupResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config enrollmentGroupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	custom := config.AllocationPolicy.ValueString() == dps.AllocationCustom
	switch {
	case custom && config.CustomAllocation.IsNull():
		resp.Diagnostics.AddAttributeError(path.Root("custom_allocation"), "The webhook is missing", "allocation_policy = \"custom\" needs custom_allocation.")
	case !custom && !config.AllocationPolicy.IsUnknown() && !config.CustomAllocation.IsNull() && !config.CustomAllocation.IsUnknown():
		resp.Diagnostics.AddAttributeError(path.Root("custom_allocation"), "No custom allocation", "custom_allocation needs allocation_policy = \"custom\".")
	}
	if config.AttestationType.ValueString() == dps.AttestationSymmetricKey && !config.CAReferences.IsNull() && !config.CAReferences.IsUnknown() {
		resp.Diagnostics.AddAttributeError(path.Root("ca_references"), "No certificates here", "A symmetricKey group refers to no certificates.")
	}
}

// claims are what the resource manages: the group, and its references where they are configured.
func (m *enrollmentGroup) claims(instance string, id dps.GroupID) []clients.Claim {
	claim := clients.Claim{Type: groupType, Instance: instance, Group: clients.DPSGroup(id)}
	if m.CAReferences.IsNull() {
		return []clients.Claim{claim}
	}
	references := claim
	references.Type, references.Entry = groupType+" with ca_references", "referenced"

	return []clients.Claim{claim, references}
}

func (r *enrollmentGroupResource) takeClaims(claims []clients.Claim, diags *diag.Diagnostics) bool {
	for _, claim := range claims {
		if !azureiotcentral.TakeClaim(r.Clients, claim, diags) {
			return false
		}
	}

	return true
}

// Create implements resource.Resource. Without an etag, the service creates a group and never replaces one.
func (r *enrollmentGroupResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan enrollmentGroupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Create, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	configured := plan.DPSID
	if configured.IsUnknown() {
		configured = types.StringNull()
	}
	service, err := r.RequireDPSService(configured)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("dps_id"), noDPS, clients.ExplainMissing(err, "azuresphere", "dps_id"))
		return
	}
	plan.DPSID = types.StringValue(service)
	id := dps.GroupID{Service: service, Group: plan.GroupID.ValueString()}
	instance := uuid.NewString()
	claims := plan.claims(instance, id)
	if !r.takeClaims(claims, &resp.Diagnostics) {
		return
	}
	defer func() {
		if resp.State.Raw.IsNull() { // Nothing was created.
			for _, claim := range claims {
				r.Claims().Release(claim)
			}
		}
	}()
	members := plan.members(ctx, &resp.Diagnostics)
	attestation, ok := r.attestation(ctx, service, &plan, &resp.Diagnostics)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	for name, value := range members {
		if value == nil {
			delete(members, name)
		}
	}
	members["attestation"] = attestation
	defer r.ForgetDPS()
	group, mayExist, err := r.put(ctx, id, &plan, members)
	var exists *existsError
	switch {
	case errors.As(err, &exists):
		resp.Diagnostics.AddError("The enrollment group already exists", azureiotcentral.AlreadyExists(groupType, id.String()))
	case err != nil:
		clients.AddError(&resp.Diagnostics, "Cannot create the enrollment group", err)
	}
	if !mayExist {
		return
	}
	if err == nil {
		plan.set(ctx, id, group, &resp.Diagnostics)
		r.readKeys(ctx, id, &plan, &resp.Diagnostics)
	}
	plan.ID = types.StringValue(id.String())
	plan.unknownAsNull()
	r.Departures().Manage(clients.Thing{Group: clients.DPSGroup(id)})
	services.WritePrivate(ctx, resp.Private, azureiotcentral.InstanceKey, instance, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, newGroupIdentity(id))...)
}

// unknownAsNull completes a state beside an error: nothing in it may be unknown.
func (m *enrollmentGroup) unknownAsNull() {
	for _, value := range []*types.String{&m.PrimaryKey, &m.SecondaryKey} {
		if value.IsUnknown() {
			*value = types.StringNull()
		}
	}
}

// attestation returns that of a new group. References must be verified: devices of a group that refers to another certificate
// are refused.
func (r *enrollmentGroupResource) attestation(ctx context.Context, service string, plan *enrollmentGroupModel, diags *diag.Diagnostics) (map[string]any, bool) {
	if plan.AttestationType.ValueString() == dps.AttestationSymmetricKey {
		return map[string]any{"type": dps.AttestationSymmetricKey}, true
	}
	references, configured := plan.references(ctx, diags)
	if configured {
		return dps.Referring(references), r.verified(ctx, service, references, diags)
	}
	attestation, err := dps.Untrusting(r.Now())
	if err != nil {
		clients.AddError(diags, "Cannot create the enrollment group", err)
	}

	return attestation, err == nil
}

// verified reports what is wrong with certificates that a group shall refer to.
func (r *enrollmentGroupResource) verified(ctx context.Context, service string, references map[dps.Entry]string, diags *diag.Diagnostics) bool {
	certificates, err := r.DPS().Certificates(ctx, service)
	if err != nil {
		clients.AddError(diags, "Cannot read the certificates of the Device Provisioning Service", err)
		return false
	}
	good := true
	for _, entry := range dps.Entries() {
		name, configured := references[entry]
		if !configured {
			continue
		}
		found, there := dps.FindCertificate(certificates, name)
		at := path.Root("ca_references").AtName(string(entry))
		switch id := (dps.CertificateID{Service: service, Name: name}); {
		case !there:
			diags.AddAttributeError(at, "The certificate does not exist", fmt.Sprintf("There is no certificate %s. Upload it first, such as with azurerm_iothub_dps_certificate.", id))
			good = false
		case !found.Verified:
			diags.AddAttributeError(at, "The certificate is not verified", fmt.Sprintf("%s is not verified, so no device could register with it. "+
				"Verify it first: refer to the name of azuresphere_dps_certificate_verification here, so that Terraform keeps the order.", id))
			good = false
		}
	}

	return good
}

// existsError says that a group of somebody else has the ID.
type existsError struct{ cause error }

// Error implements error.
func (e *existsError) Error() string { return e.cause.Error() }

// put creates the group. When the answer was lost, or a repeated request met the group that the first one had made, the group
// itself returns what happened. mayExist is false when it is certain that there is no such group of ours.
func (r *enrollmentGroupResource) put(ctx context.Context, id dps.GroupID, plan *enrollmentGroupModel, members dps.Change) (group dps.Group, mayExist bool, err error) {
	created, err := r.DPS().CreateGroup(ctx, id, members)
	if err == nil {
		return created, true, nil
	}
	conflict := transport.StatusCode(err) == http.StatusConflict
	if !transport.EffectUnknown(err) && !conflict {
		return created, false, err
	}
	found, lookup := r.DPS().Group(ctx, id)
	switch {
	case transport.IsNotFound(lookup):
		// After a success that says nothing it may only not be shown yet.
		return created, errors.Is(err, dps.ErrNoGroup), err
	case lookup != nil:
		return created, transport.EffectUnknown(err), err
	case !r.isWanted(ctx, plan, found):
		if conflict {
			err = &existsError{err}
		}
		return created, false, err
	default:
		return found, true, nil
	}
}

// isWanted reports whether a group is as the plan wants it.
func (r *enrollmentGroupResource) isWanted(ctx context.Context, plan *enrollmentGroupModel, group dps.Group) bool {
	var diags diag.Diagnostics
	references, configured := plan.references(ctx, &diags)
	same := !configured && (plan.AttestationType.ValueString() != dps.AttestationX509 || group.TrustsNone()) || configured && sameReferences(references, group.References)

	return same && group.AttestationType == plan.AttestationType.ValueString() && len(differences(plan.members(ctx, &diags), group)) == 0
}

func sameReferences(one, other map[dps.Entry]string) bool {
	return maps.EqualFunc(one, other, strings.EqualFold)
}

// readKeys reads the keys of a symmetricKey group.
func (r *enrollmentGroupResource) readKeys(ctx context.Context, id dps.GroupID, model *enrollmentGroupModel, diags *diag.Diagnostics) {
	model.PrimaryKey, model.SecondaryKey = types.StringNull(), types.StringNull()
	if model.AttestationType.ValueString() != dps.AttestationSymmetricKey {
		return
	}
	keys, err := r.DPS().Keys(ctx, id)
	if err != nil {
		clients.AddError(diags, "Cannot read the keys of the enrollment group", err)
		return
	}
	model.PrimaryKey, model.SecondaryKey = textOrNull(keys.Primary), textOrNull(keys.Secondary)
}

// Read implements resource.Resource.
func (r *enrollmentGroupResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	refresh := services.Refresh[enrollmentGroupModel, dps.GroupID, dps.Group]{
		Failure:  "Cannot read the enrollment group",
		Timeouts: func(state *enrollmentGroupModel) timeouts.Value { return state.Timeouts },
		ParseID: func(state *enrollmentGroupModel) (dps.GroupID, error) {
			return dps.ParseGroupID(state.ID.ValueString())
		},
		Identity: func(id dps.GroupID) any { return newGroupIdentity(id) },
		Get:      r.DPSGroupForRead,
		Gone: func(id dps.GroupID) (summary, detail string) {
			return "The enrollment group is gone", fmt.Sprintf("%s was deleted outside Terraform. It is dropped from the state and planned anew.", id)
		},
	}
	refresh.Read(ctx, req, resp, func(ctx context.Context, state *enrollmentGroupModel, id dps.GroupID, group dps.Group) {
		imported := state.ProvisioningStatus.IsNull()
		if state.DPSID.IsNull() {
			state.DPSID = types.StringValue(id.Service)
		}
		azureiotcentral.KeepInstance(ctx, req.Private, resp.Private, &resp.Diagnostics)
		r.Departures().Manage(clients.Thing{Group: clients.DPSGroup(id)})
		state.set(ctx, id, group, &resp.Diagnostics)
		if !state.CAReferences.IsNull() || imported && !leftToTrust(group) {
			state.setReferences(group.References)
		}
		r.readKeys(ctx, id, state, &resp.Diagnostics)
	})
}

// leftToTrust reports whether all references of a group are those of azuresphere_dps_trust.
func leftToTrust(group dps.Group) bool {
	for _, name := range group.References {
		if !strings.HasPrefix(name, "azure-sphere-") {
			return false
		}
	}

	return true
}

// Update implements resource.Resource.
func (r *enrollmentGroupResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state enrollmentGroupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Update, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	id, err := dps.ParseGroupID(state.ID.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("Cannot update the enrollment group", fwtypes.Sentence(err))
		return
	}
	instance := azureiotcentral.KeepInstance(ctx, req.Private, resp.Private, &resp.Diagnostics)
	if !r.takeClaims(plan.claims(instance, id), &resp.Diagnostics) {
		return
	}
	references, configured := plan.references(ctx, &resp.Diagnostics)
	members := plan.members(ctx, &resp.Diagnostics)
	before, _ := state.references(ctx, &resp.Diagnostics)
	if configured && !sameReferences(references, before) && !r.verified(ctx, id.Service, references, &resp.Diagnostics) || resp.Diagnostics.HasError() {
		return
	}
	defer r.ForgetDPS()
	_, err = r.DPS().UpdateGroup(ctx, id, func(group dps.Group) (dps.Change, error) {
		change := differences(members, group)
		if configured && (!sameReferences(references, group.References) || len(group.Signing) > 0) {
			change["attestation"] = dps.Referring(references)
		} else if len(change) > 0 && len(group.Signing) > 0 && group.TrustsNone() {
			// The service does not return the placeholder, which a PUT needs.
			attestation, err := dps.Untrusting(r.Now())
			if err != nil {
				return nil, err
			}
			change["attestation"] = attestation
		}
		return change, nil
	})
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot update the enrollment group", err)
		return
	}
	plan.ID = state.ID
	resp.Diagnostics.Append(resp.Identity.Set(ctx, newGroupIdentity(id))...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Delete implements resource.Resource.
func (r *enrollmentGroupResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state enrollmentGroupModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, state.Timeouts.Delete, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	id, err := dps.ParseGroupID(state.ID.ValueString())
	if err == nil {
		err = r.DPS().DeleteGroup(ctx, id)
		r.ForgetDPS()
	}
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot delete the enrollment group", err)
		return
	}
	for _, claim := range state.claims(azureiotcentral.InstanceOf(ctx, req.Private, &resp.Diagnostics), id) {
		r.Claims().Release(claim)
	}
}

// ImportState implements resource.ResourceWithImportState.
func (*enrollmentGroupResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importGroup(ctx, req, resp)
}

// MoveState implements resource.ResourceWithMoveState.
func (r *enrollmentGroupResource) MoveState(ctx context.Context) []resource.StateMover {
	return services.MoveBetweenNames(ctx, r)
}
