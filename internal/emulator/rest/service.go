// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package rest

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// Service is one of the emulated services: its routes, who may call it, and the shape of its errors. C is what the
// service knows of a call. Fields that are nil do nothing, but Host, Call and Shape must be set.
type Service[C any] struct {
	Host   Host
	Call   func(*Call) C               // makes the service's own call
	Locker sync.Locker                 // is held while a call is admitted and handled
	Admit  func(C) *Failure            // checks version and token of a call whose route is known
	Shape  func(C, *Failure) Answer    // gives a failure the service's error shape
	After  func(C, Answer) Answer      // adds the headers that every answer of the service has
	Canon  func(escaped string) string // spells a path, still escaped, as the routes do

	mux   *http.ServeMux
	paths map[string]methods[C]
}

// methods are the operations of one path.
type methods[C any] map[string]operation[C]

type operation[C any] struct {
	Route

	handle func(C) (Answer, *Failure)
}

// On adds an operation. The pattern is that of http.ServeMux: method, space and path.
func (s *Service[C]) On(pattern, operationID, action string, handle func(C) (Answer, *Failure)) {
	if s.mux == nil {
		s.mux, s.paths = http.NewServeMux(), map[string]methods[C]{}
		s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, nil, "") })
	}
	method, path, _ := strings.Cut(pattern, " ")
	known, ok := s.paths[path]
	if !ok {
		known = methods[C]{}
		s.paths[path] = known
		s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { s.dispatch(w, r, known) })
	}
	known[method] = operation[C]{Route{operationID, action}, handle}
	if method == http.MethodGet {
		known[http.MethodHead] = known[method]
	}
}

// Listed is an operation and where it is.
type Listed struct {
	Route

	Method, Path string // the path as in the pattern of On
}

// Routes returns every operation, ordered by path and method. HEAD is not among the methods.
func (s *Service[C]) Routes() []Listed {
	var list []Listed
	for _, path := range slices.Sorted(maps.Keys(s.paths)) {
		for _, method := range slices.Sorted(maps.Keys(s.paths[path])) {
			if method != http.MethodHead {
				list = append(list, Listed{s.paths[path][method].Route, method, path})
			}
		}
	}
	return list
}

// Actions returns what callers must be allowed to do for the operations, in order and each once.
func (s *Service[C]) Actions() []string {
	var all []string
	for _, known := range s.paths {
		for _, op := range known {
			all = append(all, op.Action)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ServeHTTP answers a request.
func (s *Service[C]) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	routed := r
	if s.Canon != nil {
		routed = respelled(r, s.Canon(r.URL.EscapedPath()))
	}
	if !clean(routed.URL.EscapedPath()) {
		s.answer(w, r, nil, "") // where ServeMux would redirect
		return
	}
	s.mux.ServeHTTP(w, routed)
}

// respelled returns a request for another path. One that cannot be unescaped changes nothing.
func respelled(r *http.Request, escaped string) *http.Request {
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return r
	}
	changed := r.Clone(r.Context())
	changed.URL.Path, changed.URL.RawPath = path, escaped
	return changed
}

// clean reports whether a path has none of the segments that ServeMux would redirect: empty ones, "." and "..".
func clean(path string) bool {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	return strings.HasPrefix(path, "/") && !slices.ContainsFunc(segments[:len(segments)-1], func(s string) bool {
		return s == ""
	}) && !slices.Contains(segments, ".") && !slices.Contains(segments, "..")
}

func (s *Service[C]) dispatch(w http.ResponseWriter, r *http.Request, known methods[C]) {
	if found, ok := known[r.Method]; ok {
		s.answer(w, r, &found, "")
		return
	}
	s.answer(w, r, nil, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
}

// answer is what all routes have around them. Where there is no operation, allow are the methods that the path has.
func (s *Service[C]) answer(w http.ResponseWriter, r *http.Request, found *operation[C], allow string) {
	now := s.Host.Now() // arrival
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		// The client has gone away. Returning would answer 200.
		panic(http.ErrAbortHandler)
	}
	sent, err := url.ParseRequestURI(r.RequestURI)
	if err != nil {
		sent = r.URL
	}
	c := &Call{Request: r, Sent: sent, Body: body, Now: now, RequestID: uuid.NewString()}
	if found != nil {
		c.Route = &found.Route
	}
	own := s.Call(c)
	c.handle = func() Answer { return s.handle(c, own, found, allow) }
	c.refuse = func(f *Failure) Answer { return s.Shape(own, f) }
	s.Host.Answer(c).Write(w)
}

func (s *Service[C]) handle(c *Call, own C, found *operation[C], allow string) Answer {
	if s.Locker != nil {
		s.Locker.Lock()
		defer s.Locker.Unlock()
	}
	a, f := s.admitAndHandle(c, own, found, allow)
	if f != nil {
		a = s.Shape(own, f)
		for name, values := range f.Header {
			a = a.With(name, values[0])
		}
	}
	if s.After != nil {
		a = s.After(own, a)
	}
	return a
}

func (s *Service[C]) admitAndHandle(c *Call, own C, found *operation[C], allow string) (Answer, *Failure) {
	if len(c.Body) > MaxBody {
		return Answer{}, Fail(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request body is too large.")
	}
	if s.Admit != nil {
		if f := s.Admit(own); f != nil {
			return Answer{}, f
		}
	}
	switch {
	case found != nil:
		return found.handle(own)
	case allow != "":
		return Answer{}, Fail(http.StatusMethodNotAllowed, "MethodNotAllowed",
			fmt.Sprintf("The method %s is not allowed here.", c.Request.Method)).With("Allow", allow)
	default:
		return Answer{}, Fail(http.StatusNotFound, "NotFound", "There is nothing at this address.")
	}
}
