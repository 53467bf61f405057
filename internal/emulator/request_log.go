// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// Request is an entry of the request log. Neither headers nor bodies are recorded: they hold secrets.
type Request struct {
	Time        time.Time `json:"time"`        // arrival, by the emulator's clock
	Service     string    `json:"service"`     // entra, arm, sphere, iotcentral, dps, provisioning, metadata, github or azuredevops
	Application string    `json:"application"` // subdomain, for iotcentral; name, for dps
	Operation   string    `json:"operation"`   // operation ID; empty when no route matched
	Method      string    `json:"method"`
	Host        string    `json:"host"`
	Path        string    `json:"path"` // decoded, without the query
	Query       string    `json:"query"`
	Status      int       `json:"status"` // 0: the connection was cut
	UserAgent   string    `json:"user_agent"`
}

// requestLog is safe for concurrent use.
type requestLog struct {
	mu      sync.Mutex
	entries []Request
}

func (l *requestLog) add(entry Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
}

func (l *requestLog) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries)
}

func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = nil
}

// record writes the call into the request log, and shows it to the observer, before the client sees the answer: a
// client that has its answer finds its request in the log.
func (h *host) record(c *rest.Call, a rest.Answer, fault *Fault) {
	dropped := fault != nil && fault.Drop
	entry := Request{
		Time:        c.Now,
		Service:     h.service,
		Application: h.application,
		Operation:   c.Operation(),
		Method:      c.Request.Method,
		Host:        c.Request.Host,
		Path:        c.Sent.Path,
		Query:       c.Sent.RawQuery,
		Status:      a.Status,
		UserAgent:   c.Request.UserAgent(),
	}
	if dropped {
		entry.Status = 0
	}
	h.log.add(entry)
	if h.opts.Observe != nil && !dropped {
		exchange := h.exchange(c, a)
		exchange.Faulty = fault != nil
		h.opts.Observe(exchange)
	}
}

func (h *host) exchange(c *rest.Call, a rest.Answer) Exchange {
	requestHeader := c.Request.Header.Clone()
	for name := range requestHeader {
		if strings.EqualFold(name, "Authorization") || strings.EqualFold(name, "X-IDENTITY-HEADER") {
			delete(requestHeader, name)
		}
	}
	header := a.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if a.ContentType != "" {
		header.Set("Content-Type", a.ContentType)
	}
	return Exchange{
		Service:       h.service,
		Operation:     c.Operation(),
		Method:        c.Request.Method,
		URL:           "https://" + c.Request.Host + c.Sent.RequestURI(),
		RequestHeader: requestHeader,
		RequestBody:   slices.Clone(c.Body),
		Status:        a.Status,
		Header:        header,
		Body:          slices.Clone(a.Body),
	}
}
