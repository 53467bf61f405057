// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
)

func TestRequests_holdNoSecrets(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	s.tokenRequest(s.secretForm("https://apps.azureiotcentral.com/.default")).want(http.StatusOK)
	token := s.token(s.info.Audiences.IoTCentral)
	s.send(http.MethodGet, s.centralURL("/enrollmentGroups/a%20b", previewVersion), nil, "Authorization", token, "User-Agent", "test/1").
		want(http.StatusNotFound)
	logged := s.send(http.MethodGet, s.info.Endpoints.ResourceManager+"_emulator/requests", nil).want(http.StatusOK)
	if strings.Contains(string(logged.body), s.info.ClientSecret) || strings.Contains(string(logged.body), token[7:]) {
		t.Error("the log holds secrets")
	}
	var requests []emulator.Request
	if err := json.Unmarshal(logged.body, &requests); err != nil {
		t.Fatal(err)
	}
	if len(requests) != 2 || requests[0].Service != "entra" || requests[0].Operation != "Token" {
		t.Fatalf("logged %s", logged.body)
	}
	got := requests[1]
	if got.Application != "contoso" || got.Operation != "EnrollmentGroups_Get" || got.Method != "GET" || got.Status != 404 ||
		got.Path != "/api/enrollmentGroups/a b" || got.Query != "api-version="+previewVersion || got.UserAgent != "test/1" ||
		got.Host != "contoso."+s.info.Endpoints.IoTCentralDNSSuffix {
		t.Errorf("logged %+v", got)
	}
	s.send(http.MethodDelete, s.info.Endpoints.ResourceManager+"_emulator/requests", nil).want(http.StatusNoContent)
	if left := s.e.Requests(); len(left) != 0 {
		t.Errorf("left %+v", left)
	}
}

func TestFaults_concernWhatTheySay(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault    emulator.Fault
		concerns bool
	}{
		"service":            {emulator.Fault{Service: "iotcentral"}, true},
		"another service":    {emulator.Fault{Service: "arm"}, false},
		"method":             {emulator.Fault{Method: "GET"}, true},
		"another method":     {emulator.Fault{Method: "PUT"}, false},
		"operation":          {emulator.Fault{Operation: "EnrollmentGroups_GetX509"}, true},
		"another operation":  {emulator.Fault{Operation: "EnrollmentGroups_Get"}, false},
		"exact path":         {emulator.Fault{Path: "/api/enrollmentGroups/g/certificates/primary"}, true},
		"one star":           {emulator.Fault{Path: "/api/enrollmentGroups/*/certificates/prim*"}, true},
		"star and a slash":   {emulator.Fault{Path: "/api/*"}, false},
		"two stars":          {emulator.Fault{Path: "/api/**"}, true},
		"beginning alone":    {emulator.Fault{Path: "/api/enrollmentGroups"}, false},
		"dot is no wildcard": {emulator.Fault{Path: "/api/enrollmentGroups/./certificates/primary"}, false},
		"all conditions":     {emulator.Fault{Service: "iotcentral", Method: "PUT", Path: "**"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, emulator.Options{})
			s.entry("g")
			test.fault.Status = http.StatusServiceUnavailable
			s.e.Fail(test.fault)
			want := http.StatusOK
			if test.concerns {
				want = http.StatusServiceUnavailable
			}
			s.central(http.MethodGet, "/enrollmentGroups/g/certificates/primary", "").want(want)
			s.e.ClearFaults()
			s.central(http.MethodGet, "/enrollmentGroups/g/certificates/primary", "").want(http.StatusOK)
		})
	}
}

func TestFaults_haveTheShapeOfTheService(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	s.e.Fail(emulator.Fault{Status: http.StatusTooManyRequests, RetryAfter: 7})
	central := s.central(http.MethodGet, "/enrollmentGroups", "").want(http.StatusTooManyRequests)
	if central.text("error", "code") != "TooManyRequests" || central.header.Get("Retry-After") != "7" {
		t.Errorf("answered %v %s", central.header, central.body)
	}
	s.arm(http.MethodGet, s.info.CatalogID, "").want(http.StatusTooManyRequests).text("error", "code")
	s.legacy(http.MethodGet, "/v2/tenants", "").want(http.StatusTooManyRequests).text(0, "ErrorCode")
	s.tokenRequest(nil).want(http.StatusTooManyRequests).text("error")
	s.e.ClearFaults()
	s.e.Fail(emulator.Fault{Status: http.StatusBadGateway, Body: "<html>"})
	if got := s.arm(http.MethodGet, s.info.CatalogID, "").want(http.StatusBadGateway); string(got.body) != "<html>" {
		t.Errorf("answered %s", got.body)
	}
	s.e.ClearFaults()
	s.e.Fail(emulator.Fault{Code: "Odd"})
	if got := s.arm(http.MethodGet, s.info.CatalogID, "").want(http.StatusInternalServerError).text("error", "code"); got != "Odd" {
		t.Errorf("code %s", got)
	}
}

func TestFaults_dropAndAfterEffect(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	s.send(http.MethodPost, s.info.Endpoints.ResourceManager+"_emulator/faults",
		[]byte(`{"operation":"EnrollmentGroups_Create","drop":true,"status":500,"after_effect":true,"times":1}`)).want(http.StatusNoContent)
	body := []byte(`{"displayName":"G","type":"iot","attestation":{"type":"x509"}}`)
	put := func(id string) (*reply, error) {
		return s.try(http.MethodPut, s.centralURL("/enrollmentGroups/"+id, previewVersion), body,
			"Authorization", s.token(s.info.Audiences.IoTCentral), "Content-Type", "application/json")
	}
	if answered, err := put("g"); err == nil {
		t.Fatalf("it was answered %d", answered.status)
	}
	s.central(http.MethodGet, "/enrollmentGroups/g", "").want(http.StatusOK)
	if !slices.ContainsFunc(s.e.Requests(), func(r emulator.Request) bool { return r.Operation == "EnrollmentGroups_Create" && r.Status == 0 }) {
		t.Errorf("logged %+v", s.e.Requests())
	}
	s.e.Fail(emulator.Fault{Operation: "EnrollmentGroups_Create", Status: http.StatusBadGateway, AfterEffect: true, Times: 1})
	if answered, err := put("after"); err != nil || answered.status != http.StatusBadGateway {
		t.Errorf("answered %+v, %v", answered, err)
	}
	s.central(http.MethodGet, "/enrollmentGroups/after", "").want(http.StatusOK)
	s.e.Fail(emulator.Fault{Operation: "EnrollmentGroups_Create", Status: http.StatusInternalServerError, Times: 1})
	if answered, err := put("h"); err != nil || answered.status != http.StatusInternalServerError {
		t.Errorf("answered %+v, %v", answered, err)
	}
	s.central(http.MethodGet, "/enrollmentGroups/h", "").want(http.StatusNotFound)
	if answered, err := put("h"); err != nil || answered.status != http.StatusOK {
		t.Errorf("answered %+v, %v", answered, err)
	}
}

func TestControl_refusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	for path, body := range map[string]string{
		"faults": `{"retryAfter":1,"status":500}`, "faults?": `{"service":"arm"}`, "rotate": `{"stage":1}`,
	} {
		s.send(http.MethodPost, s.info.Endpoints.ResourceManager+"_emulator/"+path, []byte(body)).want(http.StatusBadRequest)
	}
}

func TestRateLimit_isPerApplication(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{
		Now: clock.Now, RateLimit: 3, Applications: []string{"contoso", "fabrikam"}, Behavior: emulator.Behavior{CentralBehavior: central.Behavior{RetryAfter: 1}},
	})
	for range 3 {
		s.central(http.MethodGet, "/enrollmentGroups", "").want(http.StatusOK)
	}
	limited := s.central(http.MethodGet, "/enrollmentGroups", "").want(http.StatusTooManyRequests)
	if limited.header.Get("Retry-After") != "1" {
		t.Errorf("the header is %v", limited.header)
	}
	other := *s
	other.info.Applications = s.info.Applications[1:]
	other.central(http.MethodGet, "/enrollmentGroups", "").want(http.StatusOK)
	clock.advance(time.Second)
	s.central(http.MethodGet, "/enrollmentGroups", "").want(http.StatusOK)
}

func TestRateLimit_hasNoRetryAfterByDefault(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now, RateLimit: 1})
	s.central(http.MethodGet, "/enrollmentGroups", "").want(http.StatusOK)
	if limited := s.central(http.MethodGet, "/enrollmentGroups", "").want(http.StatusTooManyRequests); limited.header.Get("Retry-After") != "" {
		t.Errorf("the header is %v", limited.header)
	}
}

func TestControl_beginsWithAnEmptyLogAndClearsFaults(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	if logged := s.send(http.MethodGet, s.info.Endpoints.ResourceManager+"_emulator/requests", nil).want(http.StatusOK); string(logged.body) != "[]" {
		t.Errorf("logged %s, want an empty array", logged.body)
	}
	s.send(http.MethodPost, s.info.Endpoints.ResourceManager+"_emulator/faults", []byte(`{"status":503}`)).want(http.StatusNoContent)
	s.central(http.MethodGet, "/enrollmentGroups", "").want(http.StatusServiceUnavailable)
	s.send(http.MethodDelete, s.info.Endpoints.ResourceManager+"_emulator/faults", nil).want(http.StatusNoContent)
	s.central(http.MethodGet, "/enrollmentGroups", "").want(http.StatusOK)
}
