// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/provider"
)

// root is the repository, seen from this package.
const root = "../.."

// notImported are the resources without an import, and why.
var notImported = map[string]string{
	"azuresphere_proof_of_possession": "the service keeps no proof",
}

// notImportedByIdentity are the resources that are imported by ID alone, and why.
var notImportedByIdentity = map[string]string{
	"iotcentral_verification_code": "the code is no part of the identity, and nobody else knows it",
}

// describedType is a type of the provider, and where its documentation is.
type describedType struct {
	name     string
	folder   string // in examples/, templates/ and docs/
	example  string // file in the example's folder
	schema   *tfprotov6.Schema
	identity *tfprotov6.ResourceIdentitySchema
}

func (d describedType) page() string {
	_, short, _ := strings.Cut(d.name, "_")
	return filepath.Join(d.folder, short+".md")
}

func (d describedType) String() string { return d.folder + "/" + d.name }

// describe asks the provider for its schemas, as Terraform does.
func describe(t *testing.T) (*tfprotov6.GetProviderSchemaResponse, []describedType) {
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
	for _, diagnostic := range slices.Concat(schemas.Diagnostics, identities.Diagnostics) {
		t.Fatalf("%s: %s", diagnostic.Summary, diagnostic.Detail)
	}
	var all []describedType
	for _, kind := range []struct {
		folder, example string
		schemas         map[string]*tfprotov6.Schema
	}{
		{"resources", "resource.tf", schemas.ResourceSchemas},
		{"data-sources", "data-source.tf", schemas.DataSourceSchemas},
		{"ephemeral-resources", "ephemeral-resource.tf", schemas.EphemeralResourceSchemas},
		{"list-resources", "list-resource.tfquery.hcl", schemas.ListResourceSchemas},
	} {
		for _, name := range slices.Sorted(maps.Keys(kind.schemas)) {
			one := describedType{name: name, folder: kind.folder, example: kind.example, schema: kind.schemas[name]}
			if kind.folder == "resources" {
				one.identity = identities.IdentitySchemas[name]
			}
			all = append(all, one)
		}
	}

	return schemas, all
}

func TestTypes_areDescribed(t *testing.T) {
	t.Parallel()
	schemas, types := describe(t)

	describeBlock(t, "provider", schemas.Provider.Block)
	for _, one := range types {
		if !strings.HasSuffix(one.schema.Block.Description, ".") {
			t.Errorf("%s: the description %q is not a sentence", one, one.schema.Block.Description)
		}
		describeBlock(t, one.String(), one.schema.Block)
		if one.identity == nil {
			continue
		}
		for _, attribute := range one.identity.IdentityAttributes {
			if attribute.Description == "" {
				t.Errorf("%s: the identity attribute %s has no description", one, attribute.Name)
			}
		}
	}
	for name, function := range schemas.Functions {
		if function.Summary == "" || function.Description == "" {
			t.Errorf("functions/%s: it has no summary or no description", name)
		}
		for _, parameter := range function.Parameters {
			if parameter.Description == "" {
				t.Errorf("functions/%s: the parameter %s has no description", name, parameter.Name)
			}
		}
	}
}

func describeBlock(t *testing.T, where string, block *tfprotov6.SchemaBlock) {
	t.Helper()
	describeAttributes(t, where, block.Attributes)
	for _, nested := range block.BlockTypes {
		describeBlock(t, where+"."+nested.TypeName, nested.Block)
	}
}

func describeAttributes(t *testing.T, where string, attributes []*tfprotov6.SchemaAttribute) {
	t.Helper()
	for _, attribute := range attributes {
		if !strings.HasSuffix(attribute.Description, ".") {
			t.Errorf("%s: the description %q of %s is not a sentence", where, attribute.Description, attribute.Name)
		}
		if attribute.NestedType != nil {
			describeAttributes(t, where+"."+attribute.Name, attribute.NestedType.Attributes)
		}
	}
}

func TestTypes_haveExampleAndPage(t *testing.T) {
	t.Parallel()
	schemas, types := describe(t)

	for _, one := range types {
		wantFile(t, one.String(), filepath.Join("examples", one.folder, one.name, one.example))
		wantFile(t, one.String(), filepath.Join("templates", one.page()+".tmpl"))
		wantFile(t, one.String(), filepath.Join("docs", one.page()))
	}
	for name := range schemas.Functions {
		wantFile(t, name, filepath.Join("examples", "functions", name, "function.tf"))
		wantFile(t, name, filepath.Join("templates", "functions", name+".md.tmpl"))
		wantFile(t, name, filepath.Join("docs", "functions", name+".md"))
	}
	wantFile(t, "the provider", "examples/provider/provider.tf")
	wantFile(t, "the provider", "docs/index.md")
}

func wantFile(t *testing.T, owner, path string) {
	t.Helper()
	if content, err := os.ReadFile(filepath.Join(root, path)); err != nil {
		t.Errorf("%s has no %s", owner, path)
	} else if len(content) == 0 {
		t.Errorf("%s is empty", path)
	}
}

func TestResources_showEveryImport(t *testing.T) {
	t.Parallel()
	_, types := describe(t)

	for _, one := range types {
		if one.folder != "resources" || notImported[one.name] != "" {
			continue
		}
		dir := filepath.Join("examples", one.folder, one.name)
		wantFile(t, one.String(), filepath.Join(dir, "import.sh"))
		wantFile(t, one.String(), filepath.Join(dir, "import-by-string-id.tf"))
		if notImportedByIdentity[one.name] != "" {
			continue
		}
		if one.identity == nil {
			t.Errorf("%s has no identity", one)
			continue
		}
		checkIdentityExample(t, one, filepath.Join(root, dir, "import-by-identity.tf"))
	}
}

// checkIdentityExample compares the identity in an import block with its schema.
func checkIdentityExample(t *testing.T, one describedType, file string) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%s: %v", one, err)
		return
	}
	parsed, diags := hclsyntax.ParseConfig(source, file, hcl.InitialPos)
	if diags.HasErrors() {
		t.Errorf("%s: %v", one, diags)
		return
	}
	body, _ := parsed.Body.(*hclsyntax.Body)
	at := slices.IndexFunc(body.Blocks, func(block *hclsyntax.Block) bool { return block.Type == "import" })
	if at < 0 {
		t.Errorf("%s has no import block", file)
		return
	}
	value, diags := body.Blocks[at].Body.Attributes["identity"].Expr.Value(nil)
	if diags.HasErrors() {
		t.Errorf("%s: %v", file, diags)
		return
	}
	shown := value.AsValueMap()
	for _, attribute := range one.identity.IdentityAttributes {
		if _, ok := shown[attribute.Name]; attribute.RequiredForImport && !ok {
			t.Errorf("%s lacks %s", file, attribute.Name)
		}
		delete(shown, attribute.Name)
	}
	for name := range shown {
		t.Errorf("%s has %s, which is no part of the identity", file, name)
	}
}

// TestLists_matchTheirSchema parses the list blocks of the examples: terraform query,
// which runs them, needs a newer Terraform than the rest.
func TestLists_matchTheirSchema(t *testing.T) {
	t.Parallel()
	_, types := describe(t)

	for _, one := range types {
		if one.folder != "list-resources" {
			continue
		}
		file := filepath.Join(root, "examples", one.folder, one.name, one.example)
		source, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%s: %v", one, err)
			continue
		}
		parsed, diags := hclsyntax.ParseConfig(source, file, hcl.InitialPos)
		if diags.HasErrors() {
			t.Errorf("%s: %v", one, diags)
			continue
		}
		body, _ := parsed.Body.(*hclsyntax.Body)
		if len(body.Blocks) != 1 || body.Blocks[0].Type != "list" || body.Blocks[0].Labels[0] != one.name {
			t.Errorf("%s is not one block: list %q", file, one.name)
			continue
		}
		for _, config := range body.Blocks[0].Body.Blocks {
			for name := range config.Body.Attributes {
				if !slices.ContainsFunc(one.schema.Block.Attributes, func(a *tfprotov6.SchemaAttribute) bool { return a.Name == name }) {
					t.Errorf("%s sets %s, which is not in the schema", file, name)
				}
			}
		}
	}
}
