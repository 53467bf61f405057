// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// TestMain sets the proxies of the environment: net/http reads them once.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "localhost,.localhost."} {
		for _, name := range []string{name, strings.ToLower(name)} {
			if err := os.Setenv(name, value); err != nil {
				panic(err)
			}
		}
	}
	m.Run()
}

func TestNewHTTPClient_usesTheProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://contoso.azureiotcentral.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if proxy, err := transport.Proxy(request); err != nil || proxy == nil || proxy.Host != "proxy.example:3128" {
		t.Errorf("got %v, %v", proxy, err)
	}
}

// serve starts a TLS server and returns it with its root as PEM. Its certificate
// is for 127.0.0.1 and example.com.
func serve(t *testing.T, handler http.HandlerFunc) (*httptest.Server, []byte) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // Refused handshakes are part of the tests.
	server.StartTLS()
	t.Cleanup(server.Close)

	return server, []byte(certstest.PEM("CERTIFICATE", server.Certificate().Raw))
}

func TestNewHTTPClient_trustsExtraRootsAndNoOthers(t *testing.T) {
	t.Parallel()
	var count atomic.Int32
	server, root := serve(t, func(http.ResponseWriter, *http.Request) { count.Add(1) })
	other := []byte(certstest.Valid(t).PEM())

	for name, test := range map[string]struct {
		roots   []byte
		trusted bool
	}{
		"without extra roots":      {nil, false},
		"with another root":        {other, false},
		"with the root":            {root, true},
		"with the root, among two": {append(append([]byte{}, other...), root...), true},
	} {
		client, err := transport.NewHTTPClient(test.roots)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Get(server.URL)
		if err == nil {
			_ = response.Body.Close()
		}
		var unknown x509.UnknownAuthorityError
		if (err == nil) != test.trusted || (err != nil && !errors.As(err, &unknown)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if count.Load() != 2 {
		t.Errorf("%d requests arrived, want 2", count.Load())
	}
}

func TestNewHTTPClient_refusesRootsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, roots := range []string{"", "text", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		if _, err := transport.NewHTTPClient([]byte(roots)); err == nil {
			t.Errorf("%q is accepted", roots)
		}
	}
}

func TestNewHTTPClient_followsNoRedirect(t *testing.T) {
	t.Parallel()
	var stolen atomic.Int32
	thief, _ := serve(t, func(http.ResponseWriter, *http.Request) { stolen.Add(1) })
	for _, status := range []int{
		http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
	} {
		server, root := serve(t, func(writer http.ResponseWriter, request *http.Request) {
			if request.URL.Path == "/again" {
				stolen.Add(1)
			}
			target := thief.URL
			if request.Method == http.MethodGet {
				target = "/again"
			}
			http.Redirect(writer, request, target, status)
		})
		client, err := transport.NewHTTPClient(root)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range []transport.Call{get(), post()} {
			call.URL = server.URL
			if got := transport.StatusCode(newClient(client, quick()).Send(t.Context(), call, nil)); got != status {
				t.Errorf("%s: status %d, want %d", call.Method, got, status)
			}
		}
	}
	if stolen.Load() != 0 {
		t.Errorf("%d redirects were followed", stolen.Load())
	}
}

// certificateFor makes a server certificate with a root of its own.
func certificateFor(t *testing.T, name string) (tls.Certificate, []byte) {
	t.Helper()
	ca := certstest.Valid(t)
	template := &x509.Certificate{
		NotBefore:   certstest.Now.AddDate(-10, 0, 0),
		NotAfter:    certstest.Now.AddDate(50, 0, 0),
		DNSNames:    []string{name},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	key, der := ca.SignWithKey(t, template)

	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, []byte(certstest.PEM("CERTIFICATE", der))
}

func TestNewHTTPClient_dialsNamesBelowLocalhostOnTheLoopback(t *testing.T) {
	t.Parallel()
	certificate, root := certificateFor(t, "contoso.localhost")
	var hosts atomic.Value
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		hosts.Store([2]string{request.Host, request.TLS.ServerName})
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client, err := transport.NewHTTPClient(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"contoso.localhost", "Contoso.LOCALHOST", "contoso.localhost."} {
		response, err := client.Get("https://" + name + ":" + port + "/")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		got, _ := hosts.Load().([2]string)
		if !strings.EqualFold(got[0], name+":"+port) || !strings.EqualFold(got[1], "contoso.localhost") {
			t.Errorf("%s: the server saw %q", name, got)
		}
	}
}

// A service may close an idle connection at any time. A call of once must not be
// sent again then, not even by net/http.
func TestSend_oncePostIsNotReplayedOnAReusedConnection(t *testing.T) {
	t.Parallel()
	var count atomic.Int32
	server, root := serve(t, func(_ http.ResponseWriter, request *http.Request) {
		if request.Method == http.MethodPost {
			count.Add(1)
			panic(http.ErrAbortHandler)
		}
	})
	client, err := transport.NewHTTPClient(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []any{nil, map[string]int{"a": 1}} {
		count.Store(0)
		first, call := get(), post()
		first.URL, call.URL, call.Body = server.URL, server.URL, body
		if err := newClient(client, quick()).Send(t.Context(), first, nil); err != nil {
			t.Fatal(err)
		}
		err := newClient(client, quick()).Send(t.Context(), call, nil)
		if !transport.EffectUnknown(err) {
			t.Errorf("got %v", err)
		}
		if count.Load() != 1 {
			t.Errorf("sent %d times", count.Load())
		}
	}
}
