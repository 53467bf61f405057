// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"compress/gzip"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// TestNewHTTPClient_bodiesHaveAnEnd: a body of a few kilobytes can decompress to
// gigabytes.
func TestNewHTTPClient_bodiesHaveAnEnd(t *testing.T) {
	t.Parallel()
	const megabyte = 1 << 20
	for name, test := range map[string]struct {
		status, megabytes int
		compressed        bool
		fails             bool
	}{
		"as large as it may be":     {http.StatusOK, 8, false, false},
		"too large":                 {http.StatusOK, 9, false, true},
		"too large when unpacked":   {http.StatusOK, 100, true, true},
		"a refusal":                 {http.StatusForbidden, 1, false, false},
		"a refusal too large":       {http.StatusForbidden, 2, false, true},
		"an unpacked one that fits": {http.StatusOK, 8, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				var body io.Writer = w
				if test.compressed {
					w.Header().Set("Content-Encoding", "gzip")
					packed := gzip.NewWriter(w)
					defer func() { _ = packed.Close() }()
					body = packed
				}
				w.WriteHeader(test.status)
				for range test.megabytes {
					_, _ = io.WriteString(body, strings.Repeat("a", megabyte))
				}
			}))
			defer server.Close()
			roots := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
			client, err := transport.NewHTTPClient(roots)
			if err != nil {
				t.Fatal(err)
			}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			read, err := io.Copy(io.Discard, response.Body)
			var large *transport.TooLargeError
			if failed := errors.As(err, &large); failed != test.fails || !failed && err != nil {
				t.Errorf("read %d bytes and %v; want it to fail: %t", read, err, test.fails)
			}
			if read > 8*megabyte {
				t.Errorf("%d bytes were read", read)
			}
		})
	}
}

func TestClientOptions_answersToTokenRequestsAreShort(t *testing.T) {
	t.Parallel()
	for size, fits := range map[int]bool{1 << 20: true, 1<<20 + 1: false} {
		served := transporterFunc(func(request *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(strings.Repeat("x", size))), Request: request}, nil
		})
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://login.example/token", http.NoBody)
		response, err := transport.ClientOptions(transport.Settings{HTTP: served}).Transport.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, response.Body)
		var tooLarge *transport.TooLargeError
		if errors.As(err, &tooLarge) == fits || response.Body.Close() != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
