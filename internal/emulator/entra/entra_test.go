// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestToken_isForTheResourceOfTheScope(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for _, scope := range []string{
		"https://management.azure.com/.default", "https://management.azure.com//.default",
		"https://management.azure.com/.default openid offline_access profile",
	} {
		answered := s.TokenRequest(s.SecretForm(scope)).Want(http.StatusOK)
		token, _, err := jwt.NewParser().ParseUnverified(answered.Text("access_token"), jwt.MapClaims{})
		if err != nil {
			t.Fatal(err)
		}
		audience, err := token.Claims.GetAudience()
		if err != nil || len(audience) != 1 || audience[0] != s.Info.Audiences.ResourceManager {
			t.Errorf("scope %q: audience %v, %v", scope, audience, err)
		}
		issuer, err := token.Claims.GetIssuer()
		if err != nil || !strings.HasPrefix(issuer, s.Info.Endpoints.AuthorityHost+s.Info.TenantID) {
			t.Errorf("issuer %q, %v", issuer, err)
		}
		if life, ok := answered.At("expires_in").(float64); !ok || life < 3000 || answered.Text("token_type") != "Bearer" {
			t.Errorf("answered %s", answered.Body)
		}
	}
}

func TestToken_refusals(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for name, test := range map[string]struct {
		change func(url.Values)
		status int
		code   string
		aadsts float64
	}{
		"wrong secret":     {func(f url.Values) { f.Set("client_secret", "x") }, http.StatusUnauthorized, "invalid_client", 7000215},
		"no secret":        {func(f url.Values) { f.Del("client_secret") }, http.StatusUnauthorized, "invalid_client", 7000218},
		"unknown client":   {func(f url.Values) { f.Set("client_id", "x") }, http.StatusBadRequest, "unauthorized_client", 700016},
		"no client":        {func(f url.Values) { f.Del("client_id") }, http.StatusBadRequest, "invalid_request", 900144},
		"unknown resource": {func(f url.Values) { f.Set("scope", "https://x/.default") }, http.StatusBadRequest, "invalid_resource", 500011},
		"delegated scope":  {func(f url.Values) { f.Set("scope", "https://management.azure.com/user_impersonation") }, http.StatusBadRequest, "invalid_scope", 1002012},
		"no scope":         {func(f url.Values) { f.Del("scope") }, http.StatusBadRequest, "invalid_request", 900144},
		"another grant":    {func(f url.Values) { f.Set("grant_type", "password") }, http.StatusBadRequest, "unsupported_grant_type", 70003},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.In(t)
			form := s.SecretForm("https://management.azure.com/.default")
			test.change(form)
			refused := s.TokenRequest(form).Want(test.status)
			if refused.Text("error") != test.code || refused.At("error_codes", 0) != test.aadsts {
				t.Errorf("answered %s", refused.Body)
			}
			if strings.Contains(string(refused.Body), s.Info.ClientSecret) {
				t.Error("the answer holds the secret")
			}
		})
	}
	wrongTenant := s.Send(http.MethodPost, s.Info.Endpoints.AuthorityHost+"contoso.onmicrosoft.com/oauth2/v2.0/token", nil)
	if wrongTenant.Want(http.StatusBadRequest).Text("error") != "invalid_tenant" {
		t.Errorf("answered %s", wrongTenant.Body)
	}
}

func TestToken_takesBasicAuthentication(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	form := s.SecretForm("https://apps.azureiotcentral.com/.default")
	form.Del("client_id")
	form.Del("client_secret")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		s.Info.Endpoints.AuthorityHost+s.Info.TenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(s.Info.ClientID, s.Info.ClientSecret)
	response, err := s.Client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("status %d, %v", response.StatusCode, err)
	}
}

func TestDiscovery_leadsToTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	instance := s.Send(http.MethodGet, s.Info.Endpoints.AuthorityHost+"common/discovery/instance?api-version=1.1", nil)
	document := s.Send(http.MethodGet, instance.Want(http.StatusOK).Text("tenant_discovery_endpoint"), nil).Want(http.StatusOK)
	if !strings.HasPrefix(document.Text("issuer"), s.Info.Endpoints.AuthorityHost) || document.Text("authorization_endpoint") == "" {
		t.Errorf("answered %s", document.Body)
	}
	form := s.SecretForm("https://apps.azureiotcentral.com/.default")
	s.Send(http.MethodPost, document.Text("token_endpoint"), []byte(form.Encode()),
		"Content-Type", "application/x-www-form-urlencoded").Want(http.StatusOK)
	keys := s.Send(http.MethodGet, document.Text("jwks_uri"), nil).Want(http.StatusOK)
	if keys.Text("keys", 0, "kty") != "EC" || len(keys.Text("keys", 0, "x")) != 43 {
		t.Errorf("answered %s", keys.Body)
	}
}
