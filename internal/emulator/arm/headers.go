// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// causeHeader says who refused: the gateway, which is Resource Manager itself, or the service, which is the resource provider.
const causeHeader = "x-ms-failure-cause"

// armError is the error shape of Resource Manager. An error of the resource provider itself has another media type, and may
// have no body.
func armError(c *call, f *rest.Failure) rest.Answer {
	a := rest.JSON(f.Status, map[string]any{"error": errorBody{f.Code, f.Message}})
	if !f.Own {
		return a.With(causeHeader, "gateway")
	}
	if provider := c.provider(); provider != nil {
		return provider.Shape(f).With(causeHeader, "service")
	}
	a.ContentType = "application/json"
	if c.s.config.Behavior.ErrorBodyAbsent {
		a = rest.Empty(f.Status)
	}
	return a.With(causeHeader, "service")
}

type errorBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// armHeaders adds the headers that every answer has. Those of the resource provider count down what is left of a
// subscription's requests: POST counts as a write, even where it changes nothing.
func armHeaders(c *call, a rest.Answer) rest.Answer {
	gateway := a.Header.Get(causeHeader) == "gateway"
	correlation := c.correlation
	if gateway {
		correlation = c.RequestID
	}
	requestID := c.RequestID
	if c.Operation() == "Catalogs_Delete" && !gateway && a.Status == http.StatusOK {
		requestID = "00000000-0000-0000-0000-000000000000" // as recorded
	}
	a = a.With("x-ms-request-id", requestID).
		With("x-ms-correlation-request-id", correlation).
		With("x-ms-routing-request-id", "EMULATOR:"+c.Now.UTC().Format("20060102T150405Z")+":"+correlation).
		With("Cache-Control", "no-cache").
		With("Pragma", "no-cache").
		With("Expires", "-1").
		With("Strict-Transport-Security", "max-age=31536000; includeSubDomains").
		With("X-Content-Type-Options", "nosniff")
	switch {
	case gateway || c.principal == nil:
		return a
	case strings.HasPrefix(c.Operation(), "Apps_"):
		a = a.With("Cache-Control", "no-store, no-cache, max-age=0").With("X-IoT-Cluster", "emulator").With("X-IoT-Version", "1.0")
	case !c.ownAnswer():
		a = a.With("Request-Context", "appId=").With("x-ms-providerhub-traffic", "True").With("mise-correlation-id", c.correlation)
	}
	kind, limit := "writes", 1200
	switch c.Request.Method {
	case http.MethodGet, http.MethodHead:
		kind, limit = "reads", 12000
	case http.MethodDelete:
		kind, limit = "deletes", 15000
	}
	c.s.quota[kind]++
	return a.With("x-ms-ratelimit-remaining-subscription-"+kind, strconv.Itoa(max(0, limit-c.s.quota[kind])))
}

// ownAnswer reports whether Resource Manager answers the call itself and does not ask the resource provider.
func (c *call) ownAnswer() bool {
	switch c.Operation() {
	case "Operations_Get", "Catalogs_ListBySubscription":
		return true
	}
	return c.Route == nil || strings.HasPrefix(c.Route.Action, "Microsoft.Resources/")
}
