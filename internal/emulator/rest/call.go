// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package rest

import (
	"net/http"
	"net/url"
	"time"
)

// MaxBody is larger than any body that the services are sent.
const MaxBody = 4 << 20

// Host carries a service. It sees each call once its body was read and its route is known.
type Host interface {
	// Now is the time, in UTC.
	Now() time.Time
	// Answer answers a call: with Call.Handle or Call.Refuse.
	Answer(c *Call) Answer
}

// Route is an operation of a service.
type Route struct {
	Operation string // operation ID
	Action    string // what a caller must be allowed to do; its form depends on the service
}

// Call is one request while it is handled.
type Call struct {
	Request   *http.Request // with the path values of its route
	Sent      *url.URL      // as it came
	Route     *Route        // nil when none matched
	Body      []byte
	Now       time.Time // arrival
	RequestID string

	handle func() Answer
	refuse func(*Failure) Answer
}

// Handle has the service admit and handle the call.
func (c *Call) Handle() Answer { return c.handle() }

// Refuse gives a failure the error shape of the service. The service does not learn of the call.
func (c *Call) Refuse(f *Failure) Answer { return c.refuse(f) }

// Operation returns the operation ID, or the empty string when no route matched.
func (c *Call) Operation() string {
	if c.Route == nil {
		return ""
	}
	return c.Route.Operation
}

// Path returns the decoded value of a wildcard of the route.
func (c *Call) Path(name string) string { return c.Request.PathValue(name) }

// Query returns the first value of a query parameter.
func (c *Call) Query(name string) string { return c.Request.URL.Query().Get(name) }
