// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// gap is a block that was not executed.
type gap struct {
	file     string
	line     int
	function string // Such as Keeper.upload; empty outside functions.
	source   string // The line that leads to it.
	reason   string
}

// String implements fmt.Stringer.
func (g gap) String() string {
	return fmt.Sprintf("%s:%d: %s: %#q", g.file, g.line, g.function, g.source)
}

// findGaps returns what was not executed, in the order of the files.
func findGaps(module string, executed map[block]int) ([]gap, error) {
	var missed []gap
	files := map[string]*source{}
	for one, count := range executed {
		if count > 0 {
			continue
		}
		file := files[one.file]
		if file == nil {
			read, err := readSource(filepath.Join(module, one.file))
			if err != nil {
				return nil, err
			}
			file, files[one.file] = read, read
		}
		missed = append(missed, gap{
			file: one.file, line: one.firstLine,
			function: file.functionAt(one.firstLine), source: strings.TrimSpace(file.lines[one.firstLine-1]),
		})
	}
	slices.SortFunc(missed, func(a, b gap) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})

	return missed, nil
}

// writeGaps writes each gap with its reason.
func writeGaps(name string, missed []gap) error {
	var text strings.Builder
	for _, one := range missed {
		fmt.Fprintf(&text, "%s\n\t%s\n", one, one.reason)
	}

	return os.WriteFile(name, []byte(text.String()), 0o644)
}

// source is a Go file.
type source struct {
	lines     []string
	functions []function
}

type function struct {
	name        string
	first, last int
}

func readSource(name string) (*source, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, content, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	read := &source{lines: strings.Split(string(content), "\n")}
	for _, declaration := range file.Decls {
		if found, ok := declaration.(*ast.FuncDecl); ok {
			read.functions = append(read.functions, function{nameOf(found), set.Position(found.Pos()).Line, set.Position(found.End()).Line})
		}
	}

	return read, nil
}

// nameOf is Function, or Type.Method.
func nameOf(declaration *ast.FuncDecl) string {
	if declaration.Recv == nil {
		return declaration.Name.Name
	}
	kind := declaration.Recv.List[0].Type
	for {
		switch of := kind.(type) {
		case *ast.StarExpr:
			kind = of.X
		case *ast.IndexExpr:
			kind = of.X
		case *ast.Ident:
			return of.Name + "." + declaration.Name.Name
		default:
			return declaration.Name.Name
		}
	}
}

func (s *source) functionAt(line int) string {
	for _, one := range s.functions {
		if one.first <= line && line <= one.last {
			return one.name
		}
	}

	return ""
}
