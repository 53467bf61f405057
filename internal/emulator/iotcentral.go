// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Versions of the IoT Central API that have enrollment groups.
const (
	centralPreview = "2022-10-31-preview"
	centralStable  = "2022-07-31"
	centralFirst   = "2022-06-30-preview"
)

// application is an IoT Central application.
type application struct {
	subdomain  string
	id         string // GUID
	resourceID string // in Resource Manager
	idScope    string
	secret     []byte        // signs API tokens
	limiter    *rate.Limiter // nil: unlimited
	etags      int

	groups  []*enrollmentGroup // in order of creation
	tokens  []*apiToken
	devices []*centralDevice
}

// centralService is the data plane of IoT Central.
func (e *Emulator) centralService() *service {
	s := newService("iotcentral")
	s.admit = admitCentral
	s.shape = centralError
	s.after = func(c *call, a answer) answer { return a.with("x-ms-request-id", c.requestID) }
	e.addGroups(s)
	e.addEntries(s)
	e.addAPITokens(s)
	e.addCentralDevices(s)
	return s
}

// admitCentral checks what every call needs: an application, a share of its rate limit, a token and a version.
func admitCentral(c *call) *failure {
	if c.app == nil {
		return fail(http.StatusNotFound, "NotFound", "The application was not found.")
	}
	if c.app.limiter != nil && !c.app.limiter.AllowN(c.now, 1) {
		f := fail(http.StatusTooManyRequests, "TooManyRequests", "The application has had too many requests.")
		if seconds := c.behavior().RetryAfter; seconds > 0 {
			f = f.with("Retry-After", strconv.Itoa(seconds))
		}
		return f
	}
	allowed, err := c.centralLevel()
	if err != nil {
		return fail(http.StatusUnauthorized, "Unauthorized", "The request is not authorized: "+err.Error()+".")
	}
	if c.route == nil {
		return nil
	}
	switch version := c.query("api-version"); {
	case version == "":
		return fail(http.StatusBadRequest, "BadRequest", "The query parameter api-version is required.")
	case !slices.Contains([]string{centralPreview, centralStable, centralFirst}, version):
		return fail(http.StatusBadRequest, "BadRequest", "The API version '"+version+"' is not supported.")
	}
	if allowed == nothing || c.route.action == "write" && allowed != everything {
		return fail(http.StatusForbidden, "Forbidden", "You do not have permission to do this in the application.")
	}
	return nil
}

// centralLevel returns what the caller may do in the application. A caller comes with a bearer token of Entra or with
// an API token of the application.
func (c *call) centralLevel() (level, error) {
	if authorization := c.r.Header.Get("Authorization"); strings.HasPrefix(authorization, sasScheme) {
		return c.app.checkAPIToken(authorization, c.now)
	}
	p, err := c.bearer(audienceCentral)
	if err != nil {
		return nothing, err
	}
	c.principal = p
	return p.central, nil
}

// preview reports whether the call is in the version that has ID scopes and If-Match.
func (c *call) preview() bool { return c.query("api-version") == centralPreview }

// centralError is the error shape of IoT Central. Its messages end with what support would ask for.
func centralError(c *call, f *failure) answer {
	now := c.now.UTC().Format(http.TimeFormat)
	return jsonAnswer(f.status, map[string]any{"error": map[string]any{
		"code": f.code,
		"message": fmt.Sprintf("%s You can contact support at https://aka.ms/iotcentral-support. Please include the "+
			"following information. Request ID: %s, Time: %s.", f.message, c.requestID, now),
		"requestId": c.requestID,
		"time":      now,
	}}).with("x-ms-error-code", f.code)
}

// centralBody reads the JSON object of a request with one of the media types.
func (c *call) centralBody(types ...string) (*object, *failure) {
	if !isMediaType(c.r, types...) {
		return nil, fail(http.StatusUnsupportedMediaType, "UnsupportedMediaType", fmt.Sprintf(
			"The media type '%s' is not supported, only %s.", c.r.Header.Get("Content-Type"), strings.Join(types, ", ")))
	}
	o, err := parseObject(c.body)
	switch {
	case errors.Is(err, errNotJSON):
		return nil, fail(http.StatusBadRequest, "BadRequest", err.Error()+".")
	case err != nil:
		return nil, unprocessable(err)
	}
	return o, nil
}

// unprocessable is the failure for a body that cannot be validated.
func unprocessable(problem error) *failure {
	return fail(http.StatusUnprocessableEntity, "UnprocessableEntity", "The request body could not be validated: "+
		problem.Error()+".")
}

// newETag makes a new etag in the form of IoT Central's: base64 of a quoted tag. It counts, so that no two are alike.
func (app *application) newETag(now time.Time) string {
	app.etags++
	return base64Text(fmt.Sprintf("\"%08x-0000-0700-0000-%08x0000\"", app.etags, now.Unix()))
}
