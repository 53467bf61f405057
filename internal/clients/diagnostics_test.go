// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

var (
	integrated = sphere.IntegratedService
	legacy     = sphere.LegacyService
	central    = iotcentral.Service
	management = iotcentral.ResourceService
)

func TestRemedy_dependsOnServiceAndStatus(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		service transport.Service
		status  int
		want    []string // None: there is no remedy.
	}{
		{central, http.StatusUnauthorized, []string{"API token", "Entra tenant"}},
		{central, http.StatusForbidden, []string{"Azure RBAC", "App Administrator", "root organization", "Device connectivity management"}},
		{central, http.StatusConflict, nil},
		{central, http.StatusTooManyRequests, []string{"20 requests per second", "-parallelism"}},
		{central, http.StatusNotFound, nil},
		{central, http.StatusUnprocessableEntity, nil},
		{central, http.StatusInternalServerError, nil},

		{integrated, http.StatusUnauthorized, []string{"ARM_TENANT_ID"}},
		{integrated, http.StatusForbidden, []string{
			"Microsoft.AzureSphere/catalogs/certificates/read",
			"Microsoft.AzureSphere/catalogs/certificates/retrieveProofOfPossessionNonce/action",
			"Azure Sphere Publisher",
		}},
		{integrated, http.StatusNotFound, []string{"resource ID"}},
		{integrated, http.StatusTooManyRequests, []string{"-parallelism"}},
		{integrated, http.StatusConflict, nil},
		{integrated, http.StatusInternalServerError, nil},

		{legacy, http.StatusUnauthorized, []string{"azsphere register-user", "Contributor"}},
		{legacy, http.StatusForbidden, []string{"azsphere register-user", "Contributor"}},
		{legacy, http.StatusNotFound, []string{"catalog_id"}},
		{legacy, http.StatusTooManyRequests, []string{"-parallelism"}},
		{legacy, http.StatusInternalServerError, nil},

		{management, http.StatusUnauthorized, []string{"ARM_TENANT_ID"}},
		{management, http.StatusForbidden, []string{"Microsoft.IoTCentral/IoTApps/read", "subdomain"}},
		{management, http.StatusNotFound, []string{"resource ID of the application"}},
		{management, http.StatusInternalServerError, nil},

		{transport.Service{Name: "Microsoft Entra ID"}, http.StatusForbidden, nil},
	} {
		refused := refusal(t, test.service, test.status)
		for _, err := range []error{refused, fmt.Errorf("again: %w", refused)} {
			got := clients.Remedy(err)
			if (got == "") != (test.want == nil) {
				t.Errorf("%s, %d: %q", test.service.Name, test.status, got)
			}
			for _, part := range test.want {
				if !strings.Contains(got, part) {
					t.Errorf("%s, %d: the remedy lacks %q: %q", test.service.Name, test.status, part, got)
				}
			}
		}
	}
	for _, err := range []error{errors.New("no"), &transport.ConnectionError{Service: central.Name}} {
		if got := clients.Remedy(err); got != "" {
			t.Errorf("%v: %q", err, got)
		}
	}
}

// refusal is the error of a client of the service that is answered with the status.
func refusal(t *testing.T, service transport.Service, status int) error {
	t.Helper()
	answer := answering(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody}, nil
	})
	client := transport.New(service, transport.Settings{HTTP: answer, Retry: policy.RetryOptions{MaxRetries: -1}},
		transport.Header{Name: "Authorization", Value: "Bearer x"}, nil)
	err := client.Send(t.Context(), transport.Call{Operation: "read", Method: http.MethodGet, URL: "https://service.example/"}, nil)
	if transport.StatusCode(err) != status {
		t.Fatalf("got %v, want a refusal with status %d", err, status)
	}

	return err
}

// answering is a policy.Transporter.
type answering func(*http.Request) (*http.Response, error)

// Do implements policy.Transporter.
func (a answering) Do(request *http.Request) (*http.Response, error) { return a(request) }

func TestRemedy_ofASignInIsThatOfItsCode(t *testing.T) {
	t.Parallel()
	unsigned := &auth.TokenError{Method: auth.ClientSecret, Err: errors.New("AADSTS7000222: expired")}
	if got := clients.Remedy(fmt.Errorf("again: %w", unsigned)); got != auth.Explain(unsigned) || !strings.Contains(got, "ARM_CLIENT_SECRET") {
		t.Errorf("got %q", got)
	}
}

func TestAddError_saysWhatWhyAndWhatToDo(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	clients.AddError(&diags, "Cannot read the group", &transport.Error{
		Service: central.Name, Operation: "read the enrollment group", StatusCode: http.StatusForbidden, Remedy: central.Remedy(http.StatusForbidden), Code: "Denied", Message: "No.", RequestID: "id-1",
	})
	clients.AddError(&diags, "Cannot do it", errors.New("the reason"))
	if len(diags) != 2 || diags.ErrorsCount() != 2 {
		t.Fatalf("got %v", diags)
	}
	if diags[0].Summary() != "Cannot read the group" {
		t.Errorf("got %q", diags[0].Summary())
	}
	for _, part := range []string{central.Name, "403", "Denied", "No.", "id-1", "\n\nRoles of Azure RBAC give no permission"} {
		if !strings.Contains(diags[0].Detail(), part) {
			t.Errorf("the detail lacks %q:\n%s", part, diags[0].Detail())
		}
	}
	if diags[1].Detail() != "The reason." {
		t.Errorf("got %q", diags[1].Detail())
	}
}
