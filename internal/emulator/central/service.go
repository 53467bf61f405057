// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/entra"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// Versions of the IoT Central API that have enrollment groups.
const (
	centralPreview = "2022-10-31-preview"
	centralStable  = "2022-07-31"
	centralFirst   = "2022-06-30-preview"
)

// Service is the data plane of IoT Central.
type Service struct {
	tenant   *entra.Tenant
	behavior Behavior
	now      func() time.Time

	mu   sync.Mutex // guards what follows
	apps []*Application
}

// call is a request to an application.
type call struct {
	*rest.Call

	s   *Service
	app *Application // nil: there is none of that name
}

// New makes a service without applications.
func New(tenant *entra.Tenant, behavior Behavior, now func() time.Time) *Service {
	return &Service{tenant: tenant, behavior: behavior, now: now}
}

// Handler serves an application, or what there is in the place of one when it is nil.
func (s *Service) Handler(app *Application, host rest.Host) http.Handler {
	served := &rest.Service[*call]{
		Host:  host,
		Call:  func(c *rest.Call) *call { return &call{Call: c, s: s, app: app} },
		Admit: admit,
		Shape: shape,
		After: func(c *call, a rest.Answer) rest.Answer { return a.With("x-ms-request-id", c.RequestID) },
	}
	if app != nil {
		served.Locker = &app.mu
	}
	addGroups(served)
	addEntries(served)
	addAPITokens(served)
	addDevices(served)
	addPeople(served)
	return served
}

// admit checks what every call needs: an application, a share of its rate limit, a token and a version.
func admit(c *call) *rest.Failure {
	if c.app == nil {
		return rest.Fail(http.StatusNotFound, "NotFound", "The application was not found.")
	}
	if c.app.limiter != nil && !c.app.limiter.AllowN(c.s.tenant.Now(), 1) {
		f := rest.Fail(http.StatusTooManyRequests, "TooManyRequests", "The application has had too many requests.")
		if seconds := c.s.behavior.RetryAfter; seconds > 0 {
			f = f.With("Retry-After", strconv.Itoa(seconds))
		}
		return f
	}
	allowed, err := c.level()
	if err != nil {
		return rest.Fail(http.StatusUnauthorized, "Unauthorized", "The request is not authorized: "+err.Error()+".")
	}
	if c.Route == nil {
		return nil
	}
	switch version := c.Query("api-version"); {
	case version == "":
		return rest.Fail(http.StatusBadRequest, "BadRequest", "The query parameter api-version is required.")
	case !slices.Contains([]string{centralPreview, centralStable, centralFirst}, version):
		return rest.Fail(http.StatusBadRequest, "BadRequest", "The API version '"+version+"' is not supported.")
	}
	if allowed == entra.Nothing || c.Route.Action == "write" && allowed != entra.Everything {
		return rest.Fail(http.StatusForbidden, "Forbidden", "You do not have permission to do this in the application.")
	}
	return nil
}

// level returns what the caller may do in the application. A caller comes with a bearer token of Entra or with
// an API token of the application.
func (c *call) level() (entra.Level, error) {
	if authorization := c.Request.Header.Get("Authorization"); strings.HasPrefix(authorization, sasScheme) {
		return c.app.checkAPIToken(authorization, c.s.tenant.Now())
	}
	p, err := c.s.tenant.Bearer(c.Call, entra.AudienceIoTCentral)
	if err != nil {
		return entra.Nothing, err
	}
	return p.IoTCentral, nil
}

// preview reports whether the call is in the version that has ID scopes and If-Match.
func (c *call) preview() bool { return c.Query("api-version") == centralPreview }

// shape is the error shape of IoT Central. Its messages end with what support would ask for.
func shape(c *call, f *rest.Failure) rest.Answer {
	now := c.Now.UTC().Format(http.TimeFormat)
	return rest.JSON(f.Status, map[string]any{"error": map[string]any{
		"code": f.Code,
		"message": fmt.Sprintf("%s You can contact support at https://aka.ms/iotcentral-support. Please include the "+
			"following information. Request ID: %s, Time: %s.", f.Message, c.RequestID, now),
		"requestId": c.RequestID,
		"time":      now,
	}}).With("x-ms-error-code", f.Code)
}

// readBody reads the JSON object of a request with one of the media types.
func (c *call) readBody(types ...string) (*rest.Object, *rest.Failure) {
	if !rest.IsMediaType(c.Request, types...) {
		return nil, rest.Fail(http.StatusUnsupportedMediaType, "UnsupportedMediaType", fmt.Sprintf(
			"The media type '%s' is not supported, only %s.", c.Request.Header.Get("Content-Type"), strings.Join(types, ", ")))
	}
	o, err := rest.ParseObject(c.Body)
	switch {
	case errors.Is(err, rest.ErrNotJSON):
		return nil, rest.Fail(http.StatusBadRequest, "BadRequest", err.Error()+".")
	case err != nil:
		return nil, unprocessable(err)
	}
	return o, nil
}

// unprocessable is the failure for a body that cannot be validated.
func unprocessable(problem error) *rest.Failure {
	return rest.Fail(http.StatusUnprocessableEntity, "UnprocessableEntity", "The request body could not be validated: "+
		problem.Error()+".")
}
