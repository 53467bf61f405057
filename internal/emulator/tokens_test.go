// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestServices_refuseTokens(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	old := map[string]string{}
	for _, audience := range []string{s.Info.Audiences.ResourceManager, s.Info.Audiences.IoTCentral, s.Info.Audiences.AzureSphere} {
		old[audience] = s.Token(audience)
	}
	clock.Advance(2 * time.Hour)
	other := emulatortest.Start(t, emulator.Options{Now: clock.Now})

	services := map[string]struct{ address, audience string }{
		"arm":        {s.Info.Endpoints.ResourceManager + s.Info.CatalogID[1:] + "?api-version=" + emulatortest.SphereVersion, s.Info.Audiences.ResourceManager},
		"iotcentral": {s.CentralURL("/enrollmentGroups", emulatortest.PreviewVersion), s.Info.Audiences.IoTCentral},
		"sphere":     {s.Info.Endpoints.AzureSphere + "v2/tenants", s.Info.Audiences.AzureSphere},
	}
	for name, service := range services {
		t.Run(name, func(t *testing.T) {
			s := s.In(t)
			wrong := s.Info.Audiences.ResourceManager
			if name == "arm" {
				wrong = s.Info.Audiences.IoTCentral
			}
			valid := s.Token(service.audience)
			for problem, authorization := range map[string]string{
				"none":              "",
				"expired":           old[service.audience],
				"another audience":  s.Token(wrong),
				"another emulator":  other.Token(service.audience),
				"altered":           valid[:len(valid)-4] + "AAAA",
				"not a token":       "Bearer x",
				"another scheme":    "Basic " + valid[7:],
				"another API token": "SharedAccessSignature sr=x&sig=y&skn=z&se=1",
			} {
				t.Run(problem, func(t *testing.T) {
					s := s.In(t)
					refused := s.Send(http.MethodGet, service.address, nil, "Authorization", authorization).Want(http.StatusUnauthorized)
					if len(refused.Body) == 0 {
						t.Error("there is no body")
					}
					if name == "arm" && refused.Header.Get("WWW-Authenticate") == "" {
						t.Error("there is no challenge")
					}
				})
			}
			s.Send(http.MethodGet, service.address, nil, "Authorization", valid).Want(http.StatusOK)
		})
	}
	audience := s.Send(http.MethodGet, services["arm"].address, nil, "Authorization", s.Token(s.Info.Audiences.IoTCentral))
	if code := audience.Text("error", "code"); code != "InvalidAuthenticationTokenAudience" {
		t.Errorf("code %q", code)
	}
}

func TestServices_refuseAnotherIssuer(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	authority := s.Info.Endpoints.AuthorityHost
	for issuer, want := range map[string]int{
		authority + s.Info.TenantID + "/v2.0":      http.StatusOK,
		authority + s.Info.ClientID + "/v2.0":      http.StatusUnauthorized,
		"https://login.microsoftonline.com/x/v2.0": http.StatusUnauthorized,
	} {
		token, err := s.Emulator.SignToken(map[string]any{
			"iss": issuer, "aud": s.Info.Audiences.IoTCentral, "azp": s.Info.ClientID, "exp": time.Now().Add(time.Hour).Unix(),
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Send(http.MethodGet, s.CentralURL("/enrollmentGroups", emulatortest.StableVersion), nil, "Authorization", "Bearer "+token).Want(want)
	}
}

func TestEmulatorToken_isForItsPrincipals(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	if token, err := s.Emulator.Token("nobody", s.Info.Audiences.IoTCentral); err == nil {
		t.Errorf("an unknown client is given %s", token)
	}
	for name, test := range map[string]struct{ issuer, client, code string }{
		"unknown client": {s.Info.Endpoints.AuthorityHost + s.Info.TenantID + "/v2.0", "nobody", "InvalidAuthenticationToken"},
		"unknown issuer": {"https://login.microsoftonline.com/x/v2.0", s.Info.ClientID, "InvalidAuthenticationTokenTenant"},
	} {
		token, err := s.Emulator.SignToken(map[string]any{
			"iss": test.issuer, "aud": s.Info.Audiences.ResourceManager, "azp": test.client, "exp": time.Now().Add(time.Hour).Unix(),
		})
		if err != nil {
			t.Fatal(err)
		}
		refused := s.Send(http.MethodGet, s.Info.Endpoints.ResourceManager+s.Info.CatalogID[1:]+"?api-version="+emulatortest.SphereVersion, nil,
			"Authorization", "Bearer "+token).Want(http.StatusUnauthorized)
		if got := refused.Text("error", "code"); got != test.code {
			t.Errorf("%s: code %s, want %s", name, got, test.code)
		}
	}
}
