// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// tryTimeout limits one try of a request, from the connection to the end of the
// answer. Waiting for the rate limit is before it.
const tryTimeout = time.Minute

// NewHTTPClient returns the client that all requests go through, token requests
// included. extraRoots is PEM with roots to trust in addition to the system's,
// or nil. Host names below "localhost" reach the loopback interface without a
// name server, as RFC 6761 section 6.3 asks of clients.
func NewHTTPClient(extraRoots []byte) (*http.Client, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if extraRoots != nil && !roots.AppendCertsFromPEM(extraRoots) {
		return nil, errors.New("it holds no PEM certificate")
	}

	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}

	return &http.Client{
		// Of one try: a lost answer must not use up the time of the operation.
		Timeout: tryTimeout,
		Transport: limited{&http.Transport{
			Proxy: proxy,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, loopback(address))
			},
			ForceAttemptHTTP2:     true,
			MaxIdleConns:          100,
			MaxIdleConnsPerHost:   10,
			IdleConnTimeout:       90 * time.Second,
			TLSHandshakeTimeout:   10 * time.Second,
			ExpectContinueTimeout: time.Second,
			TLSClientConfig:       &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			ResponseHeaderTimeout: tryTimeout,
			// A connection that is gone without a word is found within a minute.
			HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
		}},
		// None of the services redirects, and a bearer token must not follow one.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// proxy returns the proxy of the environment, which could not reach the loopback
// interface.
func proxy(request *http.Request) (*url.URL, error) {
	if isLoopback(request.URL.Hostname()) {
		return nil, nil //nolint:nilnil // No proxy and no error: connect directly.
	}

	return http.ProxyFromEnvironment(request)
}

func loopback(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil || !isLoopback(host) {
		return address
	}

	return net.JoinHostPort("localhost", port)
}

// isLoopback reports whether a name is below localhost.
func isLoopback(host string) bool {
	return strings.HasSuffix(strings.ToLower(strings.TrimSuffix(host, ".")), ".localhost")
}
