// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// throughProxy has the session's client use the emulator as its proxy.
func throughProxy(s *emulatortest.Session) {
	s.T.Helper()
	proxy, err := url.Parse(s.Info.Endpoints.Proxy)
	if err != nil {
		s.T.Fatal(err)
	}
	transport, ok := s.Client.Transport.(*http.Transport)
	if !ok {
		s.T.Fatal("the client has another transport")
	}
	transport.Proxy = http.ProxyURL(proxy)
}

func TestProxy_standsForThePublicCloud(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	throughProxy(s)
	discovered := s.Send(http.MethodGet, "https://login.microsoftonline.com/"+s.Info.TenantID+"/v2.0/.well-known/openid-configuration", nil).Want(http.StatusOK)
	endpoint := discovered.Text("token_endpoint")
	if endpoint != "https://login.microsoftonline.com/"+s.Info.TenantID+"/oauth2/v2.0/token" ||
		discovered.Text("issuer") != "https://login.microsoftonline.com/"+s.Info.TenantID+"/v2.0" {
		t.Errorf("discovered %s", discovered.Body)
	}
	instance := s.Send(http.MethodGet, "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=x", nil).Want(http.StatusOK)
	if instance.Text("metadata", 0, "preferred_network") != "login.microsoftonline.com" {
		t.Errorf("discovered %s", instance.Body)
	}
	form := s.SecretForm("https://management.azure.com//.default").Encode()
	token := s.Send(http.MethodPost, endpoint, []byte(form), "Content-Type", "application/x-www-form-urlencoded").Want(http.StatusOK).Text("access_token")
	s.Send(http.MethodGet, "https://management.azure.com"+s.Info.CatalogID+"?api-version="+emulatortest.SphereVersion, nil,
		"Authorization", "Bearer "+token).Want(http.StatusOK)
	for _, label := range []string{"contoso", s.Info.Applications[0].ApplicationID} {
		s.Send(http.MethodGet, "https://"+label+".azureiotcentral.com/api/enrollmentGroups?api-version="+emulatortest.StableVersion, nil,
			"Authorization", s.Info.Applications[0].APIToken).Want(http.StatusOK)
	}
	s.Send(http.MethodGet, "https://tailspin.azureiotcentral.com/api/enrollmentGroups?api-version="+emulatortest.StableVersion, nil,
		"Authorization", s.Info.Applications[0].APIToken).Want(http.StatusNotFound)
	// The emulator's own names are carried as well.
	s.Send(http.MethodGet, s.Info.Endpoints.ResourceManager+"_emulator/state", nil).Want(http.StatusOK)
	s.Send(http.MethodGet, s.Info.Applications[0].AddressURL+"/api/enrollmentGroups?api-version="+emulatortest.StableVersion, nil,
		"Authorization", s.Info.Applications[0].APIToken).Want(http.StatusOK)
}

func TestProxy_reachesNothingElse(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	throughProxy(s)
	for _, address := range []string{
		"https://example.com/", "https://azureiotcentral.com/", "https://192.0.2.1/", "https://management.azure.com.example.com/", "https://notlocalhost/", "https://127.0.0.1:1/", "https://[::1]:1/",
	} {
		if _, err := s.Try(http.MethodGet, address, nil); err == nil || !strings.Contains(err.Error(), "Forbidden") {
			t.Errorf("%s: %v, want a refusal", address, err)
		}
	}
}

func TestProxy_endsWithTheEmulator(t *testing.T) {
	t.Parallel()
	e, err := emulator.Start(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(e.Info().Endpoints.Proxy, "http://")
	var dialer net.Dialer
	connection, err := dialer.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := io.WriteString(connection, "CONNECT management.azure.com:443 HTTP/1.1\r\nHost: management.azure.com:443\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	const want = "HTTP/1.1 200 Connection established\r\n\r\n"
	answer := make([]byte, len(want))
	if _, err := io.ReadFull(connection, answer); err != nil || string(answer) != want {
		t.Fatalf("answered %q, %v", answer, err)
	}
	// Close waits for the tunnel, and the client sees its end.
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if left, err := io.ReadAll(connection); len(left) != 0 {
		t.Errorf("after the end there is %q, %v", left, err)
	}
}
