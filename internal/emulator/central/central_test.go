// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central_test

import (
	"crypto/x509/pkix"
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestHandshake_endsVerified(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	serial, _ := s.ActiveCA()
	entry := s.Entry("sphere")
	code := s.Code(entry)
	if !regexp.MustCompile("^[0-9A-F]{48}$").MatchString(code) {
		t.Errorf("the code is %q", code)
	}
	answered := s.Verify(entry, s.Proof(serial, code)).Want(http.StatusNoContent)
	if len(answered.Body) != 0 {
		t.Errorf("verify answers %q", answered.Body)
	}
	shown := s.Central(http.MethodGet, entry, "").Want(http.StatusOK)
	if shown.At("verified") != true {
		t.Errorf("the entry is %s", shown.Body)
	}
	if shown.At("certificate") != nil {
		t.Errorf("the certificate itself is shown: %s", shown.Body)
	}
	if got, want := shown.Text("info", "sha1Thumbprint"), s.Emulator.State().Catalogs[0].Certificates[0].Thumbprint; got != want {
		t.Errorf("thumbprint %s, want %s", got, want)
	}
	stored := s.Emulator.State().Applications[0].EnrollmentGroups[0].Primary
	if stored == nil || stored.Thumbprint != shown.Text("info", "sha1Thumbprint") || !stored.Verified || len(stored.OpenCodes) != 0 ||
		stored.ETag != shown.Text("etag") || stored.Subject != "CN=Microsoft Azure Sphere "+s.Info.SphereTenantID+
		",O=Microsoft Corporation,L=Redmond,ST=Washington,C=US" {
		t.Errorf("the state is %+v", stored)
	}
	group := s.Central(http.MethodGet, "/enrollmentGroups/sphere", "").Want(http.StatusOK)
	if group.At("attestation", "x509", "signingCertificates", "primary", "verified") != true {
		t.Errorf("the group is %s", group.Body)
	}
}

func TestVerify_refusesWhatProvesNothing(t *testing.T) {
	t.Parallel()
	name := pkix.Name{CommonName: "Contoso CA"}
	ca, impostor := emulatortest.NewCA(t, name, true), emulatortest.NewCA(t, name, true)
	other := emulatortest.NewCA(t, pkix.Name{CommonName: "Fabrikam CA"}, true)
	renamed := ca.Renamed(t, "Fabrikam CA")
	soon := time.Now().Add(time.Hour)
	for name, proof := range map[string]func(t *testing.T, code string) string{
		"signed by another CA of the same name": func(t *testing.T, code string) string { return impostor.Proof(t, code, soon) },
		"signed by another CA":                  func(t *testing.T, code string) string { return other.Proof(t, code, soon) },
		"signed by its key under another name":  func(t *testing.T, code string) string { return renamed.Proof(t, code, soon) },
		"with another code":                     func(t *testing.T, code string) string { return ca.Proof(t, code[1:]+"0", soon) },
		"with the code in lower case":           func(t *testing.T, code string) string { return ca.Proof(t, strings.ToLower(code)+"a", soon) },
		"the CA itself":                         func(*testing.T, string) string { return emulatortest.PEM(ca.Certificate) },
		"no certificate":                        func(*testing.T, string) string { return "AAAA" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := emulatortest.Start(t, emulator.Options{})
			s.X509Group("g")
			entry := "/enrollmentGroups/g/certificates/secondary"
			s.Central(http.MethodPut, entry, emulatortest.JSON(map[string]string{"certificate": emulatortest.PEM(ca.Certificate)})).Want(http.StatusOK)
			code := s.Code(entry)
			s.Verify(entry, proof(t, code)).Want(http.StatusUnprocessableEntity)
			if shown := s.Central(http.MethodGet, entry, ""); shown.At("verified") != false {
				t.Errorf("the entry is %s", shown.Body)
			}
			// The code is still open after a failure.
			s.Verify(entry, ca.Proof(t, code, soon)).Want(http.StatusNoContent)
		})
	}
}

func TestVerify_needsAnOpenCode(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	serial, encoded := s.ActiveCA()
	entry := s.Entry("g")
	s.Verify(entry, s.Proof(serial, "anything")).Want(http.StatusUnprocessableEntity)

	earlier := s.Code(entry)
	s.Code(entry)
	s.Verify(entry, s.Proof(serial, earlier)).Want(http.StatusUnprocessableEntity)

	dropped := s.Code(entry)
	s.Central(http.MethodPut, entry, emulatortest.JSON(map[string]string{"certificate": encoded})).Want(http.StatusOK)
	s.Verify(entry, s.Proof(serial, dropped)).Want(http.StatusUnprocessableEntity)

	used := s.Code(entry)
	s.Verify(entry, s.Proof(serial, used)).Want(http.StatusNoContent)
	s.Verify(entry, s.Proof(serial, used)).Want(http.StatusUnprocessableEntity)
}

func TestCertificate_putTakesVerifiedFromTheBody(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	_, encoded := s.ActiveCA()
	entry := s.Entry("g")
	first := s.Central(http.MethodGet, entry, "").Text("etag")
	attested := s.Central(http.MethodPut, entry, emulatortest.JSON(map[string]any{"certificate": encoded, "verified": true})).Want(http.StatusOK)
	if attested.At("verified") != true || attested.Text("etag") == first {
		t.Errorf("answered %s", attested.Body)
	}
	again := s.Central(http.MethodPut, entry, emulatortest.JSON(map[string]any{"certificate": encoded})).Want(http.StatusOK)
	if again.At("verified") != false {
		t.Errorf("a new upload stays verified: %s", again.Body)
	}
}

func TestCertificate_encodings(t *testing.T) {
	t.Parallel()
	ca := emulatortest.NewCA(t, pkix.Name{CommonName: "CA"}, true)
	leaf := emulatortest.NewCA(t, pkix.Name{CommonName: "leaf"}, false)
	text, err := base64.StdEncoding.DecodeString(emulatortest.PEM(ca.Certificate))
	if err != nil {
		t.Fatal(err)
	}
	der := base64.StdEncoding.EncodeToString(ca.Certificate.Raw)
	for name, test := range map[string]struct {
		sent   string
		status int
	}{
		"base64 of PEM":            {emulatortest.PEM(ca.Certificate), http.StatusOK},
		"base64 of DER":            {der, http.StatusOK},
		"PEM with CR LF":           {base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(string(text), "\n", "\r\n"))), http.StatusOK},
		"raw PEM":                  {string(text), http.StatusUnprocessableEntity},
		"base64 in lines":          {der[:60] + "\n" + der[60:], http.StatusUnprocessableEntity},
		"base64 twice":             {base64.StdEncoding.EncodeToString([]byte(der)), http.StatusUnprocessableEntity},
		"bundle":                   {emulatortest.PEM(ca.Certificate, leaf.Certificate), http.StatusUnprocessableEntity},
		"not a CA":                 {emulatortest.PEM(leaf.Certificate), http.StatusUnprocessableEntity},
		"bytes after the DER":      {base64.StdEncoding.EncodeToString(append(ca.Certificate.Raw, 0)), http.StatusUnprocessableEntity},
		"empty":                    {"", http.StatusUnprocessableEntity},
		"base64 of something else": {"c29tZXRoaW5n", http.StatusUnprocessableEntity},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := emulatortest.Start(t, emulator.Options{})
			s.X509Group("g")
			s.Central(http.MethodPut, "/enrollmentGroups/g/certificates/primary",
				emulatortest.JSON(map[string]string{"certificate": test.sent})).Want(test.status)
		})
	}
}

func TestEnrollmentGroups_answerAsDocumented(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	made := s.X509Group("G-1")
	if got := emulatortest.JSON(made.At("attestation")); got != `{"type":"x509","x509":{"signingCertificates":{}}}` {
		t.Errorf("attestation %s", got)
	}
	if made.At("enabled") != true || made.Text("idScope") != s.Info.Applications[0].IDScope {
		t.Errorf("answered %s", made.Body)
	}
	etag, err := base64.StdEncoding.DecodeString(made.Text("etag"))
	if err != nil || !strings.HasPrefix(string(etag), "\"") || !strings.HasSuffix(string(etag), "\"") {
		t.Errorf("etag %q decodes to %q, %v", made.Text("etag"), etag, err)
	}
	authorization := s.Token(s.Info.Audiences.IoTCentral)
	stable := s.Send(http.MethodGet, s.CentralURL("/enrollmentGroups/G-1", emulatortest.StableVersion), nil, "Authorization", authorization)
	if stable.Want(http.StatusOK).At("idScope") != nil {
		t.Errorf("version %s answers an ID scope", emulatortest.StableVersion)
	}
	s.Central(http.MethodGet, "/enrollmentGroups/g-1", "").Want(http.StatusNotFound)
	keys := s.Central(http.MethodPut, "/enrollmentGroups/keys",
		`{"displayName":"Keys","enabled":false,"type":"iotEdge","attestation":{"type":"symmetricKey"}}`).Want(http.StatusOK)
	if keys.Text("attestation", "symmetricKey", "primaryKey") == "" || keys.At("enabled") != false {
		t.Errorf("answered %s", keys.Body)
	}
	s.Central(http.MethodPut, "/enrollmentGroups/twin", emulatortest.JSON(map[string]any{
		"displayName": "Twin", "type": "iot", "attestation": keys.At("attestation"),
	})).Want(http.StatusConflict)
	list := s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusOK)
	if list.Text("value", 0, "id") != "G-1" || list.Text("value", 1, "id") != "keys" || list.At("nextLink") != nil {
		t.Errorf("listed %s", list.Body)
	}
	s.Central(http.MethodGet, "/enrollmentGroups/keys/certificates/primary", "").Want(http.StatusUnprocessableEntity)
	s.Central(http.MethodDelete, "/enrollmentGroups/keys", "").Want(http.StatusNoContent)
	s.Central(http.MethodDelete, "/enrollmentGroups/keys", "").Want(http.StatusNotFound)
}

func TestEnrollmentGroups_patch(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	etag := s.X509Group("g").Text("etag")
	authorization := s.Token(s.Info.Audiences.IoTCentral)
	patch := func(version, body string, headers ...string) *emulatortest.Reply {
		headers = append([]string{"Authorization", authorization, "Content-Type", "application/merge-patch+json"}, headers...)
		return s.Send(http.MethodPatch, s.CentralURL("/enrollmentGroups/g", version), []byte(body), headers...)
	}
	patched := patch(emulatortest.PreviewVersion, `{"displayName":"New","enabled":false}`, "If-Match", etag).Want(http.StatusOK)
	if patched.Text("displayName") != "New" || patched.At("enabled") != false || patched.Text("etag") == etag {
		t.Errorf("answered %s", patched.Body)
	}
	patch(emulatortest.PreviewVersion, `{"displayName":"Old"}`, "If-Match", etag).Want(http.StatusPreconditionFailed)
	patch(emulatortest.PreviewVersion, `{"displayName":"Old","etag":"`+etag+`"}`).Want(http.StatusPreconditionFailed)
	patch(emulatortest.PreviewVersion, `{"displayName":"Any"}`, "If-Match", "*").Want(http.StatusOK)
	patch(emulatortest.StableVersion, `{"displayName":"Unheeded"}`, "If-Match", etag).Want(http.StatusOK)
	patch(emulatortest.PreviewVersion, `{"enabled":null}`).Want(http.StatusOK)
	if shown := s.Central(http.MethodGet, "/enrollmentGroups/g", ""); shown.At("enabled") != true {
		t.Errorf("null does not restore the default: %s", shown.Body)
	}
	patch(emulatortest.PreviewVersion, `{"type":"iot"}`).Want(http.StatusOK)
	patch(emulatortest.PreviewVersion, `{"type":"iotEdge"}`).Want(http.StatusUnprocessableEntity)
	patch(emulatortest.PreviewVersion, `{"attestation":{"type":"symmetricKey"}}`).Want(http.StatusUnprocessableEntity)
	patch(emulatortest.PreviewVersion, `{"displayName":null}`).Want(http.StatusUnprocessableEntity)
	patch(emulatortest.PreviewVersion, `{"displayName":"JSON"}`, "Content-Type", "application/json").Want(http.StatusOK)
	patch(emulatortest.PreviewVersion, `{"displayName":"text"}`, "Content-Type", "text/plain").Want(http.StatusUnsupportedMediaType)
}

func TestSharedCertificate_conflictsWithinAnApplicationOnly(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Applications: []string{"contoso", "fabrikam"}})
	_, encoded := s.ActiveCA()
	s.Entry("first")
	s.X509Group("second")
	body := emulatortest.JSON(map[string]string{"certificate": encoded})
	s.Central(http.MethodPut, "/enrollmentGroups/second/certificates/primary", body).Want(http.StatusConflict)
	s.Central(http.MethodPut, "/enrollmentGroups/first/certificates/secondary", body).Want(http.StatusOK)
	s.Info.Applications = s.Info.Applications[1:]
	s.Entry("first")
}
