// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"context"
	"net/http"
	"net/url"
)

// service is one of the emulated services: its routes, who may call it, and the shape of its errors.
type service struct {
	name  string
	mux   *http.ServeMux
	admit func(*call) *failure         // checks version and token of a call whose route is known
	shape func(*call, *failure) answer // gives a failure the service's error shape
	after func(*call, answer) answer   // adds the headers that every answer of the service has
	canon func(path string) string     // spells a path, still escaped, as the routes do; nil: as it is
}

// route is an operation of a service.
type route struct {
	operation string
	action    string // what a principal must be allowed to do; its form depends on the service
	open      bool   // needs no token
	handle    func(*call) (answer, *failure)
}

type matchKey struct{}

// match is where the route of a request is put while the request goes through a ServeMux.
type match struct {
	route   *route
	request *http.Request
}

func newService(name string) *service {
	return &service{
		name:  name,
		mux:   http.NewServeMux(),
		admit: func(*call) *failure { return nil },
		after: func(_ *call, a answer) answer { return a },
	}
}

// on adds an operation. The pattern is that of http.ServeMux: method, space and path.
func (s *service) on(pattern, operation, action string, handle func(*call) (answer, *failure)) {
	s.add(pattern, &route{operation: operation, action: action, handle: handle})
}

// onOpen adds an operation that needs no token.
func (s *service) onOpen(pattern, operation string, handle func(*call) (answer, *failure)) {
	s.add(pattern, &route{operation: operation, open: true, handle: handle})
}

func (s *service) add(pattern string, added *route) {
	s.mux.HandleFunc(pattern, func(_ http.ResponseWriter, r *http.Request) {
		if m, ok := r.Context().Value(matchKey{}).(*match); ok {
			m.route, m.request = added, r
		}
	})
}

// find returns the route of a request and the request with its path values. Where there is none, it returns nil, the
// request as it was, and the methods that the path does have, if any.
func (s *service) find(r *http.Request) (*route, *http.Request, string) {
	m := &match{}
	probe := r.Clone(context.WithValue(r.Context(), matchKey{}, m))
	if s.canon != nil {
		escaped := s.canon(r.URL.EscapedPath())
		if path, err := url.PathUnescape(escaped); err == nil {
			probe.URL.Path, probe.URL.RawPath = path, escaped
		}
	}
	w := &discarded{header: http.Header{}}
	s.mux.ServeHTTP(w, probe)
	if m.route == nil {
		return nil, r, w.header.Get("Allow")
	}
	return m.route, m.request, ""
}

// discarded takes what a ServeMux writes when no route matches.
type discarded struct{ header http.Header }

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) Write(b []byte) (int, error) { return len(b), nil }
func (d *discarded) WriteHeader(int)             {}
