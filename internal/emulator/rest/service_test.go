// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package rest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// host is a host that notes the operations of the calls, and lets the service handle them unless it refuses them all.
type host struct {
	operations []string
	refuses    bool
}

func (h *host) Now() time.Time { return time.Date(2026, time.May, 4, 6, 2, 1, 0, time.UTC) }

func (h *host) Answer(c *rest.Call) rest.Answer {
	h.operations = append(h.operations, c.Operation())
	if h.refuses {
		return c.Refuse(rest.Fail(http.StatusTeapot, "Teapot", "No."))
	}
	return c.Handle()
}

// newService makes a service of three operations on two paths, whose errors are their codes.
func newService(h *host) *rest.Service[*rest.Call] {
	s := &rest.Service[*rest.Call]{
		Host:  h,
		Call:  func(c *rest.Call) *rest.Call { return c },
		Shape: func(_ *rest.Call, f *rest.Failure) rest.Answer { return rest.JSON(f.Status, f.Code) },
		After: func(_ *rest.Call, a rest.Answer) rest.Answer { return a.With("X-After", "yes") },
	}
	shown := func(c *rest.Call) (rest.Answer, *rest.Failure) {
		return rest.JSON(http.StatusOK, c.Path("name")+" "+c.Sent.Path), nil
	}
	s.On("GET /Things/{name}", "Get", "read", shown)
	s.On("PUT /Things/{name}", "Put", "write", shown)
	s.On("POST /Things/{name}/turn", "Turn", "write", shown)
	return s
}

func ask(handler http.Handler, method, target, body string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, target, strings.NewReader(body)))
	return recorder
}

func TestService_findsTheOperationByMethodAndPath(t *testing.T) {
	t.Parallel()
	for request, want := range map[string]struct {
		operation   string
		status      int
		body, allow string
	}{
		"GET /Things/a":       {"Get", 200, `"a /Things/a"`, ""},
		"HEAD /Things/a":      {"Get", 200, `"a /Things/a"`, ""},
		"PUT /Things/a%2Fb":   {"Put", 200, `"a/b /Things/a/b"`, ""},
		"POST /Things/a/turn": {"Turn", 200, `"a /Things/a/turn"`, ""},
		"DELETE /Things/a":    {"", 405, `"MethodNotAllowed"`, "GET, HEAD, PUT"},
		"GET /Things/a/turn":  {"", 405, `"MethodNotAllowed"`, "POST"},
		"GET /Things/a/":      {"", 404, `"NotFound"`, ""},
		"GET /Things":         {"", 404, `"NotFound"`, ""},
		"GET /":               {"", 404, `"NotFound"`, ""},
		// ServeMux would redirect these.
		"GET //Things/a":        {"", 404, `"NotFound"`, ""},
		"GET /Things/./a":       {"", 404, `"NotFound"`, ""},
		"GET /Things/x/../a":    {"", 404, `"NotFound"`, ""},
		"GET /Things/a/turn/..": {"", 404, `"NotFound"`, ""},
	} {
		h := &host{}
		method, target, _ := strings.Cut(request, " ")
		got := ask(newService(h), method, target, "")
		if got.Code != want.status || got.Body.String() != want.body || got.Header().Get("Allow") != want.allow {
			t.Errorf("%s: %d %s, allowed %q", request, got.Code, got.Body, got.Header().Get("Allow"))
		}
		if len(h.operations) != 1 || h.operations[0] != want.operation {
			t.Errorf("%s: the host sees %q, want %q", request, h.operations, want.operation)
		}
		if got.Header().Get("X-After") != "yes" {
			t.Errorf("%s: the answer lacks what every answer has", request)
		}
	}
}

func TestService_respellsPathsForRoutesAlone(t *testing.T) {
	t.Parallel()
	s := newService(&host{})
	s.Canon = func(escaped string) string { return strings.Replace(escaped, "/things/", "/Things/", 1) }
	if got := ask(s, http.MethodGet, "/things/a", ""); got.Body.String() != `"a /things/a"` {
		t.Errorf("answered %s", got.Body)
	}
}

func TestService_handlesUnderItsLockOnly(t *testing.T) {
	t.Parallel()
	var lock sync.Mutex
	h := &host{}
	s := newService(h)
	s.Locker = &lock
	s.Admit = func(*rest.Call) *rest.Failure {
		if lock.TryLock() {
			t.Error("a call is admitted without the lock")
			lock.Unlock() // Or the service waits for it without end.
		}
		return rest.Fail(http.StatusForbidden, "Forbidden", "No.").With("Retry-After", "1")
	}
	if got := ask(s, http.MethodGet, "/Things/a", ""); got.Code != http.StatusForbidden || got.Header().Get("Retry-After") != "1" {
		t.Errorf("answered %d with %v", got.Code, got.Header())
	}
	lock.Lock() // What the host refuses does not wait for the service.
	h.refuses = true
	if got := ask(s, http.MethodGet, "/Things/a", ""); got.Code != http.StatusTeapot || got.Header().Get("X-After") != "" {
		t.Errorf("answered %d with %v", got.Code, got.Header())
	}
}

func TestService_refusesLargeBodiesOfAnyCaller(t *testing.T) {
	t.Parallel()
	s := newService(&host{})
	s.Admit = func(*rest.Call) *rest.Failure { return rest.Fail(http.StatusUnauthorized, "Unauthorized", "No.") }
	if got := ask(s, http.MethodPut, "/Things/a", strings.Repeat(" ", rest.MaxBody+1)); got.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d", got.Code)
	}
	if got := ask(s, http.MethodPut, "/Things/a", strings.Repeat(" ", rest.MaxBody)); got.Code != http.StatusUnauthorized {
		t.Errorf("answered %d", got.Code)
	}
}
