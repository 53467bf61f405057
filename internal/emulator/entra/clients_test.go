// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra_test

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
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// These tests sign in with Microsoft's own client library.

func azure(s *emulatortest.Session) azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: s.Info.Endpoints.AuthorityHost},
		Transport: s.Client,
		Retry:     policy.RetryOptions{MaxRetries: -1},
	}
}

// signsIn returns what gets a token for each service and uses one.
func signsIn(s *emulatortest.Session) func(azcore.TokenCredential, error) {
	return func(credential azcore.TokenCredential, err error) {
		s.T.Helper()
		if err != nil {
			s.T.Fatal(err)
		}
		for _, audience := range []string{s.Info.Audiences.ResourceManager, s.Info.Audiences.AzureSphere, s.Info.Audiences.IoTCentral} {
			token, err := credential.GetToken(s.T.Context(), policy.TokenRequestOptions{Scopes: []string{audience + "/.default"}})
			if err != nil {
				s.T.Fatal(err)
			}
			if left := time.Until(token.ExpiresOn); left < 50*time.Minute || left > 61*time.Minute {
				s.T.Errorf("the token expires in %v", left)
			}
			if audience == s.Info.Audiences.ResourceManager {
				s.Send(http.MethodGet, strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/")+s.Info.CatalogID+"?api-version="+emulatortest.SphereVersion,
					nil, "Authorization", "Bearer "+token.Token).Want(http.StatusOK)
			}
		}
	}
}

func TestAzidentity_clientSecret(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	signsIn(s)(azidentity.NewClientSecretCredential(s.Info.TenantID, s.Info.ClientID, s.Info.ClientSecret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: azure(s), DisableInstanceDiscovery: true}))
}

func TestAzidentity_clientCertificate(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	text, err := s.Emulator.ClientCertificate()
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Emulator.ClientCertificate()
	if err != nil || !bytes.Equal(again, text) {
		t.Errorf("the second call returns another certificate, %v", err)
	}
	certificates, key, err := azidentity.ParseCertificates(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	options := &azidentity.ClientCertificateCredentialOptions{ClientOptions: azure(s), DisableInstanceDiscovery: true}
	signsIn(s)(azidentity.NewClientCertificateCredential(s.Info.TenantID, s.Info.ClientID, certificates, key, options))

	// The certificate is the owner's, and this emulator's.
	other := emulatortest.Start(t, emulator.Options{})
	credential, err := azidentity.NewClientCertificateCredential(other.Info.TenantID, other.Info.ClientID, certificates, key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: azure(other), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	scopes := policy.TokenRequestOptions{Scopes: []string{other.Info.Audiences.ResourceManager + "/.default"}}
	if _, err := credential.GetToken(t.Context(), scopes); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("another emulator answers %v", err)
	}
	other.Emulator.TrustClientCertificate(certificates[0])
	if _, err := credential.GetToken(t.Context(), scopes); err != nil {
		t.Error(err)
	}
}

// assertionCredential is a client assertion credential, for one principal, whose assertions the function makes.
func assertionCredential(s *emulatortest.Session, clientID string, assert func(context.Context) (string, error)) (azcore.TokenCredential, error) {
	return azidentity.NewClientAssertionCredential(s.Info.TenantID, clientID, assert,
		&azidentity.ClientAssertionCredentialOptions{ClientOptions: azure(s), DisableInstanceDiscovery: true})
}

func gitHubToken(s *emulatortest.Session, audience string) *emulatortest.Reply {
	return s.Send(http.MethodGet, s.Info.Identity.GitHubRequestURL+"&audience="+url.QueryEscape(audience), nil,
		"Authorization", "bearer "+s.Info.Identity.GitHubRequestToken)
}

func TestAzidentity_gitHubActions(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	signsIn(s)(assertionCredential(s, s.Info.ClientID, func(context.Context) (string, error) {
		return gitHubToken(s, "api://AzureADTokenExchange").Want(http.StatusOK).Text("value"), nil
	}))
	for name, test := range map[string]struct{ clientID, audience, code string }{
		"another audience":  {s.Info.ClientID, "https://github.com/contoso", "AADSTS700212"},
		"another principal": {s.Info.Principals[1].ClientID, "api://AzureADTokenExchange", "AADSTS700213"},
	} {
		credential, err := assertionCredential(s, test.clientID, func(context.Context) (string, error) {
			return gitHubToken(s, test.audience).Want(http.StatusOK).Text("value"), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{s.Info.Audiences.IoTCentral + "/.default"}})
		if err == nil || !strings.Contains(err.Error(), test.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.Send(http.MethodGet, s.Info.Identity.GitHubRequestURL, nil, "Authorization", "bearer x").Want(http.StatusUnauthorized)
	issuer, _, _ := strings.Cut(s.Info.Identity.GitHubRequestURL, "/idtoken")
	document := s.Send(http.MethodGet, issuer+"/.well-known/openid-configuration", nil).Want(http.StatusOK)
	if document.Text("issuer") != issuer || s.Send(http.MethodGet, document.Text("jwks_uri"), nil).Want(http.StatusOK).At("keys", 0) == nil {
		t.Errorf("answered %s", document.Body)
	}
}

func TestAzidentity_azurePipelines(t *testing.T) {
	s := emulatortest.Start(t, emulator.Options{})
	t.Setenv("SYSTEM_OIDCREQUESTURI", s.Info.Identity.AzureDevOpsRequestURI)
	options := &azidentity.AzurePipelinesCredentialOptions{ClientOptions: azure(s), DisableInstanceDiscovery: true}
	signsIn(s)(azidentity.NewAzurePipelinesCredential(s.Info.TenantID, s.Info.ClientID, s.Info.Identity.AzureDevOpsServiceConnection,
		s.Info.Identity.AzureDevOpsAccessToken, options))
	wrong, err := azidentity.NewAzurePipelinesCredential(s.Info.TenantID, s.Info.ClientID, "another",
		s.Info.Identity.AzureDevOpsAccessToken, options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wrong.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{s.Info.Audiences.IoTCentral + "/.default"}}); err == nil {
		t.Error("another service connection signs in")
	}
}

func TestAzidentity_appService(t *testing.T) {
	s := emulatortest.Start(t, emulator.Options{})
	t.Setenv("IDENTITY_ENDPOINT", s.Info.Identity.AppServiceEndpoint)
	t.Setenv("IDENTITY_HEADER", s.Info.Identity.AppServiceHeader)
	// Not as the system-assigned identity: the client library keeps its tokens for the whole process.
	signsIn(s)(azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ClientOptions: azure(s), ID: azidentity.ClientID(s.Info.Principals[3].ClientID),
	}))
	// Not with the client library, which keeps the token of the first.
	s.Send(http.MethodGet, s.Info.Identity.AppServiceEndpoint+"?api-version=2019-08-01&resource="+s.Info.Audiences.IoTCentral, nil,
		"X-IDENTITY-HEADER", "x").Want(http.StatusUnauthorized)
}

func TestAzidentity_instanceMetadata(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	proxy, err := url.Parse(s.Info.Identity.MetadataURL)
	if err != nil {
		t.Fatal(err)
	}
	transport, ok := s.Client.Transport.(*http.Transport)
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
	identity := s.Info.Principals[3]
	for name, id := range map[string]azidentity.ManagedIDKind{
		// Not the system-assigned one either.
		"client ID": azidentity.ClientID(identity.ClientID), "object ID": azidentity.ObjectID(identity.ObjectID),
	} {
		t.Run(name, func(t *testing.T) {
			signsIn(s.In(t))(azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ClientOptions: azure(s), ID: id}))
		})
	}
	other, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ClientOptions: azure(s), ID: azidentity.ClientID(s.Info.ClientID),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{s.Info.Audiences.IoTCentral + "/.default"}}); err == nil {
		t.Error("an identity that the machine does not have signs in")
	}
	s.Send(http.MethodGet, s.Info.Identity.MetadataURL+"/metadata/identity/oauth2/token?api-version=2018-02-01", nil).Want(http.StatusBadRequest)
	s.Send(http.MethodGet, s.Info.Identity.MetadataURL+"/subscriptions", nil).Want(http.StatusNotFound)
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
	trusting := emulatortest.Start(t, emulator.Options{FederatedIssuers: []string{issuer.URL}})
	signsIn(trusting)(assertionCredential(trusting, trusting.Info.ClientID, assertion))

	wary := emulatortest.Start(t, emulator.Options{})
	credential, err := assertionCredential(wary, wary.Info.ClientID, assertion)
	if err != nil {
		t.Fatal(err)
	}
	_, err = credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{wary.Info.Audiences.IoTCentral + "/.default"}})
	if err == nil || !strings.Contains(err.Error(), "AADSTS700211") {
		t.Errorf("another emulator answers %v", err)
	}
}
