// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// publicNames are the names of the public cloud that the emulator stands for, where a client comes through its proxy. Those
// that begin with a dot stand for all names below.
var publicNames = []string{
	"login.microsoftonline.com", "login.windows.net", "management.azure.com", "prod.core.sphere.azure.net",
	"." + publicCentral, "global.azure-devices-provisioning.net", "localhost", ".localhost",
}

// publicCentral is the DNS suffix of IoT Central.
const publicCentral = "azureiotcentral.com"

// standsFor reports whether the emulator stands for a host.
func (e *Emulator) standsFor(host string) bool {
	host = strings.ToLower(host)
	for _, name := range publicNames {
		if host == name || strings.HasPrefix(name, ".") && strings.HasSuffix(host, name) {
			return true
		}
	}
	return host == e.opts.Hostname
}

// inside returns the address of the listener that a host and port stand for: the main one for names, one of the emulator's for
// an address. It reports false where there is none.
func (e *Emulator) inside(target string) (string, bool) {
	host, _, err := net.SplitHostPort(target)
	if err != nil {
		return "", false
	}
	if net.ParseIP(host) != nil {
		for _, app := range e.info.Applications {
			if app.AddressURL == "https://"+target {
				return target, true
			}
		}
		return "", false
	}
	_, main, _ := strings.Cut(e.info.Endpoints.IoTCentralDNSSuffix, ":")
	return net.JoinHostPort(e.dialHost, main), e.standsFor(host)
}

// proxied is the handler of the metadata listener, which is an HTTP proxy as well: it carries requests for the fixed address of
// the metadata service, and for clients that know the names of the public cloud alone, such as Microsoft's CLI, connections to
// these. Nothing else is reached through it.
func (e *Emulator) proxied(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			next.ServeHTTP(w, r)
			return
		}
		address, ok := e.inside(r.Host)
		if !ok {
			http.Error(w, "The emulator does not stand for "+r.Host+".", http.StatusForbidden)
			return
		}
		e.tunnel(w, r, address)
	})
}

// tunnel connects a client of the proxy to a listener, and carries bytes both ways until one side has enough or the emulator is
// closed.
func (e *Emulator) tunnel(w http.ResponseWriter, r *http.Request, address string) {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	inner, err := dialer.DialContext(context.WithoutCancel(r.Context()), "tcp", address)
	if err != nil {
		http.Error(w, "The emulator is not there.", http.StatusBadGateway)
		return
	}
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		_ = inner.Close()
		http.Error(w, "The connection cannot be taken over.", http.StatusInternalServerError)
		return
	}
	e.connections.Add(1) // before net/http forgets the connection
	outer, buffered, err := hijacker.Hijack()
	if err != nil {
		e.connections.Done()
		_ = inner.Close()
		return
	}
	go func() {
		defer e.connections.Done()
		carry(outer, inner, buffered, e.closing)
	}()
}

// carry tells the client that it is connected, and carries bytes between the connections until one of them ends.
func carry(outer, inner net.Conn, buffered io.Reader, closing <-chan struct{}) {
	done := make(chan struct{})
	var once sync.Once
	finish := func() { once.Do(func() { close(done) }) }
	var directions sync.WaitGroup
	if _, err := io.WriteString(outer, "HTTP/1.1 200 Connection established\r\n\r\n"); err == nil {
		directions.Go(func() {
			defer finish()
			_, _ = io.Copy(inner, buffered)
		})
		directions.Go(func() {
			defer finish()
			_, _ = io.Copy(outer, inner)
		})
		select {
		case <-done:
		case <-closing:
		}
	}
	_ = inner.Close()
	_ = outer.Close()
	directions.Wait()
}
