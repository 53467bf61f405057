// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/arm"
)

func (s *session) newCatalog() string {
	s.t.Helper()
	catalog := strings.Replace(s.info.CatalogID, "contoso-catalog", "second", 1)
	s.arm(http.MethodPut, catalog, `{"location":"Global"}`).want(http.StatusOK)
	return catalog
}

// member returns the JSON of a member of an object, or "absent".
func member(r *reply, object, name string) string {
	r.t.Helper()
	var outer map[string]json.RawMessage
	if err := json.Unmarshal(r.body, &outer); err != nil {
		r.t.Fatal(err)
	}
	if object != "" {
		if err := json.Unmarshal(outer[object], &outer); err != nil {
			r.t.Fatal(err)
		}
	}
	if value, found := outer[name]; found {
		return string(value)
	}
	return "absent"
}

func TestCatalogs_answerAsRecorded(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	catalog := strings.Replace(s.info.CatalogID, "contoso-catalog", "second", 1)
	put := s.arm(http.MethodPut, catalog, `{"location":"Global","tags":{"a":"b"}}`).want(http.StatusOK)
	get := s.arm(http.MethodGet, catalog, "").want(http.StatusOK)
	patch := s.arm(http.MethodPatch, catalog, `{"tags":{"c":"d"}}`).want(http.StatusOK)
	if got := member(put, "properties", "tenantId"); got != "null" {
		t.Errorf("PUT: tenantId %s", got)
	}
	if got := member(patch, "properties", "tenantId"); got != "absent" {
		t.Errorf("PATCH: tenantId %s", got)
	}
	if got := get.text("properties", "tenantId"); len(got) != 36 {
		t.Errorf("GET: tenantId %s", got)
	}
	etag := regexp.MustCompile(`^"[0-9a-f]{8}-0000-0400-0000-[0-9a-f]{12}"$`)
	for name, r := range map[string]*reply{"PUT": put, "GET": get, "PATCH": patch} {
		if r.text("type") != "microsoft.azuresphere/catalogs" || r.text("location") != "Global" {
			t.Errorf("%s: %s", name, r.body)
		}
		if member(r, "", "systemData") == "absent" || !etag.MatchString(r.header.Get("ETag")) {
			t.Errorf("%s: no systemData, or ETag %s", name, r.header.Get("ETag"))
		}
		if r.header.Get("Azure-AsyncOperation") != "" || r.header.Get("Location") != "" {
			t.Errorf("%s: it is asynchronous", name)
		}
	}
	if got := jsonText(patch.at("tags")); got != `{"c":"d"}` {
		t.Errorf("tags %s", got)
	}
	if s.arm(http.MethodGet, catalog+"/certificates", "").text("value", 0, "properties", "status") != "Active" {
		t.Error("the new catalog has no active CA")
	}
	deleted := s.arm(http.MethodDelete, catalog, "").want(http.StatusOK)
	if len(deleted.body) != 0 {
		t.Errorf("DELETE answers %q", deleted.body)
	}
	missing := s.arm(http.MethodGet, catalog, "").want(http.StatusNotFound)
	if missing.header.Get("x-ms-failure-cause") != "gateway" || !strings.Contains(missing.text("error", "message"), "aka.ms/ARMResourceNotFoundFix") {
		t.Errorf("answered %s", missing.body)
	}
	s.arm(http.MethodPut, s.info.CatalogID, `{"location":"westeurope"}`).want(http.StatusConflict)
	s.arm(http.MethodPut, catalog, `{"tags":{}}`).want(http.StatusBadRequest)
	s.arm(http.MethodPut, catalog+"%20x", `{"location":"global"}`).want(http.StatusBadRequest)
}

func TestProducts_answerAsRecorded(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	product := s.newCatalog() + "/products/Coffee"
	put := s.arm(http.MethodPut, product, `{}`).want(http.StatusOK)
	get := s.arm(http.MethodGet, product, "").want(http.StatusOK)
	if member(put, "properties", "description") != "null" || put.text("type") != "microsoft.azuresphere/catalogs/products" ||
		member(put, "", "systemData") == "absent" {
		t.Errorf("PUT: %s", put.body)
	}
	if get.text("type") != "Microsoft.AzureSphere/catalogs/products" || member(get, "", "systemData") != "absent" {
		t.Errorf("GET: %s", get.body)
	}
	group := product + "/deviceGroups/Field%20Test"
	put = s.arm(http.MethodPut, group, `{}`).want(http.StatusOK)
	get = s.arm(http.MethodGet, group, "").want(http.StatusOK)
	patch := s.arm(http.MethodPatch, group, `{"properties":{"description":"d"}}`).want(http.StatusOK)
	want := `{"description":null,"osFeedType":"Retail","updatePolicy":"UpdateAll","allowCrashDumpsCollection":"Disabled",` +
		`"regionalDataBoundary":"None","hasDeployment":false,"provisioningState":"Succeeded"}`
	if got := member(put, "", "properties"); got != want {
		t.Errorf("PUT: %s", got)
	}
	if member(get, "properties", "hasDeployment") != "null" || member(patch, "properties", "hasDeployment") != "false" {
		t.Errorf("GET: %s\nPATCH: %s", get.body, patch.body)
	}
	if !strings.HasSuffix(get.text("id"), "/deviceGroups/Field Test") {
		t.Errorf("the ID is %s", get.text("id"))
	}
	list := s.arm(http.MethodPost, s.newCatalog()+"/listDeviceGroups", `{}`).want(http.StatusOK)
	if !strings.HasPrefix(string(list.body), `{"value":[{"properties":{`) || member(list, "", "nextLink") != "null" ||
		!strings.Contains(string(list.body), `"systemData":null`) {
		t.Errorf("listed %s", list.body)
	}
	for _, path := range []string{group, product} {
		if deleted := s.arm(http.MethodDelete, path, "").want(http.StatusOK); string(deleted.body) != "null" {
			t.Errorf("DELETE answers %q", deleted.body)
		}
		s.arm(http.MethodGet, path, "").want(http.StatusNotFound)
	}
	for _, name := range []string{".default", ".unassigned", "x", strings.Repeat("x", 51)} {
		s.arm(http.MethodPut, s.newCatalog()+"/products/"+name, `{}`).want(http.StatusBadRequest)
	}
	for _, body := range []string{`{"properties":{"osFeedType":"Beta"}}`, `{"properties":[]}`, `{"properties":{"description":5}}`} {
		s.arm(http.MethodPut, product, `{}`).want(http.StatusOK)
		s.arm(http.MethodPut, group, body).want(http.StatusBadRequest)
	}
}

func TestDeviceMove_isAsynchronous(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now, Behavior: emulator.Behavior{ARMBehavior: arm.Behavior{OperationPolls: 1}}})
	catalog := s.newCatalog()
	s.arm(http.MethodPut, catalog+"/products/Coffee", `{}`).want(http.StatusOK)
	group := catalog + "/products/Coffee/deviceGroups/New"
	s.arm(http.MethodPut, group, `{}`).want(http.StatusOK)
	unassigned := catalog + "/products/.unassigned/deviceGroups/.unassigned/devices/" + deviceID("C")
	s.arm(http.MethodPut, unassigned, `{}`).want(http.StatusOK)
	s.arm(http.MethodGet, strings.ReplaceAll(unassigned, ".unassigned", ".default"), "").want(http.StatusOK)

	move := func(from, to string) *reply {
		return s.arm(http.MethodPatch, from, jsonText(map[string]any{"properties": map[string]string{"deviceGroupId": to}})).
			want(http.StatusAccepted)
	}
	poll := func(address string) *reply {
		return s.send(http.MethodGet, address, nil, "Authorization", s.token(s.info.Audiences.ResourceManager))
	}
	accepted := move(unassigned, group)
	address := accepted.header.Get("Location")
	if string(accepted.body) != "null" || address == "" || accepted.header.Get("Azure-AsyncOperation") != address ||
		accepted.header.Get("Retry-After") != "" {
		t.Errorf("accepted with %v and %q", accepted.header, accepted.body)
	}
	if !regexp.MustCompile("/operationStatuses/" + accepted.header.Get("x-ms-request-id") + `\*[0-9A-F]{64}\?`).MatchString(address) {
		t.Errorf("the address is %s", address)
	}
	if got := poll(address).want(http.StatusOK); got.text("status") != "InProgress" {
		t.Errorf("the first poll answers %s", got.body)
	}
	s.arm(http.MethodGet, unassigned, "").want(http.StatusOK)
	done := poll(address).want(http.StatusOK)
	if done.text("status") != "Succeeded" || done.text("resourceId") != unassigned ||
		done.text("properties", "targetResourceId") != group+"/devices/"+deviceID("C") ||
		done.text("error", "target") != "DeviceUpdateDeviceGroup" || done.header.Get("ETag") == "" {
		t.Errorf("the last poll answers %s", done.body)
	}
	s.arm(http.MethodGet, unassigned, "").want(http.StatusNotFound)
	s.arm(http.MethodGet, group+"/devices/"+deviceID("C"), "").want(http.StatusOK)
	poll(strings.Replace(address, "&s=", "&s=0", 1)).want(http.StatusBadRequest)

	// Nobody polls the way back, which ends all the same.
	move(group+"/devices/"+deviceID("C"), catalog+"/products/.unassigned/deviceGroups/.unassigned")
	clock.advance(6 * time.Second)
	s.arm(http.MethodGet, unassigned, "").want(http.StatusOK)
	s.arm(http.MethodPatch, unassigned, `{"properties":{"deviceGroupId":"/elsewhere"}}`).want(http.StatusBadRequest)
}

func TestDevices_areClaimedOnce(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	catalog := s.newCatalog()
	path := "/products/.unassigned/deviceGroups/.unassigned/devices/"
	s.arm(http.MethodPut, catalog+path+deviceID("d"), `{}`).want(http.StatusOK)
	s.arm(http.MethodPut, s.info.CatalogID+path+deviceID("D"), `{}`).want(http.StatusConflict)
	s.arm(http.MethodPut, catalog+path+"D", `{}`).want(http.StatusBadRequest)
	s.arm(http.MethodPut, catalog+path+deviceID("E"), `{"properties":{"deviceId":"F"}}`).want(http.StatusBadRequest)
	if got := s.arm(http.MethodGet, catalog+path+deviceID("d"), "").text("name"); got != deviceID("D") {
		t.Errorf("the name is %s", got)
	}
}

func TestSwitch_spherePut(t *testing.T) {
	t.Parallel()
	s := switched(t, "sphere-put", "201")
	product := s.info.CatalogID + "/products/Coffee"
	put := s.arm(http.MethodPut, product, `{}`).want(http.StatusCreated)
	if put.text("properties", "provisioningState") != "Provisioning" || put.header.Get("Retry-After") == "" {
		t.Errorf("answered %s", put.body)
	}
	polled := s.send(http.MethodGet, put.header.Get("Azure-AsyncOperation"), nil, "Authorization", s.token(s.info.Audiences.ResourceManager))
	if polled.want(http.StatusOK).text("status") != "Succeeded" {
		t.Errorf("answered %s", polled.body)
	}
	if got := s.arm(http.MethodGet, product, "").text("properties", "provisioningState"); got != "Succeeded" {
		t.Errorf("it is %s", got)
	}
}

func TestLists_arePaged(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	for range 3 {
		for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate} {
			if err := s.e.Rotate("", stage); err != nil {
				t.Fatal(err)
			}
		}
	}
	page := s.arm(http.MethodGet, s.info.CatalogID+"/certificates?$maxpagesize=3", "").want(http.StatusOK)
	last := s.send(http.MethodGet, page.text("nextLink"), nil, "Authorization", s.token(s.info.Audiences.ResourceManager)).want(http.StatusOK)
	if page.at("value", 3) != nil || last.at("value", 0) == nil || last.at("value", 1) != nil || last.at("nextLink") != nil {
		t.Errorf("the pages are %s and %s", page.body, last.body)
	}
	top := s.arm(http.MethodGet, s.info.CatalogID+"/certificates?$top=2&$skip=1", "").want(http.StatusOK)
	if top.at("value", 1) == nil || top.at("value", 2) != nil || top.at("nextLink") != nil {
		t.Errorf("listed %s", top.body)
	}
	s.arm(http.MethodGet, s.info.CatalogID+"/certificates?$top=x", "").want(http.StatusBadRequest)
}
