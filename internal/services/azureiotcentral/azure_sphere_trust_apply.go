// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// attempt is what an apply has led to.
type attempt struct {
	group iotcentral.GroupID
	// looked says that both services were read, so that the model shows what they
	// hold; wrote that something was changed.
	looked, wrote bool
	// snapshot and ours are for the private state.
	snapshot services.Snapshot
	ours     map[trust.Place]certs.Thumbprint
}

// save keeps what later plans and refreshes need.
func (a attempt) save(ctx context.Context, private services.PrivateWriter, diags *diag.Diagnostics) {
	services.WritePrivate(ctx, private, oursKey, a.ours, diags)
	a.snapshot.Save(ctx, private, diags)
}

// apply decides anew, does what the plan allows of it, and lets the model show what
// the entries hold then. ours is what they held of the tenant's CAs.
func (r *trustResource) apply(ctx context.Context, plan *trustModel, instance string, ours map[trust.Place]certs.Thumbprint, diags *diag.Diagnostics) (done attempt) {
	group, err := r.target.ParseGroupID(plan.EnrollmentGroupID.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("enrollment_group_id"), "Not the ID of an enrollment group", fwtypes.Sentence(err))
		return done
	}
	done.group = group
	scope, ok := knownScopeOf(ctx, r.Clients, r.target.Words().TypeName, plan.AzureSphere, diags)
	if !ok || !takeClaim(r.Clients, r.claim(instance, group, scope), diags) {
		return done
	}
	// Another trust may share the group: each decides with what the other has done.
	end, err := r.target.Turn(ctx, r.Clients, group)
	if err != nil {
		clients.AddError(diags, "Cannot establish trust in the Azure Sphere tenant", err)
		return done
	}
	defer end()
	found, ok := r.lookForApply(ctx, group, scope, plan.ReplaceForeign.ValueBool(), diags)
	if !ok {
		return done
	}
	found.Ours = ours
	found.Ours = found.Remember()
	decision := trust.Decide(found.Situation)
	promised := plan.trustView
	steps := promised.allowed(ctx, decision, diags)
	service := r.service(found)
	executor := trust.Executor{Service: service}
	result := executor.Execute(ctx, found.Holds, steps)
	r.target.Finish(ctx, r.Clients, group, service, found.over(), diags)

	found.Holds = result.Holds
	found.Ours = stillOurs(found.Ours, steps, result.Holds)
	found.Ours = found.Remember()
	plan.ID = plan.EnrollmentGroupID
	plan.show(ctx, found.Situation, diags)
	trusted := plan.Trusted.ValueBool()
	found.report(decision, result, trusted, func(failure *trust.StepError) string { return r.explain(ctx, group, failure) }, diags)
	if trusted && plan.keep(ctx, promised, found.Situation, diags) {
		diags.AddWarning("The plan of "+group.String()+" is out of date", fmt.Sprintf("Since the plan was made, the CAs of %s or the certificates of the group "+
			"have changed. The Active CA is trusted; the next plan shows the rest.", found.Tenant))
	}

	return attempt{
		group: group, looked: true, wrote: result.Wrote, ours: found.Ours,
		snapshot: services.Snapshot{Tenant: found.Tenant, At: found.Now, Certificates: found.Certificates},
	}
}

// lookForApply reads both services. A new catalog gets its first CA after a minute
// or two.
func (r *trustResource) lookForApply(ctx context.Context, group iotcentral.GroupID, scope sphere.Scope, replaceForeign bool, diags *diag.Diagnostics) (findings, bool) {
	found := findings{Target: r.target, Group: group, Tenant: scope, Situation: trust.Situation{Places: groupPlaces(), ReplaceForeign: replaceForeign}}
	if _, err := trust.AwaitCA(ctx, r.Tenant(scope), certs.Thumbprint{}, r.Backoff); err != nil && !errors.Is(err, trust.ErrNoActiveCA) {
		clients.AddError(diags, "Cannot list the tenant CA certificates", err)
		return found, false
	}
	snapshot := r.look(ctx, scope, diags)
	holds, err := trust.ReadPlaces(ctx, r.service(found), found.Places)
	if err != nil {
		clients.AddError(diags, "Cannot read the certificates of the enrollment group", err)
	}
	found.Holds, found.Certificates, found.Now = holds, snapshot.Certificates, snapshot.At

	return found, !diags.HasError()
}

// allowed returns the steps that lead to what the plan shows. The others wait for
// the next plan.
func (v *trustView) allowed(ctx context.Context, decision trust.Decision, diags *diag.Diagnostics) []trust.Step {
	var steps []trust.Step
	for _, step := range decision.Steps {
		outcome, filled := decision.After[step.Place]
		if outcome.ProofOutstanding {
			shown, planned := v.shown(ctx, step.Place, diags)
			if planned && !shown.Verified.IsUnknown() {
				continue // Planned as it was found.
			}
		}
		if outcome.Uncertain && !v.entry(step.Place).IsUnknown() {
			continue
		}
		if v.promises(ctx, step.Place, outcome.Content, filled, diags) {
			steps = append(steps, step)
		}
	}

	return steps
}

// keep makes the view show what was promised where the services hold something else
// by now, and reports whether that is so. Terraform takes no other result, and once
// the Active CA is trusted a difference is no reason to fail: the next refresh shows
// it.
func (v *trustView) keep(ctx context.Context, promised trustView, situation trust.Situation, diags *diag.Diagnostics) (changed bool) {
	contents := situation.Contents()
	for _, place := range situation.Places {
		content, filled := contents[place]
		if !promised.promises(ctx, place, content, filled, diags) {
			*v.entry(place), changed = *promised.entry(place), true
		}
	}
	if !promised.ActiveEntry.IsUnknown() && !promised.ActiveEntry.Equal(v.ActiveEntry) {
		v.ActiveEntry, changed = promised.ActiveEntry, true
	}
	if !promised.TrustedUntil.IsUnknown() {
		v.TrustedUntil = promised.TrustedUntil // An estimate: no difference is worth a word.
	}

	return changed
}

// stillOurs forgets the entries that were emptied: what somebody puts there later
// displaces nothing of ours.
func stillOurs(ours map[trust.Place]certs.Thumbprint, steps []trust.Step, holds map[trust.Place]trust.Holding) map[trust.Place]certs.Thumbprint {
	ours = maps.Clone(ours)
	for _, step := range steps {
		if _, filled := holds[step.Place]; step.Action == trust.Remove && !filled {
			delete(ours, step.Place)
		}
	}

	return ours
}

// report says what went wrong. Only the Active CA and revoked ones are worth an
// error.
func (f findings) report(decision trust.Decision, result trust.Result, trusted bool, explain func(*trust.StepError) string, diags *diag.Diagnostics) {
	explained := false
	for _, failure := range result.Failures {
		switch {
		case failure.Step.Vital():
			explained = true
			diags.AddError("Cannot establish trust in the Azure Sphere tenant", explain(failure))
		case failure.Step.EndsDistrust():
			diags.AddError("A revoked CA is left in "+f.Group.String(), explain(failure))
		default:
			diags.AddWarning("A change is left for later in "+f.Group.String(), fmt.Sprintf("Cannot %s. The next plan tries again.\n\n%s",
				described(failure.Step), explain(failure)))
		}
	}
	switch {
	case trusted || explained:
	case decision.Active == nil:
		diags.AddError("Cannot establish trust in the Azure Sphere tenant", noActive(f.Tenant, f.Certificates, f.Now))
	case !decision.Trusted():
		diags.AddError("Cannot establish trust in the Azure Sphere tenant", f.noPlace(decision, *decision.Active).Message)
	default:
		diags.AddError("The plan is out of date", fmt.Sprintf("Since the plan was made, the CAs of %s or the certificates of %s have changed. "+
			"The Active CA %s is not trusted. Only changes that are in the plan were made. Plan and apply again.", f.Tenant, f.Group, decision.Active.Thumbprint))
	}
}

// explain says why a step failed.
func (r *trustResource) explain(ctx context.Context, group iotcentral.GroupID, failure *trust.StepError) string {
	return r.target.Explain(ctx, r.Clients, group, failure)
}

// described says what a step does.
func described(step trust.Step) string {
	if step.Action == trust.Remove {
		return fmt.Sprintf("remove %s from the %s entry", removed(*step.Replaces), step.Place)
	}

	return fmt.Sprintf("%s the %s CA %s in the %s entry", step.Action, step.CA.Role, step.CA.Thumbprint, step.Place)
}
