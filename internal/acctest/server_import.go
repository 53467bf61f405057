// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// ImportByID imports a resource by its ID, and reads it, as Terraform does.
func (s *Server) ImportByID(typeName, id string) Resource {
	s.t.Helper()

	return s.importResource(&tfprotov6.ImportResourceStateRequest{TypeName: typeName, ID: id})
}

// ImportByIdentity imports a resource by its identity, whose attributes are
// strings; those that are not given are null.
func (s *Server) ImportByIdentity(typeName string, identity map[string]string) Resource {
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

func (s *Server) importResource(req *tfprotov6.ImportResourceStateRequest) Resource {
	s.t.Helper()
	imported, err := s.ImportResourceState(s.t.Context(), req)
	if err != nil {
		s.t.Fatal(err)
	}
	if found := problems(imported.Diagnostics); len(found) > 0 {
		return Resource{Errors: found}
	}
	if len(imported.ImportedResources) != 1 {
		s.t.Fatalf("the import made %d resources", len(imported.ImportedResources))
	}
	one := imported.ImportedResources[0]

	return s.Refresh(Resource{typeName: req.TypeName, state: one.State, private: one.Private, identity: one.Identity})
}
