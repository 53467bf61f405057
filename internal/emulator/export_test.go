// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// SignToken signs any claims as the token endpoint signs its own.
func (e *Emulator) SignToken(claims map[string]any) (string, error) { return e.tenant.Sign(claims) }

// ServeMain serves a request as the main listener does.
func (e *Emulator) ServeMain(w http.ResponseWriter, r *http.Request) { e.serveMain(w, r) }

// MatchesGlob reports whether a path fits the glob of a fault.
func MatchesGlob(glob, path string) bool { return compileGlob(glob).MatchString(path) }

// ServedFields are the names of what listeners lead to.
func ServedFields() []string {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[services]()) {
		if field.Type == reflect.TypeFor[http.Handler]() {
			names = append(names, field.Name)
		}
	}
	return names
}

// UnusedFacts are the facts and the concerns of switches that are for none of the operations.
func UnusedFacts(operations []Operation) []string {
	var unused []string
	check := func(service, glob string) {
		if !slices.ContainsFunc(operations, func(op Operation) bool { return op.Service == service && matches(glob, op.ID) }) {
			unused = append(unused, service+" "+glob)
		}
	}
	for _, f := range facts {
		check(f.service, f.operations)
	}
	for _, patterns := range concerns {
		for _, pattern := range patterns {
			service, glob, _ := strings.Cut(pattern, " ")
			check(service, glob)
		}
	}
	return unused
}
