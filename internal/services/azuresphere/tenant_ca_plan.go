// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// ModifyPlan implements resource.ResourceWithModifyPlan. It decides which CA is
// pinned from now on, and plans all of its attributes.
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
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Read, shortTimeout, &resp.Diagnostics)
	defer cancel()
	scope, known, err := r.Scope(config.CatalogID, config.TenantID)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("catalog_id"), "No Azure Sphere tenant", clients.ExplainMissing(err, "azuresphere", "catalog_id"))
		return
	}
	if !known {
		return
	}
	plan.setScope(scope)
	if req.State.Raw.IsNull() {
		r.planNew(ctx, config, &plan, scope, &resp.Diagnostics)
	} else {
		var state tenantCAModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if resp.Diagnostics.HasError() {
			return
		}
		r.planMove(ctx, req.Private, config, state, &plan, scope, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planNew plans to adopt a CA, so that the first plan shows what will be trusted.
func (r *tenantCAResource) planNew(ctx context.Context, config tenantCAModel, plan *tenantCAModel, scope sphere.Scope, diags *diag.Diagnostics) {
	plan.setUnknown()
	if config.Thumbprint.IsUnknown() {
		return
	}
	if config.Thumbprint.IsNull() {
		plan.Thumbprint = fwtypes.NewThumbprintUnknown()
	}
	certificates, err := r.Tenant(scope).Certificates(ctx)
	switch {
	case transport.IsNotFound(err):
		diags.AddAttributeError(tenantPath(scope), "The Azure Sphere tenant was not found", clients.Explain(err)+
			"\n\nIf this configuration creates the catalog, refer to the catalog's id (catalog_id = <catalog>.id), so that Terraform creates it first.")
		return
	case err != nil:
		clients.AddError(diags, "Cannot list the tenant CA certificates", err)
		return
	case len(certificates) == 0:
		diags.AddWarning("The tenant has no CA certificate yet", fmt.Sprintf("%s lists no CA certificate. A new catalog gets its first one within about two minutes; "+
			"the apply waits for it.", scope))
		return
	}
	pinned := config.Thumbprint.Value()
	target, err := trust.PickCA(scope, certificates, pinned)
	if errors.Is(err, trust.ErrNoActiveCA) {
		diags.AddWarning("No Active tenant CA", fmt.Sprintf("%s has no Active CA certificate, so the apply will fail. Set thumbprint to pin another one.", scope))
		return
	}
	if err != nil {
		diags.AddAttributeError(path.Root("thumbprint"), "No such tenant CA", clients.Explain(err))
		return
	}
	r.warnOfTheActiveCA(scope, certificates, pinned, diags)
	plan.set(scope, target)
	if !pinned.IsZero() {
		plan.Thumbprint = config.Thumbprint
	}
}

// tenantPath is the argument that names a tenant.
func tenantPath(scope sphere.Scope) path.Path {
	if scope.TenantID != "" {
		return path.Root("tenant_id")
	}

	return path.Root("catalog_id")
}

// warnOfTheActiveCA warns when devices present another CA than the pinned one, and
// when the Active CA cannot be used. A successor may be pinned before it is Active.
func (r *tenantCAResource) warnOfTheActiveCA(scope sphere.Scope, certificates []sphere.Certificate, pinned certs.Thumbprint, diags *diag.Diagnostics) {
	active, found := sphere.FindActive(certificates)
	if !found {
		return
	}
	switch {
	case !active.NotAfter.IsZero() && r.Now().After(active.NotAfter):
		diags.AddWarning("The Active tenant CA has expired", fmt.Sprintf("The Active CA %s of %s expired on %s, so no device can enrol with it. "+
			"Azure Sphere has not made another one Active yet.", active.Thumbprint, scope, active.NotAfter.Format(time.RFC3339)))
	case active.Body == nil && (pinned.IsZero() || pinned == active.Thumbprint):
		diags.AddWarning("The Active tenant CA has no body", fmt.Sprintf("%s lists the Active CA %s without the certificate itself. "+
			"certificate_pem keeps the value of the state, or is null. A null certificate cannot be uploaded.", scope, active.Thumbprint))
	}
	if pinned.IsZero() || active.Thumbprint == pinned {
		return
	}
	target, listed := sphere.Find(certificates, pinned)
	if listed && target.Status == sphere.Inactive && target.NotBefore.After(active.NotBefore) {
		return
	}
	expired := ""
	if listed && !target.NotAfter.IsZero() && r.Now().After(target.NotAfter) {
		expired = fmt.Sprintf(", which expired on %s", target.NotAfter.Format(time.RFC3339))
	}
	diags.AddAttributeWarning(path.Root("thumbprint"), "The pinned tenant CA is not Active", fmt.Sprintf("thumbprint pins the CA %s%s. "+
		"%s now signs device certificates with the CA %s, and devices cannot enrol where this CA is not trusted. "+
		"Remove thumbprint to follow renewals, or pin the Active CA.", pinned, expired, scope, active.Thumbprint))
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
	pinned := state.Thumbprint.Value()
	r.warnOfTheActiveCA(scope, certificates, config.Thumbprint.Value(), diags)
	if configured := config.Thumbprint.Value(); !configured.IsZero() {
		pinned = configured
	} else if active, ok := sphere.FindActive(certificates); !ok {
		diags.AddWarning("No Active tenant CA", fmt.Sprintf("%s has no Active CA certificate; the pinned one (%s) is kept.", scope, pinned))
	} else if plan.Renewal.ValueString() == renewalManual {
		if active.Thumbprint != pinned {
			diags.AddWarning("The tenant CA was renewed", fmt.Sprintf("%s now signs device certificates with the CA %s, and this resource pins %s. "+
				"Set renewal = %q or thumbprint to move to it.", scope, active.Thumbprint, pinned, renewalAutomatic))
		}
	} else {
		if active.Thumbprint != pinned && state.scope().Same(scope) {
			diags.AddWarning("The tenant CA was renewed", fmt.Sprintf("%s now signs device certificates with the CA %s, and this resource still has %s. "+
				"Devices cannot enrol where only the latter is trusted. Apply to move to the new CA.", scope, active.Thumbprint, pinned))
		}
		pinned = active.Thumbprint
	}
	target, err := trust.PickCA(scope, certificates, pinned)
	if err != nil {
		kept := pinned == state.Thumbprint.Value()
		if kept && state.scope().Same(scope) {
			plan.tenantCA = state.tenantCA // Read has warned that it is no longer listed.
			return
		}
		if kept && config.Thumbprint.IsNull() {
			diags.AddAttributeError(path.Root("renewal"), "No such tenant CA", clients.Explain(err)+fmt.Sprintf(
				"\n\nrenewal = %q keeps the CA of the former tenant, %s, and the new tenant has no such CA. Set renewal = %q to take the Active CA of this tenant, or set thumbprint.",
				renewalManual, state.scope(), renewalAutomatic))
			return
		}
		diags.AddAttributeError(path.Root("thumbprint"), "No such tenant CA", clients.Explain(err))
		return
	}
	plan.tenantCA = state.tenantCA
	if target.Thumbprint != state.Thumbprint.Value() {
		plan.clearBody()
		plan.SerialNumber = types.StringNull()
	}
	if target.ID != state.ID.ValueString() || target.Thumbprint != state.Thumbprint.Value() {
		plan.set(scope, target)
	}
	if !config.Thumbprint.IsNull() {
		plan.Thumbprint = config.Thumbprint
		if config.Thumbprint.Same(state.Thumbprint) {
			plan.Thumbprint = state.Thumbprint
		}
	}
}

// present returns the CAs that the refresh saw, or looks when it is about another
// tenant.
func (r *tenantCAResource) present(ctx context.Context, private services.PrivateReader, scope sphere.Scope, diags *diag.Diagnostics) []sphere.Certificate {
	if snapshot, found := services.ReadSnapshot(ctx, private, scope, diags); found {
		return snapshot.Certificates
	}
	certificates, err := r.Tenant(scope).Certificates(ctx)
	if err != nil {
		clients.AddError(diags, "Cannot list the tenant CA certificates", err)
	}

	return certificates
}
