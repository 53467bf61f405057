// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package legacy_test

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
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func tenantPath(s *emulatortest.Session) string { return "/v2/tenants/" + s.Info.SphereTenantID }

// legacyString reads an answer that is a JSON string.
func legacyString(r *emulatortest.Reply) string {
	r.T.Helper()
	var text string
	if err := json.Unmarshal(r.Want(http.StatusOK).Body, &text); err != nil {
		r.T.Fatalf("%v: %s", err, r.Body)
	}
	return text
}

func TestLegacy_showsTheCatalogAsTenant(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	tenants := s.Legacy(http.MethodGet, "/v2/tenants", "").Want(http.StatusOK)
	if tenants.Text(0, "Id") != s.Info.SphereTenantID || tenants.At(0, "Roles", 0) != "Administrator" {
		t.Errorf("listed %s", tenants.Body)
	}
	s.Legacy(http.MethodPatch, tenantPath(s), `{"Name":"Renamed"}`).Want(http.StatusOK)
	if got := s.Legacy(http.MethodGet, tenantPath(s), "").Want(http.StatusOK).Text("Name"); got != "Renamed" {
		t.Errorf("the name is %s", got)
	}
	_, encoded := s.ActiveCA()
	if got := legacyString(s.Legacy(http.MethodGet, tenantPath(s)+"/cert", "")); got != encoded {
		t.Error("the certificate is not the catalog's")
	}
	thumbprint := s.Emulator.State().Catalogs[0].Certificates[0].Thumbprint
	if got := legacyString(s.Legacy(http.MethodGet, tenantPath(s)+"/cert?thumbprint="+strings.ToLower(thumbprint), "")); got != encoded {
		t.Error("the certificate by thumbprint is not the catalog's")
	}
	proof := s.Certificate(legacyString(s.Legacy(http.MethodGet, tenantPath(s)+"/verification/"+url.PathEscape("a b/c"), "")))
	if proof.Subject.CommonName != "a b/c" || proof.CheckSignatureFrom(s.Certificate(encoded)) != nil {
		t.Errorf("the proof is of %s", proof.Subject)
	}
	list := s.Legacy(http.MethodGet, tenantPath(s)+"/certificates", "").Want(http.StatusOK)
	if list.At(0, "IsActive") != true || list.At(0, "IsRevoked") != false || list.Text(0, "Thumbprint") != thumbprint ||
		list.Text(0, "Certificate") != encoded {
		t.Errorf("listed %s", list.Body)
	}
}

func TestLegacy_bundles(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	if err := s.Emulator.Rotate("", emulator.StageIssue); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/certchain": 3, "/certs": 2, "/certchains": 4} {
		der, err := base64.StdEncoding.DecodeString(legacyString(s.Legacy(http.MethodGet, tenantPath(s)+path, "")))
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
	s := emulatortest.Start(t, emulator.Options{})
	for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate, emulator.StageExpire} {
		if err := s.Emulator.Rotate("", stage); err != nil {
			t.Fatal(err)
		}
	}
	_, active := s.ActiveCA()
	for path, want := range map[string]int{"/certs": 1, "/certchains": 3} {
		der, err := base64.StdEncoding.DecodeString(legacyString(s.Legacy(http.MethodGet, tenantPath(s)+path, "")))
		if err != nil {
			t.Fatal(err)
		}
		bundle, err := pkcs7.Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		if len(bundle.Certificates) != want || !bundle.Certificates[want-1].Equal(s.Certificate(active)) {
			t.Errorf("%s holds %d certificates, want %d that end in the active one", path, len(bundle.Certificates), want)
		}
	}
}

func TestLegacy_refusals(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for name, test := range map[string]struct {
		method, path, body string
		status             int
	}{
		"unknown tenant":     {"GET", "/v2/tenants/x/cert", "", http.StatusNotFound},
		"unknown thumbprint": {"GET", tenantPath(s) + "/cert?thumbprint=00", "", http.StatusNotFound},
		"long nonce":         {"GET", tenantPath(s) + "/verification/" + strings.Repeat("n", 65), "", http.StatusBadRequest},
		"nonce not UTF-8":    {"GET", tenantPath(s) + "/verification/%FF", "", http.StatusBadRequest},
		"no name":            {"PATCH", tenantPath(s), `{"name":"n"}`, http.StatusBadRequest},
		"not JSON":           {"PATCH", tenantPath(s), "{", http.StatusBadRequest},
		"method":             {"POST", tenantPath(s) + "/cert", "", http.StatusMethodNotAllowed},
		"unknown path":       {"GET", tenantPath(s) + "/nothing", "", http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			refused := s.In(t).Legacy(test.method, test.path, test.body).Want(test.status)
			if refused.At(0, "Status") != float64(test.status) || refused.Text(0, "ErrorCode") == "" || refused.Text(0, "Title") == "" {
				t.Errorf("answered %s", refused.Body)
			}
		})
	}
}

func TestLegacy_bodiesAreJSON(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	address := strings.TrimSuffix(s.Info.Endpoints.AzureSphere, "/") + tenantPath(s)
	for _, mediaType := range []string{"", "text/plain"} {
		s.Send(http.MethodPatch, address, []byte(`{"Name":"n"}`), "Content-Type", mediaType,
			"Authorization", s.Token(s.Info.Audiences.AzureSphere)).Want(http.StatusUnsupportedMediaType)
	}
	if got := s.Emulator.State().Catalogs[0].TenantName; got != "contoso-catalog" {
		t.Errorf("the tenant is named %s", got)
	}
}

func TestLegacy_switches(t *testing.T) {
	t.Parallel()
	bare := emulatortest.Switched(t, "legacy-strings", "bare")
	_, encoded := bare.ActiveCA()
	if got := bare.Legacy(http.MethodGet, tenantPath(bare)+"/cert", "").Want(http.StatusOK); string(got.Body) != encoded {
		t.Errorf("answered %s", got.Body)
	}
	wrapped := emulatortest.Switched(t, "legacy-lists", "wrapped")
	for _, path := range []string{"/v2/tenants", tenantPath(wrapped) + "/certificates"} {
		if list := wrapped.Legacy(http.MethodGet, path, "").Want(http.StatusOK); list.At("Items", 0) == nil {
			t.Errorf("listed %s", list.Body)
		}
	}
	armoured := emulatortest.Switched(t, "legacy-encoding", "pem")
	text, err := base64.StdEncoding.DecodeString(legacyString(armoured.Legacy(http.MethodGet, tenantPath(armoured)+"/cert", "")))
	if block, _ := pem.Decode(text); err != nil || block == nil {
		t.Errorf("answered %s, %v", text, err)
	}
	missing := emulatortest.Switched(t, "legacy-missing", "null")
	if got := missing.Legacy(http.MethodGet, tenantPath(missing)+"/cert?thumbprint=00", "").Want(http.StatusOK); string(got.Body) != "null" {
		t.Errorf("answered %s", got.Body)
	}
}
