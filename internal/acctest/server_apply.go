// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Plan is what a provider plans for a resource.
type Plan struct {
	// Values are decoded to plain values; Unknown is known after the apply.
	Values map[string]any
	// Replaces are the attributes for which the resource is replaced.
	Replaces []string
	// Errors and Warnings are those of the plan: "summary: detail".
	Errors, Warnings []string

	server   *Server
	before   Resource
	config   *tfprotov6.DynamicValue
	planned  *tfprotov6.DynamicValue
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// PlanCreate plans a new resource with the arguments.
func (s *Server) PlanCreate(typeName string, arguments map[string]any) Plan {
	s.t.Helper()

	return s.PlanUpdate(Resource{typeName: typeName}, arguments)
}

// PlanUpdate plans to change a resource so that it has the arguments.
func (s *Server) PlanUpdate(before Resource, arguments map[string]any) Plan {
	s.t.Helper()
	kind := s.kind(before.typeName)
	config := s.object(s.Schemas.ResourceSchemas[before.typeName], arguments)
	validated, err := s.ValidateResourceConfig(s.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: before.typeName, Config: config,
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if found := problems(validated.Diagnostics); len(found) > 0 {
		return Plan{Errors: found, Warnings: warnings(validated.Diagnostics)}
	}
	proposed := s.proposed(before.typeName, s.unmarshal(config, kind), s.unmarshal(before.state, kind))

	return s.plan(before, config, s.encode(proposed))
}

// Replan plans the configuration of an earlier plan once more, over what is there by
// now.
func (s *Server) Replan(earlier Plan, before Resource) Plan {
	s.t.Helper()
	kind := s.kind(earlier.before.typeName)
	before.typeName = earlier.before.typeName
	proposed := s.proposed(before.typeName, s.unmarshal(earlier.config, kind), s.unmarshal(before.state, kind))

	return s.plan(before, earlier.config, s.encode(proposed))
}

// proposed is the configuration, completed with what the state has of computed
// attributes: what Terraform proposes to the provider.
func (s *Server) proposed(typeName string, config, before tftypes.Value) tftypes.Value {
	var configured, kept map[string]tftypes.Value
	_ = config.As(&configured)
	_ = before.As(&kept)
	for _, attribute := range s.Schemas.ResourceSchemas[typeName].Block.Attributes {
		value := configured[attribute.Name]
		switch known, found := kept[attribute.Name]; {
		case attribute.WriteOnly:
			configured[attribute.Name] = tftypes.NewValue(value.Type(), nil)
		case attribute.Computed && value.IsNull() && found:
			configured[attribute.Name] = known
		}
	}

	return tftypes.NewValue(config.Type(), configured)
}

func (s *Server) plan(before Resource, config, proposed *tfprotov6.DynamicValue) Plan {
	s.t.Helper()
	planned, err := s.PlanResourceChange(s.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: before.typeName, PriorState: s.stateOf(before), PriorPrivate: before.private, PriorIdentity: before.identity,
		Config: config, ProposedNewState: proposed,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	plan := Plan{
		Values: s.decode(planned.PlannedState, s.kind(before.typeName)),
		Errors: problems(planned.Diagnostics), Warnings: warnings(planned.Diagnostics),
		server: s, before: before, config: config, planned: planned.PlannedState, private: planned.PlannedPrivate, identity: planned.PlannedIdentity,
	}
	for _, path := range planned.RequiresReplace {
		plan.Replaces = append(plan.Replaces, path.String())
	}

	return plan
}

// AgreesWith fails the test unless a later plan keeps every value that this one
// promised. Terraform calls anything else an inconsistent final plan.
func (p Plan) AgreesWith(t *testing.T, later Plan) {
	t.Helper()
	if !conforms(p.server.unmarshal(p.planned, p.server.kind(p.before.typeName)), p.server.unmarshal(later.planned, p.server.kind(p.before.typeName))) {
		t.Errorf("%s: the final plan is inconsistent, which Terraform calls a bug of the provider:\nplanned %v\n   then %v",
			p.before.typeName, p.Values, later.Values)
	}
}

// stateOf is the state of a resource, which is null before it is created.
func (s *Server) stateOf(resource Resource) *tfprotov6.DynamicValue {
	if resource.state != nil {
		return resource.state
	}

	return s.encode(tftypes.NewValue(s.kind(resource.typeName), nil))
}

// Apply carries out a plan. What its errors and warnings say comes first.
func (s *Server) Apply(plan Plan) Resource {
	s.t.Helper()
	if len(plan.Errors) > 0 {
		after := plan.before
		after.Errors, after.Warnings = plan.Errors, plan.Warnings
		return after
	}
	applied, err := s.ApplyResourceChange(s.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: plan.before.typeName, PriorState: s.stateOf(plan.before),
		PlannedState: plan.planned, PlannedPrivate: plan.private, PlannedIdentity: plan.identity, Config: plan.config,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	after := Resource{
		typeName: plan.before.typeName, Errors: problems(applied.Diagnostics),
		Warnings: append(plan.Warnings, warnings(applied.Diagnostics)...),
	}

	if len(after.Errors) == 0 && !conforms(s.unmarshal(plan.planned, s.kind(after.typeName)), s.unmarshal(applied.NewState, s.kind(after.typeName))) {
		s.t.Errorf("%s: the result is not what was planned, which Terraform calls a bug of the provider:\nplanned %v\n    got %v",
			after.typeName, plan.Values, s.decode(applied.NewState, s.kind(after.typeName)))
	}

	return s.kept(after, applied.NewState, applied.Private, applied.NewIdentity)
}

// conforms reports whether a result has the values that were planned, as Terraform
// demands: only what was unknown may be anything.
func conforms(planned, result tftypes.Value) bool {
	switch {
	case !planned.IsKnown():
		return true
	case planned.IsNull() || result.IsNull():
		return planned.IsNull() == result.IsNull()
	}
	var attributes, results map[string]tftypes.Value
	if planned.As(&attributes) != nil || result.As(&results) != nil {
		return planned.Equal(result)
	}
	for name, value := range attributes {
		if !conforms(value, results[name]) {
			return false
		}
	}

	return true
}

// ApplyWith carries out a plan with other arguments than it was made for, such as a
// secret that has another value in each run.
func (s *Server) ApplyWith(plan Plan, arguments map[string]any) Resource {
	s.t.Helper()
	plan.config = s.object(s.Schemas.ResourceSchemas[plan.before.typeName], arguments)

	return s.Apply(plan)
}

// Create plans and creates a resource with the arguments.
func (s *Server) Create(typeName string, arguments map[string]any) Resource {
	s.t.Helper()

	return s.Apply(s.PlanCreate(typeName, arguments))
}

// MustCreate is Create, and fails the test unless it succeeds.
func (s *Server) MustCreate(typeName string, arguments map[string]any) Resource {
	s.t.Helper()
	created := s.Create(typeName, arguments)
	for _, problem := range created.Errors {
		s.t.Fatalf("create %s: %s", typeName, problem)
	}

	return created
}

// Update plans and makes the change to the arguments.
func (s *Server) Update(before Resource, arguments map[string]any) Resource {
	s.t.Helper()

	return s.Apply(s.PlanUpdate(before, arguments))
}

// PlanDelete plans the removal of a resource.
func (s *Server) PlanDelete(before Resource) Plan {
	s.t.Helper()
	nothing := s.encode(tftypes.NewValue(s.kind(before.typeName), nil))

	return s.plan(before, nothing, nothing)
}
