// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// testCA is a CA of no service.
type testCA struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newTestCA(t *testing.T, subject pkix.Name, isCA bool) testCA {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: subject,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		BasicConstraintsValid: true, IsCA: isCA,
	}
	return testCA{sign(t, template, template, key, key), key}
}

// renamed is a CA of another name with the same key.
func (ca testCA) renamed(t *testing.T, name string) testCA {
	t.Helper()
	template := *ca.certificate
	template.RawSubject, template.Subject = nil, pkix.Name{CommonName: name}
	return testCA{sign(t, &template, &template, ca.key, ca.key), ca.key}
}

// proof is a proof of possession that the CA signs itself.
func (ca testCA) proof(t *testing.T, code string, notAfter time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pemText(sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: code},
		NotBefore: notAfter.Add(-time.Hour), NotAfter: notAfter,
	}, ca.certificate, key, ca.key))
}

func sign(t *testing.T, template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestHandshake_endsVerified(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	serial, _ := s.activeCA()
	entry := s.entry("sphere")
	code := s.code(entry)
	if !regexp.MustCompile("^[0-9A-F]{48}$").MatchString(code) {
		t.Errorf("the code is %q", code)
	}
	answered := s.verify(entry, s.proof(serial, code)).want(http.StatusNoContent)
	if len(answered.body) != 0 {
		t.Errorf("verify answers %q", answered.body)
	}
	shown := s.central(http.MethodGet, entry, "").want(http.StatusOK)
	if shown.at("verified") != true {
		t.Errorf("the entry is %s", shown.body)
	}
	if shown.at("certificate") != nil {
		t.Errorf("the certificate itself is shown: %s", shown.body)
	}
	if got, want := shown.text("info", "sha1Thumbprint"), s.e.State().Catalogs[0].Certificates[0].Thumbprint; got != want {
		t.Errorf("thumbprint %s, want %s", got, want)
	}
	stored := s.e.State().Applications[0].EnrollmentGroups[0].Primary
	if stored == nil || stored.Thumbprint != shown.text("info", "sha1Thumbprint") || !stored.Verified || len(stored.OpenCodes) != 0 ||
		stored.ETag != shown.text("etag") || stored.Subject != "CN=Microsoft Azure Sphere "+s.info.SphereTenantID+
		",O=Microsoft Corporation,L=Redmond,ST=Washington,C=US" {
		t.Errorf("the state is %+v", stored)
	}
	group := s.central(http.MethodGet, "/enrollmentGroups/sphere", "").want(http.StatusOK)
	if group.at("attestation", "x509", "signingCertificates", "primary", "verified") != true {
		t.Errorf("the group is %s", group.body)
	}
}

func TestVerify_refusesWhatProvesNothing(t *testing.T) {
	t.Parallel()
	name := pkix.Name{CommonName: "Contoso CA"}
	ca, impostor := newTestCA(t, name, true), newTestCA(t, name, true)
	other := newTestCA(t, pkix.Name{CommonName: "Fabrikam CA"}, true)
	renamed := ca.renamed(t, "Fabrikam CA")
	soon := time.Now().Add(time.Hour)
	for name, proof := range map[string]func(t *testing.T, code string) string{
		"signed by another CA of the same name": func(t *testing.T, code string) string { return impostor.proof(t, code, soon) },
		"signed by another CA":                  func(t *testing.T, code string) string { return other.proof(t, code, soon) },
		"signed by its key under another name":  func(t *testing.T, code string) string { return renamed.proof(t, code, soon) },
		"with another code":                     func(t *testing.T, code string) string { return ca.proof(t, code[1:]+"0", soon) },
		"with the code in lower case":           func(t *testing.T, code string) string { return ca.proof(t, strings.ToLower(code)+"a", soon) },
		"the CA itself":                         func(*testing.T, string) string { return pemText(ca.certificate) },
		"no certificate":                        func(*testing.T, string) string { return "AAAA" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, emulator.Options{})
			s.x509Group("g")
			entry := "/enrollmentGroups/g/certificates/secondary"
			s.central(http.MethodPut, entry, jsonText(map[string]string{"certificate": pemText(ca.certificate)})).want(http.StatusOK)
			code := s.code(entry)
			s.verify(entry, proof(t, code)).want(http.StatusUnprocessableEntity)
			if shown := s.central(http.MethodGet, entry, ""); shown.at("verified") != false {
				t.Errorf("the entry is %s", shown.body)
			}
			// The code is still open after a failure.
			s.verify(entry, ca.proof(t, code, soon)).want(http.StatusNoContent)
		})
	}
}

func TestVerify_needsAnOpenCode(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	serial, encoded := s.activeCA()
	entry := s.entry("g")
	s.verify(entry, s.proof(serial, "anything")).want(http.StatusUnprocessableEntity)

	earlier := s.code(entry)
	s.code(entry)
	s.verify(entry, s.proof(serial, earlier)).want(http.StatusUnprocessableEntity)

	dropped := s.code(entry)
	s.central(http.MethodPut, entry, jsonText(map[string]string{"certificate": encoded})).want(http.StatusOK)
	s.verify(entry, s.proof(serial, dropped)).want(http.StatusUnprocessableEntity)

	used := s.code(entry)
	s.verify(entry, s.proof(serial, used)).want(http.StatusNoContent)
	s.verify(entry, s.proof(serial, used)).want(http.StatusUnprocessableEntity)
}

func TestCertificate_putTakesVerifiedFromTheBody(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	_, encoded := s.activeCA()
	entry := s.entry("g")
	first := s.central(http.MethodGet, entry, "").text("etag")
	attested := s.central(http.MethodPut, entry, jsonText(map[string]any{"certificate": encoded, "verified": true})).want(http.StatusOK)
	if attested.at("verified") != true || attested.text("etag") == first {
		t.Errorf("answered %s", attested.body)
	}
	again := s.central(http.MethodPut, entry, jsonText(map[string]any{"certificate": encoded})).want(http.StatusOK)
	if again.at("verified") != false {
		t.Errorf("a new upload stays verified: %s", again.body)
	}
}

func TestCertificate_encodings(t *testing.T) {
	t.Parallel()
	ca := newTestCA(t, pkix.Name{CommonName: "CA"}, true)
	leaf := newTestCA(t, pkix.Name{CommonName: "leaf"}, false)
	text, err := base64.StdEncoding.DecodeString(pemText(ca.certificate))
	if err != nil {
		t.Fatal(err)
	}
	der := base64.StdEncoding.EncodeToString(ca.certificate.Raw)
	for name, test := range map[string]struct {
		sent   string
		status int
	}{
		"base64 of PEM":            {pemText(ca.certificate), http.StatusOK},
		"base64 of DER":            {der, http.StatusOK},
		"PEM with CR LF":           {base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(string(text), "\n", "\r\n"))), http.StatusOK},
		"raw PEM":                  {string(text), http.StatusUnprocessableEntity},
		"base64 in lines":          {der[:60] + "\n" + der[60:], http.StatusUnprocessableEntity},
		"base64 twice":             {base64.StdEncoding.EncodeToString([]byte(der)), http.StatusUnprocessableEntity},
		"bundle":                   {pemText(ca.certificate, leaf.certificate), http.StatusUnprocessableEntity},
		"not a CA":                 {pemText(leaf.certificate), http.StatusUnprocessableEntity},
		"bytes after the DER":      {base64.StdEncoding.EncodeToString(append(ca.certificate.Raw, 0)), http.StatusUnprocessableEntity},
		"empty":                    {"", http.StatusUnprocessableEntity},
		"base64 of something else": {"c29tZXRoaW5n", http.StatusUnprocessableEntity},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, emulator.Options{})
			s.x509Group("g")
			s.central(http.MethodPut, "/enrollmentGroups/g/certificates/primary",
				jsonText(map[string]string{"certificate": test.sent})).want(test.status)
		})
	}
}

func TestEnrollmentGroups_answerAsDocumented(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	made := s.x509Group("G-1")
	if got := jsonText(made.at("attestation")); got != `{"type":"x509","x509":{"signingCertificates":{}}}` {
		t.Errorf("attestation %s", got)
	}
	if made.at("enabled") != true || made.text("idScope") != s.info.Applications[0].IDScope {
		t.Errorf("answered %s", made.body)
	}
	etag, err := base64.StdEncoding.DecodeString(made.text("etag"))
	if err != nil || !strings.HasPrefix(string(etag), "\"") || !strings.HasSuffix(string(etag), "\"") {
		t.Errorf("etag %q decodes to %q, %v", made.text("etag"), etag, err)
	}
	authorization := s.token(s.info.Audiences.IoTCentral)
	stable := s.send(http.MethodGet, s.centralURL("/enrollmentGroups/G-1", stableVersion), nil, "Authorization", authorization)
	if stable.want(http.StatusOK).at("idScope") != nil {
		t.Errorf("version %s answers an ID scope", stableVersion)
	}
	s.central(http.MethodGet, "/enrollmentGroups/g-1", "").want(http.StatusNotFound)
	keys := s.central(http.MethodPut, "/enrollmentGroups/keys",
		`{"displayName":"Keys","enabled":false,"type":"iotEdge","attestation":{"type":"symmetricKey"}}`).want(http.StatusOK)
	if keys.text("attestation", "symmetricKey", "primaryKey") == "" || keys.at("enabled") != false {
		t.Errorf("answered %s", keys.body)
	}
	s.central(http.MethodPut, "/enrollmentGroups/twin", jsonText(map[string]any{
		"displayName": "Twin", "type": "iot", "attestation": keys.at("attestation"),
	})).want(http.StatusConflict)
	list := s.central(http.MethodGet, "/enrollmentGroups", "").want(http.StatusOK)
	if list.text("value", 0, "id") != "G-1" || list.text("value", 1, "id") != "keys" || list.at("nextLink") != nil {
		t.Errorf("listed %s", list.body)
	}
	s.central(http.MethodGet, "/enrollmentGroups/keys/certificates/primary", "").want(http.StatusUnprocessableEntity)
	s.central(http.MethodDelete, "/enrollmentGroups/keys", "").want(http.StatusNoContent)
	s.central(http.MethodDelete, "/enrollmentGroups/keys", "").want(http.StatusNotFound)
}

func TestEnrollmentGroups_patch(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	etag := s.x509Group("g").text("etag")
	authorization := s.token(s.info.Audiences.IoTCentral)
	patch := func(version, body string, headers ...string) *reply {
		headers = append([]string{"Authorization", authorization, "Content-Type", "application/merge-patch+json"}, headers...)
		return s.send(http.MethodPatch, s.centralURL("/enrollmentGroups/g", version), []byte(body), headers...)
	}
	patched := patch(previewVersion, `{"displayName":"New","enabled":false}`, "If-Match", etag).want(http.StatusOK)
	if patched.text("displayName") != "New" || patched.at("enabled") != false || patched.text("etag") == etag {
		t.Errorf("answered %s", patched.body)
	}
	patch(previewVersion, `{"displayName":"Old"}`, "If-Match", etag).want(http.StatusPreconditionFailed)
	patch(previewVersion, `{"displayName":"Old","etag":"`+etag+`"}`).want(http.StatusPreconditionFailed)
	patch(previewVersion, `{"displayName":"Any"}`, "If-Match", "*").want(http.StatusOK)
	patch(stableVersion, `{"displayName":"Unheeded"}`, "If-Match", etag).want(http.StatusOK)
	patch(previewVersion, `{"enabled":null}`).want(http.StatusOK)
	if shown := s.central(http.MethodGet, "/enrollmentGroups/g", ""); shown.at("enabled") != true {
		t.Errorf("null does not restore the default: %s", shown.body)
	}
	patch(previewVersion, `{"type":"iot"}`).want(http.StatusOK)
	patch(previewVersion, `{"type":"iotEdge"}`).want(http.StatusUnprocessableEntity)
	patch(previewVersion, `{"attestation":{"type":"symmetricKey"}}`).want(http.StatusUnprocessableEntity)
	patch(previewVersion, `{"displayName":null}`).want(http.StatusUnprocessableEntity)
	patch(previewVersion, `{"displayName":"JSON"}`, "Content-Type", "application/json").want(http.StatusOK)
	patch(previewVersion, `{"displayName":"text"}`, "Content-Type", "text/plain").want(http.StatusUnsupportedMediaType)
}

func TestSharedCertificate_conflictsWithinAnApplicationOnly(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{Applications: []string{"contoso", "fabrikam"}})
	_, encoded := s.activeCA()
	s.entry("first")
	s.x509Group("second")
	body := jsonText(map[string]string{"certificate": encoded})
	s.central(http.MethodPut, "/enrollmentGroups/second/certificates/primary", body).want(http.StatusConflict)
	s.central(http.MethodPut, "/enrollmentGroups/first/certificates/secondary", body).want(http.StatusOK)
	s.info.Applications = s.info.Applications[1:]
	s.entry("first")
}
