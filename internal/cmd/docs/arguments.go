// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// argumentLine stands for the arguments of the provider block that it names, in a
// template: tfplugindocs knows one list of all, and the page has them in groups.
var argumentLine = regexp.MustCompile(`(?m)^<!-- arguments: (.+) -->$`)

// expandArguments replaces the lines of a template that name arguments by their
// descriptions. It fails unless each argument of the block is named once, those of a
// nested block with the name of the block before: "endpoints.azure_sphere".
func expandArguments(template []byte, block *tfprotov6.SchemaBlock) ([]byte, error) {
	if !argumentLine.Match(template) {
		return template, nil
	}
	described := map[string]*tfprotov6.SchemaAttribute{}
	var open []string
	for _, attribute := range block.Attributes {
		described[attribute.Name] = attribute
		open = append(open, attribute.Name)
		if attribute.NestedType == nil {
			continue
		}
		for _, member := range attribute.NestedType.Attributes {
			described[attribute.Name+"."+member.Name] = member
			open = append(open, attribute.Name+"."+member.Name)
		}
	}
	var problems []error
	expanded := argumentLine.ReplaceAllFunc(template, func(line []byte) []byte {
		var items []string
		for name := range strings.SplitSeq(string(argumentLine.FindSubmatch(line)[1]), ", ") {
			at := slices.Index(open, name)
			if at < 0 {
				problems = append(problems, fmt.Errorf("the template names the argument %s twice, or there is none", name))
				continue
			}
			open = slices.Delete(open, at, at+1)
			short := name[strings.LastIndex(name, ".")+1:]
			items = append(items, fmt.Sprintf("- %#q (%s) %s", short, kindOf(described[name]), described[name].Description))
		}
		return []byte(strings.Join(items, "\n"))
	})
	if len(open) > 0 {
		problems = append(problems, fmt.Errorf("the template does not name the arguments %s", strings.Join(open, ", ")))
	}

	return expanded, errors.Join(problems...)
}

// kindOf describes the type of an argument as tfplugindocs does.
func kindOf(attribute *tfprotov6.SchemaAttribute) string {
	kind := "Attributes"
	switch {
	case attribute.NestedType != nil:
	case attribute.Type.Is(tftypes.List{ElementType: tftypes.String}):
		kind = "List of String"
	case attribute.Type.Is(tftypes.Bool):
		kind = "Boolean"
	case attribute.Type.Is(tftypes.Number):
		kind = "Number"
	default:
		kind = "String"
	}
	if attribute.Sensitive {
		kind += ", Sensitive"
	}

	return kind
}
