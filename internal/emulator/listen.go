// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// listen opens every listener, learns their ports, completes the settings with them and begins to serve.
func (e *Emulator) listen(host string) error {
	var listeners []net.Listener
	err := func() error {
		for range len(e.opts.Applications) + 2 {
			address := net.JoinHostPort(host, "0")
			if len(listeners) == 0 {
				address = e.opts.Listen
			}
			listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
			if err != nil {
				return err
			}
			listeners = append(listeners, listener)
		}
		if err := e.complete(listeners); err != nil {
			return err
		}
		var err error
		if e.tls, err = pki.NewAuthority(e.tlsNames(), e.tlsAddresses(host), e.standsFor); err != nil {
			return err
		}
		return e.writeFiles()
	}()
	if err != nil {
		for _, listener := range listeners {
			err = errors.Join(err, listener.Close())
		}
		return err
	}
	e.serveOn(listeners[0], true, http.HandlerFunc(e.serveMain))
	for i, app := range e.central.Applications() {
		e.serveOn(listeners[1+i], true, e.applicationHandler(app))
	}
	e.serveOn(listeners[len(listeners)-1], false, e.proxied(e.services.metadata))
	return nil
}

// complete makes the services, which know their own addresses, and completes the settings. The listeners are the main
// one, one for each application, and the metadata one.
func (e *Emulator) complete(listeners []net.Listener) error {
	main, metadata := listeners[0], listeners[len(listeners)-1]
	suffix := net.JoinHostPort(e.opts.Hostname, port(main))
	base := "https://" + suffix + "/"
	if err := e.makeServices(base, "http://"+net.JoinHostPort(e.reachable(main), port(metadata))); err != nil {
		return err
	}
	e.info.Endpoints = Endpoints{
		AuthorityHost: base, ResourceManager: base, AzureSphere: base, IoTCentralDNSSuffix: suffix, DeviceProvisioning: base,
		Proxy:        e.info.Identity.MetadataURL,
		DPSDNSSuffix: provisioningLabel + "." + suffix,
	}
	for i := range e.info.Applications {
		app := &e.info.Applications[i]
		app.URL = "https://" + app.Subdomain + "." + suffix
		app.AddressURL = "https://" + net.JoinHostPort(e.reachable(main), port(listeners[1+i]))
	}
	e.dialHost = loopback(main)
	if !net.ParseIP(e.dialHost).IsLoopback() || unspecified(main) {
		e.info.ControlToken = pki.RandomText(24)
	}
	return nil
}

// versionHeader is in each answer, and says that it is no answer of the real services.
const versionHeader = "Sphere-Emulator-Version"

// serveOn serves a listener with HTTP/1.1, where cutting a connection cuts nothing but the one request.
func (e *Emulator) serveOn(listener net.Listener, secure bool, handler http.Handler) {
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(versionHeader, e.opts.Version)
			handler.ServeHTTP(w, r)
		}),
		ReadHeaderTimeout: 30 * time.Second,
		// net/http reports handshakes of clients that do not trust the CA; they know it themselves.
		ErrorLog: log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				e.connections.Add(1)
			case http.StateClosed, http.StateHijacked:
				e.connections.Done()
			default: // between requests, or in one
			}
		},
	}
	if secure {
		listener = tls.NewListener(listener, &tls.Config{
			MinVersion:     tls.VersionTLS12,
			GetCertificate: e.tls.Certificate,
			NextProtos:     []string{"http/1.1"},
			// Devices show who they are; nobody else need. What the certificate is worth, the service that is asked decides.
			ClientAuth: tls.RequestClientCert,
		})
	}
	e.servers = append(e.servers, server)
	e.serving.Go(func() { _ = server.Serve(listener) }) // ends with ErrServerClosed
}

// port returns the port of a listener.
func port(listener net.Listener) string {
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		panic(fmt.Sprintf("emulator: the address of a listener, %s, has no port", listener.Addr()))
	}
	return port
}

// loopback returns the address at which a client on this machine reaches a listener.
func loopback(listener net.Listener) string {
	address, ok := listener.Addr().(*net.TCPAddr)
	switch {
	case !ok || address.IP.IsUnspecified():
		return "127.0.0.1"
	default:
		return address.IP.String()
	}
}

// unspecified reports whether a listener takes connections on every address.
func unspecified(listener net.Listener) bool {
	address, ok := listener.Addr().(*net.TCPAddr)
	return ok && address.IP.IsUnspecified()
}

// reachable returns the name or address at which clients reach the listeners that have no host names of their own.
func (e *Emulator) reachable(listener net.Listener) string {
	if e.opts.Hostname != "localhost" {
		return e.opts.Hostname
	}
	return loopback(listener)
}

// tlsNames are the host names of the TLS certificate. Each application is named beside the wildcard, because OpenSSL
// takes no wildcard directly below a top-level domain.
func (e *Emulator) tlsNames() []string {
	var names []string
	for _, suffix := range slices.Compact([]string{"localhost", e.opts.Hostname}) {
		names = append(names, suffix, "*."+suffix, "*."+provisioningLabel+"."+suffix)
		for _, app := range e.central.Applications() {
			names = append(names, app.Subdomain+"."+suffix, app.ID+"."+suffix)
		}
	}
	return names
}

func (e *Emulator) tlsAddresses(host string) []net.IP {
	addresses := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		addresses = append(addresses, ip)
	}
	return addresses
}

// HTTPClient returns a client that trusts the emulator's CA and finds it by each of its names. It presents the certificates,
// if there are any. Its connections are its own.
func (e *Emulator) HTTPClient(presented ...tls.Certificate) *http.Client {
	dialer := &net.Dialer{}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: e.tls.Pool(), Certificates: presented},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(address)
			for _, name := range []string{"localhost", e.opts.Hostname} {
				if err == nil && (host == name || strings.HasSuffix(host, "."+name)) {
					address = net.JoinHostPort(e.dialHost, port)
				}
			}
			return dialer.DialContext(ctx, network, address)
		},
	}}
}
