// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const (
	service  = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.Devices/provisioningServices/Contoso-DPS"
	resource = "https://management.example" + service
	data     = "https://contoso-dps.azure-devices-provisioning.example/enrollmentGroups"

	resourceVersion = "?api-version=2022-12-12"
	dataVersion     = "?api-version=2021-10-01"
)

var (
	group       = dps.GroupID{Service: service, Group: "sphere_1"}
	certificate = dps.CertificateID{Service: service, Name: "sphere"}
)

// answer is what the service says. Its status 0 cuts the connection.
type answer struct {
	status       int
	body         string
	continuation string
}

type sent struct {
	method, url, ifMatch, body string
}

// server gives its answers in turn, and the last one for good.
type server struct {
	mutex         sync.Mutex
	answers       []answer
	sent          []sent
	continuations []string
}

// Do implements policy.Transporter.
func (s *server) Do(request *http.Request) (*http.Response, error) {
	var body []byte
	if request.Body != nil {
		body, _ = io.ReadAll(request.Body)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.sent = append(s.sent, sent{request.Method, request.URL.String(), strings.Join(request.Header["If-Match"], ","), string(body)})
	s.continuations = append(s.continuations, request.Header.Get("x-ms-continuation"))
	next := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	if next.status == 0 {
		return nil, errors.New("the connection was cut")
	}
	header := http.Header{}
	if next.continuation != "" {
		header.Set("x-ms-continuation", next.continuation)
	}

	return &http.Response{StatusCode: next.status, Header: header, Body: io.NopCloser(strings.NewReader(next.body)), Request: request}, nil
}

// serve returns a client for a service that gives these answers. Nothing is repeated by the pipeline.
func serve(answers ...answer) (*dps.Client, *server) {
	served := &server{answers: answers}
	settings := transport.Settings{HTTP: served, Retry: policy.RetryOptions{MaxRetries: -1, RetryDelay: time.Nanosecond}}
	key := transport.Header{Name: "Authorization", Value: "Bearer x"}

	return dps.New(dps.Config{
		Management: transport.New(dps.ResourceService, settings, key, nil), Endpoint: "https://management.example/",
		Data: transport.New(dps.DataService, settings, key, nil), DNSSuffix: "azure-devices-provisioning.example",
	}), served
}

// wantSent checks the requests that were made, all of them.
func (s *server) wantSent(t *testing.T, want ...sent) {
	t.Helper()
	if !slices.Equal(s.sent, want) {
		t.Errorf("sent\n%q, want\n%q", s.sent, want)
	}
}

// wantMethods checks the methods alone.
func (s *server) wantMethods(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, one := range s.sent {
		got = append(got, one.method)
	}
	if !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}
