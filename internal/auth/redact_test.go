// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
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
		"JWT after a letter":        `tokeneyJhbGciOiJSUzI1NiJ9.eyJTRUNSRVQ.SECRET`,
		"encoded JWT":               `t=eyJhbGciOiJSUzI1NiJ9%2EeyJTRUNSRVQ%2ESECRET`,
		"JWT in base64":             base64.StdEncoding.EncodeToString([]byte(`eyJhbGciOiJSUzI1NiJ9.eyJTRUNSRVQ.SECRET`)) + "SECRET",
		"encoded form":              `access_token%3DSECRET%26x`,
		"encoded JSON":              `%7B%22access_token%22%3A%22SECRET%22%7D`,
		"JSON with an escape":       `{"access_token":"a\/SECRET\u002bSECRET"}`,
		"bearer":                    `Authorization: Bearer abcdefghijSECRETklmnop`,
		"encoded SAS":               `SharedAccessSignature%20sr%3Dapp%26sig%3DSECRET%253D`,
		"device key":                `{"primaryKey": "SECRET"}`,
		"key in base64":             base64.StdEncoding.EncodeToString([]byte("-----BEGIN PRIVATE KEY-----")) + "SECRET",
		"encoded key":               "-----BEGIN%20PRIVATE%20KEY-----%0ASECRET%0A-----END%20PRIVATE%20KEY-----",
		"long and opaque":           strings.Repeat("aB3", 40) + "SECRET",
		"API token":                 `Authorization: SharedAccessSignature sr=SECRET&sig=SECRET&skn=SECRET&se=1`,
		"basic":                     `Authorization: Basic abcdefghijSECRETklmnop`,
		"SAS in a URL":              `https://x/?a=1%26sig%3DSECRET`,
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

func TestRedact_leavesWhatHelps(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"AADSTS7000215: Invalid client secret provided. Trace ID: 7c8e4e0d-aaaa-bbbb-cccc-0123456789ab",
		"/subscriptions/7c8e4e0d-aaaa-bbbb-cccc-0123456789ab/resourceGroups/fleet/providers/Microsoft.AzureSphere/catalogs/contoso",
		"thumbprint 0123456789ABCDEF0123456789ABCDEF01234567 is not in the group",
		"The access token is missing, expired or has a wrong audience.",
	} {
		if shown := auth.Redact(text); shown != text {
			t.Errorf("%q became %q", text, shown)
		}
	}
}

// FuzzRedact puts a token between any two texts, in each spelling.
func FuzzRedact(f *testing.F) {
	f.Add(`{"access_token":"`, `"}`)
	f.Add("eyJ", ".x")
	f.Add("word", "%2E")
	f.Add("Bearer ", "\n")
	f.Fuzz(func(t *testing.T, before, after string) {
		if len(before)+len(after) > 1000 {
			return
		}
		const signature = "c2lnbmF0dXJl"
		if strings.Contains(before+after, signature) {
			return
		}
		const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0." + signature
		for _, spelling := range []string{token, strings.ReplaceAll(url.QueryEscape(token), ".", "%2E"), "sig=" + signature, "sig%3D" + signature} {
			if strings.HasPrefix(spelling, "sig") {
				spelling = "&" + spelling
			}
			if shown := auth.Redact(before + spelling + after); strings.Contains(shown, signature) {
				t.Errorf("the token is shown: %q", shown)
			}
		}
		inBase64 := base64.StdEncoding.EncodeToString([]byte(token))
		if shown := auth.Redact(before + inBase64 + after); strings.Contains(shown, inBase64) {
			t.Errorf("the token is shown in base64: %q", shown)
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

// TestCredential_signInIsRepeatedForACallThatIsNot: a call that must not be repeated
// says so in its context, which its sign-in sees.
func TestCredential_signInIsRepeatedForACallThatIsNot(t *testing.T) {
	t.Parallel()
	counted := &failing{}
	credential := mustNew(t, application(func(c *auth.Config) { c.ClientSecret, c.DisableInstanceDiscovery = secret, true }),
		policy.ClientOptions{Transport: counted, Retry: policy.RetryOptions{MaxRetries: 2, RetryDelay: time.Nanosecond}})
	once := policy.WithRetryOptions(t.Context(), policy.RetryOptions{MaxRetries: -1})
	if _, err := credential.GetToken(once, policy.TokenRequestOptions{Scopes: []string{"https://example.com/.default"}}); err == nil {
		t.Fatal("there is no error")
	}
	if counted.calls.Load() < 3 {
		t.Errorf("%d tries, want 3", counted.calls.Load())
	}
}

// failing is a service that is out of work.
type failing struct{ calls atomic.Int32 }

// Do implements policy.Transporter.
func (f *failing) Do(request *http.Request) (*http.Response, error) {
	f.calls.Add(1)

	return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Body: http.NoBody, Request: request}, nil
}
