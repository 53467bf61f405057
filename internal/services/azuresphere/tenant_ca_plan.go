// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// ModifyPlan implements resource.ResourceWithModifyPlan. It decides which CA is
// pinned from now on, and plans all of its attributes. A create is not looked up:
// that would ask the service twice.
func (r *tenantCAResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Clients == nil {
		return
	}
	var config, plan tenantCAModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	scope, known, err := r.Scope(config.CatalogID, config.TenantID)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("catalog_id"), "No Azure Sphere tenant", fwtypes.Sentence(err))
		return
	}
	if !known {
		return
	}
	plan.setScope(scope)
	if !req.State.Raw.IsNull() {
		var state tenantCAModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if resp.Diagnostics.HasError() {
			return
		}
		r.planMove(ctx, req.Private, config, state, &plan, scope, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planMove plans to keep the pinned CA, or to move to another one.
func (r *tenantCAResource) planMove(ctx context.Context, private services.PrivateReader, config, state tenantCAModel, plan *tenantCAModel,
	scope sphere.Scope, diags *diag.Diagnostics,
) {
	if state.scope().Same(scope) {
		scope = state.scope()
	}
	if config.Thumbprint.IsUnknown() {
		plan.setUnknown()
		return
	}
	certificates := r.present(ctx, private, scope, diags)
	if diags.HasError() {
		return
	}
	pinned := state.Thumbprint.ValueString()
	if configured := config.Thumbprint.ValueString(); configured != "" {
		pinned = configured
	} else if active, ok := sphere.FindActive(certificates); !ok {
		diags.AddWarning("No Active tenant CA", fmt.Sprintf("%s has no Active CA certificate; the pinned one (%s) is kept.", scope, pinned))
	} else if plan.Renewal.ValueString() == renewalManual {
		if !certs.SameThumbprint(active.Thumbprint, pinned) {
			diags.AddWarning("The tenant CA was renewed", fmt.Sprintf("%s now signs device certificates with the CA %s, and this resource pins %s. "+
				"Set renewal = %q or thumbprint to move to it.", scope, active.Thumbprint, pinned, renewalAutomatic))
		}
	} else {
		if !certs.SameThumbprint(active.Thumbprint, pinned) && state.scope().Same(scope) {
			diags.AddWarning("The tenant CA was renewed", fmt.Sprintf("%s now signs device certificates with the CA %s, and this resource still has %s. "+
				"Devices cannot enrol where only the latter is trusted. Apply to move to the new CA.", scope, active.Thumbprint, pinned))
		}
		pinned = active.Thumbprint
	}
	target, err := trust.PickCA(scope, certificates, pinned)
	if err != nil {
		if certs.SameThumbprint(pinned, state.Thumbprint.ValueString()) && state.scope().Same(scope) {
			plan.tenantCA = state.tenantCA // Read has warned that it is no longer listed.
			return
		}
		diags.AddAttributeError(path.Root("thumbprint"), "No such tenant CA", clients.Explain(err))
		return
	}
	plan.tenantCA = state.tenantCA
	if !certs.SameThumbprint(target.Thumbprint, state.Thumbprint.ValueString()) {
		plan.clearBody()
		plan.SerialNumber = types.StringNull()
	}
	if target.ID != state.ID.ValueString() || !certs.SameThumbprint(target.Thumbprint, state.Thumbprint.ValueString()) {
		plan.set(scope, target)
	}
	if !config.Thumbprint.IsNull() {
		plan.Thumbprint = config.Thumbprint
		if certs.SameThumbprint(config.Thumbprint.ValueString(), state.Thumbprint.ValueString()) {
			plan.Thumbprint = state.Thumbprint
		}
	}
}

// present returns the CAs that the refresh saw, or looks when it is about another
// tenant.
func (r *tenantCAResource) present(ctx context.Context, private services.PrivateReader, scope sphere.Scope, diags *diag.Diagnostics) []sphere.Certificate {
	if seen, found := services.Recall(ctx, private, scope, diags); found {
		return seen.Certificates
	}
	certificates, err := r.Tenant(scope).Certificates(ctx)
	if err != nil {
		clients.AddError(diags, "Cannot list the tenant CA certificates", err)
	}

	return certificates
}
