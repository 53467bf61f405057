// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is an entry of the request log. Neither headers nor bodies are recorded: they hold secrets.
type Request struct {
	Time        time.Time `json:"time"`        // arrival, by the emulator's clock
	Service     string    `json:"service"`     // entra, arm, sphere, iotcentral, metadata, github or azuredevops
	Application string    `json:"application"` // subdomain, for iotcentral
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
func (c *call) record(a answer, dropped bool) {
	entry := Request{
		Time:      c.now,
		Service:   c.service.name,
		Operation: c.operation(),
		Method:    c.r.Method,
		Host:      c.r.Host,
		Path:      c.sent.Path,
		Query:     c.sent.RawQuery,
		Status:    a.status,
		UserAgent: c.r.UserAgent(),
	}
	if c.app != nil {
		entry.Application = c.app.subdomain
	}
	if dropped {
		entry.Status = 0
	}
	c.e.log.add(entry)
	if c.e.opts.Observe != nil && !dropped {
		c.e.opts.Observe(c.exchange(a))
	}
}

func (c *call) operation() string {
	if c.route == nil {
		return ""
	}
	return c.route.operation
}

func (c *call) exchange(a answer) Exchange {
	requestHeader := c.r.Header.Clone()
	for name := range requestHeader {
		if strings.EqualFold(name, "Authorization") || strings.EqualFold(name, "X-IDENTITY-HEADER") {
			delete(requestHeader, name)
		}
	}
	header := a.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if a.contentType != "" {
		header.Set("Content-Type", a.contentType)
	}
	return Exchange{
		Service:       c.service.name,
		Operation:     c.operation(),
		Method:        c.r.Method,
		URL:           "https://" + c.r.Host + c.sent.RequestURI(),
		RequestHeader: requestHeader,
		RequestBody:   slices.Clone(c.body),
		Status:        a.status,
		Header:        header,
		Body:          slices.Clone(a.body),
	}
}
