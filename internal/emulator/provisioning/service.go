// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provisioning

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// versions are those of the registration API that device SDKs send.
var versions = []string{"2021-06-01", "2021-10-01", "2019-03-31", "2018-11-01"}

// Scope is what an ID scope stands for: an instance of the Device Provisioning Service. Its methods may be called from
// several goroutines.
type Scope interface {
	// Groups returns its enrollment groups with X.509 attestation as they are now.
	Groups() []Group
	// Assign notes a device that the group lets in, and returns the host name of its hub. It reports false for a device that is
	// blocked.
	Assign(deviceID, groupID string, now time.Time) (hub string, allowed bool)
}

// Service is the registration API of all ID scopes.
type Service struct {
	rest *rest.Service[*call]
	find func(idScope string) Scope

	mu            sync.Mutex // guards what follows
	registrations []*registration
}

// call is a request of a device.
type call struct {
	*rest.Call

	s *Service
}

// New makes the service. find returns what an ID scope stands for, or nil.
func New(find func(idScope string) Scope, host rest.Host) *Service {
	s := &Service{find: find}
	s.rest = &rest.Service[*call]{
		Host:   host,
		Call:   func(c *rest.Call) *call { return &call{c, s} },
		Locker: &s.mu,
		Admit:  admit,
		Shape:  shape,
		After:  func(c *call, a rest.Answer) rest.Answer { return a.With("x-ms-request-id", c.RequestID) },
	}
	const path = "/{scope}/registrations/{registration}"
	s.rest.On("PUT "+path+"/register", "RuntimeRegistration_RegisterDevice", "", register)
	s.rest.On("GET "+path+"/operations/{operation}", "RuntimeRegistration_OperationStatusLookup", "", lookUp)
	return s
}

// ServeHTTP answers a request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.rest.ServeHTTP(w, r) }

// Serves reports whether a path is one of the registration API: its first segment is an ID scope, whatever it is.
func Serves(path string) bool {
	segments := strings.Split(path, "/")
	return len(segments) > 3 && segments[2] == "registrations"
}

// admit checks the version. There is no token: the certificate of the device is what it is known by.
func admit(c *call) *rest.Failure {
	if c.Route == nil {
		return nil
	}
	if version := c.Query("api-version"); !slices.Contains(versions, version) {
		return rest.Fail(http.StatusBadRequest, "400005", "The API version '"+version+"' is not supported.")
	}
	return nil
}

// shape is the error shape of the Device Provisioning Service: a number that begins with the HTTP status.
func shape(c *call, f *rest.Failure) rest.Answer {
	code, err := strconv.Atoi(f.Code)
	if err != nil {
		code = f.Status * 1000
	}
	return rest.JSON(f.Status, struct {
		ErrorCode    int    `json:"errorCode"`
		TrackingID   string `json:"trackingId"`
		Message      string `json:"message"`
		TimestampUTC string `json:"timestampUtc"`
	}{code, c.RequestID, f.Message, timestamp(c.Now)}).With("x-ms-error-code", strconv.Itoa(code))
}

// timestamp writes a time with seven digits of a second, as the service does.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
