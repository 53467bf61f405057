// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
)

// switched starts an emulator with one switch in another position.
func switched(t *testing.T, name, value string) *session {
	t.Helper()
	var opts emulator.Options
	if err := opts.Behavior.Set(name, value); err != nil {
		t.Fatal(err)
	}
	return start(t, opts)
}

func TestSwitches_setEachFieldOfBehavior(t *testing.T) {
	t.Parallel()
	touched := map[string]string{}
	for _, s := range emulator.Switches() {
		if len(s.Values) < 2 || s.Description == "" {
			t.Errorf("the switch %+v says too little", s)
		}
		for i, value := range s.Values {
			var b emulator.Behavior
			if err := b.Set(s.Name, value); err != nil {
				t.Errorf("%s=%s: %v", s.Name, value, err)
			}
			changed := changedFields(b)
			if i == 0 && len(changed) != 0 {
				t.Errorf("%s=%s is not the zero value: %v", s.Name, value, changed)
			}
			if i > 0 && len(changed) != 1 {
				t.Errorf("%s=%s changes %v", s.Name, value, changed)
			}
			for _, field := range changed {
				touched[field] = s.Name
			}
		}
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[emulator.Behavior]()) {
		if !field.Anonymous && touched[field.Name] == "" {
			t.Errorf("no switch sets %s", field.Name)
		}
	}
	if len(touched) != len(emulator.Switches()) {
		t.Errorf("%d switches set %d fields", len(emulator.Switches()), len(touched))
	}
}

func changedFields(b emulator.Behavior) []string {
	var changed []string
	value := reflect.ValueOf(b)
	for _, field := range reflect.VisibleFields(value.Type()) {
		if !field.Anonymous && !value.FieldByIndex(field.Index).IsZero() {
			changed = append(changed, field.Name)
		}
	}
	return changed
}

func TestBehaviorSet_refusesWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"nothing": "x", "group-put": "maybe", "code-lifetime": "long", "page-size": "-1", "retry-after": "1s", "aliases": "ALL",
	} {
		var b emulator.Behavior
		if err := b.Set(name, value); err == nil || b != (emulator.Behavior{}) {
			t.Errorf("%s=%s: error %v, behavior %+v", name, value, err, b)
		}
	}
}

func TestSwitch_groupPut(t *testing.T) {
	t.Parallel()
	const body = `{"displayName":"Again","type":"iot","attestation":{"type":"x509"}}`
	s := start(t, emulator.Options{})
	s.entry("g")
	again := s.central(http.MethodPut, "/enrollmentGroups/g", body).want(http.StatusOK)
	if again.text("displayName") != "Again" || again.at("attestation", "x509", "signingCertificates", "primary") == nil {
		t.Errorf("an update answers %s", again.body)
	}
	s.central(http.MethodPut, "/enrollmentGroups/g", strings.Replace(body, "x509", "symmetricKey", 1)).
		want(http.StatusUnprocessableEntity)
	s.central(http.MethodPut, "/enrollmentGroups/g", strings.Replace(body, "{", `{"etag":"x",`, 1)).
		want(http.StatusPreconditionFailed)

	s = switched(t, "group-put", "conflict")
	s.x509Group("g")
	s.central(http.MethodPut, "/enrollmentGroups/g", body).want(http.StatusConflict)
}

func TestSwitch_bodyETag(t *testing.T) {
	t.Parallel()
	s := switched(t, "body-etag", "ignored")
	s.x509Group("g")
	s.central(http.MethodPut, "/enrollmentGroups/g", `{"etag":"x","displayName":"A","type":"iot","attestation":{"type":"x509"}}`).
		want(http.StatusOK)
}

func TestSwitch_sharedCertificate(t *testing.T) {
	t.Parallel()
	s := switched(t, "shared-certificate", "allow")
	s.entry("first")
	s.entry("second")
}

func TestSwitch_codeLifetime(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now, Behavior: emulator.Behavior{CentralBehavior: central.Behavior{CodeLifetime: time.Minute}}})
	serial, _ := s.activeCA()
	entry := s.entry("g")
	code := s.code(entry)
	proof := s.proof(serial, code)
	clock.advance(time.Minute)
	s.verify(entry, proof).want(http.StatusUnprocessableEntity)
	fresh := s.code(entry)
	clock.advance(59 * time.Second)
	s.verify(entry, s.proof(serial, fresh)).want(http.StatusNoContent)
}

func TestSwitch_generateResetsVerified(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"no": true, "yes": false} {
		s := switched(t, "generate-resets-verified", value)
		serial, _ := s.activeCA()
		entry := s.entry("g")
		s.verify(entry, s.proof(serial, s.code(entry))).want(http.StatusNoContent)
		s.code(entry)
		if got := s.central(http.MethodGet, entry, "").at("verified"); got != want {
			t.Errorf("%s: verified is %v", value, got)
		}
	}
}

func TestSwitch_earlierCode(t *testing.T) {
	t.Parallel()
	s := switched(t, "earlier-code", "valid")
	serial, _ := s.activeCA()
	entry := s.entry("g")
	earlier := s.code(entry)
	s.code(entry)
	s.verify(entry, s.proof(serial, earlier)).want(http.StatusNoContent)
}

func TestSwitch_emptyEntryDelete(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"204": http.StatusNoContent, "404": http.StatusNotFound} {
		s := switched(t, "empty-entry-delete", value)
		s.x509Group("g")
		s.central(http.MethodDelete, "/enrollmentGroups/g/certificates/primary", "").want(want)
	}
}

func TestSwitch_verifyMismatch(t *testing.T) {
	t.Parallel()
	s := switched(t, "verify-mismatch", "400")
	serial, _ := s.activeCA()
	entry := s.entry("g")
	s.code(entry)
	s.verify(entry, s.proof(serial, "another")).want(http.StatusBadRequest)
}

func TestSwitch_groupCertificates(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"ignored": http.StatusNotFound, "stored": http.StatusOK} {
		s := switched(t, "group-certificates", value)
		_, encoded := s.activeCA()
		s.central(http.MethodPut, "/enrollmentGroups/g", jsonText(map[string]any{
			"displayName": "G", "type": "iot", "attestation": map[string]any{"type": "x509", "x509": map[string]any{
				"signingCertificates": map[string]any{"primary": map[string]any{"certificate": encoded, "verified": true}},
			}},
		})).want(http.StatusOK)
		s.central(http.MethodGet, "/enrollmentGroups/g/certificates/primary", "").want(want)
	}
}

func TestSwitch_uploads(t *testing.T) {
	t.Parallel()
	first, second := newTestCA(t, pkix.Name{CommonName: "A"}, true), newTestCA(t, pkix.Name{CommonName: "B"}, true)
	leaf := newTestCA(t, pkix.Name{CommonName: "leaf"}, false)
	raw, err := base64.StdEncoding.DecodeString(pemText(first.certificate))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, value, certificate string }{
		{"bundle", "first", pemText(first.certificate, second.certificate)},
		{"raw-pem", "accepted", string(raw)},
		{"non-ca", "accepted", pemText(leaf.certificate)},
	} {
		s := switched(t, test.name, test.value)
		s.x509Group("g")
		s.central(http.MethodPut, "/enrollmentGroups/g/certificates/primary",
			jsonText(map[string]string{"certificate": test.certificate})).want(http.StatusOK)
	}
}

func TestSwitch_certificateBody(t *testing.T) {
	t.Parallel()
	s := switched(t, "certificate-body", "returned")
	_, encoded := s.activeCA()
	if got := s.central(http.MethodGet, s.entry("g"), "").at("certificate"); got != encoded {
		t.Errorf("the certificate is %v", got)
	}
}

func TestSwitch_groupShowsCertificates(t *testing.T) {
	t.Parallel()
	s := switched(t, "group-shows-certificates", "no")
	s.entry("g")
	group := s.central(http.MethodGet, "/enrollmentGroups/g", "")
	if got := jsonText(group.at("attestation")); got != `{"type":"x509","x509":{"signingCertificates":{}}}` {
		t.Errorf("the attestation is %s", got)
	}
}

func TestSwitch_patches(t *testing.T) {
	t.Parallel()
	s := switched(t, "patch-media-type", "merge-patch")
	s.x509Group("g")
	s.central(http.MethodPatch, "/enrollmentGroups/g", `{"displayName":"J"}`).want(http.StatusUnsupportedMediaType)

	s = switched(t, "patch-immutable", "ignored")
	s.x509Group("g")
	if got := s.central(http.MethodPatch, "/enrollmentGroups/g", `{"type":"iotEdge"}`).want(http.StatusOK).text("type"); got != "iot" {
		t.Errorf("the type is %s", got)
	}
}

func TestSwitch_proofDates(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"ignored": http.StatusNoContent, "checked": http.StatusUnprocessableEntity} {
		clock := newClock()
		opts := emulator.Options{Now: clock.Now}
		if err := opts.Behavior.Set("proof-dates", value); err != nil {
			t.Fatal(err)
		}
		s := start(t, opts)
		serial, _ := s.activeCA()
		entry := s.entry("g")
		proof := s.proof(serial, s.code(entry))
		clock.advance(61 * time.Minute)
		s.verify(entry, proof).want(want)
	}
}

func TestSwitch_entryETag(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"own": true, "group": false} {
		s := switched(t, "entry-etag", value)
		before := s.x509Group("g").text("etag")
		_, encoded := s.activeCA()
		s.central(http.MethodPut, "/enrollmentGroups/g/certificates/primary", jsonText(map[string]string{"certificate": encoded})).
			want(http.StatusOK)
		if same := s.central(http.MethodGet, "/enrollmentGroups/g", "").text("etag") == before; same != want {
			t.Errorf("%s: the group's etag is the same: %v", value, same)
		}
	}
}

func TestSwitch_pageSize(t *testing.T) {
	t.Parallel()
	s := switched(t, "page-size", "2")
	for _, id := range []string{"a", "b", "c"} {
		s.x509Group(id)
	}
	page := s.central(http.MethodGet, "/enrollmentGroups", "").want(http.StatusOK)
	if page.at("value", 1) == nil || page.at("value", 2) != nil {
		t.Fatalf("the first page is %s", page.body)
	}
	last := s.send(http.MethodGet, page.text("nextLink"), nil, "Authorization", s.token(s.info.Audiences.IoTCentral)).want(http.StatusOK)
	if last.text("value", 0, "id") != "c" || last.at("nextLink") != nil {
		t.Errorf("the last page is %s", last.body)
	}
}

func TestSwitch_nonActiveBody(t *testing.T) {
	t.Parallel()
	type shown struct{ inactive, expired string }
	for value, want := range map[string]shown{
		"life-cycle": {"present", "null"}, "present": {"present", "present"}, "null": {"null", "null"}, "absent": {"absent", "absent"},
	} {
		s := switched(t, "non-active-body", value)
		for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate, emulator.StageExpire, emulator.StageIssue} {
			if err := s.e.Rotate("", stage); err != nil {
				t.Fatal(err)
			}
		}
		list := s.arm(http.MethodGet, s.info.CatalogID+"/certificates", "").want(http.StatusOK)
		var read struct {
			Value []struct{ Properties map[string]json.RawMessage }
		}
		if err := json.Unmarshal(list.body, &read); err != nil {
			t.Fatal(err)
		}
		form := func(i int) string {
			body, found := read.Value[i].Properties["certificate"]
			switch {
			case !found:
				return "absent"
			case string(body) == "null":
				return "null"
			default:
				return "present"
			}
		}
		if got := (shown{form(2), form(0)}); got != want {
			t.Errorf("%s: %+v, want %+v", value, got, want)
		}
		if form(1) != "present" {
			t.Errorf("%s: the active one is %s", value, form(1))
		}
	}
}

func TestSwitch_aliases(t *testing.T) {
	t.Parallel()
	all := []string{".default", "active", "default"}
	for value, want := range map[string][]string{
		"all": all, "none": nil, ".default": {".default"}, "active": {"active"}, "default": {"default"},
	} {
		s := switched(t, "aliases", value)
		for _, alias := range all {
			status := http.StatusNotFound
			if slices.Contains(want, alias) {
				status = http.StatusOK
			}
			s.arm(http.MethodGet, s.info.CatalogID+"/certificates/"+alias, "").want(status)
		}
	}
}

func TestSwitch_sphereErrors(t *testing.T) {
	t.Parallel()
	s := switched(t, "sphere-errors", "absent")
	if refused := s.arm(http.MethodGet, s.info.CatalogID+"/certificates/00FF", "").want(http.StatusNotFound); len(refused.body) != 0 {
		t.Errorf("answered %s", refused.body)
	}
	// What the gateway refuses has a body all the same.
	if refused := s.arm(http.MethodGet, s.info.CatalogID+"x", "").want(http.StatusNotFound); len(refused.body) == 0 {
		t.Error("the gateway's error has no body")
	}
}

func TestSwitch_newCatalogCertificate(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now, Behavior: emulator.Behavior{CatalogBehavior: catalog.Behavior{NewCatalogCertificate: 68 * time.Second}}})
	catalog := strings.Replace(s.info.CatalogID, "contoso-catalog", "new", 1)
	s.arm(http.MethodPut, catalog, `{"location":"global"}`).want(http.StatusOK)
	if list := s.arm(http.MethodGet, catalog+"/certificates", ""); list.at("value", 0) != nil {
		t.Errorf("listed %s", list.body)
	}
	clock.advance(68 * time.Second)
	list := s.arm(http.MethodGet, catalog+"/certificates", "")
	if list.text("value", 0, "properties", "status") != "Active" || list.at("value", 1) != nil {
		t.Errorf("listed %s", list.body)
	}
}

func TestSwitch_rotation(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now, Behavior: emulator.Behavior{CatalogBehavior: catalog.Behavior{AutomaticRotation: true}}})
	const day = 24 * time.Hour
	statuses := func() string {
		var all []string
		for _, c := range s.e.State().Catalogs[0].Certificates {
			all = append(all, c.Status)
		}
		return strings.Join(all, " ")
	}
	for _, step := range []struct {
		advance time.Duration
		want    string
	}{
		{0, "Active"},
		{640 * day, "Active"},
		{day, "Active Inactive"},
		{44 * day, "Active Inactive"},
		{day, "Inactive Active"},
		{45 * day, "Expired Active"},
		{4 * 365 * day, "Expired Expired Expired Active"},
	} {
		clock.advance(step.advance)
		if got := statuses(); got != step.want {
			t.Errorf("after %v more: %s, want %s", step.advance, got, step.want)
		}
	}
}
