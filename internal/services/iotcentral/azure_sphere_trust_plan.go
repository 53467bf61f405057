// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	client "github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// ModifyPlan implements resource.ResourceWithModifyPlan. It decides what is to be
// done, with reads only, and plans what the entries will hold.
func (r *trustResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.Clients == nil {
		return
	}
	var plan trustModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.ID = plan.EnrollmentGroupID
	scope, known, err := scopeOf(ctx, r.Clients, plan.AzureSphere, &resp.Diagnostics)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("azure_sphere"), "No Azure Sphere tenant", fwtypes.Sentence(err))
		return
	}
	group, err := client.ParseGroupID(plan.EnrollmentGroupID.ValueString())
	if err != nil || !known {
		plan.setUnknown()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	entries, seen := r.present(ctx, req, group, scope, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	rotation, ok := r.decide(scope, seen, entries, plan.ReplaceForeign.ValueBool(), &resp.Diagnostics)
	if !ok {
		return
	}
	plan.set(ctx, rotation.After, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// present returns what the entries hold, and the CAs of the tenant. After a refresh
// the state knows both; for a new resource, or another tenant, it has to look.
func (r *trustResource) present(ctx context.Context, req resource.ModifyPlanRequest, group client.GroupID, scope sphere.Scope,
	diags *diag.Diagnostics,
) (trust.Entries, services.Seen) {
	if req.State.Raw.IsNull() {
		entries, err := trust.ReadEntries(ctx, r.IoTCentral(), group)
		if err != nil {
			clients.AddError(diags, "Cannot read the certificates of the enrollment group", err)
			return nil, services.Seen{}
		}
		return entries, r.look(ctx, scope, diags)
	}
	var state trustModel
	diags.Append(req.State.Get(ctx, &state)...)
	entries := state.entries(ctx, diags)
	if seen, found := services.Recall(ctx, req.Private, scope, diags); found {
		return entries, seen
	}

	return entries, r.look(ctx, scope, diags)
}

// look lists the CAs of a tenant.
func (r *trustResource) look(ctx context.Context, scope sphere.Scope, diags *diag.Diagnostics) services.Seen {
	certificates, err := r.Tenant(scope).Certificates(ctx)
	if err != nil {
		clients.AddError(diags, "Cannot list the tenant CA certificates", err)
	}

	return services.Seen{Tenant: scope, At: r.Now(), Certificates: certificates}
}

// decide decides what to do with the entries.
func (r *trustResource) decide(scope sphere.Scope, seen services.Seen, entries trust.Entries, replaceForeign bool, diags *diag.Diagnostics) (trust.Rotation, bool) {
	rotation, err := trust.Rotate(seen.Certificates, entries, replaceForeign, seen.At)
	var foreign *trust.ForeignCertificateError
	switch {
	case errors.As(err, &foreign):
		diags.AddAttributeError(path.Root("enrollment_group_id"), "The enrollment group holds a foreign certificate", fwtypes.Sentence(err)+
			listCAs(seen)+"\n\nRemove it in the portal, or set replace_foreign = true if no device needs it.")
		return trust.Rotation{}, false
	case err != nil:
		clients.AddError(diags, "Cannot decide about the certificates of the enrollment group", err)
		return trust.Rotation{}, false
	}
	if !rotation.HasActive {
		diags.AddWarning("No Active tenant CA", fmt.Sprintf("%s has no Active CA certificate. The certificates of the enrollment group are left as they are, "+
			"but for revoked ones.", scope))
	}

	return rotation, true
}

// listCAs lists the CAs of the tenant, for an error that names another certificate.
func listCAs(seen services.Seen) string {
	text := "\n\nThe CAs of the tenant are:"
	for _, ca := range trust.AssignRoles(seen.Certificates, seen.At) {
		text += fmt.Sprintf("\n  %s  %s", ca.Thumbprint, ca.Role)
		if ca.Body != nil {
			text += "  " + ca.Body.Subject()
		}
	}

	return text
}
