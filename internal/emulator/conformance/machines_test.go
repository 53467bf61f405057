// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package conformance

import (
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// machines is an OpenAPI file with what the real ones have: references to the common types, an inline schema, a header,
// numbers, calls without a body. Unlike them, it is always there.
const machines = `{
  "swagger": "2.0", "info": {"title": "machines", "version": "2024-04-01"}, "consumes": ["application/json"],
  "paths": {
    "/machines": {
      "parameters": [{"$ref": "../../common.json#/parameters/ApiVersionParameter"}],
      "get": {
        "operationId": "Machines_List",
        "parameters": [
          {"$ref": "../../common.json#/parameters/ApiVersionParameter"},
          {"name": "$top", "in": "query", "type": "integer"},
          {"name": "room", "in": "query", "type": "string", "required": true},
          {"name": "If-Match", "in": "header", "type": "string", "pattern": "^[a-z]+$"}
        ],
        "responses": {
          "200": {"description": "", "schema": {"type": "object", "required": ["value"], "properties": {
            "value": {"type": "array", "items": {"$ref": "#/definitions/Machine"}}
          }}},
          "default": {"description": "", "schema": {"$ref": "../../common.json#/definitions/ErrorResponse"}}
        }
      }
    },
    "/machines/{name}": {
      "delete": {
        "operationId": "Machines_Delete",
        "parameters": [{"name": "name", "in": "path", "type": "string", "required": true, "maxLength": 20}],
        "responses": {"200": {"description": ""}, "204": {"description": ""}}
      },
      "patch": {
        "operationId": "Machines_Update",
        "parameters": [
          {"name": "name", "in": "path", "type": "string", "required": true},
          {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Machine"}}
        ],
        "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Machine"}}}
      }
    }
  },
  "definitions": {"Machine": {"type": "object", "properties": {"name": {"type": "string"}, "cups": {"type": "integer"}}}}
}`

// central is an OpenAPI file with a base path, for a version of IoT Central.
func central(version string) string {
	return `{"swagger": "2.0", "info": {"title": "groups", "version": "` + version + `"}, "basePath": "/api", "paths": {
		"/groups": {"get": {
			"operationId": "Groups_List",
			"parameters": [{"name": "api-version", "in": "query", "type": "string", "required": true}],
			"responses": {"200": {"description": "", "schema": {"type": "array", "items": {"type": "string"}}}}
		}}
	}}`
}

// write writes the files that Load wants into a new directory: machines as the one of Azure Sphere.
func write(t *testing.T, machines string) string {
	t.Helper()
	dir := t.TempDir()
	for name := range files {
		content := `{"swagger": "2.0", "info": {"title": "nothing", "version": "1"}, "paths": {}}`
		switch {
		case strings.Contains(name, "azuresphere"):
			content = machines
		case strings.Contains(name, "2022-07-31"):
			content = central("2022-07-31")
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func loadMachines(t *testing.T) *Validator {
	t.Helper()
	v, err := Load(write(t, machines))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// listing is an exchange with which nothing is wrong.
func listing() emulator.Exchange {
	return emulator.Exchange{
		Service: "arm", Method: http.MethodGet, URL: "https://localhost/machines?api-version=2024-04-01&room=kitchen&$top=5",
		RequestHeader: http.Header{"If-Match": {"abc"}}, Status: http.StatusOK,
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Body: []byte(`{"value":[{"name":"m","cups":2}]}`),
	}
}

func TestLoad_saysWhatIsWrongWithAFile(t *testing.T) {
	t.Parallel()
	if _, err := Load(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without the files: %v", err)
	}
	for name, content := range map[string]string{
		"not JSON":           "{",
		"dangling reference": strings.ReplaceAll(machines, "#/definitions/Machine", "#/definitions/Nothing"),
		"unreadable schema":  strings.ReplaceAll(machines, `"type": "integer"`, `"type": 5`),
	} {
		if _, err := Load(write(t, content)); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
}

func TestObserve_countsAndKeepsWhatIsWrong(t *testing.T) {
	t.Parallel()
	v := loadMachines(t)
	if got, want := v.Operations(), []string{"Groups_List", "Machines_Delete", "Machines_List", "Machines_Update"}; !slices.Equal(got, want) {
		t.Errorf("the operations are %v, want %v", got, want)
	}
	wrong := listing()
	wrong.Body = []byte(`{"value":[{"cup":2}]}`)
	for _, x := range []emulator.Exchange{listing(), listing(), wrong} {
		v.Observe(x)
	}
	problems := v.Problems()
	if len(problems) != 1 || !strings.Contains(problems[0].Error(), "Machines_List: GET /machines") {
		t.Errorf("the problems are %v", problems)
	}
	if got := v.Counts(); !maps.Equal(got, map[string]int{"Machines_List": 3}) || v.Total() != 3 {
		t.Errorf("%d exchanges were counted: %v", v.Total(), got)
	}
}

func TestCheck_leavesAloneWhatNoFileDescribes(t *testing.T) {
	t.Parallel()
	v := loadMachines(t)
	for _, change := range []func(*emulator.Exchange){
		func(x *emulator.Exchange) { x.Method = http.MethodPost },
		func(x *emulator.Exchange) { x.URL = "https://localhost/machines/a/b" },
		func(x *emulator.Exchange) { x.URL = "https://localhost/machine" },
		func(x *emulator.Exchange) { x.Service = "entra" },
		func(x *emulator.Exchange) {
			x.Service, x.URL = "iotcentral", "https://contoso.localhost/api/groups?api-version=2022-06-30-preview"
		},
		func(x *emulator.Exchange) {
			x.Service, x.URL = "iotcentral", "https://contoso.localhost/groups?api-version=2022-07-31"
		},
	} {
		x := listing()
		x.Body = nil
		change(&x)
		if err := v.Check(x); err != nil {
			t.Errorf("%s %s: %v", x.Method, x.URL, err)
		}
	}
	if v.Total() != 0 {
		t.Errorf("counted %v", v.Counts())
	}
}

func TestCheck_takesWhatTheFilesAllow(t *testing.T) {
	t.Parallel()
	v := loadMachines(t)
	for name, change := range map[string]func(*emulator.Exchange){
		"everything":           func(*emulator.Exchange) {},
		"no optional argument": func(x *emulator.Exchange) { x.URL, x.RequestHeader = strings.Replace(x.URL, "&$top=5", "", 1), nil },
		"words in other case":  func(x *emulator.Exchange) { x.URL = strings.Replace(x.URL, "/machines", "/MACHINES", 1) },
		"a refused request": func(x *emulator.Exchange) {
			x.URL, x.Status, x.Body = "https://localhost/machines?$top=x", http.StatusBadRequest, []byte(`{"error":{"code":"Bad","message":"m"}}`)
		},
		"a refusal without a body": func(x *emulator.Exchange) { x.Status, x.Body = http.StatusNotFound, nil },
		"a link":                   func(x *emulator.Exchange) { x.URL += "&$skiptoken=opaque" },
		"no body, none declared": func(x *emulator.Exchange) {
			x.Method, x.URL, x.Body = http.MethodDelete, "https://localhost/machines/a%20b", nil
		},
		"null, none declared": func(x *emulator.Exchange) {
			x.Method, x.URL, x.Body = http.MethodDelete, "https://localhost/machines/a", []byte("null")
		},
		"no body, an optional one": func(x *emulator.Exchange) {
			x.Method, x.URL, x.Body = http.MethodPatch, "https://localhost/machines/a", []byte(`{}`)
		},
		"an application": func(x *emulator.Exchange) {
			x.Service, x.URL, x.Body = "iotcentral", "https://contoso.localhost/api/groups?api-version=2022-07-31", []byte(`["g"]`)
		},
	} {
		x, before := listing(), v.Total()
		change(&x)
		if err := v.Check(x); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if v.Total() != before+1 {
			t.Errorf("%s was not checked", name)
		}
	}
}

func TestCheck_saysWhatIsWrongWithAnExchange(t *testing.T) {
	t.Parallel()
	v := loadMachines(t)
	for name, test := range map[string]struct {
		change func(*emulator.Exchange)
		want   string
	}{
		"address":            {func(x *emulator.Exchange) { x.URL = "https://localhost/%zz" }, "the address of an exchange"},
		"missing parameter":  {func(x *emulator.Exchange) { x.URL = strings.Replace(x.URL, "room", "place", 1) }, "room is missing"},
		"unknown parameter":  {func(x *emulator.Exchange) { x.URL += "&place=hall" }, "no query parameter place"},
		"not a number":       {func(x *emulator.Exchange) { x.URL = strings.Replace(x.URL, "=5", "=five", 1) }, "$top is not a number"},
		"not a whole number": {func(x *emulator.Exchange) { x.URL = strings.Replace(x.URL, "=5", "=5.5", 1) }, "$top"},
		"header":             {func(x *emulator.Exchange) { x.RequestHeader = http.Header{"If-Match": {"123"}} }, "If-Match"},
		"long name": {func(x *emulator.Exchange) {
			x.Method, x.URL, x.Body = http.MethodDelete, "https://localhost/machines/"+strings.Repeat("a", 21), nil
		}, "the parameter name"},
		"body sent to a call without": {func(x *emulator.Exchange) { x.RequestBody = []byte(`{}`) }, "should have none"},
		"body answered by a call without": {func(x *emulator.Exchange) {
			x.Method, x.URL = http.MethodDelete, "https://localhost/machines/a"
		}, "should have none"},
		"no body":             {func(x *emulator.Exchange) { x.Body = nil }, "has no body"},
		"not JSON":            {func(x *emulator.Exchange) { x.Body = []byte("<html>") }, "not JSON"},
		"media type":          {func(x *emulator.Exchange) { x.Header = http.Header{"Content-Type": {"text/html"}} }, "text/html"},
		"no media type":       {func(x *emulator.Exchange) { x.Header = nil }, `the answer is ""`},
		"member of an inline": {func(x *emulator.Exchange) { x.Body = []byte(`{"value":{}}`) }, "value"},
		"number as text":      {func(x *emulator.Exchange) { x.Body = []byte(`{"value":[{"cups":"2"}]}`) }, "integer"},
		"undeclared status":   {func(x *emulator.Exchange) { x.Status = http.StatusAccepted }, "202"},
		"error of its own":    {func(x *emulator.Exchange) { x.Status, x.Body = http.StatusConflict, []byte(`{"message":"m"}`) }, "409"},
	} {
		t.Run(name, func(t *testing.T) {
			x := listing()
			test.change(&x)
			if err := v.Check(x); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one that says %q", err, test.want)
			}
		})
	}
}
