// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

const tokenURL = "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/token"

// checkTokenRequest checks what every token request of an application has in
// common and returns it.
func checkTokenRequest(t *testing.T, fake *entra) sentRequest {
	t.Helper()
	requests := fake.tokenRequests()
	if len(requests) != 1 {
		t.Fatalf("%d token requests, want 1", len(requests))
	}
	request := requests[0]
	if request.Method != "POST" || request.URL.String() != tokenURL {
		t.Errorf("token request = %s %s, want POST %s", request.Method, request.URL, tokenURL)
	}
	for name, want := range map[string]string{"grant_type": "client_credentials", "client_id": client} {
		if got := request.Form.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if scopes := strings.Fields(request.Form.Get("scope")); !slices.Contains(scopes, testScope) {
		t.Errorf("scope = %q, want %s in it", scopes, testScope)
	}
	return request
}

// checkAssertion checks that a token request presents the assertion and no
// secret, and returns the assertion.
func checkAssertion(t *testing.T, request sentRequest) string {
	t.Helper()
	const kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	if got := request.Form.Get("client_assertion_type"); got != kind {
		t.Errorf("client_assertion_type = %q, want %q", got, kind)
	}
	if request.Form.Has("client_secret") {
		t.Error("the request has a client_secret")
	}
	return request.Form.Get("client_assertion")
}

func TestClientSecret_isSentToTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]auth.Config{
		"value": application(func(c *auth.Config) { c.ClientSecret = " " + secret + "\n" }),
		"file":  application(func(c *auth.Config) { c.ClientSecretFilePath = writeFile(t, secret+"\r\n") }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &entra{}
			getToken(t, mustNew(t, cfg, fake.options()), testScope)
			request := checkTokenRequest(t, fake)
			if got := request.Form.Get("client_secret"); got != secret {
				t.Errorf("client_secret = %q, want %q", got, secret)
			}
		})
	}
}

func TestClientCertificate_signsAnAssertionForTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	f := testFixtures()
	for name, cfg := range map[string]auth.Config{
		"PKCS#12": application(func(c *auth.Config) {
			c.ClientCertificate, c.ClientCertificatePassword = f.bundleBase64, password
		}),
		"PKCS#12 with the issuer first": application(func(c *auth.Config) {
			c.ClientCertificatePath, c.ClientCertificatePassword = writeFile(t, string(f.lateBundle)), password
		}),
		"PEM": application(func(c *auth.Config) { c.ClientCertificatePath = writeFile(t, f.pem) }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &entra{}
			getToken(t, mustNew(t, cfg, fake.options()), testScope)
			assertion := checkAssertion(t, checkTokenRequest(t, fake))

			parts := strings.Split(assertion, ".")
			if len(parts) != 3 {
				t.Fatalf("client_assertion is not a JWT: %q", assertion)
			}
			var header struct {
				Algorithm  string `json:"alg"`
				Thumbprint string `json:"x5t#S256"`
			}
			var claims struct {
				Audience string  `json:"aud"`
				Issuer   string  `json:"iss"`
				Subject  string  `json:"sub"`
				ID       string  `json:"jti"`
				Expires  float64 `json:"exp"`
			}
			decodeJWT(t, parts[0], &header)
			decodeJWT(t, parts[1], &claims)
			thumbprint := sha256.Sum256(f.certificate.Raw)
			// Microsoft's library writes the thumbprint in standard base64.
			if got, want := header.Thumbprint, base64.StdEncoding.EncodeToString(thumbprint[:]); got != want {
				t.Errorf("x5t#S256 = %q, want %q", got, want)
			}
			if claims.Audience != tokenURL || claims.Issuer != client || claims.Subject != client {
				t.Errorf("claims = %+v, want audience %s, issuer and subject %s", claims, tokenURL, client)
			}
			if claims.ID == "" || claims.Expires == 0 {
				t.Errorf("claims = %+v, want an ID and an expiry", claims)
			}
			if header.Algorithm != "PS256" {
				t.Fatalf("alg = %q, want PS256", header.Algorithm)
			}
			signature, err := base64.RawURLEncoding.DecodeString(parts[2])
			if err != nil {
				t.Fatal(err)
			}
			digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
			if err := rsa.VerifyPSS(&f.key.PublicKey, crypto.SHA256, digest[:], signature, nil); err != nil {
				t.Errorf("the certificate's key did not sign the assertion: %v", err)
			}
		})
	}
}

func decodeJWT(t *testing.T, part string, into any) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func TestOIDCToken_isTheAssertion(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]auth.Config{
		"value": application(func(c *auth.Config) { c.UseOIDC, c.OIDCToken = true, idToken+"\n" }),
		"file":  application(func(c *auth.Config) { c.UseOIDC, c.OIDCTokenFilePath = true, writeFile(t, idToken+"\n") }),
		"AKS": application(func(c *auth.Config) {
			c.UseAKSWorkloadIdentity, c.OIDCTokenFilePath = true, writeFile(t, idToken+"\n")
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &entra{}
			getToken(t, mustNew(t, cfg, fake.options()), testScope)
			if got := checkAssertion(t, checkTokenRequest(t, fake)); got != idToken {
				t.Errorf("client_assertion = %q, want %q", got, idToken)
			}
		})
	}
}

func TestOIDCTokenFile_isReadAnewForEveryTokenRequest(t *testing.T) {
	t.Parallel()
	path := writeFile(t, idToken)
	fake := &entra{}
	credential := mustNew(t, application(func(c *auth.Config) {
		c.UseOIDC, c.OIDCToken, c.OIDCTokenFilePath = true, idToken, path
	}), fake.options())
	getToken(t, credential, "https://a.example.test/.default")
	if err := os.WriteFile(path, []byte(otherIDToken), 0o600); err != nil {
		t.Fatal(err)
	}
	getToken(t, credential, "https://b.example.test/.default")

	requests := fake.tokenRequests()
	if len(requests) != 2 {
		t.Fatalf("%d token requests, want 2", len(requests))
	}
	for i, want := range []string{idToken, otherIDToken} {
		if got := checkAssertion(t, requests[i]); got != want {
			t.Errorf("assertion %d = %q, want %q", i, got, want)
		}
	}

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := failToken(t, credential); !strings.Contains(err.Error(), "oidc_token_file_path (ARM_OIDC_TOKEN_FILE_PATH)") {
		t.Errorf("the error does not name the argument: %v", err)
	}
}

func TestToken_isCachedPerAudience(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]auth.Config{
		"instance discovery":    application(func(c *auth.Config) { c.ClientSecret = secret }),
		"no instance discovery": application(func(c *auth.Config) { c.ClientSecret, c.DisableInstanceDiscovery = secret, true }),
		"ID token":              application(func(c *auth.Config) { c.UseOIDC, c.OIDCToken = true, idToken }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &entra{}
			options := fake.options()
			options.Cloud = cloud.Configuration{ActiveDirectoryAuthorityHost: "https://login.example.test"}
			credential := mustNew(t, cfg, options)
			for range 3 {
				getToken(t, credential, "https://a.example.test/.default")
				getToken(t, credential, "https://b.example.test/.default")
			}
			if got := len(fake.tokenRequests()); got != 2 {
				t.Errorf("%d token requests for two audiences, want 2", got)
			}
		})
	}
}

func TestToken_ofAuxiliaryTenants(t *testing.T) {
	t.Parallel()
	const auxiliary = "55555555-5555-5555-5555-555555555555"
	methods := map[string]func(*auth.Config){
		"client secret": func(c *auth.Config) { c.ClientSecret = secret },
		"client certificate": func(c *auth.Config) {
			c.ClientCertificate, c.ClientCertificatePassword = testFixtures().bundleBase64, password
		},
		"OIDC token": func(c *auth.Config) { c.UseOIDC, c.OIDCToken = true, idToken },
	}
	for name, method := range methods {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &entra{}
			cfg := application(method)
			cfg.AuxiliaryTenantIDs = []string{" " + auxiliary}
			credential := mustNew(t, cfg, fake.options())
			ask := func(tenant string) error {
				_, err := credential.GetToken(context.Background(), policy.TokenRequestOptions{Scopes: []string{testScope}, TenantID: tenant})
				return err
			}
			if err := ask(auxiliary); err != nil {
				t.Fatal(err)
			}
			requests := fake.tokenRequests()
			if len(requests) != 1 || !strings.Contains(requests[0].URL.Path, auxiliary) {
				t.Errorf("token requests = %v, want one for tenant %s", requests, auxiliary)
			}
			if err := ask("66666666-6666-6666-6666-666666666666"); err == nil {
				t.Error("a token for a tenant that is not configured was obtained")
			}
		})
	}
}

// stamp marks the requests of a pipeline, as the provider's user agent does.
type stamp struct{}

func (stamp) Do(request *policy.Request) (*http.Response, error) {
	request.Raw().Header.Set("User-Agent", "stamped")
	return request.Next()
}

func TestToken_everyRequestGoesThroughTheGivenPolicies(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]auth.Config{
		"client secret": application(func(c *auth.Config) { c.ClientSecret = secret }),
		"client certificate": application(func(c *auth.Config) {
			c.ClientCertificate, c.ClientCertificatePassword = testFixtures().bundleBase64, password
		}),
		"OIDC token":       application(func(c *auth.Config) { c.UseOIDC, c.OIDCToken = true, idToken }),
		"GitHub":           github("https://" + pipelineHost + "/"),
		"Azure DevOps":     azureDevOps("https://" + pipelineHost + "/"),
		"managed identity": {UseMSI: true, MSIEndpoint: "http://" + pipelineHost + "/msi"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &entra{others: map[string]func(sentRequest) answer{
				pipelineHost: func(sentRequest) answer {
					return answer{200, `{"value": "` + idToken + `", "oidcToken": "` + idToken + `", ` + shortLived.body[1:]}
				},
			}}
			options := fake.options()
			options.PerCallPolicies = []policy.Policy{stamp{}}
			options.Telemetry.Disabled = true
			getToken(t, mustNew(t, cfg, options), testScope)
			for _, sent := range fake.sent("") {
				if got := sent.Header.Get("User-Agent"); got != "stamped" {
					t.Errorf("the request for %s has the user agent %q", sent.URL, got)
				}
			}
		})
	}
}

func TestToken_comesFromTheConfiguredAuthority(t *testing.T) {
	t.Parallel()
	const host = "login.example.test"
	for name, disabled := range map[string]bool{"instance discovery": false, "no instance discovery": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for method, cfg := range map[auth.Method]auth.Config{
				auth.ClientSecret: application(func(c *auth.Config) { c.ClientSecret = secret }),
				auth.ClientCertificate: application(func(c *auth.Config) {
					c.ClientCertificate, c.ClientCertificatePassword = testFixtures().bundleBase64, password
				}),
				auth.OIDCToken: application(func(c *auth.Config) { c.UseOIDC, c.OIDCToken = true, idToken }),
			} {
				fake := &entra{}
				options := fake.options()
				options.Cloud = cloud.Configuration{ActiveDirectoryAuthorityHost: "https://" + host + "/"}
				cfg.DisableInstanceDiscovery = disabled
				getToken(t, mustNew(t, cfg, options), testScope)

				requests := fake.tokenRequests()
				if len(requests) != 1 || requests[0].URL.Host != host {
					t.Errorf("%s: token requests = %v, want one for %s", method, requests, host)
				}
				if asked := len(fake.sent("login.microsoftonline.com")) > 0; asked == disabled {
					t.Errorf("%s: the public cloud was asked about the authority: %t, want %t", method, asked, !disabled)
				}
			}
		})
	}
}

// Not parallel: it changes the process environment.
func TestNew_readsNoEnvironmentVariables(t *testing.T) {
	for _, name := range []string{"ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET"} {
		t.Setenv(name, secret)
	}
	for _, name := range []string{"ARM_TENANT_ID", "AZURE_TENANT_ID", "ARM_CLIENT_ID", "AZURE_CLIENT_ID"} {
		t.Setenv(name, "77777777-7777-7777-7777-777777777777")
	}
	for _, name := range []string{"ARM_USE_CLI", "ARM_USE_MSI", "ARM_USE_OIDC", "ARM_USE_AKS_WORKLOAD_IDENTITY"} {
		t.Setenv(name, "true")
	}
	t.Setenv("AZURE_AUTHORITY_HOST", "https://login.elsewhere.test/")
	t.Setenv("AZURE_FEDERATED_TOKEN_FILE", writeFile(t, idToken))
	t.Setenv("SYSTEM_OIDCREQUESTURI", "https://elsewhere.test/")

	if credential, err := auth.New(auth.Config{}, (&entra{}).options()); err == nil {
		t.Errorf("an empty configuration gave %q", credential.Method)
	}
	fake := &entra{}
	getToken(t, mustNew(t, application(func(c *auth.Config) { c.ClientSecret = otherSecret }), fake.options()), testScope)
	if got := checkTokenRequest(t, fake).Form.Get("client_secret"); got != otherSecret {
		t.Errorf("client_secret = %q, want %q", got, otherSecret)
	}
	if _, err := auth.New(application(func(c *auth.Config) { c.UseAKSWorkloadIdentity = true }), fake.options()); err == nil {
		t.Error("the token file was taken from the environment")
	}
}

// Not parallel: the listener is the process's.
func TestToken_secretsAreNotLogged(t *testing.T) { //nolint:paralleltest // See above.
	var mu sync.Mutex
	var lines []string
	azlog.SetListener(func(_ azlog.Event, line string) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, line)
	})
	t.Cleanup(func() { azlog.SetListener(nil) })

	for _, cfg := range []auth.Config{
		application(func(c *auth.Config) { c.ClientSecret = secret }),
		application(func(c *auth.Config) { c.UseOIDC, c.OIDCToken = true, idToken }),
		github("https://" + pipelineHost + "/"),
		azureDevOps("https://" + pipelineHost + "/"),
		{UseMSI: true, ClientID: "logged"},
	} {
		fake := &entra{others: map[string]func(sentRequest) answer{
			pipelineHost: func(sentRequest) answer {
				return answer{200, `{"value": "` + idToken + `", "oidcToken": "` + idToken + `"}`}
			},
			"169.254.169.254": func(sentRequest) answer { return shortLived },
		}}
		options := fake.options()
		options.Logging.IncludeBody = true
		getToken(t, mustNew(t, cfg, options), testScope)
	}

	mu.Lock()
	defer mu.Unlock()
	if len(lines) == 0 {
		t.Fatal("nothing was logged: the test shows nothing")
	}
	for _, line := range lines {
		for _, secret := range secrets() {
			if strings.Contains(line, secret) {
				t.Errorf("the log contains %q:\n%s", secret, line)
			}
		}
	}
}
