// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestToken_isAskedForByAForm(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	address := s.Info.Endpoints.AuthorityHost + s.Info.TenantID + "/oauth2/v2.0/token"
	form := s.SecretForm(s.Info.Audiences.IoTCentral + "/.default").Encode()
	for name, test := range map[string]struct {
		mediaType, body string
		aadsts          float64
	}{
		"JSON":          {"application/json", form, 900144},
		"no media type": {"", form, 900144},
		"broken escape": {"application/x-www-form-urlencoded", form + "&x=%zz", 9000411},
	} {
		t.Run(name, func(t *testing.T) {
			refused := s.In(t).Send(http.MethodPost, address, []byte(test.body), "Content-Type", test.mediaType).Want(http.StatusBadRequest)
			if refused.Text("error") != "invalid_request" || refused.At("error_codes", 0) != test.aadsts {
				t.Errorf("answered %s, want AADSTS%v", refused.Body, test.aadsts)
			}
		})
	}
}

func TestToken_basicAuthenticationIsFormEncoded(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	form := s.SecretForm(s.Info.Audiences.IoTCentral + "/.default")
	form.Del("client_id")
	form.Del("client_secret")
	address := s.Info.Endpoints.AuthorityHost + s.Info.TenantID + "/oauth2/v2.0/token"
	for name, test := range map[string]struct {
		id, secret string
		status     int
	}{
		"plain":         {s.Info.ClientID, s.Info.ClientSecret, http.StatusOK},
		"encoded":       {strings.ReplaceAll(s.Info.ClientID, "-", "%2D"), s.Info.ClientSecret, http.StatusOK},
		"broken escape": {s.Info.ClientID, s.Info.ClientSecret + "%", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			credentials := base64.StdEncoding.EncodeToString([]byte(test.id + ":" + test.secret))
			s.In(t).Send(http.MethodPost, address, []byte(form.Encode()), "Authorization", "Basic "+credentials,
				"Content-Type", "application/x-www-form-urlencoded").Want(test.status)
		})
	}
}

func TestDiscovery_ofAnotherTenantIsRefused(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	refused := s.Send(http.MethodGet, s.Info.Endpoints.AuthorityHost+"contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration", nil)
	if refused.Want(http.StatusBadRequest).At("error_codes", 0) != float64(90002) {
		t.Errorf("answered %s", refused.Body)
	}
}

func TestManagedIdentity_refusals(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	resource := "resource=" + s.Info.Audiences.IoTCentral
	for name, test := range map[string]struct {
		base, query string
		status      int
	}{
		"good":             {s.Info.Identity.MetadataURL, "api-version=2018-02-01&" + resource, http.StatusOK},
		"no version":       {s.Info.Identity.MetadataURL, resource, http.StatusBadRequest},
		"no resource":      {s.Info.Identity.MetadataURL, "api-version=2018-02-01", http.StatusBadRequest},
		"unknown resource": {s.Info.Identity.MetadataURL, "api-version=2018-02-01&resource=https://x", http.StatusBadRequest},
		"unknown identity": {s.Info.Identity.MetadataURL, "api-version=2018-02-01&msi_res_id=x&" + resource, http.StatusBadRequest},
		"by main listener": {strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/"), "api-version=2018-02-01&" + resource, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			answered := s.In(t).Send(http.MethodGet, test.base+"/metadata/identity/oauth2/token?"+test.query, nil, "Metadata", "true").Want(test.status)
			if test.status != http.StatusOK && (answered.Text("error") == "" || answered.Text("error_description") == "") {
				t.Errorf("an error without code or description: %s", answered.Body)
			}
		})
	}
}

func TestGitHubToken_hasTheAudienceOfTheOwnerUnlessAsked(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	token, _, err := jwt.NewParser().ParseUnverified(gitHubToken(s, "").Want(http.StatusOK).Text("value"), jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := token.Claims.GetAudience(); err != nil || len(got) != 1 || got[0] != "https://github.com/contoso" {
		t.Errorf("the audience is %v, %v", got, err)
	}
}

func TestPipelinesToken_refusals(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	connection := "serviceConnectionId=" + s.Info.Identity.AzureDevOpsServiceConnection
	for name, test := range map[string]struct {
		query, bearer string
		status        int
	}{
		"good":               {"?api-version=7.1&" + connection, s.Info.Identity.AzureDevOpsAccessToken, http.StatusOK},
		"no version":         {"?" + connection, s.Info.Identity.AzureDevOpsAccessToken, http.StatusBadRequest},
		"no connection":      {"?api-version=7.1", s.Info.Identity.AzureDevOpsAccessToken, http.StatusNotFound},
		"another's token":    {"?api-version=7.1&" + connection, s.Info.Identity.GitHubRequestToken, http.StatusUnauthorized},
		"no token in bearer": {"?api-version=7.1&" + connection, "", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			answered := s.In(t).Send(http.MethodPost, s.Info.Identity.AzureDevOpsRequestURI+test.query, nil,
				"Authorization", "Bearer "+test.bearer).Want(test.status)
			if test.status == http.StatusOK {
				answered.Text("oidcToken")
			} else if answered.Text("message") == "" {
				t.Errorf("an error without message: %s", answered.Body)
			}
		})
	}
}
