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
		if e.tls, err = pki.NewAuthority(e.tlsNames(host), e.tlsAddresses(host)); err != nil {
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
		e.serveOn(listeners[1+i], true, e.services.applications[app])
	}
	e.serveOn(listeners[len(listeners)-1], false, e.services.metadata)
	return nil
}

// complete makes the services, which know their own addresses, and completes the settings. The listeners are the main
// one, one for each application, and the metadata one.
func (e *Emulator) complete(listeners []net.Listener) error {
	main, metadata := listeners[0], listeners[len(listeners)-1]
	base := "https://localhost:" + port(main) + "/"
	if err := e.makeServices(base, "http://"+net.JoinHostPort(loopback(main), port(metadata))); err != nil {
		return err
	}
	suffix := "localhost:" + port(main)
	e.info.Endpoints = Endpoints{
		AuthorityHost: base, ResourceManager: base, AzureSphere: base, IoTCentralDNSSuffix: suffix, DeviceProvisioning: base,
		DPSDNSSuffix: provisioningSuffix[1:] + ":" + port(main),
	}
	for i := range e.info.Applications {
		app := &e.info.Applications[i]
		app.URL = "https://" + app.Subdomain + "." + suffix
		app.AddressURL = "https://" + net.JoinHostPort(loopback(main), port(listeners[1+i]))
	}
	return nil
}

// serveOn serves a listener with HTTP/1.1, where cutting a connection cuts nothing but the one request.
func (e *Emulator) serveOn(listener net.Listener, secure bool, handler http.Handler) {
	server := &http.Server{
		Handler:           handler,
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
			MinVersion:   tls.VersionTLS12,
			Certificates: []tls.Certificate{e.tls.Leaf},
			NextProtos:   []string{"http/1.1"},
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

// tlsNames are the host names of the TLS certificate. Each application is named beside the wildcard, because OpenSSL
// takes no wildcard directly below a top-level domain.
func (e *Emulator) tlsNames(host string) []string {
	suffixes := []string{"localhost"}
	if e.listenName != "" {
		suffixes = append(suffixes, host)
	}
	names := []string{"*" + provisioningSuffix}
	for _, suffix := range suffixes {
		names = append(names, suffix, "*."+suffix)
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

// HTTPClient returns a client that trusts the emulator's CA and finds every *.localhost name on loopback. It presents the
// certificates, if there are any. Its connections are its own.
func (e *Emulator) HTTPClient(presented ...tls.Certificate) *http.Client {
	dialer := &net.Dialer{}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: e.tls.Pool(), Certificates: presented},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(address)
			if err == nil && (host == "localhost" || strings.HasSuffix(host, ".localhost")) {
				address = net.JoinHostPort(e.loopbackHost(), port)
			}
			return dialer.DialContext(ctx, network, address)
		},
	}}
}

// loopbackHost is the address of the main listener for a client on this machine.
func (e *Emulator) loopbackHost() string {
	host, _, err := net.SplitHostPort(strings.TrimPrefix(e.info.Applications[0].AddressURL, "https://"))
	if err != nil {
		return "127.0.0.1"
	}
	return host
}
