// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func TestToken_isAskedForByAForm(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	address := s.info.Endpoints.AuthorityHost + s.info.TenantID + "/oauth2/v2.0/token"
	form := s.secretForm(s.info.Audiences.IoTCentral + "/.default").Encode()
	for name, test := range map[string]struct {
		mediaType, body string
		aadsts          float64
	}{
		"JSON":          {"application/json", form, 900144},
		"no media type": {"", form, 900144},
		"broken escape": {"application/x-www-form-urlencoded", form + "&x=%zz", 9000411},
	} {
		t.Run(name, func(t *testing.T) {
			refused := s.in(t).send(http.MethodPost, address, []byte(test.body), "Content-Type", test.mediaType).want(http.StatusBadRequest)
			if refused.text("error") != "invalid_request" || refused.at("error_codes", 0) != test.aadsts {
				t.Errorf("answered %s, want AADSTS%v", refused.body, test.aadsts)
			}
		})
	}
}

func TestToken_basicAuthenticationIsFormEncoded(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	form := s.secretForm(s.info.Audiences.IoTCentral + "/.default")
	form.Del("client_id")
	form.Del("client_secret")
	address := s.info.Endpoints.AuthorityHost + s.info.TenantID + "/oauth2/v2.0/token"
	for name, test := range map[string]struct {
		id, secret string
		status     int
	}{
		"plain":         {s.info.ClientID, s.info.ClientSecret, http.StatusOK},
		"encoded":       {strings.ReplaceAll(s.info.ClientID, "-", "%2D"), s.info.ClientSecret, http.StatusOK},
		"broken escape": {s.info.ClientID, s.info.ClientSecret + "%", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			credentials := base64.StdEncoding.EncodeToString([]byte(test.id + ":" + test.secret))
			s.in(t).send(http.MethodPost, address, []byte(form.Encode()), "Authorization", "Basic "+credentials,
				"Content-Type", "application/x-www-form-urlencoded").want(test.status)
		})
	}
}

func TestDiscovery_ofAnotherTenantIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	refused := s.send(http.MethodGet, s.info.Endpoints.AuthorityHost+"contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration", nil)
	if refused.want(http.StatusBadRequest).at("error_codes", 0) != float64(90002) {
		t.Errorf("answered %s", refused.body)
	}
}

func TestManagedIdentity_refusals(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	resource := "resource=" + s.info.Audiences.IoTCentral
	for name, test := range map[string]struct {
		base, query string
		status      int
	}{
		"good":             {s.info.Identity.MetadataURL, "api-version=2018-02-01&" + resource, http.StatusOK},
		"no version":       {s.info.Identity.MetadataURL, resource, http.StatusBadRequest},
		"no resource":      {s.info.Identity.MetadataURL, "api-version=2018-02-01", http.StatusBadRequest},
		"unknown resource": {s.info.Identity.MetadataURL, "api-version=2018-02-01&resource=https://x", http.StatusBadRequest},
		"unknown identity": {s.info.Identity.MetadataURL, "api-version=2018-02-01&msi_res_id=x&" + resource, http.StatusBadRequest},
		"by main listener": {strings.TrimSuffix(s.info.Endpoints.ResourceManager, "/"), "api-version=2018-02-01&" + resource, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			answered := s.in(t).send(http.MethodGet, test.base+"/metadata/identity/oauth2/token?"+test.query, nil, "Metadata", "true").want(test.status)
			if test.status != http.StatusOK && (answered.text("error") == "" || answered.text("error_description") == "") {
				t.Errorf("an error without code or description: %s", answered.body)
			}
		})
	}
}

func TestGitHubToken_hasTheAudienceOfTheOwnerUnlessAsked(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	token, _, err := jwt.NewParser().ParseUnverified(s.gitHubToken("").want(http.StatusOK).text("value"), jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := token.Claims.GetAudience(); err != nil || len(got) != 1 || got[0] != "https://github.com/contoso" {
		t.Errorf("the audience is %v, %v", got, err)
	}
}

func TestPipelinesToken_refusals(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	connection := "serviceConnectionId=" + s.info.Identity.AzureDevOpsServiceConnection
	for name, test := range map[string]struct {
		query, bearer string
		status        int
	}{
		"good":               {"?api-version=7.1&" + connection, s.info.Identity.AzureDevOpsAccessToken, http.StatusOK},
		"no version":         {"?" + connection, s.info.Identity.AzureDevOpsAccessToken, http.StatusBadRequest},
		"no connection":      {"?api-version=7.1", s.info.Identity.AzureDevOpsAccessToken, http.StatusNotFound},
		"another's token":    {"?api-version=7.1&" + connection, s.info.Identity.GitHubRequestToken, http.StatusUnauthorized},
		"no token in bearer": {"?api-version=7.1&" + connection, "", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			answered := s.in(t).send(http.MethodPost, s.info.Identity.AzureDevOpsRequestURI+test.query, nil,
				"Authorization", "Bearer "+test.bearer).want(test.status)
			if test.status == http.StatusOK {
				answered.text("oidcToken")
			} else if answered.text("message") == "" {
				t.Errorf("an error without message: %s", answered.body)
			}
		})
	}
}

func TestEmulatorToken_isForItsPrincipals(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	if token, err := s.e.Token("nobody", s.info.Audiences.IoTCentral); err == nil {
		t.Errorf("an unknown client is given %s", token)
	}
	for name, test := range map[string]struct{ issuer, client, code string }{
		"unknown client": {s.info.Endpoints.AuthorityHost + s.info.TenantID + "/v2.0", "nobody", "InvalidAuthenticationToken"},
		"unknown issuer": {"https://login.microsoftonline.com/x/v2.0", s.info.ClientID, "InvalidAuthenticationTokenTenant"},
	} {
		token, err := s.e.SignToken(map[string]any{
			"iss": test.issuer, "aud": s.info.Audiences.ResourceManager, "azp": test.client, "exp": time.Now().Add(time.Hour).Unix(),
		})
		if err != nil {
			t.Fatal(err)
		}
		refused := s.send(http.MethodGet, s.info.Endpoints.ResourceManager+s.info.CatalogID[1:]+"?api-version="+sphereVersion, nil,
			"Authorization", "Bearer "+token).want(http.StatusUnauthorized)
		if got := refused.text("error", "code"); got != test.code {
			t.Errorf("%s: code %s, want %s", name, got, test.code)
		}
	}
}
