// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Server is a configured provider that a test drives by its protocol, as a newer
// Terraform would: for what the terraform at hand does not know yet.
type Server struct {
	tfprotov6.ProviderServer

	// Schemas are those of the provider, Identities those of its resources.
	Schemas    *tfprotov6.GetProviderSchemaResponse
	Identities *tfprotov6.GetResourceIdentitySchemasResponse

	t *testing.T
}

// NewServer returns a provider with an empty provider block.
func (b *Bench) NewServer() *Server {
	b.t.Helper()
	provider, err := b.Providers()["azuresphere"]()
	if err != nil {
		b.t.Fatal(err)
	}
	server := &Server{ProviderServer: provider, t: b.t}
	if server.Schemas, err = provider.GetProviderSchema(b.t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		b.t.Fatal(err)
	}
	server.noErrors(server.Schemas.Diagnostics)
	if server.Identities, err = provider.GetResourceIdentitySchemas(b.t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{}); err != nil {
		b.t.Fatal(err)
	}
	server.noErrors(server.Identities.Diagnostics)
	configured, err := provider.ConfigureProvider(b.t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.14.0",
		Config:           server.object(server.Schemas.Provider, nil),
	})
	if err != nil {
		b.t.Fatal(err)
	}
	server.noErrors(configured.Diagnostics)

	return server
}

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
	lister, ok := s.ProviderServer.(tfprotov6.ProviderServerWithListResource) //nolint:staticcheck // It is how the interface is reached for now.
	if !ok {
		s.t.Fatal("the provider lists nothing")
	}
	config := s.object(s.Schemas.ListResourceSchemas[typeName], arguments)
	validated, err := lister.ValidateListResourceConfig(s.t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: config})
	if err != nil {
		s.t.Fatal(err)
	}
	if found := problems(validated.Diagnostics); len(found) > 0 {
		return []Listed{{Errors: found}}
	}
	stream, err := lister.ListResource(s.t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: typeName, Config: config, IncludeResource: includeResource, Limit: limit,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	var listed []Listed
	for result := range stream.Results {
		one := Listed{DisplayName: result.DisplayName, Errors: problems(result.Diagnostics)}
		if result.Identity != nil && result.Identity.IdentityData != nil && len(one.Errors) == 0 {
			one.Identity = s.decode(result.Identity.IdentityData, s.Identities.IdentitySchemas[typeName].ValueType())
		}
		if result.Resource != nil && includeResource && len(one.Errors) == 0 {
			one.Resource = s.decode(result.Resource, s.Schemas.ResourceSchemas[typeName].ValueType())
		}
		listed = append(listed, one)
	}

	return listed
}

// object returns a block in which the given attributes are set and all others null.
func (s *Server) object(schema *tfprotov6.Schema, arguments map[string]string) *tfprotov6.DynamicValue {
	s.t.Helper()
	object, _ := schema.ValueType().(tftypes.Object)
	values := map[string]tftypes.Value{}
	for name, attribute := range object.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
		if text, set := arguments[name]; set {
			values[name] = tftypes.NewValue(tftypes.String, text)
		}
	}
	encoded, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, values))
	if err != nil {
		s.t.Fatal(err)
	}

	return &encoded
}

func (s *Server) decode(encoded *tfprotov6.DynamicValue, kind tftypes.Type) map[string]any {
	s.t.Helper()
	value, err := encoded.Unmarshal(kind)
	if err != nil {
		s.t.Fatal(err)
	}
	object, _ := plain(value).(map[string]any)

	return object
}

// plain turns a value of the protocol into strings, booleans, numbers, slices and
// maps; null and unknown become nil.
func plain(value tftypes.Value) any {
	if value.IsNull() || !value.IsKnown() {
		return nil
	}
	switch kind := value.Type(); {
	case kind.Is(tftypes.String):
		var text string
		_ = value.As(&text)
		return text
	case kind.Is(tftypes.Bool):
		var truth bool
		_ = value.As(&truth)
		return truth
	case kind.Is(tftypes.Number):
		var number *big.Float
		_ = value.As(&number)
		return number.String()
	case kind.Is(tftypes.Object{}), kind.Is(tftypes.Map{}):
		var members map[string]tftypes.Value
		_ = value.As(&members)
		object := map[string]any{}
		for name, member := range members {
			object[name] = plain(member)
		}
		return object
	default:
		var members []tftypes.Value
		_ = value.As(&members)
		slice := make([]any, 0, len(members))
		for _, member := range members {
			slice = append(slice, plain(member))
		}
		return slice
	}
}

func problems(diagnostics []*tfprotov6.Diagnostic) []string {
	var found []string
	for _, diagnostic := range diagnostics {
		if diagnostic.Severity == tfprotov6.DiagnosticSeverityError {
			found = append(found, fmt.Sprintf("%s: %s", diagnostic.Summary, diagnostic.Detail))
		}
	}

	return found
}

func (s *Server) noErrors(diagnostics []*tfprotov6.Diagnostic) {
	s.t.Helper()
	for _, problem := range problems(diagnostics) {
		s.t.Fatal(problem)
	}
}
