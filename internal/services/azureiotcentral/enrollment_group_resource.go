// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"errors"
	"fmt"
	"net/http"

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

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// defaultTimeout is that of every operation of every type here.
const defaultTimeout = services.DefaultTimeout

type enrollmentGroupModel struct {
	enrollmentGroup

	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

type enrollmentGroupIdentity struct {
	Host    types.String `tfsdk:"host"`
	GroupID types.String `tfsdk:"group_id"`
}

func newEnrollmentGroupIdentity(id iotcentral.GroupID) enrollmentGroupIdentity {
	return enrollmentGroupIdentity{Host: types.StringValue(id.Host), GroupID: types.StringValue(id.Group)}
}

// NewEnrollmentGroupResource returns iotcentral_enrollment_group.
func NewEnrollmentGroupResource() resource.Resource { return &enrollmentGroupResource{} }

type enrollmentGroupResource struct{ clients.Resource }

var (
	_ resource.ResourceWithConfigure   = (*enrollmentGroupResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*enrollmentGroupResource)(nil)
	_ resource.ResourceWithImportState = (*enrollmentGroupResource)(nil)
	_ resource.ResourceWithIdentity    = (*enrollmentGroupResource)(nil)
	_ resource.ResourceWithMoveState   = (*enrollmentGroupResource)(nil)
)

// Metadata implements resource.Resource.
func (*enrollmentGroupResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = enrollmentGroupType
}

// Schema implements resource.Resource.
func (*enrollmentGroupResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "An enrollment group of an IoT Central application: the devices whose certificates a CA has signed, " +
			"or that know a key. It replaces **+ New** under *Device connection groups* in the portal.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: groupIDFormDescription, PlanModifiers: keep},
			"application": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: applicationDescription + " Another application replaces the group.",
				Validators: []validator.String{fwtypes.Check("Not an IoT Central application", iotcentral.CheckApplication)},
			},
			"group_id": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "ID of the group within the application: up to 255 letters, digits and hyphens, case-sensitive. " +
					"Default: made from `display_name` when the group is created, such as `azure-sphere` from `Azure Sphere`; a UUID if nothing remains of it. " +
					"A later change of `display_name` keeps the ID. Changing this forces a new resource.",
				Validators:    []validator.String{fwtypes.Check("Not an enrollment group ID", iotcentral.CheckGroupID)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
			},
			"display_name": schema.StringAttribute{
				Required: true, MarkdownDescription: "Name in the portal. It need not be unique.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"enabled": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true), MarkdownDescription: enabledDescription + " Default: `true`.",
			},
			"type": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(iotcentral.TypeIoT), MarkdownDescription: typeDescription,
				Validators:    []validator.String{stringvalidator.OneOf(iotcentral.TypeIoT, iotcentral.TypeIoTEdge)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"attestation_type": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(iotcentral.AttestationX509), MarkdownDescription: attestationDescription,
				Validators:    []validator.String{stringvalidator.OneOf(iotcentral.AttestationX509, iotcentral.AttestationSymmetricKey)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"id_scope":      schema.StringAttribute{Computed: true, MarkdownDescription: idScopeDescription, PlanModifiers: keep},
			"primary_key":   schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: primaryKeyDescription, PlanModifiers: keep},
			"secondary_key": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: secondaryKeyDescription, PlanModifiers: keep},
		},
		Blocks: map[string]schema.Block{"timeouts": timeouts.BlockAll(ctx)},
	}
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (*enrollmentGroupResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = enrollmentGroupIdentitySchema()
}

// Create implements resource.Resource. It looks first: a PUT may silently replace
// a group that somebody else made.
func (r *enrollmentGroupResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan enrollmentGroupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Create, defaultTimeout, &resp.Diagnostics)
	defer cancel()

	id, ok := r.newID(&plan, &resp.Diagnostics)
	if !ok {
		return
	}
	instance := uuid.NewString()
	claim := groupClaim(instance, id)
	if !takeClaim(r.Clients, claim, &resp.Diagnostics) {
		return
	}
	defer func() {
		if resp.State.Raw.IsNull() { // Nothing was created.
			r.Claims().Release(claim)
		}
	}()
	_, err := r.IoTCentral().LookForGroup(ctx, id)
	if err == nil {
		resp.Diagnostics.AddError("The enrollment group already exists", alreadyExists("iotcentral_enrollment_group", id.String())+
			"\n\nIf it is the one that this resource replaces with create_before_destroy, give the new group another group_id: "+
			"two groups cannot have one ID at the same time.")
		return
	}
	if !transport.IsNotFound(err) {
		clients.AddError(&resp.Diagnostics, "Cannot create the enrollment group", err)
		return
	}
	group, mayExist, err := r.put(ctx, id, iotcentral.EnrollmentGroup{
		DisplayName: plan.DisplayName.ValueString(),
		Enabled:     plan.Enabled.ValueBoolPointer(),
		Type:        plan.Type.ValueString(),
		Attestation: iotcentral.Attestation{Type: plan.AttestationType.ValueString()},
	})
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot create the enrollment group", err)
	}
	if mayExist {
		// Beside an error Terraform marks the group as tainted, so that the next
		// apply removes what is there and starts again.
		plan.set(id, group)
		r.Departures().Manage(clients.Thing{Group: id})
		services.WritePrivate(ctx, resp.Private, instanceKey, instance, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, newEnrollmentGroupIdentity(id))...)
	}
}

// newID returns the ID for a new group, and completes the plan with what is known
// by now.
func (r *enrollmentGroupResource) newID(plan *enrollmentGroupModel, diags *diag.Diagnostics) (iotcentral.GroupID, bool) {
	configured := plan.Application
	if configured.IsUnknown() {
		configured = types.StringNull()
	}
	application, host, err := r.RequireHost(configured)
	if err != nil {
		diags.AddAttributeError(path.Root("application"), "No IoT Central application", fwtypes.Sentence(err))
		return iotcentral.GroupID{}, false
	}
	plan.Application = types.StringValue(application)
	group := plan.GroupID.ValueString()
	if group == "" {
		group = iotcentral.SlugGroupID(plan.DisplayName.ValueString())
	}
	if group == "" {
		group = uuid.NewString()
	}

	return iotcentral.GroupID{Host: host, Group: group}, true
}

// put creates the group. When the answer was lost, or a repeated request met the
// group that the first one had made, the group itself tells what happened.
// mayExist is false when it is certain that there is no such group of ours.
func (r *enrollmentGroupResource) put(ctx context.Context, id iotcentral.GroupID, wanted iotcentral.EnrollmentGroup) (
	group iotcentral.EnrollmentGroup, mayExist bool, err error,
) {
	created, err := r.IoTCentral().PutGroup(ctx, id, wanted)
	if err == nil {
		return created, true, nil
	}
	if !transport.EffectUnknown(err) && transport.StatusCode(err) != http.StatusConflict {
		return wanted, false, err
	}
	found, lookup := r.IoTCentral().Group(ctx, id)
	switch {
	case transport.IsNotFound(lookup):
		// After a success that tells nothing it may only not be shown yet.
		return wanted, errors.Is(err, iotcentral.ErrNoGroup), err
	case lookup != nil:
		return wanted, transport.EffectUnknown(err), err
	case found.DisplayName != wanted.DisplayName || found.Type != wanted.Type || found.Attestation.Type != wanted.Attestation.Type:
		return wanted, false, err
	default:
		return found, true, nil
	}
}

// alreadyExists is the detail for what must be imported instead.
func alreadyExists(typeName, id string) string {
	return fmt.Sprintf("%s exists and is not managed here. It is left as it is. Import it to manage it:\n\n%s", id, importBlock(typeName, id))
}

// importBlock returns the block that imports a resource.
func importBlock(typeName, id string) string {
	return fmt.Sprintf("  import {\n    to = %s.<name>\n    id = %q\n  }", typeName, id)
}

// Read implements resource.Resource.
func (r *enrollmentGroupResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	refresh := services.Refresh[enrollmentGroupModel, iotcentral.GroupID, iotcentral.EnrollmentGroup]{
		Failure:  "Cannot read the enrollment group",
		Timeouts: func(state *enrollmentGroupModel) timeouts.Value { return state.Timeouts },
		ParseID: func(state *enrollmentGroupModel) (iotcentral.GroupID, error) {
			return iotcentral.ParseGroupID(state.ID.ValueString())
		},
		Identity: func(id iotcentral.GroupID) any { return newEnrollmentGroupIdentity(id) },
		Get:      r.IoTCentral().Shared().Group,
		Gone: func(id iotcentral.GroupID) (summary, detail string) {
			return "The enrollment group is gone", fmt.Sprintf("%s was deleted outside Terraform. It is dropped from the state and planned anew.", id)
		},
	}
	refresh.Read(ctx, req, resp, func(ctx context.Context, state *enrollmentGroupModel, id iotcentral.GroupID, group iotcentral.EnrollmentGroup) {
		if state.Application.IsNull() {
			state.Application = types.StringValue(r.ShortName(id.Host))
		}
		keepInstance(ctx, req.Private, resp.Private, &resp.Diagnostics)
		r.Departures().Manage(clients.Thing{Group: id})
		state.set(id, group)
	})
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

	id, err := iotcentral.ParseGroupID(state.ID.ValueString())
	if err != nil {
		resp.Diagnostics.AddError("Cannot update the enrollment group", fwtypes.Sentence(err))
		return
	}
	claim := groupClaim(keepInstance(ctx, req.Private, resp.Private, &resp.Diagnostics), id)
	if !takeClaim(r.Clients, claim, &resp.Diagnostics) {
		return
	}
	var patch iotcentral.EnrollmentGroupPatch
	if !plan.DisplayName.Equal(state.DisplayName) {
		patch.DisplayName = plan.DisplayName.ValueStringPointer()
	}
	if !plan.Enabled.Equal(state.Enabled) {
		patch.Enabled = plan.Enabled.ValueBoolPointer()
	}
	if patch != (iotcentral.EnrollmentGroupPatch{}) {
		if err := r.IoTCentral().UpdateGroup(ctx, id, patch); err != nil {
			clients.AddError(&resp.Diagnostics, "Cannot update the enrollment group", err)
			return
		}
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, newEnrollmentGroupIdentity(id))...)
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

	id, err := iotcentral.ParseGroupID(state.ID.ValueString())
	if err == nil {
		err = r.IoTCentral().DeleteGroup(ctx, id)
	}
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot delete the enrollment group", err)
		return
	}
	r.Claims().Release(groupClaim(instanceOf(ctx, req.Private, &resp.Diagnostics), id))
}

// ImportState implements resource.ResourceWithImportState.
func (*enrollmentGroupResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importEnrollmentGroup(ctx, req, resp)
}

// MoveState implements resource.ResourceWithMoveState.
func (r *enrollmentGroupResource) MoveState(ctx context.Context) []resource.StateMover {
	return services.MoveBetweenNames(ctx, r)
}
