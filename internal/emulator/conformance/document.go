// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package conformance

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// commonTypes stands in for Azure's common types, version 3, to which the files refer without holding them.
//
//go:embed common-types-v3.json
var commonTypes []byte

// nullable are members that the services send as null, which recordings show and the files do not: they have no word
// for it.
var nullable = []string{
	"CatalogProperties.tenantId",
	"CertificateProperties.certificate",
	"CertificateChainResponse.certificateChain",
	"ProductProperties.description",
	"DeviceGroupProperties.description",
	"DeviceGroupProperties.hasDeployment",
	"DeviceGroupListResult.nextLink",
	"ArmResource.systemData",
	"DeviceProperties.deviceId", "DeviceProperties.lastAvailableOsVersion", "DeviceProperties.lastInstalledOsVersion",
	"DeviceProperties.lastOsUpdateUtc", "DeviceProperties.lastUpdateRequestUtc", "ImageProperties.description",
	"DeviceListResult.nextLink", "DeploymentListResult.nextLink", "PagedDeviceInsight.nextLink",
}

// centralTitle is the title of the files of IoT Central.
const centralTitle = "Azure IoT Central"

// resourceProviderTitle is the title of the file of Device Provisioning Service in Resource Manager.
const resourceProviderTitle = "iotDpsClient"

// document is an OpenAPI 2 file, with its schemas as those of OpenAPI 3. It is read
// by hand: openapi2conv of kin-openapi refuses the references of Azure's files to
// others, and leaves objects open for members that are not declared.
type document struct {
	basePath   string
	version    string
	anyVersion bool // it is compared with other versions as well
	consumes   []string
	operations []*operation
	schemas    openapi3.Schemas
}

// operation is a method of a path.
type operation struct {
	id         string
	method     string
	template   []string // segments of the path
	consumes   []string
	parameters []parameter
	responses  map[string]*openapi3.Schema // by status or "default"; nil: without a body
	body       *openapi3.Schema            // nil: without a body
	required   bool                        // the body is
}

type parameter struct {
	name, in string
	required bool
	schema   *openapi3.Schema
}

// tree is a JSON object while it is rearranged.
type tree = map[string]any

// load reads an OpenAPI 2 file.
func load(file string) (*document, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading an OpenAPI file: %w", err)
	}
	var root, common tree
	if err := json.Unmarshal(content, &root); err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	if err := json.Unmarshal(commonTypes, &common); err != nil {
		return nil, fmt.Errorf("reading the common types: %w", err)
	}
	for _, section := range []string{"definitions", "parameters"} {
		merged := child(root, section)
		for name, value := range child(common, section) {
			if _, taken := merged[name]; !taken {
				merged[name] = value
			}
		}
		root[section] = merged
	}
	b := &builder{definitions: child(root, "definitions"), parameters: child(root, "parameters"), schemas: tree{}}
	return b.document(root)
}

// builder turns the parts of an OpenAPI 2 file into those of OpenAPI 3. It is written by hand because openapi2conv leaves
// objects open, subtypes unjoined and references to other files unresolved, and a check that forgives these finds nothing.
type builder struct {
	definitions, parameters tree
	schemas                 tree // of OpenAPI 3, by name
}

func (b *builder) document(root tree) (*document, error) {
	d := &document{basePath: text(root, "basePath"), version: text(child(root, "info"), "version"), consumes: texts(root["consumes"])}
	for name := range b.definitions {
		b.schemas[name] = b.definition(name)
	}
	type pending struct {
		op        *operation
		responses map[string]string
		body      string
		values    []string
	}
	var all []pending
	for template, methods := range child(root, "paths") {
		// Of IoT Central, whose files describe all of an application, only enrollment groups are emulated from them.
		if text(child(root, "info"), "title") == centralTitle && !strings.HasPrefix(template, "/enrollmentGroups") {
			continue
		}
		for method, value := range asTree(methods) {
			raw := asTree(value)
			if text(raw, "operationId") == "" {
				continue
			}
			op := &operation{
				id: text(raw, "operationId"), method: strings.ToUpper(method),
				template: strings.Split(template, "/"), consumes: texts(raw["consumes"]),
				responses: map[string]*openapi3.Schema{},
			}
			p := pending{op: op, responses: map[string]string{}}
			for _, value := range list(raw["parameters"]) {
				declared := b.parameter(asTree(value))
				name := op.id + "." + text(declared, "name")
				required, _ := declared["required"].(bool)
				if text(declared, "in") == "body" {
					p.body, op.required = name, required
					b.schemas[name] = b.schema(child(declared, "schema"))
					continue
				}
				op.parameters = append(op.parameters, parameter{
					name: text(declared, "name"), in: text(declared, "in"), required: required,
				})
				p.values = append(p.values, name)
				b.schemas[name] = b.schema(declared)
			}
			for status, value := range child(raw, "responses") {
				p.responses[status] = ""
				if title := text(child(root, "info"), "title"); status == "default" && title == resourceProviderTitle {
					// The file knows the errors of the resource provider alone, and not those of Resource Manager before it.
					p.responses[status] = op.id + "." + status
					b.schemas[op.id+"."+status] = tree{"anyOf": []any{
						b.schema(child(asTree(value), "schema")), b.schema(tree{"$ref": "#/definitions/ErrorResponse"}),
					}}
					continue
				}
				if schema := child(asTree(value), "schema"); len(schema) > 0 {
					p.responses[status] = op.id + "." + status
					b.schemas[op.id+"."+status] = b.schema(schema)
				}
			}
			all = append(all, p)
		}
	}
	var err error
	if d.schemas, err = resolve(b.schemas); err != nil {
		return nil, err
	}
	for _, p := range all {
		for i, name := range p.values {
			p.op.parameters[i].schema = d.schemas[name].Value
		}
		for status, name := range p.responses {
			p.op.responses[status] = nil
			if name != "" {
				p.op.responses[status] = d.schemas[name].Value
			}
		}
		if p.body != "" {
			p.op.body = d.schemas[p.body].Value
		}
		d.operations = append(d.operations, p.op)
	}
	return d, nil
}

// resolve reads schemas and follows their references to each other.
func resolve(schemas tree) (openapi3.Schemas, error) {
	content, err := json.Marshal(tree{
		"openapi": "3.0.3", "info": tree{"title": "schemas", "version": "1"}, "paths": tree{},
		"components": tree{"schemas": schemas},
	})
	if err != nil {
		return nil, fmt.Errorf("encoding schemas: %w", err)
	}
	loaded, err := openapi3.NewLoader().LoadFromData(content)
	if err != nil {
		return nil, fmt.Errorf("reading schemas: %w", err)
	}
	return loaded.Components.Schemas, nil
}

// parameter follows a reference to a parameter.
func (b *builder) parameter(declared tree) tree {
	if reference := text(declared, "$ref"); reference != "" {
		return child(b.parameters, path.Base(reference))
	}
	return declared
}

// definition returns the schema of a definition: its members and those of everything that it inherits from, and no
// others. Where subtypes are told apart by a discriminator, it is any one of them.
func (b *builder) definition(name string) tree {
	raw := child(b.definitions, name)
	if _, base := raw["discriminator"]; base {
		var subtypes []any
		for _, other := range slices.Sorted(maps.Keys(b.definitions)) {
			if text(child(b.definitions, other), "x-ms-discriminator-value") != "" && b.inherits(other, name) {
				subtypes = append(subtypes, b.flat(other))
			}
		}
		if len(subtypes) > 0 {
			return tree{"anyOf": subtypes}
		}
	}
	return b.flat(name)
}

func (b *builder) inherits(name, base string) bool {
	return slices.ContainsFunc(list(child(b.definitions, name)["allOf"]), func(parent any) bool {
		return path.Base(text(asTree(parent), "$ref")) == base
	})
}

// flat is a definition with everything it inherits, as one closed object.
func (b *builder) flat(name string) tree {
	raw := child(b.definitions, name)
	properties, required := tree{}, texts(raw["required"])
	for _, parent := range list(raw["allOf"]) {
		inherited := b.flat(path.Base(text(asTree(parent), "$ref")))
		maps.Copy(properties, child(inherited, "properties"))
		required = append(required, texts(inherited["required"])...)
	}
	for member, value := range child(raw, "properties") {
		properties[member] = b.schema(asTree(value))
		if slices.Contains(nullable, name+"."+member) {
			properties[member] = tree{"nullable": true, "allOf": []any{properties[member]}}
		}
	}
	if value := text(raw, "x-ms-discriminator-value"); value != "" {
		properties["type"] = tree{"type": "string", "enum": []any{value}}
	}
	if len(properties) == 0 {
		return b.schema(raw)
	}
	closed := tree{"type": "object", "properties": properties, "additionalProperties": false}
	if _, open := raw["additionalProperties"]; open {
		closed["additionalProperties"] = true // A twin holds anything, whatever type the file gives its members.
	}
	if len(required) > 0 {
		closed["required"] = required
	}
	return closed
}

// kept are the members of an OpenAPI 2 schema that mean the same in OpenAPI 3.
var kept = []string{
	"type", "format", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "readOnly",
	"default", "additionalProperties",
}

// schema turns a schema that is not a definition of its own.
func (b *builder) schema(raw tree) tree {
	if reference := text(raw, "$ref"); reference != "" {
		turned := tree{"$ref": "#/components/schemas/" + path.Base(reference)}
		if raw["readOnly"] == true {
			return tree{"allOf": []any{turned}, "readOnly": true}
		}
		return turned
	}
	turned := tree{}
	for _, name := range kept {
		if value, found := raw[name]; found {
			turned[name] = value
		}
	}
	// Go has no look-ahead, which a few patterns use.
	if pattern, ok := turned["pattern"].(string); ok {
		if _, err := regexp.Compile(pattern); err != nil {
			delete(turned, "pattern")
		}
	}
	if items, ok := raw["items"].(tree); ok {
		turned["items"] = b.schema(items)
	}
	if values, ok := turned["additionalProperties"].(tree); ok {
		turned["additionalProperties"] = b.schema(values)
	}
	if properties := child(raw, "properties"); len(properties) > 0 {
		members := tree{}
		for name, value := range properties {
			members[name] = b.schema(asTree(value))
		}
		turned["properties"] = members
	}
	return turned
}

// asTree returns an empty object for everything that is none.
func asTree(value any) tree {
	found, _ := value.(tree)
	if found == nil {
		return tree{}
	}
	return found
}

func child(t tree, name string) tree { return asTree(t[name]) }

func text(t tree, name string) string {
	found, _ := t[name].(string)
	return found
}

func list(value any) []any {
	found, _ := value.([]any)
	return found
}

func texts(value any) []string {
	var found []string
	if already, ok := value.([]string); ok {
		return slices.Clone(already)
	}
	for _, item := range list(value) {
		if s, ok := item.(string); ok {
			found = append(found, s)
		}
	}
	return found
}
