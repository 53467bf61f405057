// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps_test

import (
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// TestGroup_livesAsRecorded goes through the life cycle of an enrollment group that the Python SDK has recorded.
func TestGroup_livesAsRecorded(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Now: emulatortest.NewClock().Now})
	own := base64.StdEncoding.EncodeToString(emulatortest.NewCA(t, pkix.Name{CommonName: "enroll_cert"}, true).Certificate.Raw)
	record := func(change map[string]any) string {
		body := map[string]any{
			"enrollmentGroupId": "x509_group", "allocationPolicy": "hashed", "capabilities": nil, "provisioningStatus": "enabled",
			"reprovisionPolicy": map[string]bool{"migrateDeviceData": true, "updateHubAssignment": true},
			"iotHubs":           nil, "iotHubHostName": nil, "initialTwin": nil, "customAllocationDefinition": nil,
			"attestation": map[string]any{"type": "x509", "x509": map[string]any{
				"signingCertificates": map[string]any{"primary": map[string]string{"certificate": own}},
			}},
		}
		for member, value := range change {
			body[member] = value
		}
		return emulatortest.JSON(body)
	}
	made := s.Enrollment(put, "/enrollmentGroups/x509_group", record(nil)).Want(http.StatusOK)
	if made.Text("attestation", "x509", "signingCertificates", "primary", "info", "subjectName") != "CN=enroll_cert" ||
		strings.Contains(string(made.Body), `"certificate"`) || strings.Contains(string(made.Body), "null") || strings.Contains(string(made.Body), "iotHub") {
		t.Errorf("the group is answered %s", made.Body)
	}
	if _, err := time.Parse("2006-01-02T15:04:05.0000000Z", made.Text("createdDateTimeUtc")); err != nil {
		t.Error(err)
	}
	again := s.Enrollment(put, "/enrollmentGroups/x509_group", record(nil)).Want(http.StatusConflict)
	if again.At("errorCode") != 409202.0 || again.Header.Get("x-ms-error-code") != "409202" || again.Text("trackingId") == "" {
		t.Errorf("a group that exists is answered %s", again.Body)
	}
	custom := map[string]any{
		"allocationPolicy": "custom", "provisioningStatus": "disabled",
		"customAllocationDefinition": map[string]string{"webhookUrl": "https://www.test.test", "apiVersion": "2019-03-31"},
	}
	changed := s.Enrollment(put, "/enrollmentGroups/x509_group", record(custom), "If-Match", made.Text("etag")).Want(http.StatusOK)
	if changed.Text("etag") == made.Text("etag") || changed.Text("provisioningStatus") != "disabled" || changed.Text("createdDateTimeUtc") != made.Text("createdDateTimeUtc") {
		t.Errorf("the change is answered %s", changed.Body)
	}
	s.Enrollment(put, "/enrollmentGroups/x509_group", record(nil), "If-Match", made.Text("etag")).Want(http.StatusPreconditionFailed)
	s.Enrollment(put, "/enrollmentGroups/x509_group", record(nil), "If-Match", `"`+changed.Text("etag")+`"`).Want(http.StatusPreconditionFailed)
	s.Enrollment(put, "/enrollmentGroups/other", emulatortest.Referring("other", "x", ""), "If-Match", "*").Want(http.StatusNotFound)
	query := s.Enrollment(post, "/enrollmentGroups/query", `{"query":"SELECT *"}`).Want(http.StatusOK)
	if query.Header.Get("x-ms-item-type") != "EnrollmentGroup" || query.Text(0, "enrollmentGroupId") != "x509_group" {
		t.Errorf("the query is answered %s", query.Body)
	}
	s.Enrollment(del, "/enrollmentGroups/x509_group", "", "If-Match", made.Text("etag")).Want(http.StatusPreconditionFailed)
	s.Enrollment(del, "/enrollmentGroups/x509_group", "").Want(http.StatusNoContent)
	if gone := s.Enrollment(get, "/enrollmentGroups/x509_group", "").Want(http.StatusNotFound); gone.At("errorCode") != 404201.0 {
		t.Errorf("what is not there is answered %s", gone.Body)
	}
	if query := s.Enrollment(post, "/enrollmentGroups/query", `{"query":"select  *"}`); string(query.Body) != "[]" {
		t.Errorf("the query is answered %s", query.Body)
	}
}

func TestGroup_withKeysShowsThemOnRequestAlone(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	keys := `{"enrollmentGroupId":"keys","attestation":{"type":"symmetricKey"}}`
	made := s.Enrollment(put, "/enrollmentGroups/keys", keys).Want(http.StatusOK)
	mechanism := s.Enrollment(post, "/enrollmentGroups/keys/attestationmechanism", "").Want(http.StatusOK)
	primary := mechanism.Text("symmetricKey", "primaryKey")
	if primary == "" || strings.Contains(string(made.Body), primary) {
		t.Errorf("the keys are answered %s, the group %s", mechanism.Body, made.Body)
	}
	s.Enrollment(put, "/enrollmentGroups/keys", keys, "If-Match", made.Text("etag")).Want(http.StatusOK)
	if kept := s.Enrollment(post, "/enrollmentGroups/keys/attestationmechanism", "").Text("symmetricKey", "primaryKey"); kept != primary {
		t.Error("a change without keys gives new ones")
	}
	s.EnrollmentAs("reader", post, "/enrollmentGroups/keys/attestationmechanism", "").Want(http.StatusUnauthorized)
}

func TestGroup_refusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for name, body := range map[string]string{
		"no JSON": `{`, "no ID": `{"attestation":{"type":"symmetricKey"}}`, "another ID": `{"enrollmentGroupId":"h","attestation":{"type":"symmetricKey"}}`,
		"no attestation": `{"enrollmentGroupId":"g"}`, "tpm": `{"enrollmentGroupId":"g","attestation":{"type":"tpm"}}`,
		"no certificate": `{"enrollmentGroupId":"g","attestation":{"type":"x509","x509":{}}}`,
		"both forms": emulatortest.JSON(map[string]any{"enrollmentGroupId": "g", "attestation": map[string]any{"type": "x509", "x509": map[string]any{
			"caReferences": map[string]string{"primary": "a"}, "signingCertificates": map[string]any{"primary": map[string]any{"certificate": emulatortest.PEM(emulatortest.NewCA(t, pkix.Name{CommonName: "a"}, true).Certificate)}},
		}}}),
		"unknown status": `{"enrollmentGroupId":"g","attestation":{"type":"symmetricKey"},"provisioningStatus":"off"}`,
		"half a policy":  `{"enrollmentGroupId":"g","attestation":{"type":"symmetricKey"},"reprovisionPolicy":{"updateHubAssignment":true}}`,
		"custom alone":   `{"enrollmentGroupId":"g","attestation":{"type":"symmetricKey"},"allocationPolicy":"custom"}`,
		"foreign hub":    `{"enrollmentGroupId":"g","attestation":{"type":"symmetricKey"},"iotHubs":["other.azure-devices.net"]}`,
	} {
		if answer := s.Enrollment(put, "/enrollmentGroups/g", body); answer.Status != http.StatusBadRequest || answer.At("errorCode") == nil {
			t.Errorf("%s: answered %d %s", name, answer.Status, answer.Body)
		}
	}
	s.Enrollment(post, "/enrollmentGroups/query", `{"query":"SELECT id"}`).Want(http.StatusBadRequest)
	s.Send(put, s.EnrollmentURL("/enrollmentGroups/g"), []byte("{}"), "Authorization", s.Token(s.Info.Audiences.DPS)).Want(http.StatusUnsupportedMediaType)
	s.Send(get, strings.TrimSuffix(s.EnrollmentURL("/enrollmentGroups/g"), "-01")+"-02", nil, "Authorization", s.Token(s.Info.Audiences.DPS)).Want(http.StatusBadRequest)
	unknown := strings.Replace(s.EnrollmentURL("/enrollmentGroups/g"), "contoso-dps.", "fabrikam-dps.", 1)
	s.Send(get, unknown, nil, "Authorization", s.Token(s.Info.Audiences.DPS)).Want(http.StatusNotFound)
}

func TestPrincipals_haveTheirRolesInTheDataPlane(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	_, encoded := s.ActiveCA()
	etag := s.DPSCertificate("sphere", encoded, false)
	s.Enrollment(put, "/enrollmentGroups/g", emulatortest.Referring("g", "sphere", "")).Want(http.StatusOK)
	type statuses struct{ read, query, write, certificate, code int }
	for name, want := range map[string]statuses{
		"reader":      {200, 200, 401, 200, 403},
		"stranger":    {401, 401, 401, 403, 403},
		"contributor": {401, 401, 401, 200, 200}, // It may set the certificates in Resource Manager, and has no data action.
		"publisher":   {200, 200, 204, 200, 403},
	} {
		got := statuses{
			s.EnrollmentAs(name, get, "/enrollmentGroups/g", "").Status,
			s.EnrollmentAs(name, post, "/enrollmentGroups/query", `{"query":"SELECT *"}`).Status,
			0,
			s.DPSAs(name, get, "/certificates/sphere", "", "").Status,
			0,
		}
		if want.write == 401 {
			got.write = s.EnrollmentAs(name, del, "/enrollmentGroups/g", "").Status
		} else {
			s.Enrollment(put, "/enrollmentGroups/"+name, `{"enrollmentGroupId":"`+name+`","attestation":{"type":"symmetricKey"}}`).Want(http.StatusOK)
			got.write = s.EnrollmentAs(name, del, "/enrollmentGroups/"+name, "").Status
		}
		code := s.DPSAs(name, post, "/certificates/sphere/generateVerificationCode", "", etag)
		if got.code = code.Status; got.code == 200 {
			etag = code.Text("etag")
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	s.Send(get, s.EnrollmentURL("/enrollmentGroups/g"), nil, "Authorization", s.Token(s.Info.Audiences.ResourceManager)).Want(http.StatusUnauthorized)
}

func TestSwitches_ofGroups(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do   func(s *emulatortest.Session) int
		want map[string]int
	}{
		"dps-unknown-reference": {func(s *emulatortest.Session) int {
			return s.Enrollment(put, "/enrollmentGroups/h", emulatortest.Referring("h", "nothing", "")).Status
		}, map[string]int{"400": 400, "accepted": 200}},
		"dps-unverified-reference": {func(s *emulatortest.Session) int {
			ca := emulatortest.NewCA(s.T, pkix.Name{CommonName: "a"}, true)
			s.DPSCertificate("own", emulatortest.PEM(ca.Certificate), false)
			return s.Enrollment(put, "/enrollmentGroups/h", emulatortest.Referring("h", "own", "")).Status
		}, map[string]int{"accepted": 200, "400": 400}},
		"dps-shared-ca": {func(s *emulatortest.Session) int {
			return s.Enrollment(put, "/enrollmentGroups/h", emulatortest.Referring("h", "sphere", "")).Status
		}, map[string]int{"409": 409, "allow": 200}},
		"dps-empty-group": {func(s *emulatortest.Session) int {
			return s.Enrollment(put, "/enrollmentGroups/h", `{"enrollmentGroupId":"h","attestation":{"type":"x509"}}`).Status
		}, map[string]int{"400": 400, "accepted": 200}},
		"dps-rbac": {func(s *emulatortest.Session) int {
			return s.EnrollmentAs("stranger", get, "/enrollmentGroups/g", "").Status
		}, map[string]int{"role": 401, "any": 200}},
		"dps-no-role": {func(s *emulatortest.Session) int {
			return s.EnrollmentAs("stranger", get, "/enrollmentGroups/g", "").Status
		}, map[string]int{"401": 401, "403": 403}},
		"dps-operations-per-minute": {func(s *emulatortest.Session) int {
			s.Enrollment(get, "/enrollmentGroups/g", "")
			return s.Enrollment(get, "/enrollmentGroups/g", "").Status
		}, map[string]int{"0": 200, "2": 429}},
	} {
		for value, want := range test.want {
			t.Run(name+"="+value, func(t *testing.T) {
				t.Parallel()
				s := emulatortest.Switched(t, name, value)
				_, encoded := s.ActiveCA()
				s.DPSCertificate("sphere", encoded, true)
				s.Enrollment(put, "/enrollmentGroups/g", emulatortest.Referring("g", "sphere", "")).Want(http.StatusOK)
				if got := test.do(s); got != want {
					t.Errorf("got %d, want %d", got, want)
				}
			})
		}
	}
}

func TestSwitch_pageSize(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "dps-page-size", "1")
	for _, id := range []string{"a", "b"} {
		s.Enrollment(put, "/enrollmentGroups/"+id, `{"enrollmentGroupId":"`+id+`","attestation":{"type":"symmetricKey"}}`).Want(http.StatusOK)
	}
	first := s.Enrollment(post, "/enrollmentGroups/query", `{"query":"SELECT *"}`)
	second := s.Enrollment(post, "/enrollmentGroups/query", `{"query":"SELECT *"}`, "x-ms-continuation", first.Header.Get("x-ms-continuation"))
	if first.Text(0, "enrollmentGroupId") != "a" || first.At(1) != nil || second.Text(0, "enrollmentGroupId") != "b" || second.Header.Get("x-ms-continuation") != "" {
		t.Errorf("the pages are %s and %s", first.Body, second.Body)
	}
	all := s.Enrollment(post, "/enrollmentGroups/query", `{"query":"SELECT *"}`, "x-ms-max-item-count", "2")
	if all.At(1) == nil || all.Header.Get("x-ms-continuation") != "" {
		t.Errorf("the page of two is %s", all.Body)
	}
}

// TestRegister_asksForAVerifiedCAInAnEnabledGroup goes through all that keeps a device from registering.
func TestRegister_asksForAVerifiedCAInAnEnabledGroup(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	known := s.Info.ProvisioningServices[0]
	device, err := emulatortest.NewDevice(s.Emulator, strings.ToLower(emulatortest.DeviceID("A")), s.Emulator.State().Catalogs[0].Certificates[0].Thumbprint)
	if err != nil {
		t.Fatal(err)
	}
	registers := func(want string) {
		t.Helper()
		got, err := device.Enrol(t.Context(), known.IDScope)
		var refused *emulatortest.RefusedError
		if want == "" && (err != nil || got.Hub != known.Hubs[0]) || want != "" && (!errors.As(err, &refused) || !strings.Contains(refused.Reason, want)) {
			t.Errorf("the device is assigned to %v, %v; want %q", got, err, want)
		}
	}
	registers("no enrollment group holds a CA of the chain")
	_, encoded := s.ActiveCA()
	etag := s.DPSCertificate("sphere", encoded, false)
	group := s.Enrollment(put, "/enrollmentGroups/g", emulatortest.Referring("g", "sphere", "")).Want(http.StatusOK)
	registers("which is not verified")
	verified := emulatortest.JSON(map[string]any{"properties": map[string]any{"certificate": encoded, "isVerified": true}})
	s.DPS(put, "/certificates/sphere", verified, etag).Want(http.StatusOK)
	registers("")
	registers("")
	id := strings.ToLower(emulatortest.DeviceID("A"))
	if shown := s.Enrollment(get, "/registrations/"+id, "").Want(http.StatusOK); shown.Text("status") != "assigned" || shown.Text("assignedHub") != known.Hubs[0] {
		t.Errorf("the registration is %s", shown.Body)
	}
	if list := s.Enrollment(post, "/registrations/g/query", ""); list.Text(0, "registrationId") != id || list.At(1) != nil ||
		list.Header.Get("x-ms-item-type") != "DeviceRegistration" {
		t.Errorf("the registrations are %s", list.Body)
	}
	s.Enrollment(del, "/registrations/"+id, "").Want(http.StatusNoContent)
	s.Enrollment(get, "/registrations/"+id, "").Want(http.StatusNotFound)
	disabled := strings.Replace(emulatortest.Referring("g", "sphere", ""), "{", `{"provisioningStatus":"disabled",`, 1)
	s.Enrollment(put, "/enrollmentGroups/g", disabled, "If-Match", group.Text("etag")).Want(http.StatusOK)
	registers("is disabled")
	clock.Advance(25 * time.Hour)
	registers("is not valid at")
}
