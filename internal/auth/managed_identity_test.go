// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

// shortLived is an answer of the metadata service with a token that azidentity
// does not keep: its cache of these tokens is the process's, and would serve the
// next test.
var shortLived = answer{200, `{"access_token": "` + accessToken + `", "expires_in": "60", "token_type": "Bearer"}`}

func TestManagedIdentity_asksTheMetadataService(t *testing.T) {
	t.Parallel()
	const imds = "http://169.254.169.254/metadata/identity/oauth2/token"
	tests := map[string]struct {
		cfg      auth.Config
		scope    string
		url      string
		clientID string
	}{
		"system-assigned": {
			cfg:   auth.Config{UseMSI: true},
			scope: "https://system.example.test", url: imds,
		},
		"user-assigned": {
			cfg:   auth.Config{UseMSI: true, ClientID: "user-assigned"},
			scope: "https://user.example.test", url: imds, clientID: "user-assigned",
		},
		"user-assigned from a file": {
			cfg:   auth.Config{UseMSI: true, ClientIDFilePath: writeFile(t, "from-file")},
			scope: "https://file.example.test", url: imds, clientID: "from-file",
		},
		"msi_endpoint": {
			cfg:   auth.Config{UseMSI: true, MSIEndpoint: "https://localhost:5001/msi/token"},
			scope: "https://endpoint.example.test", url: "https://localhost:5001/msi/token",
		},
		"msi_endpoint and client ID": {
			cfg:   auth.Config{UseMSI: true, MSIEndpoint: "http://proxy.example.test/a%2Fb", ClientID: "behind-proxy"},
			scope: "https://proxied.example.test", url: "http://proxy.example.test/a%2Fb", clientID: "behind-proxy",
		},
		"an audience with a slash": {
			cfg:   auth.Config{UseMSI: true},
			scope: "https://slash.example.test/", url: imds,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reply := func(sentRequest) answer { return shortLived }
			fake := &entra{others: map[string]func(sentRequest) answer{
				"169.254.169.254": reply, "localhost:5001": reply, "proxy.example.test": reply,
			}}
			getToken(t, mustNew(t, test.cfg, fake.options()), auth.Scope(test.scope))

			requests := fake.sent("")
			if len(requests) != 1 {
				t.Fatalf("%d requests, want 1", len(requests))
			}
			request := requests[0]
			address, query, _ := strings.Cut(request.URL.String(), "?")
			if request.Method != "GET" || address != test.url {
				t.Errorf("request = %s %s, want GET %s", request.Method, address, test.url)
			}
			if request.Host != request.URL.Host {
				t.Errorf("Host = %q, want %q", request.Host, request.URL.Host)
			}
			if request.Header.Get("Metadata") != "true" {
				t.Error("the request lacks the header Metadata: true")
			}
			values := request.URL.Query()
			if values.Get("resource") != test.scope || values.Get("api-version") == "" || values.Get("client_id") != test.clientID {
				t.Errorf("query = %s, want resource %s and client_id %q", query, test.scope, test.clientID)
			}
		})
	}
}
