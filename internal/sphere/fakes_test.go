// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const (
	catalogID = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.AzureSphere/catalogs/contoso"
	tenantID  = "22222222-2222-2222-2222-222222222222"
)

type answer struct {
	status int
	body   string
}

type sent struct {
	method, url, body, contentType string
}

// service gives its answers in turn, and the last one for good.
type service struct {
	mutex   sync.Mutex
	answers []answer
	sent    []sent
}

func (s *service) Do(request *http.Request) (*http.Response, error) {
	var body []byte
	if request.Body != nil {
		body, _ = io.ReadAll(request.Body)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.sent = append(s.sent, sent{request.Method, request.URL.String(), string(body), request.Header.Get("Content-Type")})
	next := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}

	return &http.Response{
		StatusCode: next.status,
		Header:     http.Header{},
		Body:       io.NopCloser(strings.NewReader(next.body)),
		Request:    request,
	}, nil
}

// serve returns a client for a service that gives these answers.
func serve(answers ...answer) (*transport.Client, *service) {
	served := &service{answers: answers}
	settings := transport.Settings{
		HTTP:  served,
		Retry: policy.RetryOptions{MaxRetries: 3, RetryDelay: time.Nanosecond},
	}

	return transport.New(transport.Service{Name: "Azure Sphere"}, settings, transport.Header{Name: "Authorization", Value: "Bearer x"}, nil), served
}

func ok(body string) answer { return answer{http.StatusOK, body} }

// wantOne checks that exactly one request was made.
func wantOne(t *testing.T, served *service, want sent) {
	t.Helper()
	if len(served.sent) != 1 || served.sent[0] != want {
		t.Errorf("sent %+v\nwant %+v", served.sent, want)
	}
}

func sameBody(got, want *certs.Certificate) bool {
	return (got == nil) == (want == nil) && (got == nil || got.Equal(want))
}
