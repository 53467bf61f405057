// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Unknown stands, among arguments and in what is planned, for a value that
// Terraform knows only after the apply.
const Unknown = unknown("known after the apply")

type unknown string

// object encodes a block. Attributes that are not among the arguments are null.
func (s *Server) object(schema *tfprotov6.Schema, arguments map[string]any) *tfprotov6.DynamicValue {
	s.t.Helper()
	if arguments == nil {
		arguments = map[string]any{}
	}

	return s.encode(s.value(schema.ValueType(), arguments))
}

// value turns plain values into those of the protocol: nil is null, a map is an
// object or a map, and a slice is a list or a set.
func (s *Server) value(kind tftypes.Type, given any) tftypes.Value {
	s.t.Helper()
	switch given := given.(type) {
	case unknown:
		return tftypes.NewValue(kind, tftypes.UnknownValue)
	case []any:
		var elementKind tftypes.Type
		switch several := kind.(type) {
		case tftypes.List:
			elementKind = several.ElementType
		case tftypes.Set:
			elementKind = several.ElementType
		}
		elements := make([]tftypes.Value, 0, len(given))
		for _, element := range given {
			elements = append(elements, s.value(elementKind, element))
		}
		return tftypes.NewValue(kind, elements)
	case map[string]any:
		members := map[string]tftypes.Value{}
		object, isObject := kind.(tftypes.Object)
		for name := range object.AttributeTypes {
			members[name] = tftypes.NewValue(object.AttributeTypes[name], nil)
		}
		dictionary, _ := kind.(tftypes.Map)
		for name, member := range given {
			memberKind, known := object.AttributeTypes[name]
			if isObject && !known {
				s.t.Fatalf("there is no argument %s", name)
			}
			if !isObject {
				memberKind = dictionary.ElementType
			}
			members[name] = s.value(memberKind, member)
		}
		return tftypes.NewValue(kind, members)
	default:
		return tftypes.NewValue(kind, given)
	}
}

func (s *Server) encode(value tftypes.Value) *tfprotov6.DynamicValue {
	s.t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		s.t.Fatal(err)
	}

	return &encoded
}

// unmarshal decodes a value, or returns null for nil.
func (s *Server) unmarshal(encoded *tfprotov6.DynamicValue, kind tftypes.Type) tftypes.Value {
	s.t.Helper()
	if encoded == nil {
		return tftypes.NewValue(kind, nil)
	}
	value, err := encoded.Unmarshal(kind)
	if err != nil {
		s.t.Fatal(err)
	}

	return value
}

// decode returns the attributes of an object as plain values, or nil for null.
func (s *Server) decode(encoded *tfprotov6.DynamicValue, kind tftypes.Type) map[string]any {
	s.t.Helper()
	object, _ := plain(s.unmarshal(encoded, kind)).(map[string]any)

	return object
}

// plain turns a value of the protocol into strings, booleans, numbers, slices and
// maps; null becomes nil, and what is not known Unknown.
func plain(value tftypes.Value) any {
	if !value.IsKnown() {
		return Unknown
	}
	if value.IsNull() {
		return nil
	}
	switch kind := value.Type(); {
	case kind.Is(tftypes.String):
		var text string
		_ = value.As(&text)
		return text
	case kind.Is(tftypes.Bool):
		var truth bool
		_ = value.As(&truth)
		return truth
	case kind.Is(tftypes.Number):
		var number *big.Float
		_ = value.As(&number)
		return number.String()
	case kind.Is(tftypes.Object{}), kind.Is(tftypes.Map{}):
		var members map[string]tftypes.Value
		_ = value.As(&members)
		object := map[string]any{}
		for name, member := range members {
			object[name] = plain(member)
		}
		return object
	default:
		var members []tftypes.Value
		_ = value.As(&members)
		slice := make([]any, 0, len(members))
		for _, member := range members {
			slice = append(slice, plain(member))
		}
		return slice
	}
}
