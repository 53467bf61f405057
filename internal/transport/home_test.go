// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

func TestHomeOnly_signsRequestsToTheServiceAlone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		suffix, host string
		home         bool
	}{
		{"azureiotcentral.com", "contoso.azureiotcentral.com", true},
		{"azureiotcentral.com", "Contoso.AzureIoTCentral.com:443", true},
		{"AzureIoTCentral.com", "contoso.azureiotcentral.com", true},
		{"azureiotcentral.com", "contoso.azureiotcentral.com:8443", false},
		{"azureiotcentral.com", "contoso.azureiotcentral.com.evil.example", false},
		{"azureiotcentral.com", "evilazureiotcentral.com", false},
		{"azureiotcentral.com", "localhost:8080", false},
		{"azureiotcentral.com", "127.0.0.1", false},
		{"localhost:8080", "contoso.localhost:8080", true},
		{"localhost:8080", "contoso.localhost", false},
		{"127.0.0.1:8080", "127.0.0.1:8080", true},
		{"", "contoso.azureiotcentral.com", false},
	} {
		var sent []string
		pipeline := runtime.NewPipeline("test", "", runtime.PipelineOptions{PerRetry: []policy.Policy{transport.HomeOnly{
			Suffix: test.suffix, Remedy: "Set the suffix.", Sign: transport.Header{Name: "Authorization", Value: "secret"},
		}}}, &policy.ClientOptions{Transport: transporter(func(request *http.Request) (*http.Response, error) {
			sent = append(sent, request.Header.Get("Authorization"))
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("")), Request: request}, nil
		})})
		request, err := runtime.NewRequest(t.Context(), http.MethodGet, "https://"+test.host)
		if err != nil {
			t.Fatal(err)
		}
		response, err := pipeline.Do(request)
		if err == nil {
			_ = response.Body.Close()
		}
		var foreign *transport.ForeignHostError
		switch {
		case test.home && (err != nil || len(sent) != 1 || sent[0] != "secret"):
			t.Errorf("%s below %q: sent %q, %v", test.host, test.suffix, sent, err)
		case !test.home && (!errors.As(err, &foreign) || len(sent) > 0 || !strings.Contains(err.Error(), "Set the suffix.")):
			t.Errorf("%s below %q: sent %q, %v; want nothing sent", test.host, test.suffix, sent, err)
		}
	}
}
