// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"iter"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Listed is one result of a list block.
type Listed struct {
	DisplayName string
	// Identity and Resource are decoded to plain values; Resource is nil unless it
	// was asked for.
	Identity, Resource map[string]any
	// Errors are those of this result: "summary: detail".
	Errors []string
}

// List runs a list block whose arguments are strings.
func (s *Server) List(typeName string, arguments map[string]string, includeResource bool, limit int64) []Listed {
	s.t.Helper()
	var listed []Listed
	for one := range s.Results(typeName, arguments, includeResource, limit) {
		listed = append(listed, one)
	}

	return listed
}

// Results is List, one result after the other, for a consumer that may stop.
func (s *Server) Results(typeName string, arguments map[string]string, includeResource bool, limit int64) iter.Seq[Listed] {
	s.t.Helper()
	lister, ok := s.ProviderServer.(tfprotov6.ProviderServerWithListResource) //nolint:staticcheck // It is how the interface is reached for now.
	if !ok {
		s.t.Fatal("the provider lists nothing")
	}
	given := map[string]any{}
	for name, text := range arguments {
		given[name] = text
	}
	config := s.object(s.Schemas.ListResourceSchemas[typeName], given)
	validated, err := lister.ValidateListResourceConfig(s.t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: config})
	if err != nil {
		s.t.Fatal(err)
	}
	if found := problems(validated.Diagnostics); len(found) > 0 {
		return func(yield func(Listed) bool) { yield(Listed{Errors: found}) }
	}
	stream, err := lister.ListResource(s.t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: typeName, Config: config, IncludeResource: includeResource, Limit: limit,
	})
	if err != nil {
		s.t.Fatal(err)
	}

	return func(yield func(Listed) bool) {
		for result := range stream.Results {
			one := Listed{DisplayName: result.DisplayName, Errors: problems(result.Diagnostics)}
			if result.Identity != nil && result.Identity.IdentityData != nil && len(one.Errors) == 0 {
				one.Identity = s.decode(result.Identity.IdentityData, s.Identities.IdentitySchemas[typeName].ValueType())
			}
			if result.Resource != nil && includeResource && len(one.Errors) == 0 {
				one.Resource = s.decode(result.Resource, s.Schemas.ResourceSchemas[typeName].ValueType())
			}
			if !yield(one) {
				return
			}
		}
	}
}
