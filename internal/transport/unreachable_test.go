// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

func TestSend_doesNotRepeatWhatCannotChange(t *testing.T) {
	t.Parallel()
	dial := func(err error) error {
		return &url.Error{Op: "Get", URL: "https://contoso.example", Err: &net.OpError{Op: "dial", Net: "tcp", Err: err}}
	}
	for name, test := range map[string]struct {
		failure error
		says    string // Empty: it is repeated.
	}{
		"no such name":          {dial(&net.DNSError{Err: "no such host", Name: "contoso.example", IsNotFound: true}), "endpoints"},
		"no name server":        {dial(&net.DNSError{Err: "server misbehaving", Name: "contoso.example", IsTemporary: true}), ""},
		"untrusted certificate": {&url.Error{Op: "Get", Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}}, "ca_bundle_path (ARM_CA_BUNDLE)"},
		"no address":            {dial(&net.AddrError{Err: "invalid port", Addr: "contoso.example:99999"}), "the port in endpoints"},
		"lost":                  {errLost, ""},
	} {
		client, served := scripted(answer{err: test.failure})
		err := client.Send(t.Context(), get(), nil)
		var found *transport.UnreachableError
		permanent := errors.As(err, &found)
		if permanent != (test.says != "") || permanent && (!strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "contoso.example cannot be reached")) {
			t.Errorf("%s: got %v, want %q", name, err, test.says)
		}
		if tries := len(served.requests()); permanent && tries != 1 || !permanent && tries != 7 {
			t.Errorf("%s: %d tries", name, tries)
		}
		if permanent && transport.EffectUnknown(err) {
			t.Errorf("%s: nothing was sent, and its effect is called unknown", name)
		}
	}
}

func TestSend_unreachableHidesTheSecretOfItsAddress(t *testing.T) {
	t.Parallel()
	call := get()
	call.Secret = "nonce-of-the-proof"
	call.URL = "https://contoso.example/verification/" + call.Secret
	client, _ := scripted(answer{err: &url.Error{Op: "Get", URL: call.URL, Err: &net.DNSError{Err: "no such host", IsNotFound: true}}})
	if err := client.Send(t.Context(), call, nil); err == nil || strings.Contains(err.Error(), call.Secret) || !strings.Contains(err.Error(), "cannot be reached") {
		t.Errorf("got %v", err)
	}
}

// TestNewHTTPClient_untrustedCertificateIsNotTriedAgain by a real handshake.
func TestNewHTTPClient_untrustedCertificateIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	server, _ := serve(t, func(http.ResponseWriter, *http.Request) {})
	httpClient, err := transport.NewHTTPClient(nil)
	if err != nil {
		t.Fatal(err)
	}
	call := get()
	call.URL = server.URL
	var found *transport.UnreachableError
	if err := newClient(httpClient, quick()).Send(t.Context(), call, nil); !errors.As(err, &found) {
		t.Errorf("got %v", err)
	}
}
