// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// connect opens a TLS connection to the main listener, whose other side must not be silent for long.
func (s *session) connect() *tls.Conn {
	s.t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.e.CAPEM())
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}}
	address := strings.Replace(s.info.Endpoints.IoTCentralDNSSuffix, "localhost", "127.0.0.1", 1)
	opened, err := dialer.DialContext(s.t.Context(), "tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = opened.Close() })
	connection, ok := opened.(*tls.Conn)
	if !ok {
		s.t.Fatalf("the connection is a %T", opened)
	}
	if err := connection.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		s.t.Fatal(err)
	}
	return connection
}

func TestServe_clientsThatGoAwayAreNotAnswered(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		latency time.Duration
		request string
	}{
		"in the middle of the body": {0, "POST /_/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\ngrant_type="},
		"while they wait":           {time.Hour, "GET /common/discovery/instance HTTP/1.1\r\nHost: localhost\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, emulator.Options{Latency: test.latency})
			connection := s.connect()
			if _, err := io.WriteString(connection, test.request); err != nil {
				t.Fatal(err)
			}
			if err := connection.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			answered, err := io.ReadAll(connection)
			if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) || len(answered) != 0 {
				t.Errorf("answered %q, %v", answered, err)
			}
			if logged := s.e.Requests(); len(logged) != 0 {
				t.Errorf("logged %+v", logged)
			}
		})
	}
}

func TestServe_bodiesHaveALimit(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	body := bytes.Repeat([]byte(" "), 4<<20)
	path := s.info.Endpoints.ResourceManager + s.info.CatalogID[1:] + "?api-version=" + sphereVersion
	for _, test := range []struct {
		body   []byte
		status int
	}{
		{append(body, ' '), http.StatusRequestEntityTooLarge},
		{append(body[:len(body)-2], "{}"...), http.StatusOK},
	} {
		s.send(http.MethodPatch, path, test.body, "Content-Type", "application/json",
			"Authorization", s.token(s.info.Audiences.ResourceManager)).want(test.status)
	}
}

func TestServe_anAddressIsNoApplication(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{Applications: []string{"127"}})
	address := strings.Replace(s.info.Endpoints.ResourceManager, "localhost", "127.0.0.1", 1)
	s.send(http.MethodGet, address+"_emulator/state", nil).want(http.StatusOK)
	s.send(http.MethodGet, address+s.info.CatalogID[1:]+"?api-version="+sphereVersion, nil,
		"Authorization", s.token(s.info.Audiences.ResourceManager)).want(http.StatusOK)
}

func TestObserve_showsAnswersWithoutHeadersAndNoSecrets(t *testing.T) {
	t.Parallel()
	exchanges := make(chan emulator.Exchange, 2)
	s := start(t, emulator.Options{Observe: func(x emulator.Exchange) { exchanges <- x }})
	s.send(http.MethodGet, s.info.Endpoints.AuthorityHost+"common/discovery/instance", nil).want(http.StatusOK)
	s.send(http.MethodGet, s.info.Identity.AppServiceEndpoint+"?resource="+s.info.Audiences.IoTCentral, nil,
		"X-IDENTITY-HEADER", s.info.Identity.AppServiceHeader, "Authorization", "Bearer x", "Metadata", "true").want(http.StatusOK)
	discovery, token := <-exchanges, <-exchanges
	if discovery.Operation != "InstanceDiscovery" || token.Operation != "AppServiceToken" {
		t.Fatalf("saw %+v and %+v", discovery, token)
	}
	if got := discovery.Header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("the media type is %q", got)
	}
	sent := token.RequestHeader
	if sent.Get("X-IDENTITY-HEADER") != "" || sent.Get("Authorization") != "" || sent.Get("Metadata") != "true" {
		t.Errorf("the headers of the request are %v", sent)
	}
}
