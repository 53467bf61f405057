// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func TestPrincipals_mayDoWhatTheirRolesSay(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	entry := s.entry("g")
	serial, _ := s.activeCA()
	certificate := s.info.CatalogID + "/certificates/" + serial
	type statuses struct{ read, chain, proof, group, code, tenant, legacyProof int }
	for name, want := range map[string]statuses{
		"owner":            {200, 200, 200, 200, 200, 200, 200},
		"managed-identity": {200, 200, 200, 200, 200, 200, 200},
		"reader":           {200, 403, 403, 200, 403, 200, 403},
		"stranger":         {403, 403, 403, 403, 403, 403, 403},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			central := func(method, path string) int {
				return s.send(method, s.centralURL(path, previewVersion), nil,
					"Authorization", s.token(s.info.Audiences.IoTCentral, name)).status
			}
			legacy := func(path string) int {
				return s.send(http.MethodGet, strings.TrimSuffix(s.info.Endpoints.AzureSphere, "/")+s.tenantPath()+path, nil,
					"Authorization", s.token(s.info.Audiences.AzureSphere, name)).status
			}
			got := statuses{
				s.armAs(name, http.MethodGet, certificate, "").status,
				s.armAs(name, http.MethodPost, certificate+"/retrieveCertChain", "").status,
				s.armAs(name, http.MethodPost, certificate+"/retrieveProofOfPossessionNonce", `{"proofOfPossessionNonce":"n"}`).status,
				central(http.MethodGet, "/enrollmentGroups/g"),
				central(http.MethodPost, entry+"/generateVerificationCode"),
				legacy("/cert"),
				legacy("/verification/n"),
			}
			if got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
	refused := s.armAs("reader", http.MethodPost, certificate+"/retrieveCertChain", "")
	if refused.text("error", "code") != "AuthorizationFailed" ||
		!strings.Contains(refused.text("error", "message"), "Microsoft.AzureSphere/catalogs/certificates/retrieveCertChain/action") {
		t.Errorf("answered %s", refused.body)
	}
}

func TestAPITokens_openTheirApplication(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	use := func(token string) *reply {
		return s.send(http.MethodGet, s.centralURL("/enrollmentGroups", stableVersion), nil, "Authorization", token)
	}
	made := s.central(http.MethodPut, "/apiTokens/mine", `{"roles":[{"role":"344138e9-8de4-4497-8c54-5237e96d6aaf"}]}`).want(http.StatusOK)
	token := made.text("token")
	if !strings.HasPrefix(token, "SharedAccessSignature sr=") {
		t.Errorf("the token is %s", token)
	}
	use(token).want(http.StatusOK)
	use(strings.Replace(token, "skn=mine", "skn=yours", 1)).want(http.StatusUnauthorized)
	use(strings.Replace(token, "skn=mine", "skn=emulator", 1)).want(http.StatusUnauthorized)
	use(strings.Replace(token, "&se=1", "&se=2", 1)).want(http.StatusUnauthorized)
	for _, path := range []string{"/apiTokens/mine", "/apiTokens"} {
		if shown := s.central(http.MethodGet, path, "").want(http.StatusOK); strings.Contains(string(shown.body), "SharedAccessSignature") {
			t.Errorf("%s shows the token", path)
		}
	}
	s.central(http.MethodPut, "/apiTokens/mine", `{"roles":[{"role":"344138e9-8de4-4497-8c54-5237e96d6aaf"}]}`).want(http.StatusConflict)
	operator := s.central(http.MethodPut, "/apiTokens/operator", `{"roles":[{"role":"ae2c9854-393b-4f97-8c42-479d70ce626e"}]}`).want(http.StatusOK)
	use(operator.text("token")).want(http.StatusForbidden)
	for _, body := range []string{`{}`, `{"roles":[]}`, `{"roles":[{"role":"x"}]}`, `{"roles":"x"}`} {
		s.central(http.MethodPut, "/apiTokens/bad", body).want(http.StatusUnprocessableEntity)
	}
	s.central(http.MethodDelete, "/apiTokens/mine", "").want(http.StatusNoContent)
	use(token).want(http.StatusUnauthorized)
	s.central(http.MethodDelete, "/apiTokens/mine", "").want(http.StatusNotFound)
}

func TestDeviceCredentials_haveTheIDScopeInTheStableVersion(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	s.central(http.MethodPut, "/devices/d-1", `{"displayName":"D"}`).want(http.StatusOK)
	credentials := s.send(http.MethodGet, s.centralURL("/devices/d-1/credentials", stableVersion), nil,
		"Authorization", s.info.Applications[0].APIToken).want(http.StatusOK)
	if credentials.text("idScope") != s.info.Applications[0].IDScope || credentials.text("symmetricKey", "primaryKey") == "" {
		t.Errorf("answered %s", credentials.body)
	}
	s.central(http.MethodDelete, "/devices/d-1", "").want(http.StatusNoContent)
	s.central(http.MethodGet, "/devices/d-1/credentials", "").want(http.StatusNotFound)
}

func TestIoTCentral_refusals(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	s.x509Group("g")
	token := s.token(s.info.Audiences.IoTCentral)
	const good = `{"displayName":"G","type":"iot","attestation":{"type":"x509"}}`
	for name, test := range map[string]struct {
		method, path, version, mediaType, body string
		status                                 int
	}{
		"no version":          {"GET", "/enrollmentGroups", "", "", "", 400},
		"version before":      {"GET", "/enrollmentGroups", "2022-05-31", "", "", 400},
		"unknown version":     {"GET", "/enrollmentGroups", "2099-01-01", "", "", 400},
		"not JSON":            {"PUT", "/enrollmentGroups/n", stableVersion, "application/json", "{", 400},
		"not an object":       {"PUT", "/enrollmentGroups/n", stableVersion, "application/json", "[]", 422},
		"no display name":     {"PUT", "/enrollmentGroups/n", stableVersion, "application/json", strings.Replace(good, "displayName", "displayname", 1), 422},
		"no attestation":      {"PUT", "/enrollmentGroups/n", stableVersion, "application/json", `{"displayName":"G","type":"iot"}`, 422},
		"unknown type":        {"PUT", "/enrollmentGroups/n", stableVersion, "application/json", strings.Replace(good, "iot", "edge", 1), 422},
		"unknown attestation": {"PUT", "/enrollmentGroups/n", stableVersion, "application/json", strings.Replace(good, "x509", "tpm", 1), 422},
		"one key of two":      {"PUT", "/enrollmentGroups/n", stableVersion, "application/json", `{"displayName":"G","type":"iot","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"a"}}}`, 422},
		"ID with underscore":  {"PUT", "/enrollmentGroups/n_1", stableVersion, "application/json", good, 400},
		"long ID":             {"PUT", "/enrollmentGroups/" + strings.Repeat("n", 256), stableVersion, "application/json", good, 400},
		"form":                {"PUT", "/enrollmentGroups/n", stableVersion, "application/x-www-form-urlencoded", good, 415},
		"no media type":       {"PUT", "/enrollmentGroups/n", stableVersion, "", good, 415},
		"method":              {"POST", "/enrollmentGroups/g", stableVersion, "application/json", good, 405},
		"verify by PUT":       {"PUT", "/enrollmentGroups/g/certificates/primary/verify", stableVersion, "application/json", "{}", 405},
		"third entry":         {"GET", "/enrollmentGroups/g/certificates/tertiary", stableVersion, "", "", 400},
		"empty entry":         {"GET", "/enrollmentGroups/g/certificates/primary", stableVersion, "", "", 404},
		"code of an empty":    {"POST", "/enrollmentGroups/g/certificates/primary/generateVerificationCode", stableVersion, "", "", 404},
		"unknown group":       {"GET", "/enrollmentGroups/n", stableVersion, "", "", 404},
		"no certificate":      {"PUT", "/enrollmentGroups/g/certificates/primary", stableVersion, "application/json", `{"verified":true}`, 422},
		"unknown path":        {"GET", "/nothing", stableVersion, "", "", 404},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			refused := s.send(test.method, s.centralURL(test.path, test.version), []byte(test.body),
				"Authorization", token, "Content-Type", test.mediaType).want(test.status)
			if code := refused.text("error", "code"); code == "" || refused.header.Get("x-ms-error-code") != code ||
				refused.text("error", "requestId") != refused.header.Get("x-ms-request-id") {
				t.Errorf("answered %v %s", refused.header, refused.body)
			}
		})
	}
}
