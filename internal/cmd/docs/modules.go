// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// readModules returns the README of each module in examples/modules, by its path
// below the repository, with the tables of inputs and outputs as they should be.
func readModules(root string) (map[string][]byte, error) {
	files, err := filepath.Glob(filepath.Join(root, "examples", "modules", "*", "README.md"))
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		described, err := describeModule(filepath.Dir(file), content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		relative, err := filepath.Rel(root, file)
		if err != nil {
			return nil, err
		}
		all[filepath.ToSlash(relative)] = described
	}

	return all, nil
}

// described is a table in a README: what is between the two lines is generated.
var described = regexp.MustCompile(`(?s)(<!-- (inputs|outputs) -->\n).*?(<!-- end -->\n)`)

// describeModule fills in the tables of a README.
func describeModule(dir string, readme []byte) ([]byte, error) {
	tables := map[string]string{}
	for name, table := range map[string]struct {
		file, block, heading string
		columns              []string
	}{
		"inputs":  {"variables.tf", "variable", "| input | description | type | default |\n| --- | --- | --- | --- |\n", []string{"description", "type", "default"}},
		"outputs": {"outputs.tf", "output", "| output | description |\n| --- | --- |\n", []string{"description"}},
	} {
		source, err := os.ReadFile(filepath.Join(dir, table.file))
		if err != nil {
			return nil, err
		}
		parsed, diags := hclsyntax.ParseConfig(source, table.file, hcl.InitialPos)
		if diags.HasErrors() {
			return nil, diags
		}
		body, _ := parsed.Body.(*hclsyntax.Body)
		rows := table.heading
		for _, block := range body.Blocks {
			if block.Type != table.block {
				continue
			}
			rows += fmt.Sprintf("| %#q |", block.Labels[0])
			for _, column := range table.columns {
				rows += " " + cell(source, block.Body.Attributes[column], column) + " |"
			}
			rows += "\n"
		}
		tables[name] = rows
	}
	missing := len(tables) - len(described.FindAll(readme, -1))
	if missing != 0 {
		return nil, fmt.Errorf("%d of the tables have no place", missing)
	}

	return described.ReplaceAllFunc(readme, func(found []byte) []byte {
		parts := described.FindSubmatch(found)
		return []byte(string(parts[1]) + tables[string(parts[2])] + string(parts[3]))
	}), nil
}

// cell is an argument of a block, as it is written. A description is a text.
func cell(source []byte, argument *hclsyntax.Attribute, column string) string {
	if argument == nil {
		return "required"
	}
	if column == "description" {
		value, diags := argument.Expr.Value(nil)
		if diags.HasErrors() {
			return diags.Error()
		}
		return value.AsString()
	}
	text := string(argument.Expr.Range().SliceBytes(source))

	return "`" + strings.Join(strings.Fields(text), " ") + "`"
}
