// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// answer is what a handler makes of a call. Handlers return it instead of writing it, so that a fault can take its
// place after the change was made.
type answer struct {
	status      int
	header      http.Header
	body        []byte
	contentType string
}

// jsonAnswer answers with a JSON body, in which no character is escaped that need not be: base64 keeps its + and /.
func jsonAnswer(status int, body any) answer {
	return answer{status: status, body: encodeJSON(body), contentType: "application/json; charset=utf-8"}
}

// emptyAnswer answers without a body.
func emptyAnswer(status int) answer { return answer{status: status} }

// with returns the answer with one more header.
func (a answer) with(name, value string) answer {
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set(name, value)
	return a
}

func (a answer) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.contentType != "" {
		w.Header().Set("Content-Type", a.contentType)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that has gone away is no failure of the emulator
}

func encodeJSON(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		// Every value that is encoded is a struct, a map or a slice of strings and numbers.
		panic("emulator: a value cannot be encoded as JSON: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// failure is an error answer before it takes the shape of a service.
type failure struct {
	status  int
	code    string
	message string
	header  http.Header
	own     bool // made by a resource provider itself, not by the gateway before it
}

func fail(status int, code, message string) *failure {
	return &failure{status: status, code: code, message: message}
}

// failOwn is a failure that the Azure Sphere resource provider reports itself. Its error bodies are not documented.
func failOwn(status int, code, message string) *failure {
	return &failure{status: status, code: code, message: message, own: true}
}

// with returns the failure with one more header.
func (f *failure) with(name, value string) *failure {
	if f.header == nil {
		f.header = http.Header{}
	}
	f.header.Set(name, value)
	return f
}

// call is one request while it is handled.
type call struct {
	e         *Emulator
	r         *http.Request // with the path values of its route
	sent      *url.URL      // as it came
	service   *service
	route     *route // nil when none matched
	body      []byte
	now       time.Time
	requestID string
	app       *application // for IoT Central
	principal *principal   // whom the token belongs to; nil before it was checked
}

// path returns the decoded value of a wildcard of the route.
func (c *call) path(name string) string { return c.r.PathValue(name) }

// query returns the first value of a query parameter.
func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// behavior returns the emulator's switches.
func (c *call) behavior() *Behavior { return &c.e.opts.Behavior }
