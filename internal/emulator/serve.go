// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/provisioning"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// services are what listeners lead to.
type services struct {
	entra, arm, sphere, metadata, github, azureDevOps http.Handler

	mu           sync.Mutex                            // guards what follows
	applications map[*central.Application]http.Handler // made when they are asked for

	noApplication http.Handler // for names below the DNS suffix that no application has
	provisioning  http.Handler // what devices call

	dps   map[string]http.Handler // by name
	noDPS http.Handler            // for names that no provisioning service has
}

// host carries one service, or one application of IoT Central.
type host struct {
	*Emulator

	service     string // as in Request
	application string // likewise
}

// Now is the emulator's time.
func (h *host) Now() time.Time { return h.now() }

// Answer has the service handle the call, unless a fault takes the place of its answer or of all of it.
func (h *host) Answer(c *rest.Call) rest.Answer {
	fault := h.faults.match(h.service, c)
	var a rest.Answer
	if fault == nil || fault.AfterEffect {
		a = h.handle(c)
	}
	if fault != nil {
		if fault.Met != nil {
			fault.Met()
		}
		a = fault.answer(c)
	}
	if !h.delay(c.Request) {
		panic(http.ErrAbortHandler) // The client has gone away. Returning would answer it.
	}
	h.record(c, a, fault)
	if fault != nil && fault.Drop {
		panic(http.ErrAbortHandler) // net/http's way to cut the connection
	}
	return a.With("Date", c.Now.Format(http.TimeFormat)) // The emulated time, and not the machine's.
}

// handle has the service handle the call, while nothing happens that concerns all services at once.
func (e *Emulator) handle(c *rest.Call) rest.Answer {
	e.world.RLock()
	defer e.world.RUnlock()
	return c.Handle()
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

// applicationHandler returns what serves an application.
func (e *Emulator) applicationHandler(app *central.Application) http.Handler {
	e.services.mu.Lock()
	defer e.services.mu.Unlock()
	if e.services.applications[app] == nil {
		e.services.applications[app] = e.central.Handler(app, &host{e, "iotcentral", app.Subdomain})
	}
	return e.services.applications[app]
}

// serveMain serves the main listener, which offers everything.
func (e *Emulator) serveMain(w http.ResponseWriter, r *http.Request) { e.serviceOf(r).ServeHTTP(w, r) }

// serviceOf tells the services of the main listener apart: IoT Central by the first label of the host, the others by path.
func (e *Emulator) serviceOf(r *http.Request) http.Handler {
	if name, found := e.provisioningName(r.Host); found {
		if handler := e.services.dps[name]; handler != nil {
			return handler
		}
		return e.services.noDPS
	}
	if label := e.applicationLabel(r.Host); label != "" {
		if app := e.central.Find(label); app != nil {
			return e.applicationHandler(app)
		}
		return e.services.noApplication
	}
	if strings.HasPrefix(r.URL.Path, controlPrefix) {
		return e.control
	}
	if provisioning.Serves(r.URL.Path) {
		return e.services.provisioning
	}
	path := strings.ToLower(r.URL.Path)
	switch {
	case strings.HasPrefix(path, "/subscriptions"), strings.HasPrefix(path, "/providers"), path == "/tenants":
		return e.services.arm
	case path == "/v2/tenants", strings.HasPrefix(path, "/v2/"):
		return e.services.sphere
	case strings.HasPrefix(path, "/metadata/"), strings.HasPrefix(path, "/msi/"):
		return e.services.metadata
	case strings.HasPrefix(path, "/github/"):
		return e.services.github
	case strings.HasPrefix(path, "/azuredevops/"):
		return e.services.azureDevOps
	default:
		return e.services.entra
	}
}

// provisioningLabel is the label below which the provisioning services have their host names, as in the public cloud.
const provisioningLabel = "azure-devices-provisioning"

// provisioningName returns the name of the provisioning service whose data plane a host stands for, and false for every other
// host.
func (e *Emulator) provisioningName(host string) (string, bool) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	for _, suffix := range []string{"localhost", e.opts.Hostname} {
		if name, found := strings.CutSuffix(strings.ToLower(host), "."+provisioningLabel+"."+suffix); found {
			return name, true
		}
	}
	return "", false
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
	label, suffix, found := strings.Cut(strings.ToLower(host), ".")
	if strings.EqualFold(host, e.opts.Hostname) {
		return "" // The host name itself may have dots.
	}
	if found && (suffix == "localhost" || suffix == e.opts.Hostname || suffix == publicCentral || e.central.Find(label) != nil) {
		return label
	}
	return ""
}
