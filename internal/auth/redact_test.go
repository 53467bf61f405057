// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

func TestTokenError_showsNoSecretOfAnAnswer(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"JSON that does not decode": `json decode error: {"token_type":"Bearer","access_token":"opaqueSECRET","expires_in":"soon"}`,
		"JSON without its brace":    `{"access_token":"opaqueSECRET`,
		"quoted JSON":               `"{\"access_token\":\"opaqueSECRET\"}"`,
		"JWT":                       `bad token eyJhbGciOiJSUzI1NiJ9.eyJTRUNSRVQ.SECRET here`,
		"form":                      `client_secret=SECRET&client_id=x`,
		"SAS":                       `SharedAccessSignature sr=app&sig=SECRET%3D&skn=name&se=1`,
		"private key":               "-----BEGIN RSA PRIVATE KEY-----\nSECRET\n-----END RSA PRIVATE KEY-----",
		"cut private key":           "-----BEGIN PRIVATE KEY-----\nSECRET",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := &auth.TokenError{Method: auth.ClientSecret, Err: errors.New(text)}
			if shown := failed.Error(); strings.Contains(shown, "SECRET") {
				t.Errorf("the error shows a secret: %s", shown)
			}
		})
	}
}

func TestTokenError_hasAnEnd(t *testing.T) {
	t.Parallel()
	failed := &auth.TokenError{Err: errors.New(strings.Repeat("x", 1<<20))}
	if length := len(failed.Error()); length > 5000 {
		t.Errorf("the error has %d bytes", length)
	}
}

func FuzzRedact(f *testing.F) {
	f.Add(`{"access_token":"`, `"}`)
	f.Add("eyJ", ".x")
	f.Fuzz(func(t *testing.T, before, after string) {
		const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
		if shown := auth.Redact(before + " " + token + " " + after); strings.Contains(shown, "c2lnbmF0dXJl") && !strings.Contains(before+after, "c2lnbmF0dXJl") {
			t.Errorf("the token is shown: %q", shown)
		}
	})
}
