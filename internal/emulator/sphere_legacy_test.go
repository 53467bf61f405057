// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/smallstep/pkcs7"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func (s *session) tenantPath() string { return "/v2/tenants/" + s.info.SphereTenantID }

// legacyString reads an answer that is a JSON string.
func legacyString(r *reply) string {
	r.t.Helper()
	var text string
	if err := json.Unmarshal(r.want(http.StatusOK).body, &text); err != nil {
		r.t.Fatalf("%v: %s", err, r.body)
	}
	return text
}

func TestLegacy_showsTheCatalogAsTenant(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	tenants := s.legacy(http.MethodGet, "/v2/tenants", "").want(http.StatusOK)
	if tenants.text(0, "Id") != s.info.SphereTenantID || tenants.at(0, "Roles", 0) != "Administrator" {
		t.Errorf("listed %s", tenants.body)
	}
	s.legacy(http.MethodPatch, s.tenantPath(), `{"Name":"Renamed"}`).want(http.StatusOK)
	if got := s.legacy(http.MethodGet, s.tenantPath(), "").want(http.StatusOK).text("Name"); got != "Renamed" {
		t.Errorf("the name is %s", got)
	}
	_, encoded := s.activeCA()
	if got := legacyString(s.legacy(http.MethodGet, s.tenantPath()+"/cert", "")); got != encoded {
		t.Error("the certificate is not the catalog's")
	}
	thumbprint := s.e.State().Catalogs[0].Certificates[0].Thumbprint
	if got := legacyString(s.legacy(http.MethodGet, s.tenantPath()+"/cert?thumbprint="+strings.ToLower(thumbprint), "")); got != encoded {
		t.Error("the certificate by thumbprint is not the catalog's")
	}
	proof := s.certificate(legacyString(s.legacy(http.MethodGet, s.tenantPath()+"/verification/"+url.PathEscape("a b/c"), "")))
	if proof.Subject.CommonName != "a b/c" || proof.CheckSignatureFrom(s.certificate(encoded)) != nil {
		t.Errorf("the proof is of %s", proof.Subject)
	}
	list := s.legacy(http.MethodGet, s.tenantPath()+"/certificates", "").want(http.StatusOK)
	if list.at(0, "IsActive") != true || list.at(0, "IsRevoked") != false || list.text(0, "Thumbprint") != thumbprint ||
		list.text(0, "Certificate") != encoded {
		t.Errorf("listed %s", list.body)
	}
}

func TestLegacy_bundles(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	if err := s.e.Rotate("", emulator.StageIssue); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/certchain": 3, "/certs": 2, "/certchains": 4} {
		der, err := base64.StdEncoding.DecodeString(legacyString(s.legacy(http.MethodGet, s.tenantPath()+path, "")))
		if err != nil {
			t.Fatal(err)
		}
		bundle, err := pkcs7.Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		if len(bundle.Certificates) != want {
			t.Errorf("%s holds %d certificates, want %d", path, len(bundle.Certificates), want)
		}
	}
}

func TestLegacy_chainsLeaveOutWhatHasExpired(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate, emulator.StageExpire} {
		if err := s.e.Rotate("", stage); err != nil {
			t.Fatal(err)
		}
	}
	_, active := s.activeCA()
	for path, want := range map[string]int{"/certs": 1, "/certchains": 3} {
		der, err := base64.StdEncoding.DecodeString(legacyString(s.legacy(http.MethodGet, s.tenantPath()+path, "")))
		if err != nil {
			t.Fatal(err)
		}
		bundle, err := pkcs7.Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		if len(bundle.Certificates) != want || !bundle.Certificates[want-1].Equal(s.certificate(active)) {
			t.Errorf("%s holds %d certificates, want %d that end in the active one", path, len(bundle.Certificates), want)
		}
	}
}

func TestLegacy_refusals(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	for name, test := range map[string]struct {
		method, path, body string
		status             int
	}{
		"unknown tenant":     {"GET", "/v2/tenants/x/cert", "", http.StatusNotFound},
		"unknown thumbprint": {"GET", s.tenantPath() + "/cert?thumbprint=00", "", http.StatusNotFound},
		"long nonce":         {"GET", s.tenantPath() + "/verification/" + strings.Repeat("n", 65), "", http.StatusBadRequest},
		"nonce not UTF-8":    {"GET", s.tenantPath() + "/verification/%FF", "", http.StatusBadRequest},
		"no name":            {"PATCH", s.tenantPath(), `{"name":"n"}`, http.StatusBadRequest},
		"not JSON":           {"PATCH", s.tenantPath(), "{", http.StatusBadRequest},
		"method":             {"POST", s.tenantPath() + "/cert", "", http.StatusMethodNotAllowed},
		"unknown path":       {"GET", s.tenantPath() + "/nothing", "", http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			refused := s.in(t).legacy(test.method, test.path, test.body).want(test.status)
			if refused.at(0, "Status") != float64(test.status) || refused.text(0, "ErrorCode") == "" || refused.text(0, "Title") == "" {
				t.Errorf("answered %s", refused.body)
			}
		})
	}
}

func TestLegacy_bodiesAreJSON(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	address := strings.TrimSuffix(s.info.Endpoints.AzureSphere, "/") + s.tenantPath()
	for _, mediaType := range []string{"", "text/plain"} {
		s.send(http.MethodPatch, address, []byte(`{"Name":"n"}`), "Content-Type", mediaType,
			"Authorization", s.token(s.info.Audiences.AzureSphere)).want(http.StatusUnsupportedMediaType)
	}
	if got := s.e.State().Catalogs[0].TenantName; got != "contoso-catalog" {
		t.Errorf("the tenant is named %s", got)
	}
}

func TestLegacy_switches(t *testing.T) {
	t.Parallel()
	bare := switched(t, "legacy-strings", "bare")
	_, encoded := bare.activeCA()
	if got := bare.legacy(http.MethodGet, bare.tenantPath()+"/cert", "").want(http.StatusOK); string(got.body) != encoded {
		t.Errorf("answered %s", got.body)
	}
	wrapped := switched(t, "legacy-lists", "wrapped")
	for _, path := range []string{"/v2/tenants", wrapped.tenantPath() + "/certificates"} {
		if list := wrapped.legacy(http.MethodGet, path, "").want(http.StatusOK); list.at("Items", 0) == nil {
			t.Errorf("listed %s", list.body)
		}
	}
	armoured := switched(t, "legacy-encoding", "pem")
	text, err := base64.StdEncoding.DecodeString(legacyString(armoured.legacy(http.MethodGet, armoured.tenantPath()+"/cert", "")))
	if block, _ := pem.Decode(text); err != nil || block == nil {
		t.Errorf("answered %s, %v", text, err)
	}
	missing := switched(t, "legacy-missing", "null")
	if got := missing.legacy(http.MethodGet, missing.tenantPath()+"/cert?thumbprint=00", "").want(http.StatusOK); string(got.body) != "null" {
		t.Errorf("answered %s", got.body)
	}
}
