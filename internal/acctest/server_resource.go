// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Resource is a resource, or a data source, as the provider answered for it.
type Resource struct {
	// State and Identity are decoded to plain values. State is nil when there is
	// nothing to keep.
	State, Identity map[string]any
	// Errors and Warnings are those of the call: "summary: detail".
	Errors, Warnings []string

	// typeName and the others are what Terraform hands back with the next call.
	typeName string
	state    *tfprotov6.DynamicValue
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// kept completes a resource with what the provider wants to be kept of it. A state
// with values that are not known would stop Terraform.
func (s *Server) kept(resource Resource, state *tfprotov6.DynamicValue, private []byte, identity *tfprotov6.ResourceIdentityData) Resource {
	s.t.Helper()
	kind := s.kind(resource.typeName)
	resource.state, resource.private, resource.identity = state, private, identity
	resource.State = s.decode(state, kind)
	if identity != nil && identity.IdentityData != nil {
		resource.Identity = s.decode(identity.IdentityData, s.Identities.IdentitySchemas[resource.typeName].ValueType())
	}
	if len(resource.Errors) == 0 && !s.unmarshal(state, kind).IsFullyKnown() {
		s.t.Errorf("the state of %s has values that are not known: %v", resource.typeName, resource.State)
	}

	return resource
}

// kind is the type of a resource's state.
func (s *Server) kind(typeName string) tftypes.Type {
	s.t.Helper()
	schema, found := s.Schemas.ResourceSchemas[typeName]
	if !found {
		s.t.Fatalf("there is no resource %s", typeName)
	}

	return schema.ValueType()
}

// Absent is a resource that has no state.
func (*Server) Absent(typeName string) Resource { return Resource{typeName: typeName} }

// Written is a resource with a state that somebody wrote, instead of the provider.
func (s *Server) Written(typeName string, state map[string]any) Resource {
	s.t.Helper()

	return s.kept(Resource{typeName: typeName}, s.object(s.Schemas.ResourceSchemas[typeName], state), nil, nil)
}
