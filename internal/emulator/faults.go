// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// Fault makes requests fail. All conditions that are set must hold.
type Fault struct {
	Service   string `json:"service,omitempty"` // as in Request
	Method    string `json:"method,omitempty"`
	Path      string `json:"path,omitempty"`      // glob, whatever the case: * matches within a segment, ** across segments
	Operation string `json:"operation,omitempty"` // operation ID, as in Request

	Status      int    `json:"status,omitempty"`       // answer with this status; 500 when neither this nor Drop is set
	Drop        bool   `json:"drop,omitempty"`         // cut the connection without an answer
	Skip        int    `json:"skip,omitempty"`         // how many requests pass before it
	Times       int    `json:"times,omitempty"`        // how often; 0: always
	RetryAfter  int    `json:"retry_after,omitempty"`  // seconds, sent as a header
	AfterEffect bool   `json:"after_effect,omitempty"` // make the change, then fail
	Code        string `json:"code,omitempty"`         // error code in the body, instead of one that fits the status
	Body        string `json:"body,omitempty"`         // complete body, instead of the service's error shape

	// Met is called when a request meets the fault, where it takes effect. It may be nil.
	Met func() `json:"-"`
}

// faultList is safe for concurrent use.
type faultList struct {
	mu     sync.Mutex
	active []*activeFault
}

type activeFault struct {
	Fault
	path *regexp.Regexp // nil: any
	skip int            // requests that pass yet
	left int            // uses left, when Times is not 0
}

func (l *faultList) add(f Fault) {
	if f.Status == 0 && !f.Drop {
		f.Status = http.StatusInternalServerError
	}
	added := &activeFault{Fault: f, skip: f.Skip, left: f.Times}
	if f.Path != "" {
		added.path = compileGlob(f.Path)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = append(l.active, added)
}

func (l *faultList) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = nil
}

// match returns the first fault that concerns the call to the service, which uses it up by one, or nil.
func (l *faultList) match(service string, c *rest.Call) *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.active {
		if f.Times > 0 && f.left == 0 || !f.concerns(service, c) {
			continue
		}
		if f.skip > 0 {
			f.skip--
			continue
		}
		if f.Times > 0 {
			f.left--
		}
		found := f.Fault
		return &found
	}
	return nil
}

func (f *activeFault) concerns(service string, c *rest.Call) bool {
	return (f.Service == "" || f.Service == service) &&
		(f.Method == "" || strings.EqualFold(f.Method, c.Request.Method)) &&
		(f.Operation == "" || f.Operation == c.Operation()) &&
		(f.path == nil || f.path.MatchString(c.Sent.Path))
}

// answer is the answer of a fault that does not cut the connection.
func (f *Fault) answer(c *rest.Call) rest.Answer {
	code := f.Code
	if code == "" {
		code = strings.ReplaceAll(http.StatusText(f.Status), " ", "")
	}
	// In the shape of the service, which does not learn of it: it may count its answers.
	a := c.Refuse(rest.Fail(f.Status, code, "The emulator was told to fail this request."))
	a.Status = f.Status
	if f.Body != "" {
		a.Body = []byte(f.Body)
	}
	if f.RetryAfter > 0 {
		a = a.With("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	return a.With("x-ms-request-id", c.RequestID)
}

// compileGlob translates a glob into a regular expression: ** matches anything, * anything but a slash.
func compileGlob(glob string) *regexp.Regexp {
	var expression strings.Builder
	expression.WriteString("(?is)^")
	for i, part := range strings.Split(strings.ToValidUTF8(glob, "\uFFFD"), "**") {
		if i > 0 {
			expression.WriteString(".*")
		}
		for j, literal := range strings.Split(part, "*") {
			if j > 0 {
				expression.WriteString("[^/]*")
			}
			expression.WriteString(regexp.QuoteMeta(literal))
		}
	}
	expression.WriteString("$")
	return regexp.MustCompile(expression.String())
}
