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
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestRequests_holdNoSecrets(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	s.TokenRequest(s.SecretForm("https://apps.azureiotcentral.com/.default")).Want(http.StatusOK)
	token := s.Token(s.Info.Audiences.IoTCentral)
	s.Send(http.MethodGet, s.CentralURL("/enrollmentGroups/a%20b", emulatortest.PreviewVersion), nil, "Authorization", token, "User-Agent", "test/1").
		Want(http.StatusNotFound)
	logged := s.Send(http.MethodGet, s.Info.Endpoints.ResourceManager+"_emulator/requests", nil).Want(http.StatusOK)
	if strings.Contains(string(logged.Body), s.Info.ClientSecret) || strings.Contains(string(logged.Body), token[7:]) {
		t.Error("the log holds secrets")
	}
	var requests []emulator.Request
	if err := json.Unmarshal(logged.Body, &requests); err != nil {
		t.Fatal(err)
	}
	if len(requests) != 2 || requests[0].Service != "entra" || requests[0].Operation != "Token" {
		t.Fatalf("logged %s", logged.Body)
	}
	got := requests[1]
	if got.Application != "contoso" || got.Operation != "EnrollmentGroups_Get" || got.Method != "GET" || got.Status != 404 ||
		got.Path != "/api/enrollmentGroups/a b" || got.Query != "api-version="+emulatortest.PreviewVersion || got.UserAgent != "test/1" ||
		got.Host != "contoso."+s.Info.Endpoints.IoTCentralDNSSuffix {
		t.Errorf("logged %+v", got)
	}
	s.Send(http.MethodDelete, s.Info.Endpoints.ResourceManager+"_emulator/requests", nil).Want(http.StatusNoContent)
	if left := s.Emulator.Requests(); len(left) != 0 {
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
			s := emulatortest.Start(t, emulator.Options{})
			s.Entry("g")
			test.fault.Status = http.StatusServiceUnavailable
			s.Emulator.Fail(test.fault)
			want := http.StatusOK
			if test.concerns {
				want = http.StatusServiceUnavailable
			}
			s.Central(http.MethodGet, "/enrollmentGroups/g/certificates/primary", "").Want(want)
			s.Emulator.ClearFaults()
			s.Central(http.MethodGet, "/enrollmentGroups/g/certificates/primary", "").Want(http.StatusOK)
		})
	}
}

func TestFaults_haveTheShapeOfTheService(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	s.Emulator.Fail(emulator.Fault{Status: http.StatusTooManyRequests, RetryAfter: 7})
	limited := s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusTooManyRequests)
	if limited.Text("error", "code") != "TooManyRequests" || limited.Header.Get("Retry-After") != "7" {
		t.Errorf("answered %v %s", limited.Header, limited.Body)
	}
	s.ARM(http.MethodGet, s.Info.CatalogID, "").Want(http.StatusTooManyRequests).Text("error", "code")
	s.Legacy(http.MethodGet, "/v2/tenants", "").Want(http.StatusTooManyRequests).Text(0, "ErrorCode")
	s.TokenRequest(nil).Want(http.StatusTooManyRequests).Text("error")
	s.Emulator.ClearFaults()
	s.Emulator.Fail(emulator.Fault{Status: http.StatusBadGateway, Body: "<html>"})
	if got := s.ARM(http.MethodGet, s.Info.CatalogID, "").Want(http.StatusBadGateway); string(got.Body) != "<html>" {
		t.Errorf("answered %s", got.Body)
	}
	s.Emulator.ClearFaults()
	s.Emulator.Fail(emulator.Fault{Code: "Odd"})
	if got := s.ARM(http.MethodGet, s.Info.CatalogID, "").Want(http.StatusInternalServerError).Text("error", "code"); got != "Odd" {
		t.Errorf("code %s", got)
	}
}

func TestFaults_dropAndAfterEffect(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	s.Send(http.MethodPost, s.Info.Endpoints.ResourceManager+"_emulator/faults",
		[]byte(`{"operation":"EnrollmentGroups_Create","drop":true,"status":500,"after_effect":true,"times":1}`)).Want(http.StatusNoContent)
	body := []byte(`{"displayName":"G","type":"iot","attestation":{"type":"x509"}}`)
	put := func(id string) (*emulatortest.Reply, error) {
		return s.Try(http.MethodPut, s.CentralURL("/enrollmentGroups/"+id, emulatortest.PreviewVersion), body,
			"Authorization", s.Token(s.Info.Audiences.IoTCentral), "Content-Type", "application/json")
	}
	if answered, err := put("g"); err == nil {
		t.Fatalf("it was answered %d", answered.Status)
	}
	s.Central(http.MethodGet, "/enrollmentGroups/g", "").Want(http.StatusOK)
	if !slices.ContainsFunc(s.Emulator.Requests(), func(r emulator.Request) bool { return r.Operation == "EnrollmentGroups_Create" && r.Status == 0 }) {
		t.Errorf("logged %+v", s.Emulator.Requests())
	}
	s.Emulator.Fail(emulator.Fault{Operation: "EnrollmentGroups_Create", Status: http.StatusBadGateway, AfterEffect: true, Times: 1})
	if answered, err := put("after"); err != nil || answered.Status != http.StatusBadGateway {
		t.Errorf("answered %+v, %v", answered, err)
	}
	s.Central(http.MethodGet, "/enrollmentGroups/after", "").Want(http.StatusOK)
	s.Emulator.Fail(emulator.Fault{Operation: "EnrollmentGroups_Create", Status: http.StatusInternalServerError, Times: 1})
	if answered, err := put("h"); err != nil || answered.Status != http.StatusInternalServerError {
		t.Errorf("answered %+v, %v", answered, err)
	}
	s.Central(http.MethodGet, "/enrollmentGroups/h", "").Want(http.StatusNotFound)
	if answered, err := put("h"); err != nil || answered.Status != http.StatusOK {
		t.Errorf("answered %+v, %v", answered, err)
	}
}

func TestControl_refusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for path, body := range map[string]string{
		"faults": `{"retryAfter":1,"status":500}`, "faults?": `{"service":"arm"}`, "rotate": `{"stage":1}`,
	} {
		s.Send(http.MethodPost, s.Info.Endpoints.ResourceManager+"_emulator/"+path, []byte(body)).Want(http.StatusBadRequest)
	}
}

func TestRateLimit_isPerApplication(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{
		Now: clock.Now, RateLimit: 3, Applications: []string{"contoso", "fabrikam"}, Behavior: emulator.Behavior{CentralBehavior: central.Behavior{RetryAfter: 1}},
	})
	for range 3 {
		s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusOK)
	}
	limited := s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusTooManyRequests)
	if limited.Header.Get("Retry-After") != "1" {
		t.Errorf("the header is %v", limited.Header)
	}
	other := *s
	other.Info.Applications = s.Info.Applications[1:]
	other.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusOK)
	clock.Advance(time.Second)
	s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusOK)
}

func TestRateLimit_hasNoRetryAfterByDefault(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now, RateLimit: 1})
	s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusOK)
	if limited := s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusTooManyRequests); limited.Header.Get("Retry-After") != "" {
		t.Errorf("the header is %v", limited.Header)
	}
}

func TestControl_beginsWithAnEmptyLogAndClearsFaults(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	if logged := s.Send(http.MethodGet, s.Info.Endpoints.ResourceManager+"_emulator/requests", nil).Want(http.StatusOK); string(logged.Body) != "[]" {
		t.Errorf("logged %s, want an empty array", logged.Body)
	}
	s.Send(http.MethodPost, s.Info.Endpoints.ResourceManager+"_emulator/faults", []byte(`{"status":503}`)).Want(http.StatusNoContent)
	s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusServiceUnavailable)
	s.Send(http.MethodDelete, s.Info.Endpoints.ResourceManager+"_emulator/faults", nil).Want(http.StatusNoContent)
	s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusOK)
}

// TestControl_refusesPagesOfOthers: a browser lets any page send requests to the
// loopback interface.
func TestControl_refusesPagesOfOthers(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	control := s.Info.Endpoints.ResourceManager + "_emulator/"
	own := strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/")
	for origin, want := range map[string]int{
		"https://pages.example": http.StatusForbidden, "null": http.StatusForbidden, "http" + own[5:]: http.StatusForbidden, own: http.StatusOK,
	} {
		s.Send(http.MethodGet, control+"state", nil, "Origin", origin).Want(want)
	}
	s.Send(http.MethodDelete, control+"faults", nil, "Origin", "https://pages.example").Want(http.StatusForbidden)
}
