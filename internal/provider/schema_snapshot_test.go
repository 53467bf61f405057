// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/provider"
)

var update = flag.Bool("update", false, "write testdata/schema.json anew")

const snapshotFile = "testdata/schema.json"

// TestSchema_isTheAnnouncedOne compares the schema of the provider with the
// committed one, so that no attribute disappears or changes unnoticed. The
// descriptions are not in it: they may change at any time.
func TestSchema_isTheAnnouncedOne(t *testing.T) {
	t.Parallel()
	encoded, err := json.MarshalIndent(schemaSnapshot(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	current := string(encoded) + "\n"
	if *update {
		if err := os.WriteFile(snapshotFile, []byte(current), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	committed, err := os.ReadFile(snapshotFile)
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(strings.Split(string(committed), "\n"), strings.Split(current, "\n")); difference != "" {
		t.Errorf("the schema is not that of %s (- committed, + now):\n%s\n"+
			"An attribute that was added is no harm: announce it in the change log. One that was removed, or whose type or kind changed, breaks "+
			"configurations and states: it needs a new schema version with an upgrader, or a deprecation first.\n"+
			"To take the new schema over:\n\n  go test ./internal/provider -run TestSchema_isTheAnnouncedOne -update\n", snapshotFile, difference)
	}
}

// schemaSnapshot returns all that a configuration or a state can depend on.
func schemaSnapshot(t *testing.T) map[string]any {
	t.Helper()
	server, err := providerserver.NewProtocol6WithError(provider.New("test")())()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range append(schemas.Diagnostics, identities.Diagnostics...) {
		t.Fatalf("%s: %s", problem.Summary, problem.Detail)
	}
	shapes := func(of map[string]*tfprotov6.Schema) map[string]any {
		shapes := map[string]any{}
		for name, schema := range of {
			shapes[name] = schemaShape(schema)
		}
		return shapes
	}
	functions := map[string]any{}
	for name, function := range schemas.Functions {
		var parameters []string
		for _, parameter := range function.Parameters {
			parameters = append(parameters, parameter.Name+" "+typeName(parameter.Type))
		}
		functions[name] = map[string]any{"parameters": parameters, "returns": typeName(function.Return.Type)}
	}
	identityShapes := map[string]any{}
	for name, identity := range identities.IdentitySchemas {
		attributes := map[string]any{}
		for _, attribute := range identity.IdentityAttributes {
			attributes[attribute.Name] = withFlags(typeName(attribute.Type),
				flagged{attribute.RequiredForImport, "required for import"}, flagged{attribute.OptionalForImport, "optional for import"})
		}
		identityShapes[name] = map[string]any{"version": identity.Version, "attributes": attributes}
	}

	return map[string]any{
		"provider":            schemaShape(schemas.Provider),
		"resources":           shapes(schemas.ResourceSchemas),
		"identities":          identityShapes,
		"data_sources":        shapes(schemas.DataSourceSchemas),
		"ephemeral_resources": shapes(schemas.EphemeralResourceSchemas),
		"list_resources":      shapes(schemas.ListResourceSchemas),
		"functions":           functions,
	}
}

func schemaShape(schema *tfprotov6.Schema) map[string]any {
	shape := blockShape(schema.Block)
	shape["version"] = schema.Version

	return shape
}

func blockShape(block *tfprotov6.SchemaBlock) map[string]any {
	shape := map[string]any{"attributes": attributeShapes(block.Attributes)}
	if len(block.BlockTypes) > 0 {
		blocks := map[string]any{}
		for _, nested := range block.BlockTypes {
			nestedShape := blockShape(nested.Block)
			nestedShape["nesting"] = nested.Nesting.String()
			blocks[nested.TypeName] = nestedShape
		}
		shape["blocks"] = blocks
	}

	return shape
}

func attributeShapes(attributes []*tfprotov6.SchemaAttribute) map[string]any {
	shapes := map[string]any{}
	for _, attribute := range attributes {
		flags := []flagged{
			{attribute.Required, "required"},
			{attribute.Optional, "optional"},
			{attribute.Computed, "computed"},
			{attribute.Sensitive, "sensitive"},
			{attribute.WriteOnly, "write-only"},
			{attribute.Deprecated, "deprecated"},
		}
		if attribute.NestedType == nil {
			shapes[attribute.Name] = withFlags(typeName(attribute.Type), flags...)
			continue
		}
		shapes[attribute.Name] = map[string]any{
			"kind":       withFlags(strings.ToLower(attribute.NestedType.Nesting.String()), flags...),
			"attributes": attributeShapes(attribute.NestedType.Attributes),
		}
	}

	return shapes
}

type flagged struct {
	set  bool
	name string
}

func withFlags(kind string, flags ...flagged) string {
	for _, one := range flags {
		if one.set {
			kind += ", " + one.name
		}
	}

	return kind
}

func typeName(kind tftypes.Type) string {
	return strings.ToLower(strings.ReplaceAll(kind.String(), "tftypes.", ""))
}
