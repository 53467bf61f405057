// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// operationsFile is the page that lists what the emulator serves.
const operationsFile = "guides/emulator-operations.md"

// titles are the services as people call them.
var titles = map[string]string{
	"arm":         "Azure Resource Manager",
	"sphere":      "Azure Sphere (Legacy)",
	"iotcentral":  "IoT Central",
	"entra":       "Microsoft Entra ID",
	"metadata":    "Managed identities",
	"github":      "Tokens of GitHub Actions",
	"azuredevops": "Tokens of Azure Pipelines",

	"provisioning": "Device Provisioning Service, as devices call it",
	"dps":          "Device Provisioning Service, its enrollment groups",
}

// resourceGroup is what most paths of Resource Manager begin with.
const resourceGroup = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.AzureSphere"

// operationsPage writes the page from the routes of an emulator.
func operationsPage() (page []byte, err error) {
	running, err := emulator.Start(emulator.Options{})
	if err != nil {
		return nil, err
	}
	defer func() {
		if closeErr := running.Close(); err == nil {
			err = closeErr
		}
	}()
	var text strings.Builder
	text.WriteString(operationsIntroduction)
	service := ""
	for _, op := range running.Operations() {
		if op.Service != service {
			service = op.Service
			title := titles[service]
			if title == "" {
				title = service
			}
			fmt.Fprintf(&text, "\n## %s\n\nThe name of the service in faults and in the request log is `%s`.\n\n", title, service)
			text.WriteString("| operation | request | version | source | switches |\n| --- | --- | --- | --- | --- |\n")
		}
		fmt.Fprintf(&text, "| `%s` | `%s %s` | %s | %s | %s |\n", op.ID, op.Method, strings.Replace(op.Path, resourceGroup, "…", 1),
			strings.Join(op.Versions, ", "), op.Source, code(op.Switches))
	}
	text.WriteString("\n## Switches\n\n`-behavior NAME=VALUE` sets a switch. The first value is the default.\n\n")
	text.WriteString("| switch | values | meaning |\n| --- | --- | --- |\n")
	general := emulator.GeneralSwitches()
	for _, s := range emulator.Switches() {
		description := s.Description
		if slices.Contains(general, s.Name) {
			description += ". It concerns all operations of the service"
		}
		values := code(s.Values)
		if s.Open {
			values += ", …"
		}
		fmt.Fprintf(&text, "| `%s` | %s | %s |\n", s.Name, values, strings.ReplaceAll(description, "|", `\|`))
	}
	return []byte(text.String()), nil
}

// code writes words as code.
func code(words []string) string {
	quoted := make([]string, 0, len(words))
	for _, word := range words {
		quoted = append(quoted, "`"+word+"`")
	}
	return strings.Join(quoted, ", ")
}

const operationsIntroduction = `---
page_title: "Operations of the emulator"
subcategory: ""
description: |-
  The operations of Microsoft Entra ID, Azure Resource Manager, Azure Sphere and IoT Central that sphere-emulator serves.
---

# Operations of the emulator

` + "`sphere-emulator`" + ` serves the operations on this page. [Testing a module offline](offline-testing.md) shows how to use it. Other
requests return 404 or 405 in the error format of the service.

The source of an operation says how sure its answers are:

- **recording**: published recordings of traffic with the real service show the answers.
- **specification**: Microsoft's OpenAPI file describes the answers. Tests compare the emulator with it.
- **documentation**: documentation describes the answers.
- **assumption**: nothing describes the answers. The emulator returns the likeliest one.

Where a source leaves something open, a switch selects the answer. In requests, … stands for
` + "`" + resourceGroup + "`.\n"
