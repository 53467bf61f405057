// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// Object is a JSON object of a request, read member by member. Unlike encoding/json's decoding into a struct, it takes
// Member names only in their exact spelling. Its first problem is kept.
type Object struct {
	members map[string]json.RawMessage
	problem error
}

// ErrNotJSON says that a body is not a JSON document at all.
var ErrNotJSON = errors.New("the request body is not valid JSON")

// errNotObject says that a body is JSON, but not an object.
var errNotObject = errors.New("the request body is not a JSON object")

// ParseObject reads a body. It reports [ErrNotJSON] for one that is no JSON document, and another error for JSON that is no
// object.
func ParseObject(body []byte) (*Object, error) {
	if !json.Valid(body) {
		return nil, ErrNotJSON
	}
	o := &Object{}
	if err := json.Unmarshal(body, &o.members); err != nil || o.members == nil { // nil: null
		return nil, errNotObject
	}
	return o, nil
}

// Has reports whether the object has a member of that name, null or not.
func (o *Object) Has(name string) bool {
	_, ok := o.members[name]
	return ok
}

// Len returns the number of members.
func (o *Object) Len() int { return len(o.members) }

// Null reports whether the member is there and null.
func (o *Object) Null(name string) bool { return string(o.members[name]) == "null" }

// Given reports whether the member is there and not null.
func (o *Object) Given(name string) bool { return o.Has(name) && !o.Null(name) }

// Text returns a string member, or the empty string when it is absent or null.
func (o *Object) Text(name string) string { return Member[string](o, name, "a string") }

// Boolean returns a Boolean member, or false when it is absent or null.
func (o *Object) Boolean(name string) bool { return Member[bool](o, name, "a Boolean") }

// Texts returns a member that is an object of strings, or nil when it is absent or null.
func (o *Object) Texts(name string) map[string]string {
	return Member[map[string]string](o, name, "an object of strings")
}

// List returns a member that is an array of strings, or nil when it is absent or null.
func (o *Object) List(name string) []string { return Member[[]string](o, name, "an array of strings") }

// OneOf returns a string member that must be one of the values, or the first of them when it is absent or null.
func (o *Object) OneOf(name string, values ...string) string {
	if !o.Given(name) {
		return values[0]
	}
	value := o.Text(name)
	if o.problem == nil && !slices.Contains(values, value) {
		o.problem = fmt.Errorf("%s must be one of %s", name, strings.Join(values, ", "))
	}
	return value
}

// Inner returns a member that is an object itself, or an empty one when it is absent or null. Problems of the inner
// object are found with both.
func (o *Object) Inner(name string) *Object {
	if !o.Given(name) {
		return &Object{}
	}
	inner, err := ParseObject(o.members[name])
	if err != nil {
		if o.problem == nil {
			o.problem = fmt.Errorf("%s must be an object", name)
		}
		return &Object{}
	}
	return inner
}

// Require notes a problem for each member that is absent or null.
func (o *Object) Require(names ...string) {
	for _, name := range names {
		if o.problem == nil && !o.Given(name) {
			o.problem = fmt.Errorf("%s is required", name)
		}
	}
}

// Member returns a member of the type T, or its zero value when the member is absent or null. The kind says what the member
// must be.
func Member[T any](o *Object, name, kind string) T {
	var value T
	if !o.Given(name) {
		return value
	}
	if err := json.Unmarshal(o.members[name], &value); err != nil && o.problem == nil {
		o.problem = fmt.Errorf("%s must be %s", name, kind)
	}
	return value
}

// FirstProblem returns the first problem of the objects.
func FirstProblem(objects ...*Object) error {
	for _, o := range objects {
		if o.problem != nil {
			return o.problem
		}
	}
	return nil
}

// IsMediaType reports whether the request declares one of the media types, whatever their parameters.
func IsMediaType(r *http.Request, types ...string) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && slices.Contains(types, mediaType)
}
