// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package rest

import "net/http"

// Failure is an error answer before it takes the shape of a service.
type Failure struct {
	Status  int
	Code    string
	Message string
	Header  http.Header
	Own     bool // made by a resource provider itself, not by the gateway before it
}

// Fail is a failure of a service.
func Fail(status int, code, message string) *Failure {
	return &Failure{Status: status, Code: code, Message: message}
}

// FailOwn is a failure that the Azure Sphere resource provider reports itself. Its error bodies are not documented.
func FailOwn(status int, code, message string) *Failure {
	return &Failure{Status: status, Code: code, Message: message, Own: true}
}

// With returns the failure with one more header.
func (f *Failure) With(name, value string) *Failure {
	if f.Header == nil {
		f.Header = http.Header{}
	}
	f.Header.Set(name, value)
	return f
}
