// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/arm"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func newCatalog(s *emulatortest.Session) string {
	s.T.Helper()
	catalog := strings.Replace(s.Info.CatalogID, "contoso-catalog", "second", 1)
	s.ARM(http.MethodPut, catalog, `{"location":"Global"}`).Want(http.StatusOK)
	return catalog
}

// member returns the JSON of a member of an object, or "absent".
func member(r *emulatortest.Reply, object, name string) string {
	r.T.Helper()
	var outer map[string]json.RawMessage
	if err := json.Unmarshal(r.Body, &outer); err != nil {
		r.T.Fatal(err)
	}
	if object != "" {
		if err := json.Unmarshal(outer[object], &outer); err != nil {
			r.T.Fatal(err)
		}
	}
	if value, found := outer[name]; found {
		return string(value)
	}
	return "absent"
}

func TestCatalogs_answerAsRecorded(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	catalog := strings.Replace(s.Info.CatalogID, "contoso-catalog", "second", 1)
	put := s.ARM(http.MethodPut, catalog, `{"location":"Global","tags":{"a":"b"}}`).Want(http.StatusOK)
	get := s.ARM(http.MethodGet, catalog, "").Want(http.StatusOK)
	patch := s.ARM(http.MethodPatch, catalog, `{"tags":{"c":"d"}}`).Want(http.StatusOK)
	if got := member(put, "properties", "tenantId"); got != "null" {
		t.Errorf("PUT: tenantId %s", got)
	}
	if got := member(patch, "properties", "tenantId"); got != "absent" {
		t.Errorf("PATCH: tenantId %s", got)
	}
	if got := get.Text("properties", "tenantId"); len(got) != 36 {
		t.Errorf("GET: tenantId %s", got)
	}
	etag := regexp.MustCompile(`^"[0-9a-f]{8}-0000-0400-0000-[0-9a-f]{12}"$`)
	for name, r := range map[string]*emulatortest.Reply{"PUT": put, "GET": get, "PATCH": patch} {
		if r.Text("type") != "microsoft.azuresphere/catalogs" || r.Text("location") != "Global" {
			t.Errorf("%s: %s", name, r.Body)
		}
		if member(r, "", "systemData") == "absent" || !etag.MatchString(r.Header.Get("ETag")) {
			t.Errorf("%s: no systemData, or ETag %s", name, r.Header.Get("ETag"))
		}
		if r.Header.Get("Azure-AsyncOperation") != "" || r.Header.Get("Location") != "" {
			t.Errorf("%s: it is asynchronous", name)
		}
	}
	if got := emulatortest.JSON(patch.At("tags")); got != `{"c":"d"}` {
		t.Errorf("tags %s", got)
	}
	if s.ARM(http.MethodGet, catalog+"/certificates", "").Text("value", 0, "properties", "status") != "Active" {
		t.Error("the new catalog has no active CA")
	}
	deleted := s.ARM(http.MethodDelete, catalog, "").Want(http.StatusOK)
	if len(deleted.Body) != 0 {
		t.Errorf("DELETE answers %q", deleted.Body)
	}
	missing := s.ARM(http.MethodGet, catalog, "").Want(http.StatusNotFound)
	if missing.Header.Get("x-ms-failure-cause") != "gateway" || !strings.Contains(missing.Text("error", "message"), "aka.ms/ARMResourceNotFoundFix") {
		t.Errorf("answered %s", missing.Body)
	}
	s.ARM(http.MethodPut, s.Info.CatalogID, `{"location":"westeurope"}`).Want(http.StatusConflict)
	s.ARM(http.MethodPut, catalog, `{"tags":{}}`).Want(http.StatusBadRequest)
	s.ARM(http.MethodPut, catalog+"%20x", `{"location":"global"}`).Want(http.StatusBadRequest)
}

func TestProducts_answerAsRecorded(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	product := newCatalog(s) + "/products/Coffee"
	put := s.ARM(http.MethodPut, product, `{}`).Want(http.StatusOK)
	get := s.ARM(http.MethodGet, product, "").Want(http.StatusOK)
	if member(put, "properties", "description") != "null" || put.Text("type") != "microsoft.azuresphere/catalogs/products" ||
		member(put, "", "systemData") == "absent" {
		t.Errorf("PUT: %s", put.Body)
	}
	if get.Text("type") != "Microsoft.AzureSphere/catalogs/products" || member(get, "", "systemData") != "absent" {
		t.Errorf("GET: %s", get.Body)
	}
	group := product + "/deviceGroups/Field%20Test"
	put = s.ARM(http.MethodPut, group, `{}`).Want(http.StatusOK)
	get = s.ARM(http.MethodGet, group, "").Want(http.StatusOK)
	patch := s.ARM(http.MethodPatch, group, `{"properties":{"description":"d"}}`).Want(http.StatusOK)
	want := `{"description":null,"osFeedType":"Retail","updatePolicy":"UpdateAll","allowCrashDumpsCollection":"Disabled",` +
		`"regionalDataBoundary":"None","hasDeployment":false,"provisioningState":"Succeeded"}`
	if got := member(put, "", "properties"); got != want {
		t.Errorf("PUT: %s", got)
	}
	if member(get, "properties", "hasDeployment") != "null" || member(patch, "properties", "hasDeployment") != "false" {
		t.Errorf("GET: %s\nPATCH: %s", get.Body, patch.Body)
	}
	if !strings.HasSuffix(get.Text("id"), "/deviceGroups/Field Test") {
		t.Errorf("the ID is %s", get.Text("id"))
	}
	list := s.ARM(http.MethodPost, newCatalog(s)+"/listDeviceGroups", `{}`).Want(http.StatusOK)
	if !strings.HasPrefix(string(list.Body), `{"value":[{"properties":{`) || member(list, "", "nextLink") != "null" ||
		!strings.Contains(string(list.Body), `"systemData":null`) {
		t.Errorf("listed %s", list.Body)
	}
	for _, path := range []string{group, product} {
		if deleted := s.ARM(http.MethodDelete, path, "").Want(http.StatusOK); string(deleted.Body) != "null" {
			t.Errorf("DELETE answers %q", deleted.Body)
		}
		s.ARM(http.MethodGet, path, "").Want(http.StatusNotFound)
	}
	for _, name := range []string{".default", ".unassigned", "x", strings.Repeat("x", 51)} {
		s.ARM(http.MethodPut, newCatalog(s)+"/products/"+name, `{}`).Want(http.StatusBadRequest)
	}
	for _, body := range []string{`{"properties":{"osFeedType":"Beta"}}`, `{"properties":[]}`, `{"properties":{"description":5}}`} {
		s.ARM(http.MethodPut, product, `{}`).Want(http.StatusOK)
		s.ARM(http.MethodPut, group, body).Want(http.StatusBadRequest)
	}
}

func TestDeviceMove_isAsynchronous(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now, Behavior: emulator.Behavior{ARMBehavior: arm.Behavior{OperationPolls: 1}}})
	catalog := newCatalog(s)
	s.ARM(http.MethodPut, catalog+"/products/Coffee", `{}`).Want(http.StatusOK)
	group := catalog + "/products/Coffee/deviceGroups/New"
	s.ARM(http.MethodPut, group, `{}`).Want(http.StatusOK)
	unassigned := catalog + "/products/.unassigned/deviceGroups/.unassigned/devices/" + emulatortest.DeviceID("C")
	s.Settled(http.MethodPut, unassigned, `{}`)
	s.ARM(http.MethodGet, strings.ReplaceAll(unassigned, ".unassigned", ".default"), "").Want(http.StatusOK)

	move := func(from, to string) *emulatortest.Reply {
		return s.ARM(http.MethodPatch, from, emulatortest.JSON(map[string]any{"properties": map[string]string{"deviceGroupId": to}})).
			Want(http.StatusAccepted)
	}
	poll := func(address string) *emulatortest.Reply {
		return s.Send(http.MethodGet, address, nil, "Authorization", s.Token(s.Info.Audiences.ResourceManager))
	}
	accepted := move(unassigned, group)
	address := accepted.Header.Get("Location")
	if string(accepted.Body) != "null" || !sameOperation(address, accepted.Header.Get("Azure-AsyncOperation")) || accepted.Header.Get("Azure-AsyncOperation") == address ||
		accepted.Header.Get("Retry-After") != "" {
		t.Errorf("accepted with %v and %q", accepted.Header, accepted.Body)
	}
	if !regexp.MustCompile("/operationStatuses/" + accepted.Header.Get("x-ms-request-id") + `\*[0-9A-F]{64}\?`).MatchString(address) {
		t.Errorf("the address is %s", address)
	}
	// The hash is that of the ID that was asked for, in lower case.
	hash := sha256.Sum256([]byte(strings.ToLower(strings.ReplaceAll(unassigned, ".unassigned", ".default"))))
	if !strings.Contains(address, strings.ToUpper(hex.EncodeToString(hash[:]))) || len(address) < 2900 || len(address) > 3300 {
		t.Errorf("the address, of %d characters, is %s", len(address), address)
	}
	if got := poll(accepted.Header.Get("Azure-AsyncOperation")).Want(http.StatusOK); got.Text("status") != "InProgress" {
		t.Errorf("the first poll answers %s", got.Body)
	}
	s.ARM(http.MethodGet, unassigned, "").Want(http.StatusOK)
	done := poll(address).Want(http.StatusOK)
	if done.Text("status") != "Succeeded" || done.Text("resourceId") != strings.ReplaceAll(unassigned, ".unassigned", ".default") ||
		done.Text("properties", "targetResourceId") != group+"/devices/"+emulatortest.DeviceID("C") ||
		done.Text("error", "target") != "DeviceUpdateDeviceGroup" || done.Header.Get("ETag") == "" {
		t.Errorf("the last poll answers %s", done.Body)
	}
	s.ARM(http.MethodGet, unassigned, "").Want(http.StatusNotFound)
	s.ARM(http.MethodGet, group+"/devices/"+emulatortest.DeviceID("C"), "").Want(http.StatusOK)
	poll(strings.Replace(address, "&s=", "&s=0", 1)).Want(http.StatusBadRequest)

	// Nobody polls the way back, which ends all the same.
	move(group+"/devices/"+emulatortest.DeviceID("C"), catalog+"/products/.unassigned/deviceGroups/.unassigned")
	clock.Advance(6 * time.Second)
	s.ARM(http.MethodGet, unassigned, "").Want(http.StatusOK)
	s.ARM(http.MethodPatch, unassigned, `{"properties":{"deviceGroupId":"/elsewhere"}}`).Want(http.StatusBadRequest)
}

// sameOperation reports whether two addresses name one operation: they are signed apart.
func sameOperation(a, b string) bool {
	first, _, _ := strings.Cut(a, "?")
	second, _, _ := strings.Cut(b, "?")
	return first != "" && first == second
}

// keys are the names of a body's members, in order.
func keys(r *emulatortest.Reply) string {
	r.T.Helper()
	decoder := json.NewDecoder(bytes.NewReader(r.Body))
	var names []string
	if _, err := decoder.Token(); err != nil {
		r.T.Fatal(err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			r.T.Fatal(err)
		}
		names = append(names, fmt.Sprint(name))
		var skipped json.RawMessage
		if err := decoder.Decode(&skipped); err != nil {
			r.T.Fatal(err)
		}
	}
	return strings.Join(names, ",")
}

func TestDevices_areClaimedOnce(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	catalog := newCatalog(s)
	path := "/products/.unassigned/deviceGroups/.unassigned/devices/"
	s.Settled(http.MethodPut, catalog+path+emulatortest.DeviceID("d"), `{}`)
	s.ARM(http.MethodPut, s.Info.CatalogID+path+emulatortest.DeviceID("D"), `{}`).Want(http.StatusConflict)
	s.ARM(http.MethodPut, catalog+path+"D", `{}`).Want(http.StatusBadRequest)
	s.ARM(http.MethodPut, catalog+path+emulatortest.DeviceID("E"), `{"properties":{"deviceId":"F"}}`).Want(http.StatusBadRequest)
	if got := s.ARM(http.MethodGet, catalog+path+emulatortest.DeviceID("d"), "").Text("name"); got != emulatortest.DeviceID("d") {
		t.Errorf("the name is %s", got)
	}
}

func TestSwitch_spherePut(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "sphere-put", "product=201,device=200")
	product := s.Info.CatalogID + "/products/Coffee"
	put := s.ARM(http.MethodPut, product, `{}`).Want(http.StatusCreated)
	if put.Text("properties", "provisioningState") != "Provisioning" || put.Header.Get("Retry-After") != "" {
		t.Errorf("answered %s", put.Body)
	}
	polled := s.Send(http.MethodGet, put.Header.Get("Azure-AsyncOperation"), nil, "Authorization", s.Token(s.Info.Audiences.ResourceManager))
	if polled.Want(http.StatusOK).Text("status") != "Succeeded" {
		t.Errorf("answered %s", polled.Body)
	}
	if got := s.ARM(http.MethodGet, product, "").Text("properties", "provisioningState"); got != "Succeeded" {
		t.Errorf("it is %s", got)
	}
	s.ARM(http.MethodPut, product+"/deviceGroups/Kitchen", `{}`).Want(http.StatusOK)
	s.ARM(http.MethodPut, kitchen(s)+"/devices/"+emulatortest.DeviceID("A"), `{}`).Want(http.StatusOK)
	s.ARM(http.MethodGet, kitchen(s)+"/devices/"+emulatortest.DeviceID("A"), "").Want(http.StatusOK)
}

func TestLists_arePaged(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for range 3 {
		for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate} {
			if err := s.Emulator.Rotate("", stage); err != nil {
				t.Fatal(err)
			}
		}
	}
	page := s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates?$maxpagesize=3", "").Want(http.StatusOK)
	last := s.Send(http.MethodGet, page.Text("nextLink"), nil, "Authorization", s.Token(s.Info.Audiences.ResourceManager)).Want(http.StatusOK)
	if page.At("value", 3) != nil || last.At("value", 0) == nil || last.At("value", 1) != nil || last.At("nextLink") != nil {
		t.Errorf("the pages are %s and %s", page.Body, last.Body)
	}
	top := s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates?$top=2&$skip=1", "").Want(http.StatusOK)
	if top.At("value", 1) == nil || top.At("value", 2) != nil || top.At("nextLink") != nil {
		t.Errorf("listed %s", top.Body)
	}
	s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates?$top=x", "").Want(http.StatusBadRequest)
}
