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

	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Agree fails the test unless the model, a pointer, has exactly the attributes of
// the schema with the same types, down to those of nested attributes. Otherwise
// users see it as an error of the provider when they first use the type. state
// brings the schema; its value does not matter.
func Agree(t *testing.T, state tfsdk.State, model any) {
	t.Helper()
	state.Raw = filled(state.Schema.Type().TerraformType(t.Context()))
	for _, problem := range state.Get(t.Context(), model) {
		t.Errorf("reading into %T: %s: %s", model, problem.Summary(), problem.Detail())
	}
	if t.Failed() {
		return
	}
	for _, problem := range state.Set(t.Context(), model) {
		t.Errorf("writing %T: %s: %s", model, problem.Summary(), problem.Detail())
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
	case tftypes.Set:
		return tftypes.NewValue(kind, []tftypes.Value{filled(kind.ElementType)})
	case tftypes.Map:
		return tftypes.NewValue(kind, map[string]tftypes.Value{"key": filled(kind.ElementType)})
	default:
		return tftypes.NewValue(kind, nil)
	}
}

var constructor = regexp.MustCompile(`^New\w+(Resource|DataSource)$`)

// Constructors returns the names of the functions in the folder that make a
// Terraform type, so that a test notices one that it does not cover.
func Constructors(t *testing.T, folder string) []string {
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
