// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package conformance

import (
	"net/http"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// kitchens is an OpenAPI file with what machines has not: calls that send a body, definitions that inherit from each
// other and are told apart by a discriminator, and a pattern that Go does not know.
const kitchens = `{
  "swagger": "2.0", "info": {"title": "kitchens", "version": "2024-04-01"}, "consumes": ["application/json"],
  "paths": {
    "/kitchens/{name}": {
      "parameters": [{"name": "name", "in": "path", "type": "string", "required": true}],
      "put": {
        "operationId": "Kitchens_Put",
        "parameters": [{"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Kitchen"}}],
        "responses": {"204": {"description": ""}}
      },
      "patch": {
        "operationId": "Kitchens_Patch", "consumes": ["application/merge-patch+json"],
        "parameters": [{"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Kitchen"}}],
        "responses": {"204": {"description": ""}}
      }
    }
  },
  "definitions": {
    "Kitchen": {"type": "object", "required": ["machine"], "properties": {
      "machine": {"$ref": "#/definitions/Machine"}, "id": {"type": "string", "readOnly": true},
      "code": {"type": "string", "pattern": "^(?!.*--)[a-z-]+$"}
    }},
    "Machine": {"type": "object", "discriminator": "type", "required": ["type", "maker"], "properties": {
      "type": {"type": "string"}, "maker": {"type": "string"}
    }},
    "Espresso": {"x-ms-discriminator-value": "espresso", "allOf": [{"$ref": "#/definitions/Machine"}],
      "type": "object", "required": ["bar"], "properties": {"bar": {"type": "integer"}}},
    "Filter": {"x-ms-discriminator-value": "filter", "allOf": [{"$ref": "#/definitions/Machine"}],
      "type": "object", "properties": {"cups": {"type": "integer"}}},
    "Toaster": {"x-ms-discriminator-value": "toaster", "type": "object", "properties": {"slots": {"type": "integer"}}}
  }
}`

func sending(method, mediaType, body string) emulator.Exchange {
	return emulator.Exchange{
		Service: "arm", Method: method, URL: "https://localhost/kitchens/small", Status: http.StatusNoContent,
		RequestHeader: http.Header{"Content-Type": {mediaType}}, RequestBody: []byte(body),
	}
}

func TestCheck_takesBodiesThatTheFilesAllow(t *testing.T) {
	t.Parallel()
	v, err := Load(write(t, kitchens))
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"one subtype":                `{"machine":{"type":"espresso","maker":"m","bar":9}}`,
		"another":                    `{"machine":{"type":"filter","maker":"m"}}`,
		"a pattern that Go can't do": `{"machine":{"type":"filter","maker":"m"},"code":"a--b"}`,
	} {
		if err := v.Check(sending(http.MethodPut, "application/json; charset=utf-8", body)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := v.Check(sending(http.MethodPatch, "application/merge-patch+json", `{"machine":{"type":"filter","maker":"m"}}`)); err != nil {
		t.Errorf("a media type of the call's own: %v", err)
	}
	if err := v.Check(sending(http.MethodPatch, "", "")); err != nil {
		t.Errorf("no body, and an optional one: %v", err)
	}
	if v.Total() != 5 {
		t.Errorf("%d exchanges were checked, want 5", v.Total())
	}
}

func TestCheck_saysWhatIsWrongWithABody(t *testing.T) {
	t.Parallel()
	v, err := Load(write(t, kitchens))
	if err != nil {
		t.Fatal(err)
	}
	const right = `{"machine":{"type":"filter","maker":"m"}}`
	for name, test := range map[string]struct{ method, mediaType, body, want string }{
		"none":                        {http.MethodPut, "application/json", "", "the request has no body"},
		"no media type":               {http.MethodPut, "", right, `the request is "", and not application/json`},
		"media type of another call":  {http.MethodPut, "application/merge-patch+json", right, "and not application/json"},
		"media type of all others":    {http.MethodPatch, "application/json", right, "and not application/merge-patch+json"},
		"no JSON":                     {http.MethodPut, "application/json", "{", "the request body: it is not JSON"},
		"missing member":              {http.MethodPut, "application/json", `{}`, "machine"},
		"member of nobody":            {http.MethodPut, "application/json", strings.Replace(right, `"maker"`, `"color":1,"maker"`, 1), "color"},
		"member of another subtype":   {http.MethodPut, "application/json", strings.Replace(right, `"maker"`, `"bar":1,"maker"`, 1), "bar"},
		"inherited member is missing": {http.MethodPut, "application/json", `{"machine":{"type":"filter"}}`, "maker"},
		"no subtype of this":          {http.MethodPut, "application/json", `{"machine":{"type":"toaster"}}`, "anyOf"},
		"what the service sets":       {http.MethodPut, "application/json", `{"id":"x",` + right[1:], "readOnly"},
	} {
		if err := v.Check(sending(test.method, test.mediaType, test.body)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one that says %q", name, err, test.want)
		}
	}
}
