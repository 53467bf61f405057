// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/provider"
)

// object is a JSON object of `terraform providers schema -json`.
type object map[string]any

// schemas is what the provider reports to Terraform about itself.
type schemas struct {
	*tfprotov6.GetProviderSchemaResponse
	identities map[string]*tfprotov6.ResourceIdentitySchema
}

// readSchemas asks the provider, as Terraform would. A Terraform binary that is
// older than a kind of type would leave it out.
func readSchemas(ctx context.Context) (*schemas, error) {
	server, err := providerserver.NewProtocol6WithError(provider.New("docs")())()
	if err != nil {
		return nil, err
	}
	described, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, err
	}
	for _, diagnostic := range append(described.Diagnostics, identities.Diagnostics...) {
		return nil, fmt.Errorf("the provider reports: %s: %s", diagnostic.Summary, diagnostic.Detail)
	}

	return &schemas{GetProviderSchemaResponse: described, identities: identities.IdentitySchemas}, nil
}

// marshal returns the JSON that tfplugindocs reads, with the types that begin with
// the provider name. Functions, whose names have no prefix, are part of it when
// withFunctions is true.
func (s *schemas) marshal(name string, withFunctions bool) ([]byte, error) {
	described := object{
		"provider":                   schemaObject(s.Provider),
		"resource_schemas":           typeObjects(name, s.ResourceSchemas, schemaObject),
		"data_source_schemas":        typeObjects(name, s.DataSourceSchemas, schemaObject),
		"ephemeral_resource_schemas": typeObjects(name, s.EphemeralResourceSchemas, schemaObject),
		"list_resource_schemas":      typeObjects(name, s.ListResourceSchemas, schemaObject),
		"resource_identity_schemas":  typeObjects(name, s.identities, identityObject),
	}
	if withFunctions {
		functions := object{}
		for name, function := range s.Functions {
			functions[name] = functionObject(function)
		}
		described["functions"] = functions
	}

	return json.Marshal(object{"format_version": "1.0", "provider_schemas": object{name: described}})
}

func typeObjects[T any](prefix string, all map[string]T, convert func(T) object) object {
	objects := object{}
	for name, one := range all {
		if strings.HasPrefix(name, prefix+"_") {
			objects[name] = convert(one)
		}
	}

	return objects
}

func schemaObject(schema *tfprotov6.Schema) object {
	return object{"version": schema.Version, "block": blockObject(schema.Block)}
}

func blockObject(block *tfprotov6.SchemaBlock) object {
	blocks := object{}
	for _, nested := range block.BlockTypes {
		blocks[nested.TypeName] = object{
			"nesting_mode": strings.ToLower(nested.Nesting.String()),
			"block":        blockObject(nested.Block),
			"min_items":    nested.MinItems,
			"max_items":    nested.MaxItems,
		}
	}

	return object{
		"attributes":       attributeObjects(block.Attributes),
		"block_types":      blocks,
		"description":      block.Description,
		"description_kind": kind(block.DescriptionKind),
		"deprecated":       block.Deprecated,
	}
}

func attributeObjects(attributes []*tfprotov6.SchemaAttribute) object {
	objects := object{}
	for _, attribute := range attributes {
		described := object{
			"description":      attribute.Description,
			"description_kind": kind(attribute.DescriptionKind),
			"deprecated":       attribute.Deprecated,
			"required":         attribute.Required,
			"optional":         attribute.Optional,
			"computed":         attribute.Computed,
			"sensitive":        attribute.Sensitive,
			"write_only":       attribute.WriteOnly,
		}
		if nested := attribute.NestedType; nested != nil {
			described["nested_type"] = object{
				"attributes":   attributeObjects(nested.Attributes),
				"nesting_mode": strings.ToLower(nested.Nesting.String()),
			}
		} else {
			described["type"] = typeValue(attribute.Type)
		}
		objects[attribute.Name] = described
	}

	return objects
}

func identityObject(identity *tfprotov6.ResourceIdentitySchema) object {
	attributes := object{}
	for _, attribute := range identity.IdentityAttributes {
		attributes[attribute.Name] = object{
			"type":                typeValue(attribute.Type),
			"description":         attribute.Description,
			"required_for_import": attribute.RequiredForImport,
			"optional_for_import": attribute.OptionalForImport,
		}
	}

	return object{"version": identity.Version, "attributes": attributes}
}

func functionObject(function *tfprotov6.Function) object {
	parameters := make([]object, 0, len(function.Parameters))
	for _, parameter := range function.Parameters {
		parameters = append(parameters, parameterObject(parameter))
	}
	described := object{
		"description":         function.Description,
		"summary":             function.Summary,
		"deprecation_message": function.DeprecationMessage,
		"return_type":         typeValue(function.Return.Type),
		"parameters":          parameters,
	}
	if function.VariadicParameter != nil {
		described["variadic_parameter"] = parameterObject(function.VariadicParameter)
	}

	return described
}

func parameterObject(parameter *tfprotov6.FunctionParameter) object {
	return object{
		"name":        parameter.Name,
		"description": parameter.Description,
		"is_nullable": parameter.AllowNullValue,
		"type":        typeValue(parameter.Type),
	}
}

func kind(kind tfprotov6.StringKind) string {
	if kind == tfprotov6.StringKindMarkdown {
		return "markdown"
	}

	return "plain"
}

// typeValue returns the type as JSON writes it: "string", ["list", "string"],
// ["object", {"name": "string"}].
func typeValue(of tftypes.Type) any {
	switch of := of.(type) {
	case tftypes.List:
		return []any{"list", typeValue(of.ElementType)}
	case tftypes.Set:
		return []any{"set", typeValue(of.ElementType)}
	case tftypes.Map:
		return []any{"map", typeValue(of.ElementType)}
	case tftypes.Object:
		attributes := object{}
		for name, attribute := range of.AttributeTypes {
			attributes[name] = typeValue(attribute)
		}
		return []any{"object", attributes}
	case tftypes.Tuple:
		elements := make([]any, 0, len(of.ElementTypes))
		for _, element := range of.ElementTypes {
			elements = append(elements, typeValue(element))
		}
		return []any{"tuple", elements}
	}
	switch {
	case of.Is(tftypes.Bool):
		return "bool"
	case of.Is(tftypes.Number):
		return "number"
	case of.Is(tftypes.String):
		return "string"
	default:
		return "dynamic"
	}
}
