// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Imported is a resource as Terraform knows it after an import and the read that
// follows it.
type Imported struct {
	// State and Identity are decoded to plain values.
	State, Identity map[string]any
	// Errors are those of the import or of the read: "summary: detail".
	Errors []string
}

// ImportByID imports a resource by its ID.
func (s *Server) ImportByID(typeName, id string) Imported {
	s.t.Helper()

	return s.importResource(&tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
}

// ImportByIdentity imports a resource by its identity, whose attributes are
// strings; those that are not given are null.
func (s *Server) ImportByIdentity(typeName string, identity map[string]string) Imported {
	s.t.Helper()
	object, _ := s.Identities.IdentitySchemas[typeName].ValueType().(tftypes.Object)
	values := map[string]tftypes.Value{}
	for name, attribute := range object.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
		if text, set := identity[name]; set {
			values[name] = tftypes.NewValue(attribute, text)
		}
	}
	encoded, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, values))
	if err != nil {
		s.t.Fatal(err)
	}

	return s.importResource(&tfprotov6.ImportResourceStateRequest{
		TypeName: typeName, Identity: &tfprotov6.ResourceIdentityData{IdentityData: &encoded},
	})
}

func (s *Server) importResource(req *tfprotov6.ImportResourceStateRequest) Imported {
	s.t.Helper()
	imported, err := s.ImportResourceState(s.t.Context(), req)
	if err != nil {
		s.t.Fatal(err)
	}
	if found := problems(imported.Diagnostics); len(found) > 0 {
		return Imported{Errors: found}
	}
	if len(imported.ImportedResources) != 1 {
		s.t.Fatalf("the import made %d resources", len(imported.ImportedResources))
	}
	one := imported.ImportedResources[0]
	read, err := s.ReadResource(s.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: req.TypeName, CurrentState: one.State, Private: one.Private, CurrentIdentity: one.Identity,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if found := problems(read.Diagnostics); len(found) > 0 {
		return Imported{Errors: found}
	}

	return Imported{
		State:    s.decode(read.NewState, s.Schemas.ResourceSchemas[req.TypeName].ValueType()),
		Identity: s.decode(read.NewIdentity.IdentityData, s.Identities.IdentitySchemas[req.TypeName].ValueType()),
	}
}
