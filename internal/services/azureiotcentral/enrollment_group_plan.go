// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const groupType = "iotcentral_enrollment_group"

// groupClaim is what the resource manages: the group itself.
func groupClaim(instance string, id iotcentral.GroupID) clients.Claim {
	return clients.Claim{Type: groupType, Instance: instance, Group: id}
}

// ModifyPlan implements resource.ResourceWithModifyPlan. It fills in what can be
// known before the apply, and replaces the group when its application changes.
func (r *enrollmentGroupResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Clients == nil {
		return
	}
	var config, plan, state enrollmentGroupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Read, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	host, known := r.planApplication(config.Application, &plan, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	instance := instanceOf(ctx, req.Private, &resp.Diagnostics)
	// A malformed ID is an error of the apply, which names it.
	before, _ := iotcentral.ParseGroupID(state.ID.ValueString())
	switch exists := !req.State.Raw.IsNull(); {
	case exists && !known:
		r.planUnknownApplication(config.Application, resp)
		return
	case exists && before != (iotcentral.GroupID{}) && before.Host != host:
		resp.RequiresReplace.Append(path.Root("application"))
	case exists:
		plan.Application = state.Application
		planClaim(r.Clients, groupClaim(instance, before), &resp.Diagnostics)
		planKept(r.Clients, clients.Thing{Group: before}, &resp.Diagnostics)
	default:
		r.planNew(ctx, &plan, config, host, instance != "", &resp.Diagnostics)
	}
	if plan.AttestationType.ValueString() == iotcentral.AttestationX509 {
		plan.PrimaryKey, plan.SecondaryKey = types.StringNull(), types.StringNull()
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planApplication fills in the application, and returns its host. known is false
// while Terraform does not know it.
func (r *enrollmentGroupResource) planApplication(configured types.String, plan *enrollmentGroupModel, diags *diag.Diagnostics) (host string, known bool) {
	application, known, err := r.Application(configured)
	if err != nil {
		diags.AddAttributeError(path.Root("application"), "No IoT Central application", fwtypes.Sentence(err))
		return "", false
	}
	if !known {
		return "", false
	}
	host, err = r.Host(application)
	if errors.Is(err, clients.ErrHostLater) {
		return "", false
	}
	if err != nil {
		diags.AddAttributeError(path.Root("application"), "Not an IoT Central application", fwtypes.Sentence(err))
		return "", false
	}
	plan.Application = types.StringValue(application)

	return host, true
}

// planUnknownApplication replaces a group whose own application is not known yet,
// as RequiresReplace does for an unknown value. A default of the provider that is
// not known leaves the group as it is: it may well stay the same.
func (*enrollmentGroupResource) planUnknownApplication(configured types.String, resp *resource.ModifyPlanResponse) {
	if !configured.IsUnknown() {
		return
	}
	resp.RequiresReplace.Append(path.Root("application"))
	resp.Diagnostics.AddAttributeWarning(path.Root("application"), "The enrollment group is replaced", "application is known only after the apply, "+
		"so the plan replaces the group and everything in it. To keep the group, apply the resource that the value comes from first, with -target.")
}

// planNew plans a group that does not exist yet: its ID, so that what refers to it
// can be planned too. Where the group replaces one, the ID is not known, so that
// certificates, verifications and trusts are replaced with it.
func (r *enrollmentGroupResource) planNew(ctx context.Context, plan *enrollmentGroupModel, config enrollmentGroupModel, host string, replacement bool, diags *diag.Diagnostics) {
	if config.GroupID.IsNull() {
		plan.GroupID = types.StringUnknown()
		if slug := iotcentral.SlugGroupID(plan.DisplayName.ValueString()); slug != "" {
			plan.GroupID = types.StringValue(slug)
		}
	}
	plan.ID = types.StringUnknown()
	if host == "" || plan.GroupID.IsUnknown() {
		return
	}
	id := iotcentral.GroupID{Host: host, Group: plan.GroupID.ValueString()}
	if replacement {
		return
	}
	plan.ID = types.StringValue(id.String())
	planClaim(r.Clients, groupClaim("", id), diags)
	_, err := r.NewGroupForPlan(ctx, id)
	var absent *clients.ApplicationNotFoundError
	switch {
	case errors.As(err, &absent):
		diags.AddAttributeError(path.Root("application"), "The IoT Central application was not found", fwtypes.Sentence(err))
	case transport.IsNotFound(err):
	case err != nil:
		clients.AddError(diags, "Cannot read the enrollment group", err)
	default:
		diags.AddAttributeWarning(path.Root("group_id"), "The enrollment group already exists", "The apply will fail. "+alreadyExists(groupType, id.String()))
	}
}
