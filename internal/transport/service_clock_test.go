// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

func TestServiceClock_goesByTheDateOfAnswers(t *testing.T) {
	t.Parallel()
	machine := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	ahead := machine.Add(3 * time.Hour)
	for name, test := range map[string]struct {
		answers []http.Header
		want    time.Time
	}{
		"no answer":              {nil, machine},
		"the same time":          {[]http.Header{dated(machine)}, machine},
		"a slow answer":          {[]http.Header{dated(machine.Add(-59 * time.Second))}, machine},
		"ahead":                  {[]http.Header{dated(ahead)}, ahead},
		"behind":                 {[]http.Header{dated(machine.AddDate(-1, 0, 0))}, machine.AddDate(-1, 0, 0)},
		"ahead, then corrected":  {[]http.Header{dated(ahead), dated(machine)}, machine},
		"no date":                {[]http.Header{dated(ahead), {}}, ahead},
		"what is no date":        {[]http.Header{dated(ahead), {"Date": {"today"}}}, ahead},
		"an answer from a cache": {[]http.Header{{"Date": {ahead.Format(http.TimeFormat)}, "Age": {"60"}}}, machine},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := transport.NewServiceClock(func() time.Time { return machine })
			for _, header := range test.answers {
				see(t, clock, header)
			}
			if got := clock.Now(); !got.Equal(test.want) {
				t.Errorf("it is %s, want %s", got, test.want)
			}
		})
	}
}

func dated(at time.Time) http.Header { return http.Header{"Date": {at.Format(http.TimeFormat)}} }

// see lets the clock see an answer.
func see(t *testing.T, clock *transport.ServiceClock, header http.Header) {
	t.Helper()
	pipeline := runtime.NewPipeline("test", "", runtime.PipelineOptions{PerRetry: []policy.Policy{clock}}, &policy.ClientOptions{
		Transport: transporter(func(request *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader("")), Request: request}, nil
		}),
	})
	request, err := runtime.NewRequest(t.Context(), http.MethodGet, "https://contoso.example")
	if err != nil {
		t.Fatal(err)
	}
	response, err := pipeline.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
}

type transporter func(*http.Request) (*http.Response, error)

// Do implements policy.Transporter.
func (f transporter) Do(request *http.Request) (*http.Response, error) { return f(request) }
