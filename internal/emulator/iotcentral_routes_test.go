// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/base64"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
)

func TestIoTCentral_unknownNamesAreNotFoundOnEveryRoute(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	s.x509Group("g")
	_, encoded := s.activeCA()
	certificate := jsonText(map[string]string{"certificate": encoded})
	before := s.e.State()
	const unknown, empty = "/enrollmentGroups/n/certificates/primary", "/enrollmentGroups/g/certificates/primary"
	for _, r := range []armRoute{
		{"GET", "/enrollmentGroups/n", ""},
		{"PATCH", "/enrollmentGroups/n", `{"enabled":false}`},
		{"DELETE", "/enrollmentGroups/n", ""},
		{"GET", unknown, ""},
		{"PUT", unknown, certificate},
		{"DELETE", unknown, ""},
		{"POST", unknown + "/generateVerificationCode", ""},
		{"POST", unknown + "/verify", certificate},
		{"GET", empty, ""},
		{"POST", empty + "/generateVerificationCode", ""},
		{"POST", empty + "/verify", certificate},
		{"GET", "/apiTokens/n", ""},
		{"DELETE", "/apiTokens/n", ""},
		{"GET", "/devices/n", ""},
		{"DELETE", "/devices/n", ""},
		{"GET", "/devices/n/credentials", ""},
	} {
		t.Run(r.method+" "+r.path, func(t *testing.T) {
			refused := s.in(t).central(r.method, r.path, r.body).want(http.StatusNotFound)
			if refused.text("error", "code") != "NotFound" || refused.header.Get("x-ms-error-code") != "NotFound" {
				t.Errorf("answered %v %s", refused.header, refused.body)
			}
		})
	}
	if after := s.e.State(); !reflect.DeepEqual(before, after) {
		t.Errorf("refused requests change the state from\n%s\nto\n%s", jsonText(before), jsonText(after))
	}
}

func TestIoTCentral_bodiesAreChecked(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{Behavior: emulator.Behavior{CentralBehavior: central.Behavior{GroupCertificatesStored: true, PageSize: 1}}})
	entry := s.entry("g")
	_, encoded := s.activeCA()
	pemOf := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	group := func(certificates string) string {
		return `{"displayName":"G","type":"iot","attestation":{"type":"x509","x509":` + certificates + `}}`
	}
	before := s.e.State()
	for _, test := range []struct {
		armRoute
		status int
		says   string // in the message
	}{
		{armRoute{"PUT", "/enrollmentGroups/n", group(`[]`)}, 422, "x509 must be an object"},
		{armRoute{"PUT", "/enrollmentGroups/n", group(`{"signingCertificates":5}`)}, 422, "signingCertificates must be an object"},
		{armRoute{"PUT", "/enrollmentGroups/n", group(`{"signingCertificates":{"primary":"x"}}`)}, 422, "primary must be an object"},
		{armRoute{"PUT", "/enrollmentGroups/n", group(`{"signingCertificates":{"secondary":{"certificate":"x"}}}`)}, 422, "not base64"},
		{armRoute{"PATCH", "/enrollmentGroups/g", `{"enabled":"yes"}`}, 422, "enabled must be a Boolean"},
		{armRoute{"PATCH", "/enrollmentGroups/g", `{"attestation":{"type":5}}`}, 422, "type must be a string"},
		{armRoute{"PATCH", "/enrollmentGroups/g", `{`}, 400, "not valid JSON"},
		{armRoute{"GET", "/enrollmentGroups?$skiptoken=x", ""}, 400, "continuation token"},
		{armRoute{"GET", "/enrollmentGroups?$skiptoken=-1", ""}, 400, "continuation token"},
		{armRoute{"PUT", entry, `{"certificate":5}`}, 422, "certificate must be a string"},
		{armRoute{"PUT", entry, jsonText(map[string]string{"certificate": pemOf("-----BEGIN CERTIFICATE-----")})}, 422, "holds no certificate"},
		{armRoute{"PUT", entry, jsonText(map[string]string{"certificate": pemOf("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n")})}, 422, "EC PRIVATE KEY"},
		{armRoute{"PUT", entry, `{`}, 400, "not valid JSON"},
		{armRoute{"PUT", entry, jsonText(map[string]any{
			"certificate": encoded, "etag": "another",
		})}, 412, "etag"},
		{armRoute{"POST", entry + "/verify", `{}`}, 422, "certificate is required"},
		{armRoute{"POST", entry + "/verify", `[]`}, 422, "not a JSON object"},
		{armRoute{"POST", entry + "/verify", `{`}, 400, "not valid JSON"},
		{armRoute{"PUT", "/apiTokens/n", `{`}, 400, "not valid JSON"},
		{armRoute{"PUT", "/apiTokens/n_1", `{"roles":[{"role":"344138e9-8de4-4497-8c54-5237e96d6aaf"}]}`}, 400, "letters, digits and hyphens"},
		{armRoute{"PUT", "/devices/n", `{`}, 400, "not valid JSON"},
		{armRoute{"PUT", "/devices/n", `{"enabled":"yes"}`}, 422, "enabled must be a Boolean"},
		{armRoute{"PUT", "/devices/n_1", `{}`}, 400, "letters, digits and hyphens"},
		{armRoute{"PUT", "/devices/" + strings.Repeat("n", 129), `{}`}, 400, "letters, digits and hyphens"},
	} {
		t.Run(test.method+" "+test.path+" with "+test.body, func(t *testing.T) {
			path, query, _ := strings.Cut(test.path, "?")
			headers := []string{"Authorization", s.token(s.info.Audiences.IoTCentral)}
			if test.body != "" {
				headers = append(headers, "Content-Type", "application/json")
			}
			refused := s.in(t).send(test.method, s.centralURL(path, previewVersion)+"&"+query, []byte(test.body), headers...).want(test.status)
			if refused.text("error", "code") == "" || !strings.Contains(refused.text("error", "message"), test.says) {
				t.Errorf("an error without a code, or one that does not say %q: %s", test.says, refused.body)
			}
		})
	}
	if after := s.e.State(); !reflect.DeepEqual(before, after) {
		t.Errorf("refused requests change the state from\n%s\nto\n%s", jsonText(before), jsonText(after))
	}
}

func TestAPITokens_lastAYear(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now})
	use := func(token string) *reply {
		return s.send(http.MethodGet, s.centralURL("/enrollmentGroups", stableVersion), nil, "Authorization", token)
	}
	clock.advance(364 * 24 * time.Hour)
	use(s.info.Applications[0].APIToken).want(http.StatusOK)
	clock.advance(2 * 24 * time.Hour)
	use(s.info.Applications[0].APIToken).want(http.StatusUnauthorized)
	broken := use("SharedAccessSignature sr=%zz").want(http.StatusUnauthorized)
	if !strings.Contains(broken.text("error", "message"), "cannot be read") {
		t.Errorf("a broken token is answered with %s", broken.body)
	}
}
