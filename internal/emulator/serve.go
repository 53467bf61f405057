// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// maxBody is larger than any body that the services are sent.
const maxBody = 4 << 20

// listenerKind says which services a listener offers.
type listenerKind int

const (
	mainListener        listenerKind = iota // everything
	applicationListener                     // one IoT Central application
	metadataListener                        // managed identities, without TLS
)

// handler returns the handler of a listener. The application is that of an application listener.
func (e *Emulator) handler(kind listenerKind, app *application) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind == mainListener && strings.HasPrefix(r.URL.Path, controlPrefix) && e.applicationLabel(r.Host) == "" {
			e.control.ServeHTTP(w, r)
			return
		}
		e.serve(w, r, kind, app)
	})
}

// serve answers one request to one of the services.
func (e *Emulator) serve(w http.ResponseWriter, r *http.Request, kind listenerKind, app *application) {
	c := &call{e: e, r: r, sent: r.URL, now: e.now(), requestID: uuid.NewString(), app: app}
	c.service = e.serviceOf(c, kind)
	var allow string
	c.route, c.r, allow = c.service.find(r)

	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		// The client has gone away. Returning would answer 200.
		panic(http.ErrAbortHandler)
	}
	c.body = body

	fault := e.matchFault(c)
	var a answer
	switch {
	case fault != nil && !fault.AfterEffect:
		a = c.faultAnswer(fault)
	default:
		a = c.handle(allow)
		if fault != nil {
			a = c.faultAnswer(fault)
		}
	}
	if !e.delay(r) {
		panic(http.ErrAbortHandler) // likewise
	}
	dropped := fault != nil && fault.Drop
	c.record(a, dropped)
	if dropped {
		panic(http.ErrAbortHandler) // net/http's way to cut the connection
	}
	w.Header().Set("Date", c.now.Format(http.TimeFormat)) // The emulated time, and not the machine's.
	a.write(w)
}

// handle admits the call and has its route handle it. It holds the lock of the state meanwhile.
func (c *call) handle(allow string) answer {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	a, f := c.admitAndHandle(allow)
	if f != nil {
		a = c.service.shape(c, f)
		for name, values := range f.header {
			a = a.with(name, values[0])
		}
	}
	return c.service.after(c, a)
}

func (c *call) admitAndHandle(allow string) (answer, *failure) {
	if len(c.body) > maxBody {
		return answer{}, fail(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request body is too large.")
	}
	if f := c.service.admit(c); f != nil {
		return answer{}, f
	}
	switch {
	case c.route != nil:
		return c.route.handle(c)
	case allow != "":
		return answer{}, fail(http.StatusMethodNotAllowed, "MethodNotAllowed",
			fmt.Sprintf("The method %s is not allowed here.", c.r.Method)).with("Allow", allow)
	default:
		return answer{}, fail(http.StatusNotFound, "NotFound", "There is nothing at this address.")
	}
}

// delay waits for the configured latency. It reports false when the client has gone or the emulator is being closed.
func (e *Emulator) delay(r *http.Request) bool {
	if e.opts.Latency <= 0 {
		return true
	}
	timer := time.NewTimer(e.opts.Latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	case <-e.closing:
		return false
	}
}

// serviceOf tells the services of a listener apart: IoT Central by the first label of the host, the others by path.
func (e *Emulator) serviceOf(c *call, kind listenerKind) *service {
	switch {
	case kind == metadataListener:
		return e.metadata
	case kind == applicationListener:
		return e.central
	}
	if label := e.applicationLabel(c.r.Host); label != "" {
		c.app = e.findApplication(label) // nil: no such application, which is for IoT Central to say
		return e.central
	}
	path := strings.ToLower(c.r.URL.Path)
	switch {
	case strings.HasPrefix(path, "/subscriptions"), strings.HasPrefix(path, "/providers"):
		return e.arm
	case path == "/v2/tenants", strings.HasPrefix(path, "/v2/"):
		return e.sphere
	case strings.HasPrefix(path, "/metadata/"), strings.HasPrefix(path, "/msi/"):
		return e.metadata
	case strings.HasPrefix(path, "/github/"):
		return e.github
	case strings.HasPrefix(path, "/azuredevops/"):
		return e.azureDevOps
	default:
		return e.entra
	}
}

// applicationLabel returns the first label of a host that stands for an IoT Central application: a known subdomain or
// application ID, or any name below the DNS suffix. It returns the empty string for every other host.
func (e *Emulator) applicationLabel(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if net.ParseIP(strings.Trim(host, "[]")) != nil {
		return ""
	}
	label, rest, found := strings.Cut(strings.ToLower(host), ".")
	if found && (rest == "localhost" || rest == e.listenName || e.findApplication(label) != nil) {
		return label
	}
	return ""
}

// findApplication returns the application with that subdomain or application ID, or nil.
func (e *Emulator) findApplication(label string) *application {
	for _, app := range e.applications {
		if strings.EqualFold(label, app.subdomain) || strings.EqualFold(label, app.id) {
			return app
		}
	}
	return nil
}
