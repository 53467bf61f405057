// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package conformance

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// loadSpecs reads the OpenAPI files, and returns the folder that they are in.
func loadSpecs(t *testing.T) (*Validator, string) {
	t.Helper()
	specs, err := Dir()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	v, err := Load(specs)
	if err != nil {
		t.Fatal(err)
	}
	return v, specs
}

// example is an official example. Its parameters are those of the operation, the body among them.
type example struct {
	Parameters map[string]any `json:"parameters"`
	Responses  map[string]struct {
		Body any `json:"body"`
	} `json:"responses"`
}

// contradicting are the official examples, each with the place of its answer, that break the schema of their own file.
// Nothing else is forgiven in them, and an example that no longer breaks its schema must go from this list.
var contradicting = map[string]string{
	// The type of an image is the placeholder "ImageType", which is none of the enum.
	"Deployments_Get.json":               "/properties/deployedImages/0/properties/imageType",
	"Deployments_ListByDeviceGroup.json": "/value/0/properties/deployedImages/0/properties/imageType",
}

func TestExamples_areValid(t *testing.T) {
	t.Parallel()
	v, specs := loadSpecs(t)
	checked := 0
	found := map[string]bool{}
	for _, folder := range []struct{ pattern, service, version string }{
		{"azure-sphere/examples/*.json", "arm", sphereVersion},
		{"iot-central/examples-2022-07-31/*.json", "iotcentral", "2022-07-31"},
		{"iot-central/examples-2022-10-31-preview/*.json", "iotcentral", "2022-10-31-preview"},
	} {
		names, err := filepath.Glob(filepath.Join(specs, filepath.FromSlash(folder.pattern)))
		if err != nil || len(names) == 0 {
			t.Fatalf("no examples in %s: %v", folder.pattern, err)
		}
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var e example
			if err := json.Unmarshal(content, &e); err != nil {
				t.Fatal(err)
			}
			op := v.exampleOperation(folder.service, folder.version, filepath.Base(name))
			if op == nil {
				t.Errorf("%s: no operation", name)
				continue
			}
			for status, response := range e.Responses {
				schema := op.responses[status]
				if response.Body == nil || schema == nil {
					continue
				}
				checked++
				for _, err := range breaches(schema.VisitJSON(response.Body, openapi3.MultiErrors())) {
					if place := contradicting[filepath.Base(name)]; place != "" && place == breachOf(err) {
						found[filepath.Base(name)] = true
						continue
					}
					t.Errorf("%s, answer %s: %v", name, status, err)
				}
			}
			if body := e.Parameters["body"]; body != nil && op.body != nil {
				checked++
				if err := op.body.VisitJSON(body); err != nil {
					t.Errorf("%s, body: %v", name, err)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no example was checked")
	}
	for name := range contradicting {
		if !found[name] {
			t.Errorf("%s no longer contradicts its schema, or is gone", name)
		}
	}
	t.Logf("%d bodies of official examples were checked, %d are known to contradict their schema", checked, len(found))
}

// breaches returns the errors that an error of several is made of.
func breaches(err error) []error {
	var several openapi3.MultiError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &several):
		var all []error
		for _, one := range several {
			all = append(all, breaches(one)...)
		}
		return all
	}
	return []error{err}
}

// breachOf returns where in a body an enum is broken, as a JSON pointer, and nothing for another kind of breach.
func breachOf(err error) string {
	var broken *openapi3.SchemaError
	if !errors.As(err, &broken) || broken.SchemaField != "enum" {
		return ""
	}
	return "/" + strings.Join(broken.JSONPointer(), "/")
}

const sphereVersion = "2024-04-01"

// exampleOperation returns the operation of an example by the name of its file.
func (v *Validator) exampleOperation(service, version, file string) *operation {
	names := map[string]string{
		"setx509": "CreateX509", "delete": "Remove",
	}
	stem := strings.ToLower(strings.TrimSuffix(file, ".json"))
	for _, d := range v.documents[service] {
		if d.version != version {
			continue
		}
		for _, op := range d.operations {
			id := strings.ToLower(op.id)
			if id == stem {
				return op
			}
			for short, long := range names {
				if id == strings.ToLower(strings.Replace(stem, "_"+short, "_"+long, 1)) {
					return op
				}
			}
		}
	}
	return nil
}

func TestCheck_findsWhatIsWrong(t *testing.T) {
	t.Parallel()
	v, _ := loadSpecs(t)
	const group = "https://contoso.localhost/api/enrollmentGroups/g?api-version=2022-07-31"
	header := http.Header{"Content-Type": {"application/json"}}
	body := `{"displayName":"d","type":"iot","attestation":{"type":"x509"}}`
	answer := `{"id":"g","displayName":"d","type":"iot","attestation":{"type":"x509","x509":{"signingCertificates":{}}}}`
	good := emulator.Exchange{
		Service: "iotcentral", Method: http.MethodPut, URL: group, RequestHeader: header, RequestBody: []byte(body),
		Status: http.StatusOK, Header: header, Body: []byte(answer),
	}
	if err := v.Check(good); err != nil {
		t.Fatalf("a good exchange: %v", err)
	}
	for name, test := range map[string]struct {
		change func(*emulator.Exchange)
		want   string
	}{
		"undeclared query parameter": {func(x *emulator.Exchange) { x.URL += "&filter=x" }, "filter"},
		"ID that breaks its pattern": {func(x *emulator.Exchange) { x.URL = strings.Replace(x.URL, "/g?", "/g_1?", 1) }, "enrollmentGroupId"},
		"misspelt member": {func(x *emulator.Exchange) {
			x.RequestBody = []byte(strings.Replace(body, "displayName", "display_name", 1))
		}, "display_name"},
		"member of another version": {func(x *emulator.Exchange) {
			x.Body = []byte(strings.Replace(answer, `"id"`, `"idScope":"s","id"`, 1))
		}, "idScope"},
		"read-only member sent": {func(x *emulator.Exchange) {
			x.RequestBody = []byte(strings.Replace(body, `{"d`, `{"id":"g","d`, 1))
		}, "id"},
		"required member missing": {func(x *emulator.Exchange) { x.Body = []byte(`{}`) }, "displayName"},
		"undeclared status":       {func(x *emulator.Exchange) { x.Status = http.StatusCreated }, "201"},
		"no body sent":            {func(x *emulator.Exchange) { x.RequestBody = nil }, "no body"},
		"wrong media type":        {func(x *emulator.Exchange) { x.RequestHeader = http.Header{} }, "application/json"},
		"error of another shape": {func(x *emulator.Exchange) {
			x.Status, x.Body = http.StatusNotFound, []byte(`[]`)
		}, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := good
			test.change(&changed)
			err := v.Check(changed)
			if err == nil || !regexp.MustCompile(test.want).MatchString(err.Error()) {
				t.Errorf("error %v, want one that names %s", err, test.want)
			}
		})
	}
}
