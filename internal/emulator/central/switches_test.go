// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central_test

import (
	"crypto/x509/pkix"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestSwitch_groupPut(t *testing.T) {
	t.Parallel()
	const body = `{"displayName":"Again","type":"iot","attestation":{"type":"x509"}}`
	s := emulatortest.Start(t, emulator.Options{})
	s.Entry("g")
	again := s.Central(http.MethodPut, "/enrollmentGroups/g", body).Want(http.StatusOK)
	if again.Text("displayName") != "Again" || again.At("attestation", "x509", "signingCertificates", "primary") == nil {
		t.Errorf("an update answers %s", again.Body)
	}
	s.Central(http.MethodPut, "/enrollmentGroups/g", strings.Replace(body, "x509", "symmetricKey", 1)).
		Want(http.StatusUnprocessableEntity)
	s.Central(http.MethodPut, "/enrollmentGroups/g", strings.Replace(body, "{", `{"etag":"x",`, 1)).
		Want(http.StatusPreconditionFailed)

	s = emulatortest.Switched(t, "group-put", "conflict")
	s.X509Group("g")
	s.Central(http.MethodPut, "/enrollmentGroups/g", body).Want(http.StatusConflict)
}

func TestSwitch_bodyETag(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "body-etag", "ignored")
	s.X509Group("g")
	s.Central(http.MethodPut, "/enrollmentGroups/g", `{"etag":"x","displayName":"A","type":"iot","attestation":{"type":"x509"}}`).
		Want(http.StatusOK)
}

func TestSwitch_sharedCertificate(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "shared-certificate", "allow")
	s.Entry("first")
	s.Entry("second")
}

func TestSwitch_codeLifetime(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now, Behavior: emulator.Behavior{CentralBehavior: central.Behavior{CodeLifetime: time.Minute}}})
	serial, _ := s.ActiveCA()
	entry := s.Entry("g")
	code := s.Code(entry)
	proof := s.Proof(serial, code)
	clock.Advance(time.Minute)
	s.Verify(entry, proof).Want(http.StatusUnprocessableEntity)
	fresh := s.Code(entry)
	clock.Advance(59 * time.Second)
	s.Verify(entry, s.Proof(serial, fresh)).Want(http.StatusNoContent)
}

func TestSwitch_generateResetsVerified(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"no": true, "yes": false} {
		s := emulatortest.Switched(t, "generate-resets-verified", value)
		serial, _ := s.ActiveCA()
		entry := s.Entry("g")
		s.Verify(entry, s.Proof(serial, s.Code(entry))).Want(http.StatusNoContent)
		s.Code(entry)
		if got := s.Central(http.MethodGet, entry, "").At("verified"); got != want {
			t.Errorf("%s: verified is %v", value, got)
		}
	}
}

func TestSwitch_earlierCode(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "earlier-code", "valid")
	serial, _ := s.ActiveCA()
	entry := s.Entry("g")
	earlier := s.Code(entry)
	s.Code(entry)
	s.Verify(entry, s.Proof(serial, earlier)).Want(http.StatusNoContent)
}

func TestSwitch_emptyEntryDelete(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"204": http.StatusNoContent, "404": http.StatusNotFound} {
		s := emulatortest.Switched(t, "empty-entry-delete", value)
		s.X509Group("g")
		s.Central(http.MethodDelete, "/enrollmentGroups/g/certificates/primary", "").Want(want)
	}
}

func TestSwitch_verifyMismatch(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "verify-mismatch", "400")
	serial, _ := s.ActiveCA()
	entry := s.Entry("g")
	s.Code(entry)
	s.Verify(entry, s.Proof(serial, "another")).Want(http.StatusBadRequest)
}

func TestSwitch_groupCertificates(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"ignored": http.StatusNotFound, "stored": http.StatusOK} {
		s := emulatortest.Switched(t, "group-certificates", value)
		_, encoded := s.ActiveCA()
		s.Central(http.MethodPut, "/enrollmentGroups/g", emulatortest.JSON(map[string]any{
			"displayName": "G", "type": "iot", "attestation": map[string]any{"type": "x509", "x509": map[string]any{
				"signingCertificates": map[string]any{"primary": map[string]any{"certificate": encoded, "verified": true}},
			}},
		})).Want(http.StatusOK)
		s.Central(http.MethodGet, "/enrollmentGroups/g/certificates/primary", "").Want(want)
	}
}

func TestSwitch_uploads(t *testing.T) {
	t.Parallel()
	first, second := emulatortest.NewCA(t, pkix.Name{CommonName: "A"}, true), emulatortest.NewCA(t, pkix.Name{CommonName: "B"}, true)
	leaf := emulatortest.NewCA(t, pkix.Name{CommonName: "leaf"}, false)
	raw, err := base64.StdEncoding.DecodeString(emulatortest.PEM(first.Certificate))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, value, certificate string }{
		{"bundle", "first", emulatortest.PEM(first.Certificate, second.Certificate)},
		{"raw-pem", "accepted", string(raw)},
		{"non-ca", "accepted", emulatortest.PEM(leaf.Certificate)},
	} {
		s := emulatortest.Switched(t, test.name, test.value)
		s.X509Group("g")
		s.Central(http.MethodPut, "/enrollmentGroups/g/certificates/primary",
			emulatortest.JSON(map[string]string{"certificate": test.certificate})).Want(http.StatusOK)
	}
}

func TestSwitch_certificateBody(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "certificate-body", "returned")
	_, encoded := s.ActiveCA()
	if got := s.Central(http.MethodGet, s.Entry("g"), "").At("certificate"); got != encoded {
		t.Errorf("the certificate is %v", got)
	}
}

func TestSwitch_groupShowsCertificates(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "group-shows-certificates", "no")
	s.Entry("g")
	group := s.Central(http.MethodGet, "/enrollmentGroups/g", "")
	if got := emulatortest.JSON(group.At("attestation")); got != `{"type":"x509","x509":{"signingCertificates":{}}}` {
		t.Errorf("the attestation is %s", got)
	}
}

func TestSwitch_patches(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "patch-media-type", "merge-patch")
	s.X509Group("g")
	s.Central(http.MethodPatch, "/enrollmentGroups/g", `{"displayName":"J"}`).Want(http.StatusUnsupportedMediaType)

	s = emulatortest.Switched(t, "patch-immutable", "ignored")
	s.X509Group("g")
	if got := s.Central(http.MethodPatch, "/enrollmentGroups/g", `{"type":"iotEdge"}`).Want(http.StatusOK).Text("type"); got != "iot" {
		t.Errorf("the type is %s", got)
	}
}

func TestSwitch_proofDates(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"ignored": http.StatusNoContent, "checked": http.StatusUnprocessableEntity} {
		clock := emulatortest.NewClock()
		opts := emulator.Options{Now: clock.Now}
		if err := opts.Behavior.Set("proof-dates", value); err != nil {
			t.Fatal(err)
		}
		s := emulatortest.Start(t, opts)
		serial, _ := s.ActiveCA()
		entry := s.Entry("g")
		proof := s.Proof(serial, s.Code(entry))
		clock.Advance(61 * time.Minute)
		s.Verify(entry, proof).Want(want)
	}
}

func TestSwitch_entryETag(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"own": true, "group": false} {
		s := emulatortest.Switched(t, "entry-etag", value)
		before := s.X509Group("g").Text("etag")
		_, encoded := s.ActiveCA()
		s.Central(http.MethodPut, "/enrollmentGroups/g/certificates/primary", emulatortest.JSON(map[string]string{"certificate": encoded})).
			Want(http.StatusOK)
		if same := s.Central(http.MethodGet, "/enrollmentGroups/g", "").Text("etag") == before; same != want {
			t.Errorf("%s: the group's etag is the same: %v", value, same)
		}
	}
}

func TestSwitch_pageSize(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "page-size", "2")
	for _, id := range []string{"a", "b", "c"} {
		s.X509Group(id)
	}
	page := s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusOK)
	if page.At("value", 1) == nil || page.At("value", 2) != nil {
		t.Fatalf("the first page is %s", page.Body)
	}
	last := s.Send(http.MethodGet, page.Text("nextLink"), nil, "Authorization", s.Token(s.Info.Audiences.IoTCentral)).Want(http.StatusOK)
	if last.Text("value", 0, "id") != "c" || last.At("nextLink") != nil {
		t.Errorf("the last page is %s", last.Body)
	}
}
