// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/entra"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

const dataVersion = "2021-10-01"

// call is a request to the data plane of a provisioning service.
type call struct {
	*rest.Call

	s   *Service
	dps *ProvisioningService // nil: there is none of that name
}

// Handler serves the data plane of a provisioning service, or what there is in the place of one when it is nil.
func (s *Service) Handler(dps *ProvisioningService, host rest.Host) http.Handler {
	served := &rest.Service[*call]{
		Host:   host,
		Call:   func(c *rest.Call) *call { return &call{Call: c, s: s, dps: dps} },
		Locker: &s.mu,
		Admit:  admit,
		Shape:  shape,
		After:  func(c *call, a rest.Answer) rest.Answer { return a.With("x-ms-request-id", c.RequestID) },
	}
	addGroups(served)
	addRegistrations(served)
	return served
}

// admit checks what every call needs: a service, a share of its operations, a token, a version and a role.
func admit(c *call) *rest.Failure {
	if c.dps == nil {
		return rest.Fail(http.StatusNotFound, "404000", "The provisioning service was not found.")
	}
	if limit := c.s.behavior.DPSOperationsPerMinute; limit > 0 {
		c.dps.arrivals = slices.DeleteFunc(c.dps.arrivals, func(at time.Time) bool { return c.Now.Sub(at) >= time.Minute })
		if len(c.dps.arrivals) >= limit {
			return rest.Fail(http.StatusTooManyRequests, "429001", "Operations are being throttled for this tenant.")
		}
		c.dps.arrivals = append(c.dps.arrivals, c.Now)
	}
	p, err := c.s.tenant.Bearer(c.Call, entra.AudienceDPS)
	if err != nil {
		return rest.Fail(http.StatusUnauthorized, "401002", "Authorization failed: "+err.Error()+".")
	}
	if c.Route == nil {
		return nil
	}
	if version := c.Query("api-version"); version != dataVersion {
		return rest.Fail(http.StatusBadRequest, "400007", "The API version '"+version+"' is not supported.")
	}
	if c.s.behavior.DPSAnyPrincipal {
		return nil
	}
	if allowed := level(p); allowed == entra.Nothing || c.Route.Action != "read" && allowed != entra.Everything {
		status, code := http.StatusUnauthorized, "401002"
		if c.s.behavior.DPSNoRoleForbidden {
			status, code = http.StatusForbidden, "403000"
		}
		return rest.Fail(status, code, "The principal has no role of the data plane for this.")
	}
	return nil
}

// level is what the roles of a principal allow in the data plane: Device Provisioning Service Data Contributor, Data Reader,
// or nothing. Contributor of the service in Resource Manager has no data action, which "contributor" shows.
func level(p *entra.ServicePrincipal) entra.Level {
	switch p.Name {
	case "owner", "managed-identity", "publisher":
		return entra.Everything
	case "reader":
		return entra.Reading
	default:
		return entra.Nothing
	}
}

// shape is the error shape of the data plane. The code is a number that begins with the status.
func shape(c *call, f *rest.Failure) rest.Answer {
	code, err := strconv.Atoi(f.Code)
	if err != nil {
		code = f.Status * 1000
	}
	return rest.JSON(f.Status, map[string]any{
		"errorCode": code, "trackingId": c.RequestID, "message": f.Message,
		"timestampUtc": c.Now.UTC().Format(time.RFC3339Nano),
	}).With("x-ms-error-code", strconv.Itoa(code))
}

// readBody reads the JSON object of a request.
func (c *call) readBody() (*rest.Object, *rest.Failure) {
	if !rest.IsMediaType(c.Request, "application/json") {
		return nil, rest.Fail(http.StatusUnsupportedMediaType, "415001", "Only application/json is supported.")
	}
	o, err := rest.ParseObject(c.Body)
	if err != nil {
		return nil, invalid(err)
	}
	return o, nil
}

func invalid(problem error) *rest.Failure {
	return rest.Fail(http.StatusBadRequest, "400004", "The request is invalid: "+problem.Error()+".")
}

// page cuts a list by the headers of a query, and answers it with those of the answer.
func (c *call) page(items []any, itemType string) (rest.Answer, *rest.Failure) {
	size := c.s.behavior.DPSPageSize
	if header := c.Request.Header.Get("x-ms-max-item-count"); header != "" {
		n, err := strconv.Atoi(header)
		if err != nil || n < 1 {
			return rest.Answer{}, invalid(errors.New("x-ms-max-item-count is not a number of at least 1"))
		}
		size = n
	}
	start := 0
	if header := c.Request.Header.Get("x-ms-continuation"); header != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(header, "page-"))
		if err != nil || n < 0 {
			return rest.Answer{}, invalid(errors.New("x-ms-continuation is not valid"))
		}
		start = min(n, len(items))
	}
	end := len(items)
	if size > 0 {
		end = min(start+size, len(items))
	}
	a := rest.JSON(http.StatusOK, items[start:end]).With("x-ms-item-type", itemType)
	if end < len(items) {
		a = a.With("x-ms-continuation", "page-"+strconv.Itoa(end))
	}
	return a, nil
}
