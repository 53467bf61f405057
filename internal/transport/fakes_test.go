// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// answer is what a script does with one request: err is a lost connection.
type answer struct {
	status int
	body   string
	header map[string]string
	err    error
}

// sent is a request that a script saw.
type sent struct {
	method, url, body string
	header            http.Header
}

// script is a policy.Transporter that gives its answers in turn, and the last one
// for good.
type script struct {
	mutex   sync.Mutex
	answers []answer
	sent    []sent
}

var errLost = errors.New("connection reset by peer")

func (s *script) Do(request *http.Request) (*http.Response, error) {
	var body []byte
	if request.Body != nil {
		body, _ = io.ReadAll(request.Body)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.sent = append(s.sent, sent{request.Method, request.URL.String(), string(body), request.Header.Clone()})
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	next := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	if next.err != nil {
		return nil, next.err
	}
	header := http.Header{}
	for name, value := range next.header {
		header.Set(name, value)
	}

	return &http.Response{
		StatusCode: next.status,
		Status:     http.StatusText(next.status),
		Header:     header,
		Body:       io.NopCloser(strings.NewReader(next.body)),
		Request:    request,
	}, nil
}

func (s *script) requests() []sent {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	return append([]sent{}, s.sent...)
}

const token = "Bearer a-very-secret-token"

// quick repeats as often as the default does, but does not wait.
func quick() policy.RetryOptions {
	return policy.RetryOptions{MaxRetries: 6, RetryDelay: time.Nanosecond, MaxRetryDelay: time.Minute}
}

func newClient(transporter policy.Transporter, retry policy.RetryOptions) *transport.Client {
	return transport.New(transport.Service{Name: "IoT Central"},
		transport.Settings{HTTP: transporter, UserAgent: "test-agent", Retry: retry},
		transport.Header{Name: "Authorization", Value: token}, nil)
}

// scripted returns a client that does not wait between its tries.
func scripted(answers ...answer) (*transport.Client, *script) {
	served := &script{answers: answers}

	return newClient(served, quick()), served
}

func get() transport.Call {
	return transport.Call{
		Operation: "read the enrollment group",
		Method:    http.MethodGet,
		URL:       "https://contoso.example/api/things?api-version=1",
	}
}

func post() transport.Call {
	return transport.Call{
		Operation: "verify the certificate",
		Method:    http.MethodPost,
		URL:       "https://contoso.example/api/verify?api-version=1",
		Body:      map[string]string{"certificate": "a-secret-body"},
		Once:      true,
	}
}

// logged returns a context and what was logged with it so far, as it was written
// and entry by entry.
func logged(t *testing.T) (context.Context, func() (string, []map[string]any)) {
	t.Helper()
	var output bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &output)

	return ctx, func() (string, []map[string]any) {
		t.Helper()
		text := output.String()
		entries, err := tflogtest.MultilineJSONDecode(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}

		return text, entries
	}
}
