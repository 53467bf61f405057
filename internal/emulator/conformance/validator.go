// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// files are the OpenAPI files, below the directory of the specifications, with the service that each describes.
var files = map[string]string{
	"azure-sphere/azuresphere-2024-04-01.json":                               "arm",
	"iot-central/arm-iotApps-2021-06-01.full.apievangelist.json":             "arm",
	"iot-central/iotcentral-2022-07-31.enrollmentgroups-subset.json":         "iotcentral",
	"iot-central/iotcentral-2022-10-31-preview.enrollmentgroups-subset.json": "iotcentral",
}

// optional are further files, which make specs does not fetch: subsets of those of Device Provisioning Service.
var optional = map[string]string{
	"dps/iotdps-2026-08-01.certificates-subset.json":          "arm",
	"dps/dps-service-2021-10-01.enrollmentgroups-subset.json": "dps",
}

// Validator checks exchanges. It may be used from several goroutines.
type Validator struct {
	documents map[string][]*document // by service

	mu       sync.Mutex
	counts   map[string]int
	problems []error
}

// Load reads the OpenAPI files below a directory. Its error satisfies errors.Is(err, fs.ErrNotExist) when one of them is
// not there.
func Load(dir string) (*Validator, error) {
	v := &Validator{documents: map[string][]*document{}, counts: map[string]int{}}
	for name, service := range files {
		d, err := load(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		v.documents[service] = append(v.documents[service], d)
	}
	for name, service := range optional {
		d, err := load(filepath.Join(dir, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		d.anyVersion = true // The recordings have older versions, which are much the same.
		v.documents[service] = append(v.documents[service], d)
	}
	return v, nil
}

// Observe checks an exchange and keeps what is wrong with it. It fits [emulator.Options.Observe].
func (v *Validator) Observe(x emulator.Exchange) {
	if err := v.Check(x); err != nil {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.problems = append(v.problems, err)
	}
}

// Problems returns what Observe has found.
func (v *Validator) Problems() []error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.problems)
}

// Counts returns how many exchanges were checked, by operation ID of the OpenAPI files.
func (v *Validator) Counts() map[string]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	counts := make(map[string]int, len(v.counts))
	for id, n := range v.counts {
		counts[id] = n
	}
	return counts
}

// Operations returns the IDs of every operation in the OpenAPI files, in order and each once.
func (v *Validator) Operations() []string {
	var ids []string
	for _, documents := range v.documents {
		for _, d := range documents {
			for _, op := range d.operations {
				ids = append(ids, op.id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Total returns how many exchanges were checked.
func (v *Validator) Total() int {
	total := 0
	for _, n := range v.Counts() {
		total += n
	}
	return total
}

// Check checks an exchange. Exchanges that no file describes are not counted and are never wrong. The request is checked
// only where it was not refused: a refusal may be about the very thing.
func (v *Validator) Check(x emulator.Exchange) error {
	address, err := url.Parse(x.URL)
	if err != nil {
		return fmt.Errorf("the address of an exchange: %w", err)
	}
	for _, d := range v.documents[x.Service] {
		version := address.Query().Get("api-version")
		if version != d.version && !d.anyVersion && (x.Service == "iotcentral" || version != "") {
			continue // another version of the service, or another of Resource Manager's providers
		}
		op, values := d.find(x.Method, address)
		if op == nil {
			continue
		}
		v.mu.Lock()
		v.counts[op.id]++
		v.mu.Unlock()
		var problems error
		if x.Status < http.StatusBadRequest {
			problems = op.checkRequest(d, x, address, values)
		}
		if problems = errors.Join(problems, op.checkAnswer(x)); problems != nil {
			return fmt.Errorf("%s: %s %s: %w", op.id, x.Method, address.Path, problems)
		}
		return nil
	}
	return nil
}

// find returns the operation of a method and an address, with the values of its path parameters.
func (d *document) find(method string, address *url.URL) (*operation, map[string]string) {
	escaped, ok := strings.CutPrefix(address.EscapedPath(), d.basePath)
	if !ok {
		return nil, nil
	}
	segments := strings.Split(escaped, "/")
	for _, op := range d.operations {
		if values := op.match(method, segments); values != nil {
			return op, values
		}
	}
	return nil, nil
}

func (op *operation) match(method string, segments []string) map[string]string {
	if method != op.method || len(segments) != len(op.template) {
		return nil
	}
	values := map[string]string{}
	for i, segment := range op.template {
		plain, err := url.PathUnescape(segments[i])
		if err != nil {
			return nil
		}
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			values[strings.TrimSuffix(name, "}")] = plain
		} else if !strings.EqualFold(plain, segment) {
			return nil
		}
	}
	return values
}

func (op *operation) checkRequest(d *document, x emulator.Exchange, address *url.URL, path map[string]string) error {
	query := address.Query()
	var problems []error
	var declared []string
	for _, p := range op.parameters {
		var value string
		var found bool
		switch p.in {
		case "path":
			value, found = path[p.name]
		case "query":
			value, found = query.Get(p.name), query.Has(p.name)
			declared = append(declared, p.name)
		case "header":
			value, found = x.RequestHeader.Get(p.name), x.RequestHeader.Get(p.name) != ""
		}
		switch {
		case !found && p.required:
			problems = append(problems, fmt.Errorf("the parameter %s is missing", p.name))
		case found:
			problems = append(problems, p.check(value))
		}
	}
	for name := range query {
		// What follows a link is the service's own business, not declared anywhere.
		if !slices.Contains(declared, name) && name != "$skiptoken" {
			problems = append(problems, fmt.Errorf("there is no query parameter %s", name))
		}
	}
	return errors.Join(errors.Join(problems...), op.checkRequestBody(d, x))
}

func (p parameter) check(value string) error {
	var typed any = value
	if p.schema.Type.Is("integer") {
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return fmt.Errorf("the parameter %s is not a number", p.name)
		}
		typed = n
	}
	if err := p.schema.VisitJSON(typed); err != nil {
		return fmt.Errorf("the parameter %s: %w", p.name, err)
	}
	return nil
}

func (op *operation) checkRequestBody(d *document, x emulator.Exchange) error {
	switch {
	case len(x.RequestBody) == 0 && op.required:
		return errors.New("the request has no body")
	case len(x.RequestBody) == 0:
		return nil
	case op.body == nil:
		return errors.New("the request has a body, and should have none")
	}
	consumes := op.consumes
	if len(consumes) == 0 {
		consumes = d.consumes
	}
	mediaType, _, err := mime.ParseMediaType(x.RequestHeader.Get("Content-Type"))
	if err != nil || !slices.Contains(consumes, mediaType) {
		return fmt.Errorf("the request is %q, and not %s", mediaType, strings.Join(consumes, " or "))
	}
	if err := visit(op.body, x.RequestBody, openapi3.VisitAsRequest()); err != nil {
		return fmt.Errorf("the request body: %w", err)
	}
	return nil
}

func (op *operation) checkAnswer(x emulator.Exchange) error {
	schema, declared := op.responses[strconv.Itoa(x.Status)]
	if !declared && x.Status >= http.StatusBadRequest {
		schema, declared = op.responses["default"]
	}
	switch {
	case !declared:
		return fmt.Errorf("the status %d is not declared", x.Status)
	case schema == nil || len(x.Body) == 0:
		// Recordings show a body null where the files have none.
		if len(x.Body) > 0 && string(x.Body) != "null" {
			return fmt.Errorf("the answer %d has a body, and should have none", x.Status)
		}
		if schema != nil && x.Status < http.StatusBadRequest {
			return fmt.Errorf("the answer %d has no body", x.Status)
		}
		return nil
	}
	if mediaType, _, err := mime.ParseMediaType(x.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		return fmt.Errorf("the answer is %q", x.Header.Get("Content-Type"))
	}
	if err := visit(schema, x.Body, openapi3.VisitAsResponse()); err != nil {
		return fmt.Errorf("the body of the answer %d: %w", x.Status, err)
	}
	return nil
}

func visit(schema *openapi3.Schema, body []byte, direction openapi3.SchemaValidationOption) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	var value any
	if err := decoder.Decode(&value); err != nil {
		return fmt.Errorf("it is not JSON: %w", err)
	}
	return schema.VisitJSON(value, direction, openapi3.MultiErrors(), openapi3.EnableFormatValidation())
}
