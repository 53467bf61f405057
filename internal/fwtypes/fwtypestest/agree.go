// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package fwtypestest holds the models of Terraform types against their schemas.
package fwtypestest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Model is a pointer to a model, and the Terraform type that it is of.
type Model struct {
	Into, Of any
}

// AllAgree fails the test unless each of the models agrees, and unless they are all
// of the folder's. They go by the names of the functions that make the types.
func AllAgree(t *testing.T, folder string, models map[string]Model) {
	t.Helper()
	for name, one := range models {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Agree(t, one)
		})
	}
	if covered, all := slices.Sorted(maps.Keys(models)), constructors(t, folder); !slices.Equal(covered, all) {
		t.Errorf("this test covers\n%v, and there are\n%v", covered, all)
	}
}

// Agree fails the test unless the model has exactly the attributes of its type's
// schema with the same types, down to those of nested attributes. Otherwise users
// see it as an error of the provider when they first use the type.
func Agree(t *testing.T, one Model) {
	t.Helper()
	state := schemaOf(t, one.Of)
	state.Raw = filled(state.Schema.Type().TerraformType(t.Context()))
	for _, problem := range state.Get(t.Context(), one.Into) {
		t.Errorf("reading into %T: %s: %s", one.Into, problem.Summary(), problem.Detail())
	}
	if t.Failed() {
		return
	}
	for _, problem := range state.Set(t.Context(), one.Into) {
		t.Errorf("writing %T: %s: %s", one.Into, problem.Summary(), problem.Detail())
	}
}

// schemaOf returns a state with the schema of a type, and no value.
func schemaOf(t *testing.T, made any) tfsdk.State {
	t.Helper()
	switch made := made.(type) {
	case provider.Provider:
		var resp provider.SchemaResponse
		made.Schema(t.Context(), provider.SchemaRequest{}, &resp)
		return tfsdk.State{Schema: resp.Schema}
	case resource.Resource:
		var resp resource.SchemaResponse
		made.Schema(t.Context(), resource.SchemaRequest{}, &resp)
		return tfsdk.State{Schema: resp.Schema}
	case datasource.DataSource:
		var resp datasource.SchemaResponse
		made.Schema(t.Context(), datasource.SchemaRequest{}, &resp)
		return tfsdk.State{Schema: resp.Schema}
	case ephemeral.EphemeralResource:
		var resp ephemeral.SchemaResponse
		made.Schema(t.Context(), ephemeral.SchemaRequest{}, &resp)
		return tfsdk.State{Schema: resp.Schema}
	case list.ListResource:
		var resp list.ListResourceSchemaResponse
		made.ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &resp)
		return tfsdk.State{Schema: resp.Schema}
	default:
		t.Fatalf("%T is no Terraform type with a model", made)
		return tfsdk.State{}
	}
}

// filled returns a value whose objects are there, whose collections have one
// element, and whose texts, numbers and booleans are null.
func filled(kind tftypes.Type) tftypes.Value {
	switch kind := kind.(type) {
	case tftypes.Object:
		members := map[string]tftypes.Value{}
		for name, member := range kind.AttributeTypes {
			members[name] = filled(member)
		}
		return tftypes.NewValue(kind, members)
	case tftypes.List:
		return tftypes.NewValue(kind, []tftypes.Value{filled(kind.ElementType)})
	case tftypes.Map:
		return tftypes.NewValue(kind, map[string]tftypes.Value{"key": filled(kind.ElementType)})
	default:
		return tftypes.NewValue(kind, nil)
	}
}

var constructor = regexp.MustCompile(`^New\w+(Resource|DataSource)$`)

// constructors returns the names of the functions in the folder that make a
// Terraform type, so that a test notices one that it does not cover.
func constructors(t *testing.T, folder string) []string {
	t.Helper()
	packages, err := parser.ParseDir(token.NewFileSet(), folder, func(file fs.FileInfo) bool { return !strings.HasSuffix(file.Name(), "_test.go") }, 0) //nolint:staticcheck // No build tags here.
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, parsed := range packages {
		for _, file := range parsed.Files {
			for _, declaration := range file.Decls {
				function, ok := declaration.(*ast.FuncDecl)
				if ok && function.Recv == nil && constructor.MatchString(function.Name.Name) {
					found[function.Name.Name] = true
				}
			}
		}
	}

	return slices.Sorted(maps.Keys(found))
}
