// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// Answer is what a handler makes of a call. Handlers return it instead of writing it, so that a fault can take its
// place after the change was made.
type Answer struct {
	Status      int
	Header      http.Header
	Body        []byte
	ContentType string
}

// JSON answers with a JSON body, in which no character is escaped that need not be: base64 keeps its + and /.
func JSON(status int, body any) Answer {
	return Answer{Status: status, Body: EncodeJSON(body), ContentType: "application/json; charset=utf-8"}
}

// Empty answers without a body.
func Empty(status int) Answer { return Answer{Status: status} }

// With returns the answer with one more header.
func (a Answer) With(name, value string) Answer {
	if a.Header == nil {
		a.Header = http.Header{}
	}
	a.Header.Set(name, value)
	return a
}

// Write writes the answer.
func (a Answer) Write(w http.ResponseWriter) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	if a.ContentType != "" {
		w.Header().Set("Content-Type", a.ContentType)
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // a client that has gone away is no failure of the emulator
}

// EncodeJSON encodes a value, and escapes no character that need not be.
func EncodeJSON(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		// Every value that is encoded is a struct, a map or a slice of strings and numbers.
		panic("emulator: a value cannot be encoded as JSON: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
