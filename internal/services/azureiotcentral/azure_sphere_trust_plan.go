// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// ModifyPlan implements resource.ResourceWithModifyPlan. It decides what is to be
// done, with reads only, and plans what the entries will hold. What the services
// hold is never an error here: it would stop the plan of every other resource.
func (r *trustResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		// Delete sees the private state of this plan. In a replacement it sees that
		// of the create instead.
		services.WritePrivate(ctx, resp.Private, purposeKey, purpose{Destroy: true, GroupGoes: r.planDestroy(ctx, req, &resp.Diagnostics)}, &resp.Diagnostics)
		return
	}
	if r.Clients == nil {
		return
	}
	var plan trustModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Read, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	plan.ID = plan.EnrollmentGroupID
	if req.State.Raw.IsNull() {
		services.WritePrivate(ctx, resp.Private, purposeKey, purpose{Create: plan.EnrollmentGroupID.ValueString()}, &resp.Diagnostics)
	}
	if group, err := r.target.ParseGroupID(plan.EnrollmentGroupID.ValueString()); err == nil {
		r.rememberGroup(ctx, group, resp.Private, &resp.Diagnostics)
	}
	r.plan(ctx, req, &plan, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planDestroy reports whether the group goes as well, as far as the plan shows. If a
// later plan keeps it, that one gives the warning about what is left in it.
func (r *trustResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, diags *diag.Diagnostics) bool {
	if r.Clients == nil || req.State.Raw.IsNull() {
		return false
	}
	var state trustModel
	diags.Append(req.State.Get(ctx, &state)...)
	group, err := r.target.ParseGroupID(state.EnrollmentGroupID.ValueString())
	if err != nil || diags.HasError() {
		return false
	}
	managed, _ := services.ReadPrivate[bool](ctx, req.Private, groupManagedKey, diags)
	thing := clients.Thing{Group: group}
	if kept := r.Departures().Leave("", thing); !managed || kept {
		return false // Delete says what it leaves in the group.
	}
	holds, ours := state.holds(ctx, diags)
	for _, place := range groupPlaces() {
		holding, filled := holds[place]
		if _, held := ours[place]; filled && !held {
			r.Departures().Leave(foreignStays(place, holding.Thumbprint), thing)
		}
	}

	return true
}

// groupManagedKey is the key in the private state of whether Terraform manages the
// group as well. When a destroy is planned, the group has not been read.
const groupManagedKey = "groupManaged"

// rememberGroup remembers that Terraform manages the group as well.
func (r *trustResource) rememberGroup(ctx context.Context, group iotcentral.GroupID, private services.PrivateWriter, diags *diag.Diagnostics) {
	if r.Departures().Managed(clients.Thing{Group: group}) {
		services.WritePrivate(ctx, private, groupManagedKey, true, diags)
	}
}

// foreignStays says that a foreign certificate is not removed.
func foreignStays(place trust.Place, thumbprint certs.Thumbprint) string {
	return fmt.Sprintf("The %s entry holds the certificate %s, which is not known as a CA of the Azure Sphere tenant. It stays.", place, thumbprint)
}

// claim is what a trust manages: the CAs of a tenant in a group.
func (r *trustResource) claim(instance string, group iotcentral.GroupID, tenant sphere.Scope) clients.Claim {
	return clients.Claim{Type: r.target.Words().TypeName, Instance: instance, Group: group, Tenant: tenant}
}

// purpose is what a plan is for. It is kept in the planned private state, since
// Terraform does not say whether a deletion is one half of a replacement.
type purpose struct {
	// Destroy says that the resource goes for good.
	Destroy bool `json:"destroy,omitempty"`
	// GroupGoes says that the same run destroys the group, and what is left in it.
	GroupGoes bool `json:"groupGoes,omitempty"`
	// Create is the group that the new resource is for. It is empty while that is
	// not known.
	Create string `json:"create,omitempty"`
}

const purposeKey = "purpose"

func (r *trustResource) plan(ctx context.Context, req resource.ModifyPlanRequest, plan *trustModel, diags *diag.Diagnostics) {
	plan.planUnknown()
	scope, known, err := scopeOf(ctx, r.Clients, plan.AzureSphere, diags)
	if err != nil {
		addNoTenant(r.target.Words().TypeName, err, diags)
		return
	}
	group, err := r.target.ParseGroupID(plan.EnrollmentGroupID.ValueString())
	if err != nil || !known {
		return
	}
	claim := r.claim(instanceOf(ctx, req.Private, diags), group, scope)
	planClaim(r.Clients, claim, diags)
	found, ok := r.present(ctx, req, group, scope, diags)
	if !ok {
		return
	}
	found.ReplaceForeign = plan.ReplaceForeign.ValueBool()
	create := req.State.Raw.IsNull()
	if len(found.Certificates) == 0 {
		if create { // Read has said so for one that exists.
			warn(diags, []problem{found.noActive()})
		}
		return
	}
	if sharers := r.Claims().Sharers(claim); create && len(sharers) > 0 {
		diags.AddWarning("Two tenants share "+group.String(), fmt.Sprintf("This configuration also has %s. Each tenant uses the entry that the other one does not use, "+
			"and so a gap at each renewal. Which entry is known after the apply; use depends_on to create one after the other.", clients.Names(sharers)))
		return
	}
	decision := trust.Decide(found.Situation)
	plan.trustView.plan(ctx, found.Situation, decision, diags)
	warn(diags, found.intentions(decision, create))
}

// present returns what both services hold. After a refresh the state knows it; for
// a new resource, or another tenant, it has to look.
func (r *trustResource) present(ctx context.Context, req resource.ModifyPlanRequest, group iotcentral.GroupID, scope sphere.Scope,
	diags *diag.Diagnostics,
) (findings, bool) {
	if req.State.Raw.IsNull() {
		return r.presentForCreate(ctx, group, scope, diags)
	}
	var state trustModel
	diags.Append(req.State.Get(ctx, &state)...)
	found := findings{Target: r.target, Group: group, Tenant: scope, Situation: r.stateSituation(ctx, &state, req.Private, diags)}
	snapshot, saved := services.ReadSnapshot(ctx, req.Private, scope, diags)
	if !saved {
		snapshot = r.look(ctx, scope, diags)
	}
	found.Certificates, found.Now = snapshot.Certificates, snapshot.At

	return found, !diags.HasError()
}

// presentForCreate looks at the group and the tenant. A group that does not exist
// yet holds nothing.
func (r *trustResource) presentForCreate(ctx context.Context, group iotcentral.GroupID, scope sphere.Scope, diags *diag.Diagnostics) (findings, bool) {
	found := findings{Target: r.target, Group: group, Tenant: scope, Situation: trust.Situation{Places: groupPlaces(), Holds: map[trust.Place]trust.Holding{}}}
	look, err := r.target.LookForPlan(ctx, r.Clients, group, found.Places)
	switch {
	case err != nil:
		clients.AddError(diags, readFailure(look), err)
	case look.Enrollment.Attestation.Type == iotcentral.AttestationSymmetricKey:
		diags.AddAttributeError(path.Root("enrollment_group_id"), needsX509, notX509(group))
	case look.Holds != nil:
		found.Holds = look.Holds
	}
	found.Enrollment = look.Enrollment
	snapshot := r.look(ctx, scope, diags)
	found.Certificates, found.Now = snapshot.Certificates, snapshot.At

	return found, !diags.HasError()
}

// stateSituation returns what the state knows of the entries.
func (r *trustResource) stateSituation(ctx context.Context, state *trustModel, private services.PrivateReader, diags *diag.Diagnostics) trust.Situation {
	holds, ours := state.holds(ctx, diags)
	if remembered, found := services.ReadPrivate[map[trust.Place]certs.Thumbprint](ctx, private, oursKey, diags); found {
		ours = remembered
	}

	return trust.Situation{Places: groupPlaces(), Holds: holds, Ours: ours}
}

// look lists the CAs of a tenant.
func (r *trustResource) look(ctx context.Context, scope sphere.Scope, diags *diag.Diagnostics) services.Snapshot {
	certificates, err := r.Tenant(scope).Certificates(ctx)
	if err != nil {
		clients.AddError(diags, "Cannot list the tenant CA certificates", err)
	}

	return services.Snapshot{Tenant: scope, At: r.Now(), Certificates: certificates}
}

// intentions returns what people should know of a decision before they apply it.
// What a refresh has warned of is not repeated.
func (f findings) intentions(decision trust.Decision, create bool) []problem {
	var problems []problem
	add := func(summary, format string, arguments ...any) {
		problems = append(problems, problem{Summary: summary + f.Group.String(), Message: fmt.Sprintf(format, arguments...)})
	}
	for _, note := range decision.Notes {
		switch note.Kind {
		case trust.NoteNoCA, trust.NoteNoActive:
			if create {
				problems = append(problems, f.noActive())
			}
		case trust.NoteActiveWithoutBody:
			add("The Active CA cannot be uploaded to ", "%s lists the Active CA without its certificate. It is in no entry of the group and cannot be uploaded. "+
				"The certificates of the group stay as they are, except revoked ones.", f.Tenant)
		case trust.NoteUpcomingWithoutBody:
			add("The next CA cannot be uploaded to ", "%s lists the CA %s, which signs next, without its certificate. Plan again later.", f.Tenant, note.CA.Thumbprint)
		case trust.NoteNoPlace:
			problems = append(problems, f.noPlace(decision, note.CA))
		case trust.NoteReplacedInPlace:
			add("A revoked CA is replaced in ", "The Active CA %s replaces the revoked CA %s in the %s entry. No CA is trusted until it is verified.",
				note.CA.Thumbprint, note.Gone.CA.Thumbprint, note.Place)
		case trust.NoteTaken:
			problems = append(problems, f.taken(note))
		case trust.NoteForeign:
			problems = append(problems, f.foreignProblem(note.Place, note.Gone))
		}
	}
	if steps := bestEffort(decision.Steps); len(steps) > 0 {
		add("Best-effort changes planned in ", "The apply will also try to:\n%s\nThe plan shows \"known after apply\" for these entries, "+
			"since a failure is only a warning: the next plan tries again.", strings.Join(steps, "\n"))
	}

	return problems
}

// noPlace says what follows when there is no entry for a CA.
func (f findings) noPlace(decision trust.Decision, ca trust.CA) problem {
	if ca.Role == trust.RoleActive {
		return problem{
			Summary: "No entry for the Active CA in " + f.Group.String(),
			Message: fmt.Sprintf("Both entries hold certificates that are not CAs of %s, so its Active CA %s cannot be trusted, and the apply will fail. "+
				"Remove one in the portal, or set replace_foreign = true.%s", f.Tenant, ca.Thumbprint, listCAs(f.Certificates, f.Now)),
		}
	}
	activation := trust.Activation(ca, *decision.Active)

	return problem{
		Summary: "No entry for the next CA in " + f.Group.String(),
		Message: fmt.Sprintf("The entry beside the Active CA holds a certificate that is not a CA of %s, so its next CA %s cannot be trusted. "+
			"Devices cannot enrol from about %s (%s) until it is. Remove that certificate in the portal, or set replace_foreign = true.",
			f.Tenant, ca.Thumbprint, activation.Format(dateLayout), estimated),
	}
}

// taken says which certificate loses its entry.
func (f findings) taken(note trust.Note) problem {
	gone := fmt.Sprintf("the %s CA %s", note.Gone.CA.Role, note.Gone.CA.Thumbprint)
	if note.Gone.Foreign() {
		gone = "the foreign certificate " + note.Gone.CA.Thumbprint.String()
		if !note.Gone.Displaced.IsZero() {
			gone += fmt.Sprintf(", which took the place of %s", note.Gone.Displaced)
		}
	}

	return problem{
		Summary: "A certificate is replaced in " + f.Group.String(),
		Message: fmt.Sprintf("In the %s entry the %s CA %s replaces %s. Devices with a certificate of the latter can no longer enrol.",
			note.Place, note.CA.Role, note.CA.Thumbprint, gone),
	}
}

// bestEffort describes the steps whose failure is no error, a line each.
func bestEffort(steps []trust.Step) []string {
	uploaded := map[trust.Place]bool{}
	var lines []string
	for _, step := range steps {
		if step.Vital() || step.EndsDistrust() && step.Action == trust.Remove {
			continue
		}
		switch step.Action {
		case trust.Upload:
			uploaded[step.Place] = true
			lines = append(lines, fmt.Sprintf("- upload the %s CA %s to the %s entry and verify it", step.CA.Role, step.CA.Thumbprint, step.Place))
		case trust.Verify:
			if !uploaded[step.Place] {
				lines = append(lines, fmt.Sprintf("- verify the %s CA %s in the %s entry", step.CA.Role, step.CA.Thumbprint, step.Place))
			}
		case trust.Remove:
			lines = append(lines, fmt.Sprintf("- remove %s from the %s entry", removed(*step.Replaces), step.Place))
		}
	}

	return lines
}

// removed names what is removed, and why.
func removed(content trust.Content) string {
	switch {
	case content.Duplicate:
		return fmt.Sprintf("the CA %s, which the other entry holds too,", content.CA.Thumbprint)
	case content.Foreign():
		return "the foreign certificate " + content.CA.Thumbprint.String()
	default:
		return fmt.Sprintf("the %s CA %s", content.CA.Role, content.CA.Thumbprint)
	}
}
