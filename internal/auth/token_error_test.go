// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

func TestExplain_answersOfEntra(t *testing.T) {
	t.Parallel()
	withSecret := application(func(c *auth.Config) { c.ClientSecret = secret })
	withToken := application(func(c *auth.Config) { c.UseOIDC, c.OIDCToken = true, idToken })
	withCertificate := application(func(c *auth.Config) { c.ClientCertificatePath = writeFile(t, testFixtures().pem) })
	refusal := func(code int) string {
		return fmt.Sprintf(`{"error": "invalid_client", "error_codes": [%d], "error_description": "AADSTS%d: words. Trace ID: x", "trace_id": "x"}`, code, code)
	}
	tests := map[string]struct {
		cfg  auth.Config
		body string
		want []string
	}{
		"wrong secret":         {withSecret, refusal(7000215), []string{"AADSTS7000215: ", "client_secret (ARM_CLIENT_SECRET)", "not to its ID"}},
		"expired secret":       {withSecret, refusal(7000222), []string{"AADSTS7000222: ", "expired", "client_secret"}},
		"unknown application":  {withSecret, refusal(700016), []string{"AADSTS700016: ", "client_id (ARM_CLIENT_ID)", "tenant_id (ARM_TENANT_ID)"}},
		"no service principal": {withSecret, refusal(7000229), []string{"client_id (ARM_CLIENT_ID)"}},
		"disabled application": {withSecret, refusal(7000112), []string{"disabled"}},
		"unknown tenant":       {withSecret, refusal(90002), []string{"tenant_id (ARM_TENANT_ID)", "environment (ARM_ENVIRONMENT)"}},
		"unknown service":      {withSecret, refusal(500011), []string{"unknown in this tenant"}},
		"conditional access":   {withSecret, refusal(53003), []string{"Conditional Access"}},
		"no federated match":   {withToken, refusal(700213), []string{"AADSTS700213: ", "federated credential", "subject"}},
		"no federated issuer":  {withToken, refusal(700211), []string{"federated credential"}},
		"old federated code":   {withToken, refusal(70021), []string{"AADSTS70021: ", "federated credential"}},
		"ID token expired":     {withToken, refusal(700024), []string{"clock", "oidc_token_file_path"}},
		"unknown certificate":  {withCertificate, refusal(700027), []string{"client_certificate_path (ARM_CLIENT_CERTIFICATE_PATH)"}},
		"code in text only":    {withSecret, `{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret"}`, []string{"AADSTS7000215: "}},
		"second code":          {withSecret, `{"error": "invalid_client", "error_codes": [1, 7000222]}`, []string{"AADSTS7000222: "}},
		"unknown code":         {withSecret, refusal(1234567), nil},
		"not JSON":             {withSecret, "AADSTS7000215 in a page of a proxy", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &entra{refuse: &answer{401, test.body}}
			err := failToken(t, mustNew(t, test.cfg, fake.options()))
			got := auth.Explain(fmt.Errorf("reading the catalog: %w", err))
			if test.want == nil && got != "" {
				t.Errorf("Explain = %q, want nothing", got)
			}
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("Explain = %q, want %q in it", got, want)
				}
			}
			var answered *auth.AnswerError
			if !errors.As(err, &answered) {
				t.Errorf("the answer is lost: %v", err)
			}
		})
	}
}

func TestExplain_managedIdentity(t *testing.T) {
	t.Parallel()
	endpoint := func(reply answer) *entra {
		return &entra{others: map[string]func(sentRequest) answer{
			"169.254.169.254": func(sentRequest) answer { return reply },
		}}
	}
	tests := map[string]struct {
		fake *entra
		cfg  auth.Config
		want string
	}{
		"no endpoint":          {&entra{}, auth.Config{UseMSI: true, ClientID: "nowhere"}, "does not answer"},
		"no such identity":     {endpoint(answer{400, `{"error": "invalid_request"}`}), auth.Config{UseMSI: true, ClientID: "unassigned"}, "client_id (ARM_CLIENT_ID)"},
		"no identity at all":   {endpoint(answer{400, `{"error": "invalid_request"}`}), auth.Config{UseMSI: true}, "has a managed identity"},
		"endpoint out of work": {endpoint(answer{500, ``}), auth.Config{UseMSI: true, ClientID: "broken"}, "refuses"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := failToken(t, mustNew(t, test.cfg, test.fake.options()))
			if got := auth.Explain(err); !strings.Contains(got, test.want) {
				t.Errorf("Explain(%v) = %q, want %q in it", err, got, test.want)
			}
		})
	}
}

func TestExplain_otherErrors(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, errors.New("AADSTS7000215: not a token request"), &auth.ConfigError{Problem: "x"}} {
		if got := auth.Explain(err); got != "" {
			t.Errorf("Explain(%v) = %q, want nothing", err, got)
		}
	}
}

// Azure CLI's timeout is azidentity's: it kills az, and this is its text.
func TestExplain_azureCLITimeout(t *testing.T) {
	t.Parallel()
	err := &auth.TokenError{Method: auth.AzureCLI, Err: errors.New("AzureCLICredential: signal: killed")}
	if got := auth.Explain(err); !strings.Contains(got, "did not answer in time") {
		t.Errorf("Explain = %q", got)
	}
}

func TestTokenError_namesTheMethodAndTheEntraAnswer(t *testing.T) {
	t.Parallel()
	fake := &entra{refuse: &answer{401, `{"error": "invalid_client", "error_codes": [1], "error_description": "AADSTS1: words of Entra"}`}}
	err := failToken(t, mustNew(t, application(func(c *auth.Config) { c.ClientSecret = secret }), fake.options()))
	for _, want := range []string{"no token could be obtained with the client secret: ", "words of Entra"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
}

func TestTokenError_withoutAMethod(t *testing.T) {
	t.Parallel()
	err := &auth.TokenError{Err: errors.New("nothing is configured")}
	if got, want := err.Error(), "no token could be obtained: nothing is configured"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}
