// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

const pipelineHost = "pipelines.example.test"

func github(url string) auth.Config {
	return application(func(c *auth.Config) {
		c.UseOIDC, c.OIDCRequestURL, c.OIDCRequestToken = true, url, requestToken
	})
}

func azureDevOps(url string) auth.Config {
	return application(func(c *auth.Config) {
		c.UseOIDC, c.OIDCRequestURL, c.OIDCRequestToken = true, url, requestToken
		c.ADOPipelineServiceConnectionID = "the connection"
	})
}

func TestPipelineOIDC_asksForAnIDTokenAndPresentsIt(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		cfg    auth.Config
		answer string
		method string
		url    string
		header string
	}{
		"GitHub": {
			cfg:    github("https://" + pipelineHost + "/idtoken?api-version=2.0"),
			answer: `{"count": 1, "value": "` + idToken + `"}`,
			method: "GET",
			url:    "https://" + pipelineHost + "/idtoken?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange",
		},
		"GitHub with an audience in the URL": {
			cfg:    github("https://" + pipelineHost + "/idtoken?audience=mine"),
			answer: `{"value": "` + idToken + `"}`,
			method: "GET",
			url:    "https://" + pipelineHost + "/idtoken?audience=mine",
		},
		"Azure DevOps": {
			cfg:    azureDevOps("https://" + pipelineHost + "/jobs/1/oidctoken"),
			answer: `{"oidcToken": "` + idToken + `"}`,
			method: "POST",
			url:    "https://" + pipelineHost + "/jobs/1/oidctoken?api-version=7.1&serviceConnectionId=the+connection",
			header: "Suppress",
		},
		"Azure DevOps with a version in the URL": {
			cfg:    azureDevOps("https://" + pipelineHost + "/oidctoken?api-version=8.0"),
			answer: `{"oidcToken": "` + idToken + `"}`,
			method: "POST",
			url:    "https://" + pipelineHost + "/oidctoken?api-version=8.0&serviceConnectionId=the+connection",
			header: "Suppress",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &entra{others: map[string]func(sentRequest) answer{
				pipelineHost: func(sentRequest) answer { return answer{200, test.answer} },
			}}
			credential := mustNew(t, test.cfg, fake.options())
			getToken(t, credential, testScope)
			if got := checkAssertion(t, checkTokenRequest(t, fake)); got != idToken {
				t.Errorf("client_assertion = %q, want %q", got, idToken)
			}

			requests := fake.sent(pipelineHost)
			if len(requests) != 1 {
				t.Fatalf("%d requests for an ID token, want 1", len(requests))
			}
			request := requests[0]
			if request.Method != test.method || request.URL.String() != test.url {
				t.Errorf("request = %s %s, want %s %s", request.Method, request.URL, test.method, test.url)
			}
			if got := request.Header.Get("Authorization"); got != "Bearer "+requestToken {
				t.Errorf("Authorization = %q", got)
			}
			if got := request.Header.Get("X-TFS-FedAuthRedirect"); got != test.header {
				t.Errorf("X-TFS-FedAuthRedirect = %q, want %q", got, test.header)
			}
			for _, sent := range fake.sent("login.microsoftonline.com") {
				if got := sent.Header.Get("Authorization"); got != "" {
					t.Errorf("the request for %s carries Authorization %q", sent.URL, got)
				}
			}

			// Another audience needs another ID token: they live for minutes.
			getToken(t, credential, "https://other.example.test/.default")
			if got := len(fake.sent(pipelineHost)); got != 2 {
				t.Errorf("%d requests for ID tokens after two token requests, want 2", got)
			}
		})
	}
}

func TestPipelineOIDC_failuresSayWhatToCheck(t *testing.T) {
	t.Parallel()
	leak := `{"message": "` + requestToken + `", "other": "` + idToken + `"}`
	tests := map[string]struct {
		answer answer
		want   string
	}{
		"refused":   {answer{401, leak}, "answered 401 Unauthorized when asked for an ID token"},
		"redirect":  {answer{302, leak}, "answered 302 Found"},
		"not JSON":  {answer{200, idToken}, "did not answer with JSON"},
		"no token":  {answer{200, leak}, "answered without an ID token"},
		"wrong one": {answer{200, `{"value": 7, "oidcToken": ["` + idToken + `"]}`}, "answered without an ID token"},
	}
	services := map[string]struct {
		cfg   auth.Config
		hints []string
	}{
		"GitHub Actions": {github("https://" + pipelineHost + "/"), []string{"oidc_request_token", "ado_pipeline_service_connection_id"}},
		"Azure DevOps":   {azureDevOps("https://" + pipelineHost + "/"), []string{"ado_pipeline_service_connection_id", "SYSTEM_ACCESSTOKEN"}},
	}
	for service, called := range services {
		for name, test := range tests {
			t.Run(service+" "+name, func(t *testing.T) {
				t.Parallel()
				fake := &entra{others: map[string]func(sentRequest) answer{
					pipelineHost: func(sentRequest) answer { return test.answer },
				}}
				err := failToken(t, mustNew(t, called.cfg, fake.options()))
				for _, want := range append(called.hints, service+" "+test.want) {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("the error lacks %q: %v", want, err)
					}
				}
				if got := len(fake.tokenRequests()); got != 0 {
					t.Errorf("%d token requests without an ID token", got)
				}
			})
		}
	}

	t.Run("no answer", func(t *testing.T) {
		t.Parallel()
		err := failToken(t, mustNew(t, github("https://"+pipelineHost+"/"), (&entra{}).options()))
		if !strings.Contains(err.Error(), "asking GitHub Actions for an ID token") {
			t.Errorf("error = %v", err)
		}
	})
}
