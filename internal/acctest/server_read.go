// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Refresh reads a resource that was created, updated, imported or refreshed.
func (s *Server) Refresh(before Resource) Resource {
	s.t.Helper()
	read, err := s.ReadResource(s.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: before.typeName, CurrentState: before.state, Private: before.private, CurrentIdentity: before.identity,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	after := Resource{typeName: before.typeName, Errors: problems(read.Diagnostics), Warnings: warnings(read.Diagnostics)}

	return s.kept(after, read.NewState, read.Private, read.NewIdentity)
}

// ReadData reads a data source with the arguments.
func (s *Server) ReadData(typeName string, arguments map[string]any) Resource {
	s.t.Helper()
	schema, found := s.Schemas.DataSourceSchemas[typeName]
	if !found {
		s.t.Fatalf("there is no data source %s", typeName)
	}
	config := s.object(schema, arguments)
	validated, err := s.ValidateDataResourceConfig(s.t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: typeName, Config: config})
	if err != nil {
		s.t.Fatal(err)
	}
	if invalid := problems(validated.Diagnostics); len(invalid) > 0 {
		return Resource{Errors: invalid}
	}
	read, err := s.ReadDataSource(s.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: config})
	if err != nil {
		s.t.Fatal(err)
	}

	result := Resource{Errors: problems(read.Diagnostics), Warnings: warnings(read.Diagnostics)}
	if len(result.Errors) == 0 {
		result.State = s.decode(read.State, schema.ValueType())
	}

	return result
}

// Open opens an ephemeral resource with the arguments.
func (s *Server) Open(typeName string, arguments map[string]any) Resource {
	s.t.Helper()
	schema, found := s.Schemas.EphemeralResourceSchemas[typeName]
	if !found {
		s.t.Fatalf("there is no ephemeral resource %s", typeName)
	}
	opened, err := s.OpenEphemeralResource(s.t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: typeName, Config: s.object(schema, arguments),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	result := Resource{Errors: problems(opened.Diagnostics), Warnings: warnings(opened.Diagnostics)}
	if len(result.Errors) == 0 {
		result.State = s.decode(opened.Result, schema.ValueType())
	}

	return result
}
