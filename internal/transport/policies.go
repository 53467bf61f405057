// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

// UserAgent returns the User-Agent header: Terraform's version, the provider and
// its version, and what the user appends (TF_APPEND_USER_AGENT).
func UserAgent(terraformVersion, providerVersion, appended string) string {
	agent := fmt.Sprintf("Terraform/%s (+https://www.terraform.io) terraform-provider-azuresphere/%s",
		terraformVersion, providerVersion)
	if appended = strings.TrimSpace(appended); appended != "" {
		agent += " " + appended
	}

	return agent
}

type userAgent string

// Do implements policy.Policy.
func (u userAgent) Do(request *policy.Request) (*http.Response, error) {
	request.Raw().Header.Set("User-Agent", string(u))

	return request.Next()
}

// Header is a policy that sets one header, such as an API token that the service
// wants verbatim.
type Header struct{ Name, Value string }

// Do implements policy.Policy.
func (h Header) Do(request *policy.Request) (*http.Response, error) {
	request.Raw().Header.Set(h.Name, h.Value)

	return request.Next()
}

// observation is what was seen of a call while it was retried.
type observation struct {
	call Call

	mutex sync.Mutex
	// tried says that a request was signed and sent, arrived that one may have been
	// carried out: its answer was lost, or the service failed on the way.
	tried, arrived bool
	last           error
}

type observationKey struct{}

func withObservation(ctx context.Context, call Call) (context.Context, *observation) {
	seen := &observation{call: call}

	return context.WithValue(ctx, observationKey{}, seen), seen
}

// begin notes that a request is sent.
func (o *observation) begin() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.tried = true
}

// signed reports whether any request was signed and sent.
func (o *observation) signed() bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()

	return o.tried
}

// failed notes why a try failed, and whether it may have been carried out. Why is
// kept unless it is the end of the context, which says nothing about the service.
func (o *observation) failed(err error, ended bool) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.arrived = o.arrived || EffectUnknown(&ConnectionError{cause: err})
	if !ended {
		o.last = err
	}
}

// mayHaveArrived reports whether any try may have been carried out.
func (o *observation) mayHaveArrived() bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()

	return o.arrived
}

// failure returns why the last try failed that was not ended by the context.
func (o *observation) failure() error {
	o.mutex.Lock()
	defer o.mutex.Unlock()

	return o.last
}

// observer logs each try, without headers and bodies: they hold tokens, keys and
// codes. It also remembers for Client.failure why the last try failed.
type observer struct{ service Service }

// Do implements policy.Policy.
func (o observer) Do(request *policy.Request) (*http.Response, error) {
	var (
		raw     = request.Raw()
		ctx     = raw.Context()
		seen, _ = ctx.Value(observationKey{}).(*observation)
		address = raw.URL.Redacted()
		started = time.Now()
	)
	if seen != nil {
		seen.begin()
	}
	response, err := request.Next()
	if seen != nil {
		address = hide(address, seen.call.Secret)
	}
	fields := map[string]any{
		"service":     o.service.Name,
		"method":      raw.Method,
		"url":         auth.Redact(address),
		"duration_ms": time.Since(started).Milliseconds(),
	}
	if err != nil {
		err = unreachable(raw.URL.Host, err)
		if seen != nil {
			err = redact(err, seen.call.Secret)
		}
		fields["error"] = auth.Redact(err.Error())
		tflog.Debug(ctx, "Request failed", fields)
		if seen != nil {
			seen.failed(err, ctx.Err() != nil)
		}

		return nil, err
	}
	fields["status"] = response.StatusCode
	fields["request_id"] = requestID(response.Header)
	if wait := retryAfter(response.Header); wait > 0 {
		fields["retry_after_s"] = wait.Seconds()
	}
	tflog.Debug(ctx, "Request answered", fields)
	if seen != nil && response.StatusCode >= http.StatusBadRequest {
		seen.failed(newError(o.service, seen.call, response), false)
	}

	return response, nil
}
