// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps_test

import (
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

const (
	get  = http.MethodGet
	put  = http.MethodPut
	post = http.MethodPost
	del  = http.MethodDelete
)

// TestCertificate_livesAsRecorded goes through the life cycle that Microsoft's clients have recorded: upload, list, code,
// proof, deletion.
func TestCertificate_livesAsRecorded(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Now: emulatortest.NewClock().Now})
	serial, encoded := s.ActiveCA()
	put := s.DPS(put, "/certificates/sphere", emulatortest.JSON(map[string]any{"properties": map[string]any{"certificate": encoded}}), "").Want(http.StatusOK)
	if put.At("properties", "certificate") != nil || put.At("properties", "isVerified") != false || put.Header.Get("ETag") != "" {
		t.Errorf("the upload is answered %s, with the headers %v", put.Body, put.Header)
	}
	for member, form := range map[string]string{
		"thumbprint": `^[0-9A-F]{40}$`, "created": `^Mon, 01 Jan 0001 00:00:00 GMT$`, "expiry": `^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$`,
	} {
		if text := put.Text("properties", member); !regexp.MustCompile(form).MatchString(text) {
			t.Errorf("%s is %q", member, text)
		}
	}
	if kind := put.Text("type"); kind != "Microsoft.Devices/provisioningServices/Certificates" {
		t.Errorf("the type is %q", kind)
	}
	if decoded, err := base64.StdEncoding.DecodeString(put.Text("etag")); err != nil || !strings.HasPrefix(string(decoded), `"`) {
		t.Errorf("the etag is %q: %q, %v", put.Text("etag"), decoded, err)
	}
	code := s.DPS(post, "/certificates/sphere/generateVerificationCode", "", put.Text("etag")).Want(http.StatusOK)
	if code.Text("etag") == put.Text("etag") || code.Text("properties", "certificate") != encoded ||
		!regexp.MustCompile(`^[0-9A-F]{48}$`).MatchString(code.Text("properties", "verificationCode")) {
		t.Errorf("the code is answered %s", code.Body)
	}
	proof := emulatortest.JSON(map[string]string{"certificate": s.Proof(serial, code.Text("properties", "verificationCode"))})
	stale := s.DPS(post, "/certificates/sphere/verify", proof, put.Text("etag")).Want(http.StatusPreconditionFailed)
	if stale.At("code") != 412001.0 || stale.Text("httpStatusCode") != "PreconditionFailed" || !strings.Contains(stale.Text("message"), "errorcode: IH412001") {
		t.Errorf("an etag that is old is answered %s", stale.Body)
	}
	verified := s.DPS(post, "/certificates/sphere/verify", proof, code.Text("etag")).Want(http.StatusOK)
	if verified.At("properties", "isVerified") != true || verified.Text("etag") == code.Text("etag") {
		t.Errorf("the proof is answered %s", verified.Body)
	}
	list := s.DPS(get, "/certificates", "", "").Want(http.StatusOK)
	if list.Text("value", 0, "etag") != verified.Text("etag") || list.At("nextLink") != nil {
		t.Errorf("the list is %s", list.Body)
	}
	s.DPS(del, "/certificates/sphere", "", verified.Text("etag")).Want(http.StatusOK)
	gone := s.DPS(get, "/certificates/sphere", "", "").Want(http.StatusNotFound)
	if gone.At("code") != 404015.0 || gone.At("error") != nil {
		t.Errorf("what is not there is answered %s", gone.Body)
	}
	s.DPS(del, "/certificates/sphere", "", "*").Want(http.StatusNoContent)
}

func TestCertificate_oneBodyMayHaveTwoNames(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	_, encoded := s.ActiveCA()
	s.DPSCertificate("one", encoded, false)
	s.DPSCertificate("two", encoded, true)
	list := s.DPS(get, "/certificates", "", "")
	if list.At("value", 0, "properties", "isVerified") != false || list.At("value", 1, "properties", "isVerified") != true {
		t.Errorf("the list is %s", list.Body)
	}
}

// TestCertificate_takesPEMAndDER also tells the two forms of a subject.
func TestCertificate_takesPEMAndDER(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	ca := emulatortest.NewCA(t, pkix.Name{CommonName: "Own CA"}, true)
	s.DPSCertificate("pem", emulatortest.PEM(ca.Certificate), false)
	s.DPSCertificate("der", base64.StdEncoding.EncodeToString(ca.Certificate.Raw), false)
	if subject := s.DPS(get, "/certificates/pem", "", "").Text("properties", "subject"); subject != "Own CA" {
		t.Errorf("the subject is %q", subject)
	}
	for name, body := range map[string]string{
		"no certificate": `{"properties":{}}`, "no base64": `{"properties":{"certificate":"-----BEGIN"}}`,
		"no JSON": `{`, "something else": emulatortest.JSON(map[string]any{"properties": map[string]string{"certificate": "MA=="}}),
		"two": emulatortest.JSON(map[string]any{"properties": map[string]string{"certificate": emulatortest.PEM(ca.Certificate, ca.Certificate)}}),
	} {
		if answer := s.DPS(put, "/certificates/x", body, ""); answer.Status != http.StatusBadRequest {
			t.Errorf("%s: answered %d %s", name, answer.Status, answer.Body)
		}
	}
	s.DPS(put, "/certificates/a b", `{}`, "").Want(http.StatusBadRequest)
}

func TestCertificate_aProofMustFit(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Now: emulatortest.NewClock().Now})
	ca, other := emulatortest.NewCA(t, pkix.Name{CommonName: "Own"}, true), emulatortest.NewCA(t, pkix.Name{CommonName: "Own"}, true)
	etag := s.DPSCertificate("own", emulatortest.PEM(ca.Certificate), false)
	verify := func(proof string) *emulatortest.Reply {
		t.Helper()
		return s.DPS(post, "/certificates/own/verify", emulatortest.JSON(map[string]string{"certificate": proof}), "*")
	}
	notAfter := time.Now().Add(time.Hour)
	verify(ca.Proof(t, "none", notAfter)).Want(http.StatusBadRequest)
	code := s.DPS(post, "/certificates/own/generateVerificationCode", "", etag).Text("properties", "verificationCode")
	for name, proof := range map[string]string{
		"another code": ca.Proof(t, "other", notAfter), "another key": other.Proof(t, code, notAfter),
		"another issuer": ca.Renamed(t, "Other").Proof(t, code, notAfter), "no certificate": "MA==",
	} {
		if answer := verify(proof); answer.Status != http.StatusBadRequest || answer.At("code") == nil {
			t.Errorf("%s: answered %d %s", name, answer.Status, answer.Body)
		}
	}
	verify(ca.Proof(t, code, notAfter)).Want(http.StatusOK)
	verify(ca.Proof(t, code, notAfter)).Want(http.StatusBadRequest) // The code is used up.
}

func TestSwitches_ofCertificates(t *testing.T) {
	t.Parallel()
	type answer struct {
		status   int
		verified any
	}
	upload := func(s *emulatortest.Session, ifMatch string) *emulatortest.Reply {
		_, encoded := s.ActiveCA()
		return s.DPS(put, "/certificates/sphere", emulatortest.JSON(map[string]any{"properties": map[string]any{"certificate": encoded}}), ifMatch)
	}
	shown := func(r *emulatortest.Reply) answer { return answer{r.Status, r.At("properties", "isVerified")} }
	generate := func(s *emulatortest.Session, ifMatch string) *emulatortest.Reply {
		return s.DPS(post, "/certificates/sphere/generateVerificationCode", "", ifMatch)
	}
	for name, test := range map[string]struct {
		do   func(s *emulatortest.Session, etag string) answer
		want map[string]answer
	}{
		"dps-certificate-put":     {func(s *emulatortest.Session, _ string) answer { return shown(upload(s, "")) }, map[string]answer{"412": {412, nil}, "upsert": {200, false}}},
		"dps-put-resets-verified": {func(s *emulatortest.Session, etag string) answer { return shown(upload(s, etag)) }, map[string]answer{"yes": {200, false}, "no": {200, true}}},
		"dps-if-match-missing":    {func(s *emulatortest.Session, _ string) answer { return shown(generate(s, "")) }, map[string]answer{"412": {412, nil}, "400": {400, nil}}},
		"dps-if-match-any":        {func(s *emulatortest.Session, _ string) answer { return shown(generate(s, "*")) }, map[string]answer{"accepted": {200, true}, "412": {412, nil}}},
		"dps-generate-resets-verified": {
			func(s *emulatortest.Session, etag string) answer { return shown(generate(s, etag)) },
			map[string]answer{"no": {200, true}, "yes": {200, false}},
		},
		"dps-earlier-code": {func(s *emulatortest.Session, etag string) answer {
			serial, _ := s.ActiveCA()
			first := generate(s, etag)
			second := generate(s, first.Text("etag"))
			proof := s.Proof(serial, first.Text("properties", "verificationCode"))
			return shown(s.DPS(post, "/certificates/sphere/verify", emulatortest.JSON(map[string]string{"certificate": proof}), second.Text("etag")))
		}, map[string]answer{"void": {400, nil}, "valid": {200, true}}},
		"dps-verify-mismatch": {func(s *emulatortest.Session, etag string) answer {
			return shown(s.DPS(post, "/certificates/sphere/verify", `{"certificate":"MA=="}`, etag))
		}, map[string]answer{"400": {400, nil}, "409": {409, nil}}},
		"dps-referenced-delete": {func(s *emulatortest.Session, etag string) answer {
			s.Enrollment(put, "/enrollmentGroups/g", emulatortest.Referring("g", "sphere", "")).Want(http.StatusOK)
			return answer{s.DPS(del, "/certificates/sphere", "", etag).Status, nil}
		}, map[string]answer{"200": {200, nil}, "409": {409, nil}}},
		"dps-read-lag": {func(s *emulatortest.Session, _ string) answer {
			first := s.DPS(get, "/certificates/sphere", "", "").Status
			if first == http.StatusNotFound {
				s.DPS(get, "/certificates", "", "")
			}
			return answer{first, s.DPS(get, "/certificates/sphere", "", "").At("properties", "isVerified")}
		}, map[string]answer{"0": {200, true}, "2": {404, true}}},
		"dps-certificate-limit": {func(s *emulatortest.Session, _ string) answer {
			_, encoded := s.ActiveCA()
			for i := range 24 {
				s.DPSCertificate(fmt.Sprintf("c%d", i), encoded, false)
			}
			return answer{s.DPS(put, "/certificates/last", emulatortest.JSON(map[string]any{"properties": map[string]any{"certificate": encoded}}), "").Status, nil}
		}, map[string]answer{"403": {403, nil}, "400": {400, nil}, "allow": {200, nil}}},
	} {
		for value, want := range test.want {
			t.Run(name+"="+value, func(t *testing.T) {
				t.Parallel()
				s := emulatortest.Switched(t, name, value)
				_, encoded := s.ActiveCA()
				if got := test.do(s, s.DPSCertificate("sphere", encoded, true)); got != want {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	}
}

func TestSwitch_certificateBody(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "dps-certificate-body", "always")
	_, encoded := s.ActiveCA()
	s.DPSCertificate("sphere", encoded, false)
	if body := s.DPS(get, "/certificates/sphere", "", "").Text("properties", "certificate"); body != encoded {
		t.Errorf("the body is %q", body)
	}
}

func TestSwitch_codeLifetime(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	for lifetime, want := range map[string]int{"0s": http.StatusOK, "10m": http.StatusBadRequest} {
		options := emulator.Options{Now: clock.Now}
		if err := options.Behavior.Set("dps-code-lifetime", lifetime); err != nil {
			t.Fatal(err)
		}
		s := emulatortest.Start(t, options)
		serial, encoded := s.ActiveCA()
		code := s.DPS(post, "/certificates/sphere/generateVerificationCode", "", s.DPSCertificate("sphere", encoded, false))
		clock.Advance(10 * time.Minute)
		proof := s.Proof(serial, code.Text("properties", "verificationCode"))
		s.DPS(post, "/certificates/sphere/verify", emulatortest.JSON(map[string]string{"certificate": proof}), code.Text("etag")).Want(want)
	}
}

func TestService_isShownWithScopeAndHubs(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	known := s.Info.ProvisioningServices[0]
	shown := s.DPS(get, "", "", "").Want(http.StatusOK)
	if shown.Text("properties", "idScope") != known.IDScope || shown.Text("properties", "iotHubs", 1, "name") != known.Hubs[1] ||
		shown.Text("properties", "deviceProvisioningHostName") != "global.azure-devices-provisioning.net" ||
		!strings.HasPrefix(shown.Text("properties", "serviceOperationsHostName"), known.Name+".") {
		t.Errorf("it is shown as %s", shown.Body)
	}
	other := strings.Replace(known.ResourceID, known.Name, "other", 1)
	address := strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/") + other
	authorization := []string{"Authorization", s.Token(s.Info.Audiences.ResourceManager)}
	missing := s.Send(get, address+"?api-version=2022-12-12", nil, authorization...).Want(http.StatusNotFound)
	if missing.Text("error", "code") != "ResourceNotFound" {
		t.Errorf("one that is not there is answered %s", missing.Body)
	}
	s.Send(get, address+"?api-version=2021-10-15", nil, authorization...).Want(http.StatusBadRequest)
	// Azure compares resource IDs without case.
	lower := strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/") + strings.ToLower(known.ResourceID) + "/CERTIFICATES?api-version=2022-12-12"
	s.Send(get, lower, nil, authorization...).Want(http.StatusOK)
}
