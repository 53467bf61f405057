// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func (s *session) secretForm(scope string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "scope": {scope},
		"client_id": {s.info.ClientID}, "client_secret": {s.info.ClientSecret},
	}
}

func TestToken_isForTheResourceOfTheScope(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	for _, scope := range []string{
		"https://management.azure.com/.default", "https://management.azure.com//.default",
		"https://management.azure.com/.default openid offline_access profile",
	} {
		answered := s.tokenRequest(s.secretForm(scope)).want(http.StatusOK)
		token, _, err := jwt.NewParser().ParseUnverified(answered.text("access_token"), jwt.MapClaims{})
		if err != nil {
			t.Fatal(err)
		}
		audience, err := token.Claims.GetAudience()
		if err != nil || len(audience) != 1 || audience[0] != s.info.Audiences.ResourceManager {
			t.Errorf("scope %q: audience %v, %v", scope, audience, err)
		}
		issuer, err := token.Claims.GetIssuer()
		if err != nil || !strings.HasPrefix(issuer, s.info.Endpoints.AuthorityHost+s.info.TenantID) {
			t.Errorf("issuer %q, %v", issuer, err)
		}
		if life, ok := answered.at("expires_in").(float64); !ok || life < 3000 || answered.text("token_type") != "Bearer" {
			t.Errorf("answered %s", answered.body)
		}
	}
}

func TestToken_refusals(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
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
			s := s.in(t)
			form := s.secretForm("https://management.azure.com/.default")
			test.change(form)
			refused := s.tokenRequest(form).want(test.status)
			if refused.text("error") != test.code || refused.at("error_codes", 0) != test.aadsts {
				t.Errorf("answered %s", refused.body)
			}
			if strings.Contains(string(refused.body), s.info.ClientSecret) {
				t.Error("the answer holds the secret")
			}
		})
	}
	wrongTenant := s.send(http.MethodPost, s.info.Endpoints.AuthorityHost+"contoso.onmicrosoft.com/oauth2/v2.0/token", nil)
	if wrongTenant.want(http.StatusBadRequest).text("error") != "invalid_tenant" {
		t.Errorf("answered %s", wrongTenant.body)
	}
}

func TestToken_takesBasicAuthentication(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	form := s.secretForm("https://apps.azureiotcentral.com/.default")
	form.Del("client_id")
	form.Del("client_secret")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		s.info.Endpoints.AuthorityHost+s.info.TenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(s.info.ClientID, s.info.ClientSecret)
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("status %d, %v", response.StatusCode, err)
	}
}

func TestDiscovery_leadsToTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	instance := s.send(http.MethodGet, s.info.Endpoints.AuthorityHost+"common/discovery/instance?api-version=1.1", nil)
	document := s.send(http.MethodGet, instance.want(http.StatusOK).text("tenant_discovery_endpoint"), nil).want(http.StatusOK)
	if !strings.HasPrefix(document.text("issuer"), s.info.Endpoints.AuthorityHost) || document.text("authorization_endpoint") == "" {
		t.Errorf("answered %s", document.body)
	}
	form := s.secretForm("https://apps.azureiotcentral.com/.default")
	s.send(http.MethodPost, document.text("token_endpoint"), []byte(form.Encode()),
		"Content-Type", "application/x-www-form-urlencoded").want(http.StatusOK)
	keys := s.send(http.MethodGet, document.text("jwks_uri"), nil).want(http.StatusOK)
	if keys.text("keys", 0, "kty") != "EC" || len(keys.text("keys", 0, "x")) != 43 {
		t.Errorf("answered %s", keys.body)
	}
}

func TestServices_refuseTokens(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now})
	old := map[string]string{}
	for _, audience := range []string{s.info.Audiences.ResourceManager, s.info.Audiences.IoTCentral, s.info.Audiences.AzureSphere} {
		old[audience] = s.token(audience)
	}
	clock.advance(2 * time.Hour)
	other := start(t, emulator.Options{Now: clock.Now})

	services := map[string]struct{ address, audience string }{
		"arm":        {s.info.Endpoints.ResourceManager + s.info.CatalogID[1:] + "?api-version=" + sphereVersion, s.info.Audiences.ResourceManager},
		"iotcentral": {s.centralURL("/enrollmentGroups", previewVersion), s.info.Audiences.IoTCentral},
		"sphere":     {s.info.Endpoints.AzureSphere + "v2/tenants", s.info.Audiences.AzureSphere},
	}
	for name, service := range services {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			wrong := s.info.Audiences.ResourceManager
			if name == "arm" {
				wrong = s.info.Audiences.IoTCentral
			}
			valid := s.token(service.audience)
			for problem, authorization := range map[string]string{
				"none":              "",
				"expired":           old[service.audience],
				"another audience":  s.token(wrong),
				"another emulator":  other.token(service.audience),
				"altered":           valid[:len(valid)-4] + "AAAA",
				"not a token":       "Bearer x",
				"another scheme":    "Basic " + valid[7:],
				"another API token": "SharedAccessSignature sr=x&sig=y&skn=z&se=1",
			} {
				t.Run(problem, func(t *testing.T) {
					s := s.in(t)
					refused := s.send(http.MethodGet, service.address, nil, "Authorization", authorization).want(http.StatusUnauthorized)
					if len(refused.body) == 0 {
						t.Error("there is no body")
					}
					if name == "arm" && refused.header.Get("WWW-Authenticate") == "" {
						t.Error("there is no challenge")
					}
				})
			}
			s.send(http.MethodGet, service.address, nil, "Authorization", valid).want(http.StatusOK)
		})
	}
	audience := s.send(http.MethodGet, services["arm"].address, nil, "Authorization", s.token(s.info.Audiences.IoTCentral))
	if code := audience.text("error", "code"); code != "InvalidAuthenticationTokenAudience" {
		t.Errorf("code %q", code)
	}
}

func TestServices_refuseAnotherIssuer(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	authority := s.info.Endpoints.AuthorityHost
	for issuer, want := range map[string]int{
		authority + s.info.TenantID + "/v2.0":      http.StatusOK,
		authority + s.info.ClientID + "/v2.0":      http.StatusUnauthorized,
		"https://login.microsoftonline.com/x/v2.0": http.StatusUnauthorized,
	} {
		token, err := s.e.SignToken(map[string]any{
			"iss": issuer, "aud": s.info.Audiences.IoTCentral, "azp": s.info.ClientID, "exp": time.Now().Add(time.Hour).Unix(),
		})
		if err != nil {
			t.Fatal(err)
		}
		s.send(http.MethodGet, s.centralURL("/enrollmentGroups", stableVersion), nil, "Authorization", "Bearer "+token).want(want)
	}
}
