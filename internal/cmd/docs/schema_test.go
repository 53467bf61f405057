// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestTypeValue_isWhatTerraformPrints(t *testing.T) {
	t.Parallel()
	for want, of := range map[string]tftypes.Type{
		`"bool"`:                    tftypes.Bool,
		`"number"`:                  tftypes.Number,
		`"string"`:                  tftypes.String,
		`"dynamic"`:                 tftypes.DynamicPseudoType,
		`["list","string"]`:         tftypes.List{ElementType: tftypes.String},
		`["set",["list","bool"]]`:   tftypes.Set{ElementType: tftypes.List{ElementType: tftypes.Bool}},
		`["map","string"]`:          tftypes.Map{ElementType: tftypes.String},
		`["object",{"a":"number"}]`: tftypes.Object{AttributeTypes: map[string]tftypes.Type{"a": tftypes.Number}},
		`["tuple",["bool","string"]]`: tftypes.Tuple{ElementTypes: []tftypes.Type{
			tftypes.Bool, tftypes.String,
		}},
	} {
		if got, err := json.Marshal(typeValue(of)); err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v; want %s", of, got, err, want)
		}
	}
}

func TestFunctionObject_showsWhatMayFollow(t *testing.T) {
	t.Parallel()
	described := functionObject(&tfprotov6.Function{
		Return:            &tfprotov6.FunctionReturn{Type: tftypes.Bool},
		VariadicParameter: &tfprotov6.FunctionParameter{Name: "more", Type: tftypes.String, AllowNullValue: true},
	})
	got, err := json.Marshal(described["variadic_parameter"])
	if want := `{"description":"","is_nullable":true,"name":"more","type":"string"}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}
