// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services/azureiotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// ModifyPlan implements resource.ResourceWithModifyPlan. It fills in what can be known before the apply, and replaces the group
// when its service changes.
func (r *enrollmentGroupResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Clients == nil {
		return
	}
	var config, plan, state enrollmentGroupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	exists := !req.State.Raw.IsNull()
	if exists {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Read, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	service, known, err := r.DPSService(config.DPSID)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("dps_id"), noDPS, clients.ExplainMissing(err, "azuresphere", "dps_id"))
		return
	}
	instance := azureiotcentral.InstanceOf(ctx, req.Private, &resp.Diagnostics)
	// A malformed ID is an error of the apply, which names it.
	before, _ := dps.ParseGroupID(state.ID.ValueString())
	switch {
	case exists && !known:
		planUnknownService(config.DPSID, resp)
		return
	case exists && before != (dps.GroupID{}) && !dps.SameService(before.Service, service):
		plan.DPSID = types.StringValue(service)
		resp.RequiresReplace.Append(path.Root("dps_id"))
	case exists:
		plan.DPSID = state.DPSID
		if config.DPSID.ValueString() != "" {
			plan.DPSID = config.DPSID // Azure compares the IDs without case: another spelling is no other service.
		}
		for _, claim := range plan.claims(instance, before) {
			azureiotcentral.PlanClaim(r.Clients, claim, &resp.Diagnostics)
		}
		azureiotcentral.PlanKept(r.Clients, clients.Thing{Group: clients.DPSGroup(before)}, &resp.Diagnostics)
	default:
		r.planNew(ctx, &plan, service, known, instance != "", &resp.Diagnostics)
	}
	if plan.AttestationType.ValueString() == dps.AttestationX509 {
		plan.PrimaryKey, plan.SecondaryKey = types.StringNull(), types.StringNull()
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planUnknownService replaces a group whose own service is not known yet, as RequiresReplace does for an unknown value. A default
// of the provider that is not known leaves the group as it is: it may well stay the same.
func planUnknownService(configured types.String, resp *resource.ModifyPlanResponse) {
	if !configured.IsUnknown() {
		return
	}
	resp.RequiresReplace.Append(path.Root("dps_id"))
	resp.Diagnostics.AddAttributeWarning(path.Root("dps_id"), "The enrollment group is replaced", "dps_id is known only after the apply, "+
		"so the plan replaces the group. To keep the group, apply the resource that the value comes from first, with -target.")
}

// planNew plans a group that does not exist yet: its ID, so that what refers to it can be planned too. Where the group replaces
// one, the ID is not known, so that trusts are replaced with it.
func (r *enrollmentGroupResource) planNew(ctx context.Context, plan *enrollmentGroupModel, service string, known, replacement bool, diags *diag.Diagnostics) {
	plan.ID = types.StringUnknown()
	if !known {
		return
	}
	plan.DPSID = types.StringValue(service)
	if plan.GroupID.IsUnknown() || replacement {
		return
	}
	id := dps.GroupID{Service: service, Group: plan.GroupID.ValueString()}
	plan.ID = types.StringValue(id.String())
	for _, claim := range plan.claims("", id) {
		azureiotcentral.PlanClaim(r.Clients, claim, diags)
	}
	if r.DPSLater() {
		return
	}
	_, err := r.DPS().Group(ctx, id)
	switch {
	case transport.IsNotFound(err):
	case err != nil:
		clients.AddError(diags, "Cannot read the enrollment group", err)
	default:
		diags.AddAttributeWarning(path.Root("group_id"), "The enrollment group already exists", "The apply will fail. "+azureiotcentral.AlreadyExists(groupType, id.String()))
	}
}
