// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central_test

import (
	"encoding/base64"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// route is a request to an operation.
type route struct{ method, path, body string }

func TestIoTCentral_unknownNamesAreNotFoundOnEveryRoute(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	s.X509Group("g")
	_, encoded := s.ActiveCA()
	certificate := emulatortest.JSON(map[string]string{"certificate": encoded})
	before := s.Emulator.State()
	const unknown, empty = "/enrollmentGroups/n/certificates/primary", "/enrollmentGroups/g/certificates/primary"
	for _, r := range []route{
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
			refused := s.In(t).Central(r.method, r.path, r.body).Want(http.StatusNotFound)
			if refused.Text("error", "code") != "NotFound" || refused.Header.Get("x-ms-error-code") != "NotFound" {
				t.Errorf("answered %v %s", refused.Header, refused.Body)
			}
		})
	}
	if after := s.Emulator.State(); !reflect.DeepEqual(before, after) {
		t.Errorf("refused requests change the state from\n%s\nto\n%s", emulatortest.JSON(before), emulatortest.JSON(after))
	}
}

func TestIoTCentral_bodiesAreChecked(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Behavior: emulator.Behavior{CentralBehavior: central.Behavior{GroupCertificatesStored: true, PageSize: 1}}})
	entry := s.Entry("g")
	_, encoded := s.ActiveCA()
	pemOf := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	group := func(certificates string) string {
		return `{"displayName":"G","type":"iot","attestation":{"type":"x509","x509":` + certificates + `}}`
	}
	before := s.Emulator.State()
	for _, test := range []struct {
		route
		status int
		says   string // in the message
	}{
		{route{"PUT", "/enrollmentGroups/n", group(`[]`)}, 422, "x509 must be an object"},
		{route{"PUT", "/enrollmentGroups/n", group(`{"signingCertificates":5}`)}, 422, "signingCertificates must be an object"},
		{route{"PUT", "/enrollmentGroups/n", group(`{"signingCertificates":{"primary":"x"}}`)}, 422, "primary must be an object"},
		{route{"PUT", "/enrollmentGroups/n", group(`{"signingCertificates":{"secondary":{"certificate":"x"}}}`)}, 422, "not base64"},
		{route{"PATCH", "/enrollmentGroups/g", `{"enabled":"yes"}`}, 422, "enabled must be a Boolean"},
		{route{"PATCH", "/enrollmentGroups/g", `{"attestation":{"type":5}}`}, 422, "type must be a string"},
		{route{"PATCH", "/enrollmentGroups/g", `{`}, 400, "not valid JSON"},
		{route{"GET", "/enrollmentGroups?$skiptoken=x", ""}, 400, "continuation token"},
		{route{"GET", "/enrollmentGroups?$skiptoken=-1", ""}, 400, "continuation token"},
		{route{"PUT", entry, `{"certificate":5}`}, 422, "certificate must be a string"},
		{route{"PUT", entry, emulatortest.JSON(map[string]string{"certificate": pemOf("-----BEGIN CERTIFICATE-----")})}, 422, "holds no certificate"},
		{route{"PUT", entry, emulatortest.JSON(map[string]string{"certificate": pemOf("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n")})}, 422, "EC PRIVATE KEY"},
		{route{"PUT", entry, `{`}, 400, "not valid JSON"},
		{route{"PUT", entry, emulatortest.JSON(map[string]any{
			"certificate": encoded, "etag": "another",
		})}, 412, "etag"},
		{route{"POST", entry + "/verify", `{}`}, 422, "certificate is required"},
		{route{"POST", entry + "/verify", `[]`}, 422, "not a JSON object"},
		{route{"POST", entry + "/verify", `{`}, 400, "not valid JSON"},
		{route{"PUT", "/apiTokens/n", `{`}, 400, "not valid JSON"},
		{route{"PUT", "/apiTokens/n_1", `{"roles":[{"role":"344138e9-8de4-4497-8c54-5237e96d6aaf"}]}`}, 400, "letters, digits and hyphens"},
		{route{"PUT", "/devices/n", `{`}, 400, "not valid JSON"},
		{route{"PUT", "/devices/n", `{"enabled":"yes"}`}, 422, "enabled must be a Boolean"},
		{route{"PUT", "/devices/n_1", `{}`}, 400, "letters, digits and hyphens"},
		{route{"PUT", "/devices/" + strings.Repeat("n", 129), `{}`}, 400, "letters, digits and hyphens"},
	} {
		t.Run(test.method+" "+test.path+" with "+test.body, func(t *testing.T) {
			path, query, _ := strings.Cut(test.path, "?")
			headers := []string{"Authorization", s.Token(s.Info.Audiences.IoTCentral)}
			if test.body != "" {
				headers = append(headers, "Content-Type", "application/json")
			}
			refused := s.In(t).Send(test.method, s.CentralURL(path, emulatortest.PreviewVersion)+"&"+query, []byte(test.body), headers...).Want(test.status)
			if refused.Text("error", "code") == "" || !strings.Contains(refused.Text("error", "message"), test.says) {
				t.Errorf("an error without a code, or one that does not say %q: %s", test.says, refused.Body)
			}
		})
	}
	if after := s.Emulator.State(); !reflect.DeepEqual(before, after) {
		t.Errorf("refused requests change the state from\n%s\nto\n%s", emulatortest.JSON(before), emulatortest.JSON(after))
	}
}

func TestAPITokens_lastAYear(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	use := func(token string) *emulatortest.Reply {
		return s.Send(http.MethodGet, s.CentralURL("/enrollmentGroups", emulatortest.StableVersion), nil, "Authorization", token)
	}
	clock.Advance(364 * 24 * time.Hour)
	use(s.Info.Applications[0].APIToken).Want(http.StatusOK)
	clock.Advance(2 * 24 * time.Hour)
	use(s.Info.Applications[0].APIToken).Want(http.StatusUnauthorized)
	broken := use("SharedAccessSignature sr=%zz").Want(http.StatusUnauthorized)
	if !strings.Contains(broken.Text("error", "message"), "cannot be read") {
		t.Errorf("a broken token is answered with %s", broken.Body)
	}
}
