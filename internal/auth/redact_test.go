// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

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
		"glued JWT":                 `token_eyJhbGciOiJSUzI1NiJ9.eyJTRUNSRVQ.SECRET`,
		"JWT in a URL":              `https://x/?a=eyJhbGciOiJSUzI1NiJ9%2EeyJTRUNSRVQ%2ESECRET`,
		"JWT in base64":             `x ZXlKaGJHY2lPaUpTVXpJMU5pSjkuU0VDUkVUSECRET== y`,
		"JSON in a URL":             `https://x/?a=%7B%22access_token%22%3A%22opaqueSECRET%22%7D`,
		"header":                    `Authorization: Bearer opaqueSECRET`,
		"API token":                 `Authorization: SharedAccessSignature sr=SECRET&sig=SECRET&skn=SECRET&se=1`,
		"SAS in a URL":              `https://x/?a=1%26sig%3DSECRET`,
		"key in base64":             `x LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tSECRET y`,
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
	f.Add("Bearer ", "%2")
	f.Fuzz(func(t *testing.T, before, after string) {
		const token, signature = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl"
		if shown := auth.Redact(before + token + after); strings.Contains(shown, signature) && !strings.Contains(before+after, signature[:4]) {
			t.Errorf("the token is shown: %q", shown)
		}
	})
}

// TestCredential_failureShowsNothingOfAnAnswerWithAToken: MSAL repeats an answer
// that it cannot decode.
func TestCredential_failureShowsNothingOfAnAnswerWithAToken(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"odd member":     `{"token_type":"Bearer","access_token":"opaqueSECRET","expires_in":"soon"}`,
		"missing brace":  `{"token_type":"Bearer","expires_in":3600,"access_token":"opaqueSECRET"`,
		"not an object":  `["opaqueSECRET"]`,
		"other spelling": `{"tok": "opaqueSECRET"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &entra{refuse: &answer{200, body}}
			err := failToken(t, mustNew(t, application(func(c *auth.Config) { c.ClientSecret = secret }), fake.options()))
			for shown := err; shown != nil; shown = errors.Unwrap(shown) {
				if strings.Contains(shown.Error(), "SECRET") || strings.Contains(fmt.Sprintf("%+v", shown), "SECRET") {
					t.Errorf("the error shows the token: %+v", shown)
				}
			}
			if !strings.Contains(err.Error(), "200 OK, and cannot be understood") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestCredential_signInEnds: a token endpoint that never answers holds nobody up.
func TestCredential_signInEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := policy.ClientOptions{Transport: silence{}, Retry: policy.RetryOptions{MaxRetries: 1, TryTimeout: 0}}
		credential := mustNew(t, application(func(c *auth.Config) { c.ClientSecret, c.DisableInstanceDiscovery = secret, true }), silent)
		started := time.Now()
		err := failToken(t, credential)
		if waited := time.Since(started); waited != 2*time.Minute || !strings.Contains(err.Error(), "no answer within 2m0s") {
			t.Errorf("after %s: %v", waited, err)
		}
	})
}

// silence never answers.
type silence struct{}

// Do implements policy.Transporter.
func (silence) Do(request *http.Request) (*http.Response, error) {
	<-request.Context().Done()

	return nil, request.Context().Err()
}
