// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// saved is the state as somebody who saves it gets it.
func saved(s *emulatortest.Session) string {
	s.T.Helper()
	return string(control(s, http.MethodGet, "state", "").Want(http.StatusOK).Body)
}

// difference shows where two long texts begin to differ.
func difference(got, want string) string {
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	around := func(text string) string { return text[max(0, at-80):min(len(text), at+80)] }
	return fmt.Sprintf("…%s…, want …%s…", around(got), around(want))
}

// seed reads a state.
func seed(t *testing.T, text string) *emulator.State {
	t.Helper()
	state, err := emulator.ReadState(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// furnish puts something of everything into an emulator, and returns an entry with an open code, and the code.
func furnish(s *emulatortest.Session) (entry, code string) {
	s.T.Helper()
	s.ARM(http.MethodPatch, s.Info.CatalogID, `{"tags":{"a":"b"}}`).Want(http.StatusOK)
	for _, name := range []string{"Coffee", "Tea"} {
		s.ARM(http.MethodPut, s.Info.CatalogID+"/products/"+name, `{"properties":{"description":""}}`)
	}
	s.ARM(http.MethodPut, s.Info.CatalogID+"/products/Coffee/deviceGroups/Field", `{"properties":{"osFeedType":"RetailEval","regionalDataBoundary":"EU"}}`)
	s.ARM(http.MethodPut, s.Info.CatalogID+"/products/Coffee/deviceGroups/Field/devices/"+emulatortest.DeviceID("A"), `{"properties":{}}`)
	image := emulatortest.NewImage("AzureSphereBlink1")
	s.Settled(http.MethodPut, s.Info.CatalogID+"/images/"+image.ID, image.Body)
	s.Settled(http.MethodPut, s.Info.CatalogID+"/products/Coffee/deviceGroups/Field/deployments/.default", emulatortest.JSON(map[string]any{
		"properties": map[string]any{"deployedImages": []any{map[string]any{"properties": map[string]string{"imageId": image.ID}}}},
	}))
	other := s.Info.CatalogID[:strings.LastIndex(s.Info.CatalogID, "/")+1] + "second"
	s.ARM(http.MethodPut, other, `{"location":"global"}`)
	entry = s.Entry("sphere")
	serial, _ := s.ActiveCA()
	s.Verify(entry, s.Proof(serial, s.Code(entry))).Want(http.StatusNoContent)
	if _, err := newDevice(s.T, s).Enrol(s.T.Context(), s.Emulator.State().Applications[0].IDScope); err != nil {
		s.T.Fatal(err)
	}
	furnishDPS(s)
	if _, err := s.Emulator.Advance(660 * day); err != nil {
		s.T.Fatal(err)
	}
	s.DPS(http.MethodPost, "/certificates/second/generateVerificationCode", "", "*").Want(http.StatusOK)
	s.Central(http.MethodPut, "/enrollmentGroups/keys", `{"displayName":"Keys","enabled":false,"type":"iotEdge","attestation":{"type":"symmetricKey"}}`).Want(http.StatusOK)
	s.Central(http.MethodPut, "/devices/d-1", `{"simulated":true}`).Want(http.StatusOK)
	return entry, s.Code(entry)
}

// furnishDPS puts something of everything into the first provisioning service: certificates as DER and PEM, groups that
// refer to them, hold them and have keys, and a device that has registered.
func furnishDPS(s *emulatortest.Session) {
	s.T.Helper()
	_, encoded := s.ActiveCA()
	own := emulatortest.NewCA(s.T, pkix.Name{CommonName: "Own"}, true)
	s.DPSCertificate("sphere", encoded, true)
	s.DPSCertificate("second", emulatortest.PEM(own.Certificate), false)
	hubs := s.Info.ProvisioningServices[0].Hubs
	for id, record := range map[string]string{
		"sphere": emulatortest.Referring("sphere", "sphere", ""),
		"keys": emulatortest.JSON(map[string]any{
			"enrollmentGroupId": "keys", "attestation": map[string]string{"type": "symmetricKey"}, "provisioningStatus": "disabled",
			"capabilities": map[string]bool{"iotEdge": true}, "iotHubs": hubs[1:], "initialTwin": map[string]any{"tags": map[string]string{"a": "b"}},
			"allocationPolicy": "custom", "customAllocationDefinition": map[string]string{"webhookUrl": "https://a.test", "apiVersion": "2021-10-01"},
			"reprovisionPolicy": map[string]bool{"updateHubAssignment": true, "migrateDeviceData": false},
		}),
		"signing": emulatortest.JSON(map[string]any{"enrollmentGroupId": "signing", "attestation": map[string]any{"type": "x509", "x509": map[string]any{
			"signingCertificates": map[string]any{"secondary": map[string]string{"certificate": emulatortest.PEM(own.Certificate)}},
		}}}),
	} {
		s.Enrollment(http.MethodPut, "/enrollmentGroups/"+id, record).Want(http.StatusOK)
	}
	if _, err := newDevice(s.T, s).Enrol(s.T.Context(), s.Info.ProvisioningServices[0].IDScope); err != nil {
		s.T.Fatal(err)
	}
}

// shownByDPS is what clients see of the first provisioning service.
func shownByDPS(s *emulatortest.Session) string {
	s.T.Helper()
	var all strings.Builder
	for _, path := range []string{"", "/certificates", "/certificates/second"} {
		all.Write(s.DPS(http.MethodGet, path, "", "").Want(http.StatusOK).Body)
	}
	for _, path := range []string{"/enrollmentGroups/query", "/registrations/sphere/query"} {
		all.Write(s.Enrollment(http.MethodPost, path, `{"query":"SELECT *"}`).Want(http.StatusOK).Body)
	}
	all.Write(s.Enrollment(http.MethodPost, "/enrollmentGroups/keys/attestationmechanism", "").Want(http.StatusOK).Body)
	return all.String()
}

func TestState_isSavedAndLoaded(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	first := emulatortest.Start(t, emulator.Options{Now: clock.Now, Applications: []string{"contoso", "fabrikam"}})
	entry, code := furnish(first)
	made := first.Central(http.MethodPut, "/apiTokens/robot", `{"roles":[{"role":"344138e9-8de4-4497-8c54-5237e96d6aaf"}]}`).Want(http.StatusOK)
	want := saved(first)
	second := emulatortest.Start(t, emulator.Options{Now: clock.Now, Seed: seed(t, want)})
	if got := saved(second); got != want {
		t.Errorf("loaded is not what was saved: %s", difference(got, want))
	}
	// What clients know of the first is true of the second.
	if got, want := second.Info.CatalogID, first.Info.CatalogID; got != want {
		t.Errorf("the catalog is %s, want %s", got, want)
	}
	for i, app := range first.Info.Applications {
		if got := second.Info.Applications[i]; got.ApplicationID != app.ApplicationID || got.APIToken != app.APIToken ||
			got.IDScope != app.IDScope || got.ResourceID != app.ResourceID {
			t.Errorf("the application is %+v, want %+v", got, app)
		}
	}
	second.Send(http.MethodGet, second.CentralURL("/enrollmentGroups", emulatortest.PreviewVersion), nil, "Authorization", made.Text("token")).
		Want(http.StatusOK)
	for _, path := range []string{"", "/certificates", "/products", "/products/Coffee/deviceGroups"} {
		before, after := first.ARM(http.MethodGet, first.Info.CatalogID+path, ""), second.ARM(http.MethodGet, first.Info.CatalogID+path, "")
		if !bytes.Equal(before.Body, after.Body) && path != "" { // The catalog itself has a new ETag.
			t.Errorf("%s was\n%s\nand is\n%s", path, before.Body, after.Body)
		}
	}
	serial, _ := second.ActiveCA()
	chain := second.Info.CatalogID + "/certificates/" + serial + "/retrieveCertChain"
	if before, after := first.ARM(http.MethodPost, chain, ""), second.ARM(http.MethodPost, chain, ""); !bytes.Equal(before.Body, after.Body) {
		t.Errorf("the chain was %s and is %s", before.Body, after.Body)
	}
	if before, after := shownByDPS(first), shownByDPS(second); before != after || !strings.Contains(after, `"assignedHub"`) {
		t.Errorf("the provisioning service is shown otherwise: %s", difference(after, before))
	}
	if before, after := first.Info.ProvisioningServices[0], second.Info.ProvisioningServices[0]; !reflect.DeepEqual(before, after) {
		t.Errorf("the provisioning service was %+v and is %+v", before, after)
	}
	// The code and the certificate as it was uploaded are there, and no etag comes twice.
	regenerated := second.DPS(http.MethodPost, "/certificates/second/generateVerificationCode", "", "*").Want(http.StatusOK)
	service := seed(t, want).ProvisioningServices
	if sent := service[0].Certificates[1]; len(sent.OpenCodes) != 1 || sent.Certificate != regenerated.Text("properties", "certificate") ||
		strings.Contains(emulatortest.JSON(service), regenerated.Text("etag")) {
		t.Errorf("the certificate was saved as %+v and is shown as %s", sent, regenerated.Body)
	}
	// Its keys are there: a proof for the code of the first is taken, and life goes on.
	second.Verify(entry, second.Proof(serial, code)).Want(http.StatusNoContent)
	if _, err := second.Emulator.Advance(30 * day); err != nil {
		t.Fatal(err)
	}
	if got := caStatuses(second); got != "Inactive Active" {
		t.Errorf("later the CAs are %s", got)
	}
}

// TestReset_takesBackApplications: those that were made go, and those that were deleted come back with what they held.
func TestReset_takesBackApplications(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Seed: seed(t, `{"applications":[{"subdomain":"contoso","enrollment_groups":[{"id":"g"}]}]}`)})
	before := saved(s)
	contoso := s.Info.Applications[0].ResourceID + "?api-version=2021-06-01"
	made := strings.Replace(contoso, "contoso?", "northwind?", 1)
	s.ARM(http.MethodPatch, contoso, `{"tags":{"a":"b"}}`)
	s.ARM(http.MethodPut, made, `{"location":"westeurope","sku":{"name":"ST2"},"properties":{"subdomain":"northwind","displayName":"N"}}`).Want(http.StatusCreated)
	s.ARM(http.MethodDelete, contoso, "").Want(http.StatusAccepted)
	for range 5 {
		s.ARM(http.MethodGet, contoso, "")
	}
	if err := s.Emulator.Reset(); err != nil {
		t.Fatal(err)
	}
	if after := saved(s); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
	s.ARM(http.MethodGet, made, "").Want(http.StatusNotFound)
	if tags := s.ARM(http.MethodGet, contoso, "").Want(http.StatusOK).At("tags"); len(tags.(map[string]any)) > 0 {
		t.Errorf("the tags are %v", tags)
	}
	s.Central(http.MethodGet, "/enrollmentGroups/g", "").Want(http.StatusOK)
}

// TestState_hasEachETagOnce: an etag that was made after the state was loaded is none of those in it.
func TestState_hasEachETagOnce(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	first := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	first.Entry("g")
	_, encoded := first.ActiveCA()
	first.DPSCertificate("g", encoded, false)
	text := saved(first)
	second := emulatortest.Start(t, emulator.Options{Now: clock.Now, Seed: seed(t, text)})
	for i := range 5 {
		if made := second.X509Group(fmt.Sprintf("new-%d", i)); strings.Contains(text, made.Text("etag")) {
			t.Errorf("the etag %s comes twice", made.Text("etag"))
		}
	}
	if made := second.DPSCertificate("new", encoded, false); strings.Contains(emulatortest.JSON(seed(t, text).ProvisioningServices), made) {
		t.Errorf("the etag %s of a certificate comes twice", made)
	}
}

// TestState_ofACatalogThatExpired: its CA is renewed after it was loaded, like before.
func TestState_ofACatalogThatExpired(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	first := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	clock.Advance(750 * day)
	if got := caStatuses(first); got != "Expired" {
		t.Fatalf("the CAs are %s", got)
	}
	second := emulatortest.Start(t, emulator.Options{Now: clock.Now, Seed: seed(t, saved(first))})
	if got := caStatuses(second); got != "Expired" {
		t.Errorf("loaded, the CAs are %s", got)
	}
	if _, err := second.Emulator.Advance(time.Second); err != nil || caStatuses(second) != "Expired Active" {
		t.Errorf("later, the CAs are %s: %v", caStatuses(second), err)
	}
}

func TestState_isOneMoment(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	s.X509Group("g")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 300 {
			arm, central := s.Token(s.Info.Audiences.ResourceManager), s.Token(s.Info.Audiences.IoTCentral)
			w := &worker{s, arm, central, "g"}
			address := strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/") + s.Info.CatalogID + "?api-version=" + emulatortest.SphereVersion
			// First the catalog, then the group: no moment has the group before the catalog.
			if _, _, err := w.send(http.MethodPatch, address, w.arm, fmt.Sprintf(`{"tags":{"n":"%09d"}}`, i)); err != nil {
				t.Error(err)
			}
			if _, _, err := w.send(http.MethodPatch, s.CentralURL("/enrollmentGroups/g", emulatortest.PreviewVersion), w.central,
				fmt.Sprintf(`{"displayName":"%09d"}`, i)); err != nil {
				t.Error(err)
			}
		}
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		state := s.Emulator.State()
		if catalog, group := state.Catalogs[0].Tags["n"], state.Applications[0].EnrollmentGroups[0].DisplayName; group > catalog && group != "Sphere" {
			t.Errorf("the group is at %s, and the catalog at %s", group, catalog)
		}
	}
}

func TestSeed_needsNoMoreThanWhatMatters(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Seed: seed(t, `{
		"catalogs": [
			{"name": "old", "certificates": [{"age": "45d"}, {"age": "700d", "status": "Inactive"}], "products": [{"name": "Coffee", "device_groups": [{"name": "Field"}]}],
			 "devices": [{"id": "`+emulatortest.DeviceID("A")+`", "product": "Coffee", "device_group": "Field"}]},
			{"name": "new"}
		],
		"applications": [
			{"subdomain": "contoso", "enrollment_groups": [
				{"id": "sphere", "primary": {"certificate_of": "old", "verified": true}},
				{"id": "off", "display_name": "Off", "enabled": false, "attestation_type": "symmetricKey"}
			]},
			{"subdomain": "fabrikam"}
		]
	}`)})
	state := s.Emulator.State()
	if got := caStatuses(s); got != "Inactive Active" || len(state.Catalogs) != 2 || len(state.Catalogs[1].Certificates) != 1 {
		t.Errorf("the CAs are %s of %d catalogs", got, len(state.Catalogs))
	}
	now := s.Emulator.Now()
	for i, want := range []time.Duration{700 * day, 45 * day} {
		if got := now.Sub(state.Catalogs[0].Certificates[i].NotBefore); got < want || got > want+day {
			t.Errorf("CA %d is %v old, want %v", i, got, want)
		}
	}
	groups := state.Applications[0].EnrollmentGroups
	if len(groups) != 2 || !groups[0].Enabled || groups[1].Enabled || groups[0].Primary.Thumbprint != state.Catalogs[0].Certificates[1].Thumbprint {
		t.Errorf("the groups are %+v", groups)
	}
	if len(s.Info.Applications) != 2 || !strings.HasSuffix(s.Info.CatalogID, "/old") {
		t.Errorf("the settings are %+v", s.Info)
	}
	device, err := emulatortest.NewDevice(s.Emulator, emulatortest.DeviceID("a"), state.Catalogs[0].Certificates[1].Thumbprint)
	if err == nil {
		_, err = device.Enrol(t.Context(), s.Emulator.State().Applications[0].IDScope)
	}
	if err != nil {
		t.Errorf("a device of the seed cannot enrol: %v", err)
	}
	s.ARM(http.MethodGet, s.Info.CatalogID+"/products/Coffee/deviceGroups/Field/devices/"+emulatortest.DeviceID("A"), "").Want(http.StatusOK)
	s.Send(http.MethodGet, s.CentralURL("/enrollmentGroups", emulatortest.PreviewVersion), nil, "Authorization", s.Info.Applications[0].APIToken).Want(http.StatusOK)
}

func TestSeed_needsNoMoreOfAProvisioningService(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Seed: seed(t, `{
		"catalogs": [{"name": "c", "certificates": [{"age": "45d"}]}],
		"provisioning_services": [{"name": "fabrikam-dps", "certificates": [{"name": "sphere", "certificate_of": "c", "verified": true}],
			"enrollment_groups": [{"id": "sphere", "primary_reference": "sphere"}, {"id": "keys", "attestation_type": "symmetricKey"}]}]
	}`)})
	if _, err := newDevice(t, s).Enrol(t.Context(), s.Info.ProvisioningServices[0].IDScope); err != nil {
		t.Errorf("a device of the seed cannot register: %v", err)
	}
	group := s.Enrollment(http.MethodGet, "/enrollmentGroups/sphere", "").Want(http.StatusOK)
	if group.Text("allocationPolicy") != "hashed" || group.At("reprovisionPolicy", "migrateDeviceData") != true || group.Text("etag") == "" {
		t.Errorf("the group is %s", group.Body)
	}
	keys := s.Enrollment(http.MethodPost, "/enrollmentGroups/keys/attestationmechanism", "").Want(http.StatusOK)
	if keys.Text("symmetricKey", "primaryKey") == "" {
		t.Errorf("the keys are %s", keys.Body)
	}
	if state := s.Emulator.State().ProvisioningServices; len(state) != 1 || state[0].IDScope == "" || len(state[0].Hubs) == 0 {
		t.Errorf("the state is %+v", state)
	}
}

// TestSeed_emptyIsEmpty: of what was saved without a catalog or an application, none is made.
func TestSeed_emptyIsEmpty(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := emulatortest.Start(t, emulator.Options{Dir: dir, Seed: seed(t, `{"catalogs":[],"applications":[]}`)})
	if state := s.Emulator.State(); len(state.Catalogs) != 0 || len(state.Applications) != 0 {
		t.Errorf("the state is %+v", state)
	}
	if content, err := os.ReadFile(dir + "/emulator.env"); err != nil || strings.Contains(string(content), "IOTCENTRAL_APPLICATION") {
		t.Errorf("the environment is %s, %v", content, err)
	}
}

func TestSeed_namesWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := emulatortest.Start(t, emulator.Options{})
	whole := saved(good)
	for name, test := range map[string]struct{ text, want string }{
		"unknown member":          {`{"catalog":[]}`, `unknown field "catalog"`},
		"unknown member of group": {`{"applications":[{"subdomain":"a","enrollment_groups":[{"id":"g","enable":true}]}]}`, `unknown field "enable"`},
		"two values":              {`{} {}`, "something follows"},
		"no name":                 {`{"catalogs":[{}]}`, "catalogs[0]: name is missing"},
		"foreign ID":              {`{"catalogs":[{"id":"/subscriptions/a/resourceGroups/b/providers/Microsoft.AzureSphere/catalogs/c"}]}`, "catalogs[0]: id"},
		"name twice":              {`{"catalogs":[{"name":"a"},{"name":"A"}]}`, "catalogs[1]: another catalog"},
		"no certificate":          {`{"catalogs":[{"name":"a","certificates":[{}]}]}`, "certificates[0]: it needs certificate_pem"},
		"age":                     {`{"catalogs":[{"name":"a","certificates":[{"age":"old"}]}]}`, `certificates[0]: age: "old"`},
		"status":                  {`{"catalogs":[{"name":"a","certificates":[{"age":"1d","status":"New"}]}]}`, `no "New"`},
		"two active":              {`{"catalogs":[{"name":"a","certificates":[{"age":"1d"},{"age":"2d"}]}]}`, "certificates[1]: another certificate is Active"},
		"not PEM":                 {`{"catalogs":[{"name":"a","certificates":[{"certificate_pem":"x"}]}]}`, "certificate_pem is not"},
		"no key":                  {strings.Replace(whole, "-----BEGIN PRIVATE KEY-----", "-", 1), "authorities: private_key_pem is not"},
		"no authority":            {withoutAuthorities(t, whole), "none of the authorities"},
		"another key":             {swapKeys(t, whole), "not the key of"},
		"product twice":           {`{"catalogs":[{"name":"a","products":[{"name":"p"},{"name":"p"}]}]}`, "products[1]"},
		"device group twice":      {`{"catalogs":[{"name":"a","products":[{"name":"p","device_groups":[{"name":"g"},{"name":"g"}]}]}]}`, "device_groups[1]"},
		"device nowhere":          {`{"catalogs":[{"name":"a","devices":[{"id":"` + emulatortest.DeviceID("a") + `","product":"p","device_group":"g"}]}]}`, "devices[0]: the catalog has no product"},
		"device ID":               {`{"catalogs":[{"name":"a","devices":[{"id":"a"}]}]}`, "devices[0]: the ID"},
		"application label":       {`{"applications":[{"subdomain":"A"}]}`, "DNS label"},
		"application twice":       {`{"applications":[{"subdomain":"a"},{"subdomain":"a"}]}`, "comes twice"},
		"signing key":             {`{"applications":[{"subdomain":"a","signing_key":"!"}]}`, "applications[0]: signing_key"},
		"API token":               {`{"applications":[{"subdomain":"a","api_tokens":[{"id":"!"}]}]}`, "api_tokens[0]"},
		"role":                    {`{"applications":[{"subdomain":"a","api_tokens":[{"id":"a","roles":["r"]}]}]}`, `no role "r"`},
		"group ID":                {`{"applications":[{"subdomain":"a","enrollment_groups":[{"id":"!"}]}]}`, "enrollment_groups[0]: id"},
		"group twice":             {`{"applications":[{"subdomain":"a","enrollment_groups":[{"id":"g"},{"id":"g"}]}]}`, "enrollment_groups[1]: id"},
		"group type":              {`{"applications":[{"subdomain":"a","enrollment_groups":[{"id":"g","type":"x"}]}]}`, "type"},
		"attestation":             {`{"applications":[{"subdomain":"a","enrollment_groups":[{"id":"g","attestation_type":"x"}]}]}`, "attestation_type"},
		"keys and certificates":   {`{"applications":[{"subdomain":"a","enrollment_groups":[{"id":"g","attestation_type":"symmetricKey","primary":{}}]}]}`, "without X.509"},
		"certificate":             {`{"applications":[{"subdomain":"a","enrollment_groups":[{"id":"g","primary":{"certificate":"x"}}]}]}`, "primary: "},
		"certificate of nothing":  {`{"applications":[{"subdomain":"a","enrollment_groups":[{"id":"g","secondary":{"certificate_of":"x"}}]}]}`, "certificate_of"},
		"device of application":   {`{"applications":[{"subdomain":"a","devices":[{"id":"!"}]}]}`, "devices[0]"},
		"service label":           {`{"provisioning_services":[{"name":"A"}]}`, "DNS label"},
		"service twice":           {`{"provisioning_services":[{"name":"abc"},{"name":"abc"}]}`, "comes twice"},
		"foreign service ID":      {`{"provisioning_services":[{"name":"abc","id":"/subscriptions/a"}]}`, "provisioning_services[0]: id"},
		"DPS certificate name":    {`{"provisioning_services":[{"name":"abc","certificates":[{"name":"a b"}]}]}`, "certificates[0]"},
		"DPS certificate":         {`{"provisioning_services":[{"name":"abc","certificates":[{"name":"a","certificate":"x"}]}]}`, "not base64"},
		"DPS certificate of none": {`{"provisioning_services":[{"name":"abc","certificates":[{"name":"a","certificate_of":"x"}]}]}`, "certificate_of"},
		"DPS group ID":            {`{"provisioning_services":[{"name":"abc","enrollment_groups":[{}]}]}`, "enrollment_groups[0]: the id"},
		"DPS group twice":         {`{"provisioning_services":[{"name":"abc","enrollment_groups":[{"id":"g"},{"id":"g"}]}]}`, "enrollment_groups[1]: the id"},
		"DPS status":              {`{"provisioning_services":[{"name":"abc","enrollment_groups":[{"id":"g","provisioning_status":"off"}]}]}`, "provisioning_status"},
		"DPS allocation":          {`{"provisioning_services":[{"name":"abc","enrollment_groups":[{"id":"g","allocation_policy":"x"}]}]}`, "allocation_policy"},
		"DPS attestation":         {`{"provisioning_services":[{"name":"abc","enrollment_groups":[{"id":"g","attestation_type":"tpm"}]}]}`, "attestation_type"},
		"DPS keys and references": {`{"provisioning_services":[{"name":"abc","enrollment_groups":[{"id":"g","attestation_type":"symmetricKey","primary_reference":"a"}]}]}`, "without X.509"},
		"DPS signing":             {`{"provisioning_services":[{"name":"abc","enrollment_groups":[{"id":"g","signing_certificates":["x",""]}]}]}`, "signing_certificates[0]"},
		"clock":                   {`{"clock_ahead":"-1h"}`, "clock_ahead"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state, err := emulator.ReadState(strings.NewReader(test.text))
			if err == nil {
				var started *emulator.Emulator
				if started, err = emulator.Start(emulator.Options{Seed: state}); err == nil {
					_ = started.Close()
				}
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func withoutAuthorities(t *testing.T, whole string) string {
	t.Helper()
	state := seed(t, whole)
	state.Authorities = nil
	return emulatortest.JSON(state)
}

func swapKeys(t *testing.T, whole string) string {
	t.Helper()
	state := seed(t, whole)
	state.Catalogs[0].Certificates[0].PrivateKey = state.Authorities[0].PrivateKey
	return emulatortest.JSON(state)
}

func TestSeed_takesThePlaceOfOtherOptions(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]emulator.Options{
		"services":     {ProvisioningServices: []string{"a"}, Seed: &emulator.State{ProvisioningServices: []emulator.ProvisioningServiceState{{Name: "b"}}}},
		"applications": {Applications: []string{"a"}, Seed: &emulator.State{Applications: []emulator.ApplicationState{{Subdomain: "b"}}}},
		"CA age":       {CAAge: day, Seed: &emulator.State{Catalogs: []emulator.CatalogState{{Name: "c"}}}},
	} {
		e, err := emulator.Start(opts)
		if err == nil {
			_ = e.Close()
			t.Errorf("%s: it started", name)
		}
	}
	s := emulatortest.Start(t, emulator.Options{Applications: []string{"a"}, CAAge: 660 * day, Seed: &emulator.State{ClockAhead: "24h"}})
	if state := s.Emulator.State(); state.Applications[0].Subdomain != "a" || state.Catalogs[0].Certificates[0].NotAfter.Sub(s.Emulator.Now()) > 75*day || state.ClockAhead != "24h0m0s" {
		t.Errorf("the state is %+v", state)
	}
}

func TestReset_takesEverythingBackToTheStart(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]emulator.Options{
		"without a seed": {},
		"with a seed": {Seed: seed(t, `{"clock_ahead":"24h","catalogs":[{"name":"c","certificates":[{"age":"1d"}]}],
			"applications":[{"subdomain":"contoso","enrollment_groups":[{"id":"sphere","primary":{"certificate_of":"c"}}]}],
			"provisioning_services":[{"name":"fabrikam-dps","certificates":[{"name":"first","certificate_of":"c"}],
				"enrollment_groups":[{"id":"first","attestation_type":"symmetricKey"}]}]}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := emulatortest.Start(t, opts)
			before, info := saved(s), s.Emulator.Info()
			began := s.Emulator.Now()
			furnish(s)
			s.Emulator.Fail(emulator.Fault{Status: http.StatusBadGateway})
			control(s, http.MethodPost, "reset", "").Want(http.StatusNoContent)
			if got := saved(s); got != before {
				t.Errorf("afterwards it stores something else: %s", difference(got, before))
			}
			if got := s.Emulator.Now().Sub(began); got > day {
				t.Errorf("it is %v later", got)
			}
			if left := s.Emulator.Requests(); len(left) > 0 {
				t.Errorf("%d requests are left", len(left))
			}
			if !reflect.DeepEqual(s.Emulator.Info(), info) {
				t.Error("the settings have changed")
			}
			s.Send(http.MethodGet, s.CentralURL("/enrollmentGroups", emulatortest.PreviewVersion), nil, "Authorization", info.Applications[0].APIToken).Want(http.StatusOK)
			s.ARM(http.MethodGet, info.CatalogID, "").Want(http.StatusOK)
		})
	}
}

func TestState_isJSONThatIsReadAgain(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	furnish(s)
	var loose map[string]any
	text := saved(s)
	if err := json.Unmarshal([]byte(text), &loose); err != nil {
		t.Fatal(err)
	}
	if got := emulatortest.JSON(seed(t, text)); !reflect.DeepEqual(unmarshal(t, got), loose) {
		t.Errorf("read is not what was written: %s", difference(got, text))
	}
}

func unmarshal(t *testing.T, text string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
