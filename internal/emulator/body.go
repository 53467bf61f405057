// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// object is a JSON object of a request, read member by member. Unlike encoding/json's decoding into a struct, it takes
// member names only in their exact spelling. Its first problem is kept.
type object struct {
	members map[string]json.RawMessage
	problem error
}

// errNotJSON says that a body is not a JSON document at all.
var errNotJSON = errors.New("the request body is not valid JSON")

// errNotObject says that a body is JSON, but not an object.
var errNotObject = errors.New("the request body is not a JSON object")

func parseObject(body []byte) (*object, error) {
	if !json.Valid(body) {
		return nil, errNotJSON
	}
	o := &object{}
	if err := json.Unmarshal(body, &o.members); err != nil || o.members == nil { // nil: null
		return nil, errNotObject
	}
	return o, nil
}

// has reports whether the object has a member of that name, null or not.
func (o *object) has(name string) bool {
	_, ok := o.members[name]
	return ok
}

// null reports whether the member is there and null.
func (o *object) null(name string) bool { return string(o.members[name]) == "null" }

// given reports whether the member is there and not null.
func (o *object) given(name string) bool { return o.has(name) && !o.null(name) }

// text returns a string member, or the empty string when it is absent or null.
func (o *object) text(name string) string { return member[string](o, name, "a string") }

// boolean returns a Boolean member, or false when it is absent or null.
func (o *object) boolean(name string) bool { return member[bool](o, name, "a Boolean") }

// texts returns a member that is an object of strings, or nil when it is absent or null.
func (o *object) texts(name string) map[string]string {
	return member[map[string]string](o, name, "an object of strings")
}

// list returns a member that is an array of strings, or nil when it is absent or null.
func (o *object) list(name string) []string { return member[[]string](o, name, "an array of strings") }

// oneOf returns a string member that must be one of the values, or the first of them when it is absent or null.
func (o *object) oneOf(name string, values ...string) string {
	if !o.given(name) {
		return values[0]
	}
	value := o.text(name)
	if o.problem == nil && !slices.Contains(values, value) {
		o.problem = fmt.Errorf("%s must be one of %s", name, strings.Join(values, ", "))
	}
	return value
}

// inner returns a member that is an object itself, or an empty one when it is absent or null. Problems of the inner
// object are found with both.
func (o *object) inner(name string) *object {
	if !o.given(name) {
		return &object{}
	}
	inner, err := parseObject(o.members[name])
	if err != nil {
		if o.problem == nil {
			o.problem = fmt.Errorf("%s must be an object", name)
		}
		return &object{}
	}
	return inner
}

// require notes a problem for each member that is absent or null.
func (o *object) require(names ...string) {
	for _, name := range names {
		if o.problem == nil && !o.given(name) {
			o.problem = fmt.Errorf("%s is required", name)
		}
	}
}

func member[T any](o *object, name, kind string) T {
	var value T
	if !o.given(name) {
		return value
	}
	if err := json.Unmarshal(o.members[name], &value); err != nil && o.problem == nil {
		o.problem = fmt.Errorf("%s must be %s", name, kind)
	}
	return value
}

// firstProblem returns the first problem of the objects.
func firstProblem(objects ...*object) error {
	for _, o := range objects {
		if o.problem != nil {
			return o.problem
		}
	}
	return nil
}

// isMediaType reports whether the request declares one of the media types, whatever their parameters.
func isMediaType(r *http.Request, types ...string) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && slices.Contains(types, mediaType)
}
