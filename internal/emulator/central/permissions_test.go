// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestAPITokens_openTheirApplication(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	use := func(token string) *emulatortest.Reply {
		return s.Send(http.MethodGet, s.CentralURL("/enrollmentGroups", emulatortest.StableVersion), nil, "Authorization", token)
	}
	made := s.Central(http.MethodPut, "/apiTokens/mine", `{"roles":[{"role":"344138e9-8de4-4497-8c54-5237e96d6aaf"}]}`).Want(http.StatusOK)
	token := made.Text("token")
	if !strings.HasPrefix(token, "SharedAccessSignature sr=") {
		t.Errorf("the token is %s", token)
	}
	use(token).Want(http.StatusOK)
	use(strings.Replace(token, "skn=mine", "skn=yours", 1)).Want(http.StatusUnauthorized)
	use(strings.Replace(token, "skn=mine", "skn=emulator", 1)).Want(http.StatusUnauthorized)
	use(strings.Replace(token, "&se=1", "&se=2", 1)).Want(http.StatusUnauthorized)
	for _, path := range []string{"/apiTokens/mine", "/apiTokens"} {
		if shown := s.Central(http.MethodGet, path, "").Want(http.StatusOK); strings.Contains(string(shown.Body), "SharedAccessSignature") {
			t.Errorf("%s shows the token", path)
		}
	}
	s.Central(http.MethodPut, "/apiTokens/mine", `{"roles":[{"role":"344138e9-8de4-4497-8c54-5237e96d6aaf"}]}`).Want(http.StatusConflict)
	operator := s.Central(http.MethodPut, "/apiTokens/operator", `{"roles":[{"role":"ae2c9854-393b-4f97-8c42-479d70ce626e"}]}`).Want(http.StatusOK)
	use(operator.Text("token")).Want(http.StatusForbidden)
	for _, body := range []string{`{}`, `{"roles":[]}`, `{"roles":[{"role":"x"}]}`, `{"roles":"x"}`} {
		s.Central(http.MethodPut, "/apiTokens/bad", body).Want(http.StatusUnprocessableEntity)
	}
	s.Central(http.MethodDelete, "/apiTokens/mine", "").Want(http.StatusNoContent)
	use(token).Want(http.StatusUnauthorized)
	s.Central(http.MethodDelete, "/apiTokens/mine", "").Want(http.StatusNotFound)
}

func TestDeviceCredentials_haveTheIDScopeInTheStableVersion(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	s.Central(http.MethodPut, "/devices/d-1", `{"displayName":"D"}`).Want(http.StatusOK)
	credentials := s.Send(http.MethodGet, s.CentralURL("/devices/d-1/credentials", emulatortest.StableVersion), nil,
		"Authorization", s.Info.Applications[0].APIToken).Want(http.StatusOK)
	if credentials.Text("idScope") != s.Info.Applications[0].IDScope || credentials.Text("symmetricKey", "primaryKey") == "" {
		t.Errorf("answered %s", credentials.Body)
	}
	s.Central(http.MethodDelete, "/devices/d-1", "").Want(http.StatusNoContent)
	s.Central(http.MethodGet, "/devices/d-1/credentials", "").Want(http.StatusNotFound)
}

func TestIoTCentral_refusals(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	s.X509Group("g")
	token := s.Token(s.Info.Audiences.IoTCentral)
	const good = `{"displayName":"G","type":"iot","attestation":{"type":"x509"}}`
	for name, test := range map[string]struct {
		method, path, version, mediaType, body string
		status                                 int
	}{
		"no version":          {"GET", "/enrollmentGroups", "", "", "", 400},
		"version before":      {"GET", "/enrollmentGroups", "2022-05-31", "", "", 400},
		"unknown version":     {"GET", "/enrollmentGroups", "2099-01-01", "", "", 400},
		"not JSON":            {"PUT", "/enrollmentGroups/n", emulatortest.StableVersion, "application/json", "{", 400},
		"not an object":       {"PUT", "/enrollmentGroups/n", emulatortest.StableVersion, "application/json", "[]", 422},
		"no display name":     {"PUT", "/enrollmentGroups/n", emulatortest.StableVersion, "application/json", strings.Replace(good, "displayName", "displayname", 1), 422},
		"no attestation":      {"PUT", "/enrollmentGroups/n", emulatortest.StableVersion, "application/json", `{"displayName":"G","type":"iot"}`, 422},
		"unknown type":        {"PUT", "/enrollmentGroups/n", emulatortest.StableVersion, "application/json", strings.Replace(good, "iot", "edge", 1), 422},
		"unknown attestation": {"PUT", "/enrollmentGroups/n", emulatortest.StableVersion, "application/json", strings.Replace(good, "x509", "tpm", 1), 422},
		"one key of two":      {"PUT", "/enrollmentGroups/n", emulatortest.StableVersion, "application/json", `{"displayName":"G","type":"iot","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"a"}}}`, 422},
		"ID with underscore":  {"PUT", "/enrollmentGroups/n_1", emulatortest.StableVersion, "application/json", good, 400},
		"long ID":             {"PUT", "/enrollmentGroups/" + strings.Repeat("n", 256), emulatortest.StableVersion, "application/json", good, 400},
		"form":                {"PUT", "/enrollmentGroups/n", emulatortest.StableVersion, "application/x-www-form-urlencoded", good, 415},
		"no media type":       {"PUT", "/enrollmentGroups/n", emulatortest.StableVersion, "", good, 415},
		"method":              {"POST", "/enrollmentGroups/g", emulatortest.StableVersion, "application/json", good, 405},
		"verify by PUT":       {"PUT", "/enrollmentGroups/g/certificates/primary/verify", emulatortest.StableVersion, "application/json", "{}", 405},
		"third entry":         {"GET", "/enrollmentGroups/g/certificates/tertiary", emulatortest.StableVersion, "", "", 400},
		"empty entry":         {"GET", "/enrollmentGroups/g/certificates/primary", emulatortest.StableVersion, "", "", 404},
		"code of an empty":    {"POST", "/enrollmentGroups/g/certificates/primary/generateVerificationCode", emulatortest.StableVersion, "", "", 404},
		"unknown group":       {"GET", "/enrollmentGroups/n", emulatortest.StableVersion, "", "", 404},
		"no certificate":      {"PUT", "/enrollmentGroups/g/certificates/primary", emulatortest.StableVersion, "application/json", `{"verified":true}`, 422},
		"unknown path":        {"GET", "/nothing", emulatortest.StableVersion, "", "", 404},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.In(t)
			refused := s.Send(test.method, s.CentralURL(test.path, test.version), []byte(test.body),
				"Authorization", token, "Content-Type", test.mediaType).Want(test.status)
			if code := refused.Text("error", "code"); code == "" || refused.Header.Get("x-ms-error-code") != code ||
				refused.Text("error", "requestId") != refused.Header.Get("x-ms-request-id") {
				t.Errorf("answered %v %s", refused.Header, refused.Body)
			}
		})
	}
}
