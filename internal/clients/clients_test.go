// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const (
	catalogID = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.AzureSphere/catalogs/contoso"
	tenantID  = "abcdefab-2222-2222-2222-222222222222"
	token     = "SharedAccessSignature sr=1&sig=2%3D&skn=terraform&se=1"
)

// services answers every request with an empty list, and writes down the URL and
// the Authorization header.
type services struct {
	mutex         sync.Mutex
	urls          []string
	authorization []string
}

func (s *services) Do(request *http.Request) (*http.Response, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.urls = append(s.urls, request.URL.String())
	s.authorization = append(s.authorization, request.Header.Get("Authorization"))

	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"value":[],"Items":[]}`)), Request: request}, nil
}

// credential counts the tokens by scope; a token is named after its scope.
type credential struct {
	mutex  sync.Mutex
	scopes []string
}

func (c *credential) GetToken(_ context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	scope := strings.Join(options.Scopes, " ")
	c.scopes = append(c.scopes, scope)

	return azcore.AccessToken{Token: scope, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func configure(change func(*clients.Config)) (*clients.Clients, *services, *credential) {
	served, signedIn := &services{}, &credential{}
	config := clients.Config{
		Credential:              signedIn,
		Settings:                transport.Settings{HTTP: served},
		ResourceManagerEndpoint: "https://management.example/", ResourceManagerAudience: "https://management.audience",
		SphereEndpoint: "https://sphere.example", SphereAudience: "https://sphere.audience",
		IoTCentralDNSSuffix: "azureiotcentral.com", IoTCentralAudience: "https://central.audience",
		APIVersion: iotcentral.APIVersionPreview,
		Now:        func() time.Time { return certstest.Now },
		Backoff:    func(context.Context, int) error { return context.Canceled },
	}
	if change != nil {
		change(&config)
	}

	return clients.New(config), served, signedIn
}

func TestNew_oneTokenPerAudience(t *testing.T) {
	t.Parallel()
	configured, served, signedIn := configure(nil)
	for range 3 {
		if _, err := configured.IoTCentral().Groups(t.Context(), "contoso.azureiotcentral.com"); err != nil {
			t.Fatal(err)
		}
		for _, scope := range []sphere.Scope{{CatalogID: catalogID}, {TenantID: tenantID}} {
			tenant := configured.Tenant(scope)
			tenant.Invalidate()
			if _, err := tenant.Certificates(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, want := range []struct{ url, scope string }{
		{"https://contoso.azureiotcentral.com/api/enrollmentGroups?api-version=2022-10-31-preview", "https://central.audience/.default"},
		{"https://management.example" + catalogID + "/certificates?api-version=2024-04-01", "https://management.audience/.default"},
		{"https://sphere.example/v2/tenants/" + tenantID + "/certificates", "https://sphere.audience/.default"},
	} {
		if served.urls[i] != want.url || served.authorization[i] != "Bearer "+want.scope {
			t.Errorf("request %d went to %s with %q, want %s with %q", i, served.urls[i], served.authorization[i], want.url, want.scope)
		}
	}
	if len(served.urls) != 9 || len(signedIn.scopes) != 3 {
		t.Errorf("%d requests with %d tokens, want 9 with 3: %q", len(served.urls), len(signedIn.scopes), signedIn.scopes)
	}
}

func TestNew_apiTokenReplacesTheCredentialForIoTCentralAlone(t *testing.T) {
	t.Parallel()
	configured, served, signedIn := configure(func(config *clients.Config) {
		config.APIToken, config.IoTCentralAudience = " "+token+"\n", ""
	})
	if _, err := configured.IoTCentral().Groups(t.Context(), "contoso.azureiotcentral.com"); err != nil {
		t.Fatal(err)
	}
	if served.authorization[0] != token || len(signedIn.scopes) != 0 {
		t.Errorf("sent %q after %d tokens", served.authorization[0], len(signedIn.scopes))
	}
	if _, err := configured.Tenant(sphere.Scope{CatalogID: catalogID}).Certificates(t.Context()); err != nil {
		t.Fatal(err)
	}
	if served.authorization[1] != "Bearer https://management.audience/.default" {
		t.Errorf("sent %q", served.authorization[1])
	}
}

// A blank token is none: an environment variable may be set to nothing.
func TestNew_blankAPITokenIsNone(t *testing.T) {
	t.Parallel()
	configured, served, _ := configure(func(config *clients.Config) { config.APIToken = " \n" })
	if _, err := configured.IoTCentral().Groups(t.Context(), "contoso.azureiotcentral.com"); err != nil {
		t.Fatal(err)
	}
	if served.authorization[0] != "Bearer https://central.audience/.default" {
		t.Errorf("sent %q", served.authorization[0])
	}
}

func TestNew_withoutACredentialSaysWhy(t *testing.T) {
	t.Parallel()
	reason := errors.New("client_secret is missing")
	configured, served, _ := configure(func(config *clients.Config) { config.Credential, config.CredentialError = nil, reason })
	_, errGroups := configured.IoTCentral().Groups(t.Context(), "contoso.azureiotcentral.com")
	_, errList := configured.Tenant(sphere.Scope{CatalogID: catalogID}).Certificates(t.Context())
	for _, err := range []error{errGroups, errList} {
		var unsigned *auth.TokenError
		if !errors.As(err, &unsigned) || !errors.Is(err, reason) || transport.EffectUnknown(err) {
			t.Errorf("got %v", err)
		}
	}
	if len(served.urls) != 0 {
		t.Errorf("sent %q", served.urls)
	}

	// With an API token, IoT Central needs none.
	configured, _, _ = configure(func(config *clients.Config) {
		config.Credential, config.CredentialError, config.APIToken = nil, reason, token
	})
	if _, err := configured.IoTCentral().Groups(t.Context(), "contoso.azureiotcentral.com"); err != nil {
		t.Errorf("got %v", err)
	}
}

// Sovereign clouds have no known audience for some services.
func TestNew_missingAudienceNamesArgumentAndVariable(t *testing.T) {
	t.Parallel()
	configured, served, signedIn := configure(func(config *clients.Config) {
		config.ResourceManagerAudience, config.SphereAudience, config.IoTCentralAudience = "", "", ""
	})
	for _, test := range []struct {
		call               func() error
		argument, variable string
	}{
		{func() error {
			_, err := configured.IoTCentral().Groups(t.Context(), "contoso.azureiotcentral.com")
			return err
		}, "endpoints.iot_central_audience", "IOTCENTRAL_AUDIENCE"},
		{func() error {
			_, err := configured.Tenant(sphere.Scope{CatalogID: catalogID}).Certificates(t.Context())
			return err
		}, "endpoints.resource_manager_audience", "ARM_RESOURCE_MANAGER_AUDIENCE"},
		{func() error {
			_, err := configured.Tenant(sphere.Scope{TenantID: tenantID}).Certificates(t.Context())
			return err
		}, "endpoints.azure_sphere_audience", "AZURE_SPHERE_AUDIENCE"},
	} {
		err := test.call()
		if err == nil || !strings.Contains(err.Error(), test.argument) || !strings.Contains(err.Error(), "("+test.variable+")") {
			t.Errorf("%s: %v", test.argument, err)
		}
	}
	if len(served.urls) != 0 || len(signedIn.scopes) != 0 {
		t.Errorf("%d requests, %d tokens", len(served.urls), len(signedIn.scopes))
	}
}

// The service allows 20 per second and application. Time is that of
// testing/synctest.
func TestNew_staysBelowTheLimitOfAnApplication(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		configured, served, _ := configure(nil)
		started := time.Now()
		for range 50 {
			if _, err := configured.IoTCentral().Groups(t.Context(), "contoso.azureiotcentral.com"); err != nil {
				t.Fatal(err)
			}
		}
		// 18 at once, 18 a second later, and the rest after another one.
		if took := time.Since(started); took < 1999*time.Millisecond || took > 2001*time.Millisecond {
			t.Errorf("%d requests took %s, want 2s", len(served.urls), took)
		}
		before := time.Now()
		if _, err := configured.IoTCentral().Groups(t.Context(), "fabrikam.azureiotcentral.com"); err != nil || time.Since(before) != 0 {
			t.Errorf("another application waits %s, %v", time.Since(before), err)
		}
	})
}

func TestTenant_isSharedByAllCallers(t *testing.T) {
	t.Parallel()
	configured, served, _ := configure(nil)
	catalog, other := sphere.Scope{CatalogID: catalogID}, sphere.Scope{CatalogID: catalogID + "2"}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for _, scope := range []sphere.Scope{catalog, other} {
				tenant := configured.Tenant(scope)
				if tenant.Scope() != scope {
					t.Errorf("got the tenant %s for %s", tenant.Scope(), scope)
				}
				if _, err := tenant.Certificates(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if len(served.urls) != 2 {
		t.Errorf("%d requests for two tenants", len(served.urls))
	}
	if configured.Tenant(catalog) != configured.Tenant(catalog) || configured.Tenant(catalog) == configured.Tenant(other) {
		t.Error("tenants are not told apart by their scope")
	}
}

// IDs are built from the scope, so each spelling keeps its own.
func TestTenant_hasTheScopeAsItIsSpelled(t *testing.T) {
	t.Parallel()
	configured, _, _ := configure(nil)
	for _, scope := range []sphere.Scope{
		{CatalogID: catalogID}, {CatalogID: strings.ToUpper(catalogID)}, {TenantID: tenantID}, {TenantID: strings.ToUpper(tenantID)}, {CatalogID: catalogID},
	} {
		if got := configured.Tenant(scope).Scope(); got != scope {
			t.Errorf("got %s, want %s", got, scope)
		}
	}
}

func TestUploadedCertificate_isOneThatWasUploaded(t *testing.T) {
	t.Parallel()
	configured, _, _ := configure(nil)
	ca, other := certstest.Valid(t), certstest.Valid(t)
	configured.RecordUpload(ca.Certificate)
	for thumbprint, want := range map[certs.Thumbprint]bool{
		ca.Thumbprint():    true,
		other.Thumbprint(): false,
		{}:                 false,
	} {
		got := configured.UploadedCertificate(thumbprint)
		if (got != nil) != want || (want && !got.Equal(ca.Certificate)) {
			t.Errorf("%q: %v", thumbprint, got)
		}
	}
	if another, _, _ := configure(nil); another.UploadedCertificate(ca.Thumbprint()) != nil {
		t.Error("another provider instance knows it too")
	}
}

func TestClients_handOnClockBackoffAndHosts(t *testing.T) {
	t.Parallel()
	configured, _, _ := configure(nil)
	if !configured.Now().Equal(certstest.Now) || !errors.Is(configured.Backoff(t.Context(), 1), context.Canceled) {
		t.Error("clock or backoff are others")
	}
	if host, err := configured.Host("contoso"); err != nil || host != "contoso.azureiotcentral.com" || configured.ShortName(host) != "contoso" {
		t.Errorf("got %q, %v", host, err)
	}
}

func TestConfigure_takesTheClientsOfTheProvider(t *testing.T) {
	t.Parallel()
	configured, _, _ := configure(nil)
	for name, test := range map[string]struct {
		data  any
		want  *clients.Clients
		fails bool
	}{
		"while validating": {nil, nil, false},
		"configured":       {configured, configured, false},
		"something else":   {"text", nil, true},
	} {
		var (
			ofResource   clients.Resource
			ofDataSource clients.DataSource
			resourceDone resource.ConfigureResponse
			dataDone     datasource.ConfigureResponse
		)
		ofResource.Configure(t.Context(), resource.ConfigureRequest{ProviderData: test.data}, &resourceDone)
		ofDataSource.Configure(t.Context(), datasource.ConfigureRequest{ProviderData: test.data}, &dataDone)
		if ofResource.Clients != test.want || ofDataSource.Clients != test.want {
			t.Errorf("%s: other clients", name)
		}
		for _, diags := range []diag.Diagnostics{resourceDone.Diagnostics, dataDone.Diagnostics} {
			if diags.HasError() != test.fails {
				t.Errorf("%s: %v", name, diags)
			}
		}
	}
}
