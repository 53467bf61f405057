// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/golang-jwt/jwt/v5"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// These tests sign in with Microsoft's own client library.

func (s *session) azure() azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: s.info.Endpoints.AuthorityHost},
		Transport: s.client,
		Retry:     policy.RetryOptions{MaxRetries: -1},
	}
}

// signsIn gets a token for each service and uses one.
func (s *session) signsIn(credential azcore.TokenCredential, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, audience := range []string{s.info.Audiences.ResourceManager, s.info.Audiences.AzureSphere, s.info.Audiences.IoTCentral} {
		token, err := credential.GetToken(s.t.Context(), policy.TokenRequestOptions{Scopes: []string{audience + "/.default"}})
		if err != nil {
			s.t.Fatal(err)
		}
		if left := time.Until(token.ExpiresOn); left < 50*time.Minute || left > 61*time.Minute {
			s.t.Errorf("the token expires in %v", left)
		}
		if audience == s.info.Audiences.ResourceManager {
			s.send(http.MethodGet, strings.TrimSuffix(s.info.Endpoints.ResourceManager, "/")+s.info.CatalogID+"?api-version="+sphereVersion,
				nil, "Authorization", "Bearer "+token.Token).want(http.StatusOK)
		}
	}
}

func TestAzidentity_clientSecret(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	s.signsIn(azidentity.NewClientSecretCredential(s.info.TenantID, s.info.ClientID, s.info.ClientSecret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: s.azure(), DisableInstanceDiscovery: true}))
}

func TestAzidentity_clientCertificate(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	text, err := s.e.ClientCertificate()
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.e.ClientCertificate()
	if err != nil || !bytes.Equal(again, text) {
		t.Errorf("the second call returns another certificate, %v", err)
	}
	certificates, key, err := azidentity.ParseCertificates(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	options := &azidentity.ClientCertificateCredentialOptions{ClientOptions: s.azure(), DisableInstanceDiscovery: true}
	s.signsIn(azidentity.NewClientCertificateCredential(s.info.TenantID, s.info.ClientID, certificates, key, options))

	// The certificate is the owner's, and this emulator's.
	other := start(t, emulator.Options{})
	credential, err := azidentity.NewClientCertificateCredential(other.info.TenantID, other.info.ClientID, certificates, key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: other.azure(), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	scopes := policy.TokenRequestOptions{Scopes: []string{other.info.Audiences.ResourceManager + "/.default"}}
	if _, err := credential.GetToken(t.Context(), scopes); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("another emulator answers %v", err)
	}
	other.e.TrustClientCertificate(certificates[0])
	if _, err := credential.GetToken(t.Context(), scopes); err != nil {
		t.Error(err)
	}
}

// assertion is a client assertion credential, for one principal, whose assertions the function makes.
func (s *session) assertion(clientID string, assert func(context.Context) (string, error)) (azcore.TokenCredential, error) {
	return azidentity.NewClientAssertionCredential(s.info.TenantID, clientID, assert,
		&azidentity.ClientAssertionCredentialOptions{ClientOptions: s.azure(), DisableInstanceDiscovery: true})
}

func (s *session) gitHubToken(audience string) *reply {
	return s.send(http.MethodGet, s.info.Identity.GitHubRequestURL+"&audience="+url.QueryEscape(audience), nil,
		"Authorization", "bearer "+s.info.Identity.GitHubRequestToken)
}

func TestAzidentity_gitHubActions(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	s.signsIn(s.assertion(s.info.ClientID, func(context.Context) (string, error) {
		return s.gitHubToken("api://AzureADTokenExchange").want(http.StatusOK).text("value"), nil
	}))
	for name, test := range map[string]struct{ clientID, audience, code string }{
		"another audience":  {s.info.ClientID, "https://github.com/contoso", "AADSTS700212"},
		"another principal": {s.info.Principals[1].ClientID, "api://AzureADTokenExchange", "AADSTS700213"},
	} {
		credential, err := s.assertion(test.clientID, func(context.Context) (string, error) {
			return s.gitHubToken(test.audience).want(http.StatusOK).text("value"), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{s.info.Audiences.IoTCentral + "/.default"}})
		if err == nil || !strings.Contains(err.Error(), test.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.send(http.MethodGet, s.info.Identity.GitHubRequestURL, nil, "Authorization", "bearer x").want(http.StatusUnauthorized)
	issuer, _, _ := strings.Cut(s.info.Identity.GitHubRequestURL, "/idtoken")
	document := s.send(http.MethodGet, issuer+"/.well-known/openid-configuration", nil).want(http.StatusOK)
	if document.text("issuer") != issuer || s.send(http.MethodGet, document.text("jwks_uri"), nil).want(http.StatusOK).at("keys", 0) == nil {
		t.Errorf("answered %s", document.body)
	}
}

func TestAzidentity_azurePipelines(t *testing.T) {
	s := start(t, emulator.Options{})
	t.Setenv("SYSTEM_OIDCREQUESTURI", s.info.Identity.AzureDevOpsRequestURI)
	options := &azidentity.AzurePipelinesCredentialOptions{ClientOptions: s.azure(), DisableInstanceDiscovery: true}
	s.signsIn(azidentity.NewAzurePipelinesCredential(s.info.TenantID, s.info.ClientID, s.info.Identity.AzureDevOpsServiceConnection,
		s.info.Identity.AzureDevOpsAccessToken, options))
	wrong, err := azidentity.NewAzurePipelinesCredential(s.info.TenantID, s.info.ClientID, "another",
		s.info.Identity.AzureDevOpsAccessToken, options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wrong.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{s.info.Audiences.IoTCentral + "/.default"}}); err == nil {
		t.Error("another service connection signs in")
	}
}

func TestAzidentity_appService(t *testing.T) {
	s := start(t, emulator.Options{})
	t.Setenv("IDENTITY_ENDPOINT", s.info.Identity.AppServiceEndpoint)
	t.Setenv("IDENTITY_HEADER", s.info.Identity.AppServiceHeader)
	// Not as the system-assigned identity: the client library keeps its tokens for the whole process.
	s.signsIn(azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ClientOptions: s.azure(), ID: azidentity.ClientID(s.info.Principals[3].ClientID),
	}))
	// Not with the client library, which keeps the token of the first.
	s.send(http.MethodGet, s.info.Identity.AppServiceEndpoint+"?api-version=2019-08-01&resource="+s.info.Audiences.IoTCentral, nil,
		"X-IDENTITY-HEADER", "x").want(http.StatusUnauthorized)
}

func TestAzidentity_instanceMetadata(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	proxy, err := url.Parse(s.info.Identity.MetadataURL)
	if err != nil {
		t.Fatal(err)
	}
	transport, ok := s.client.Transport.(*http.Transport)
	if !ok {
		t.Fatal("the client has another transport")
	}
	// What HTTP_PROXY does: requests without TLS go to the proxy, whatever their host.
	transport.Proxy = func(r *http.Request) (*url.URL, error) {
		if r.URL.Scheme == "http" {
			return proxy, nil
		}
		return nil, nil
	}
	identity := s.info.Principals[3]
	for name, id := range map[string]azidentity.ManagedIDKind{
		// Not the system-assigned one either.
		"client ID": azidentity.ClientID(identity.ClientID), "object ID": azidentity.ObjectID(identity.ObjectID),
	} {
		t.Run(name, func(t *testing.T) {
			s.in(t).signsIn(azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ClientOptions: s.azure(), ID: id}))
		})
	}
	other, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ClientOptions: s.azure(), ID: azidentity.ClientID(s.info.ClientID),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{s.info.Audiences.IoTCentral + "/.default"}}); err == nil {
		t.Error("an identity that the machine does not have signs in")
	}
	s.send(http.MethodGet, s.info.Identity.MetadataURL+"/metadata/identity/oauth2/token?api-version=2018-02-01", nil).want(http.StatusBadRequest)
	s.send(http.MethodGet, s.info.Identity.MetadataURL+"/subscriptions", nil).want(http.StatusNotFound)
}

func TestAzidentity_federatedIssuerOfOptions(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	issuer := httptest.NewServer(mux)
	t.Cleanup(issuer.Close)
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, issuer.URL, issuer.URL+"/keys")
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		point, err := key.PublicKey.Bytes()
		if err != nil {
			t.Error(err)
			return
		}
		fmt.Fprintf(w, `{"keys":[{"kty":"EC","crv":"P-256","kid":"k","x":%q,"y":%q}]}`,
			base64.RawURLEncoding.EncodeToString(point[1:33]), base64.RawURLEncoding.EncodeToString(point[33:]))
	})
	assertion := func(context.Context) (string, error) {
		return jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
			"iss": issuer.URL, "sub": "anything", "aud": "api://AzureADTokenExchange", "exp": time.Now().Add(time.Hour).Unix(),
		}).SignedString(key)
	}
	trusting := start(t, emulator.Options{FederatedIssuers: []string{issuer.URL}})
	trusting.signsIn(trusting.assertion(trusting.info.ClientID, assertion))

	wary := start(t, emulator.Options{})
	credential, err := wary.assertion(wary.info.ClientID, assertion)
	if err != nil {
		t.Fatal(err)
	}
	_, err = credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{wary.info.Audiences.IoTCentral + "/.default"}})
	if err == nil || !strings.Contains(err.Error(), "AADSTS700211") {
		t.Errorf("another emulator answers %v", err)
	}
}
