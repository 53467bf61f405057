// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const host = "contoso.azureiotcentral.com"

func group() iotcentral.GroupID { return iotcentral.GroupID{Host: host, Group: "sphere-Devices"} }

type answer struct {
	status int
	body   string
}

type sent struct {
	method, url, contentType, body string
}

// application gives its answers in turn, and the last one for good.
type application struct {
	mutex   sync.Mutex
	answers []answer
	sent    []sent
}

func (a *application) Do(request *http.Request) (*http.Response, error) {
	var body []byte
	if request.Body != nil {
		body, _ = io.ReadAll(request.Body)
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.sent = append(a.sent, sent{request.Method, request.URL.String(), strings.Join(request.Header.Values("Content-Type"), ","), string(body)})
	next := a.answers[0]
	if len(a.answers) > 1 {
		a.answers = a.answers[1:]
	}

	return &http.Response{
		StatusCode: next.status,
		Header:     http.Header{},
		Body:       io.NopCloser(strings.NewReader(next.body)),
		Request:    request,
	}, nil
}

// serve returns a client for an application that gives these answers.
func serve(answers ...answer) (*iotcentral.Client, *application) {
	served := &application{answers: answers}
	settings := transport.Settings{
		HTTP:  served,
		Retry: policy.RetryOptions{MaxRetries: 3, RetryDelay: time.Nanosecond},
	}
	client := transport.New(transport.Service{Name: "IoT Central"}, settings, transport.Header{Name: "Authorization", Value: "Bearer x"}, nil)

	return iotcentral.New(client, iotcentral.APIVersionPreview, time.Now), served
}

// wantSent checks the requests that were made, all of them.
func wantSent(t *testing.T, served *application, want ...sent) {
	t.Helper()
	if len(served.sent) != len(want) {
		t.Errorf("%d requests, want %d: %+v", len(served.sent), len(want), served.sent)
		return
	}
	for i, got := range served.sent {
		if got != want[i] {
			t.Errorf("request %d is\n%+v, want\n%+v", i+1, got, want[i])
		}
	}
}
