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
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// connect opens a TLS connection to the main listener, whose other side must not be silent for long.
func connect(s *emulatortest.Session) *tls.Conn {
	s.T.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.Emulator.CAPEM())
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}}
	address := strings.Replace(s.Info.Endpoints.IoTCentralDNSSuffix, "localhost", "127.0.0.1", 1)
	opened, err := dialer.DialContext(s.T.Context(), "tcp", address)
	if err != nil {
		s.T.Fatal(err)
	}
	s.T.Cleanup(func() { _ = opened.Close() })
	connection, ok := opened.(*tls.Conn)
	if !ok {
		s.T.Fatalf("the connection is a %T", opened)
	}
	if err := connection.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		s.T.Fatal(err)
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
			s := emulatortest.Start(t, emulator.Options{Latency: test.latency})
			connection := connect(s)
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
			if logged := s.Emulator.Requests(); len(logged) != 0 {
				t.Errorf("logged %+v", logged)
			}
		})
	}
}

func TestServe_bodiesHaveALimit(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	body := bytes.Repeat([]byte(" "), 4<<20)
	path := s.Info.Endpoints.ResourceManager + s.Info.CatalogID[1:] + "?api-version=" + emulatortest.SphereVersion
	for _, test := range []struct {
		body   []byte
		status int
	}{
		{append(body, ' '), http.StatusRequestEntityTooLarge},
		{append(body[:len(body)-2], "{}"...), http.StatusOK},
	} {
		s.Send(http.MethodPatch, path, test.body, "Content-Type", "application/json",
			"Authorization", s.Token(s.Info.Audiences.ResourceManager)).Want(test.status)
	}
}

func TestServe_anAddressIsNoApplication(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Applications: []string{"127"}})
	address := strings.Replace(s.Info.Endpoints.ResourceManager, "localhost", "127.0.0.1", 1)
	s.Send(http.MethodGet, address+"_emulator/state", nil).Want(http.StatusOK)
	s.Send(http.MethodGet, address+s.Info.CatalogID[1:]+"?api-version="+emulatortest.SphereVersion, nil,
		"Authorization", s.Token(s.Info.Audiences.ResourceManager)).Want(http.StatusOK)
}

func TestObserve_showsAnswersWithoutHeadersAndNoSecrets(t *testing.T) {
	t.Parallel()
	exchanges := make(chan emulator.Exchange, 2)
	s := emulatortest.Start(t, emulator.Options{Observe: func(x emulator.Exchange) { exchanges <- x }})
	s.Send(http.MethodGet, s.Info.Endpoints.AuthorityHost+"common/discovery/instance", nil).Want(http.StatusOK)
	s.Send(http.MethodGet, s.Info.Identity.AppServiceEndpoint+"?resource="+s.Info.Audiences.IoTCentral, nil,
		"X-IDENTITY-HEADER", s.Info.Identity.AppServiceHeader, "Authorization", "Bearer x", "Metadata", "true").Want(http.StatusOK)
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
