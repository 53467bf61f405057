// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

// entra answers the requests of a credential and remembers them. It is the
// transport below the pipelines, so that nothing reaches the network.
type entra struct {
	mu       sync.Mutex
	requests []sentRequest

	// refuse, when it is set, is the answer of every token endpoint.
	refuse *answer
	// others answers the requests for other hosts.
	others map[string]func(sentRequest) answer
}

type sentRequest struct {
	Method string
	URL    *url.URL
	Host   string
	Header http.Header
	Form   url.Values
}

type answer struct {
	status int
	body   string
}

const accessToken = "access-token-of-the-fake"

func (e *entra) Do(request *http.Request) (*http.Response, error) {
	sent := sentRequest{Method: request.Method, URL: request.URL, Host: request.Host, Header: request.Header.Clone()}
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		if sent.Form, err = url.ParseQuery(string(body)); err != nil {
			return nil, err
		}
	}
	e.mu.Lock()
	e.requests = append(e.requests, sent)
	e.mu.Unlock()

	reply, err := e.reply(sent)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Request:    request,
		StatusCode: reply.status,
		Status:     fmt.Sprintf("%d %s", reply.status, http.StatusText(reply.status)),
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(reply.body)),
	}, nil
}

func (e *entra) reply(sent sentRequest) (answer, error) {
	if other, ok := e.others[sent.URL.Host]; ok {
		return other(sent), nil
	}
	host, path := sent.URL.Host, sent.URL.Path
	switch {
	case !strings.HasPrefix(host, "login."):
		return answer{}, errors.New("no route to " + host)
	case path == "/common/discovery/instance":
		authorize, _ := url.Parse(sent.URL.Query().Get("authorization_endpoint"))
		return answer{200, `{
			"tenant_discovery_endpoint": "https://` + authorize.Host + `/` + strings.Split(authorize.Path, "/")[1] + `/v2.0/.well-known/openid-configuration",
			"metadata": [{"preferred_network": "` + authorize.Host + `", "preferred_cache": "` + authorize.Host + `", "aliases": ["` + authorize.Host + `"]}]
		}`}, nil
	case strings.HasSuffix(path, "/.well-known/openid-configuration"):
		tenant := strings.Split(path, "/")[1]
		base := "https://" + host + "/" + tenant
		return answer{200, `{
			"issuer": "` + base + `/v2.0",
			"authorization_endpoint": "` + base + `/oauth2/v2.0/authorize",
			"token_endpoint": "` + base + `/oauth2/v2.0/token"
		}`}, nil
	case strings.HasSuffix(path, "/oauth2/v2.0/token"):
		if e.refuse != nil {
			return *e.refuse, nil
		}
		return answer{200, `{"token_type": "Bearer", "expires_in": 3600, "access_token": "` + accessToken + `"}`}, nil
	}
	return answer{}, errors.New("unexpected request for " + sent.URL.String())
}

// sent returns the requests for a host, or all of them for the empty host.
func (e *entra) sent(host string) []sentRequest {
	e.mu.Lock()
	defer e.mu.Unlock()
	var found []sentRequest
	for _, request := range e.requests {
		if host == "" || request.URL.Host == host {
			found = append(found, request)
		}
	}
	return found
}

// tokenRequests returns the requests for access tokens.
func (e *entra) tokenRequests() []sentRequest {
	var found []sentRequest
	for _, request := range e.sent("") {
		if strings.HasSuffix(request.URL.Path, "/oauth2/v2.0/token") {
			found = append(found, request)
		}
	}
	return found
}

func (e *entra) options() azcore.ClientOptions {
	return azcore.ClientOptions{Transport: e, Retry: policy.RetryOptions{MaxRetries: -1}}
}

const testScope = "https://management.azure.com/.default"

// getToken asks for a token and checks that it is the fake's.
func getToken(t *testing.T, credential auth.Credential, scope string) {
	t.Helper()
	token, err := credential.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{scope}})
	if err != nil {
		t.Fatalf("GetToken: %v", err)
	}
	if token.Token != accessToken {
		t.Errorf("token = %q, want %q", token.Token, accessToken)
	}
	if token.ExpiresOn.IsZero() {
		t.Error("the token has no expiry")
	}
}

// failToken asks for a token and returns the error, which must hold no secret.
func failToken(t *testing.T, credential auth.Credential) error {
	t.Helper()
	_, err := credential.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{testScope}})
	if err == nil {
		t.Fatal("GetToken succeeded, want an error")
	}
	checkNoSecrets(t, err)
	var failed *auth.TokenError
	if !errors.As(err, &failed) {
		t.Errorf("error is a %T, want a *auth.TokenError", err)
	} else if failed.Method != credential.Method {
		t.Errorf("the error names the method %q, want %q", failed.Method, credential.Method)
	}
	return err
}

func mustNew(t *testing.T, cfg auth.Config, options azcore.ClientOptions) auth.Credential {
	t.Helper()
	credential, err := auth.New(cfg, options)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return credential
}
