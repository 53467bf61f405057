// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func TestProducts_arePatchedAndReplaced(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now})
	product := s.info.CatalogID + "/products/Coffee"
	made := s.arm(http.MethodPut, product, `{"properties":{"description":"first"}}`).want(http.StatusOK)
	if got := made.text("properties", "description"); got != "first" {
		t.Errorf("it was made with the description %q", got)
	}
	for _, test := range []struct{ body, want string }{
		{`{}`, "first"},
		{`{"properties":{}}`, "first"},
		{`{"properties":{"description":"second"}}`, "second"},
		{`{"properties":{"description":""}}`, ""},
	} {
		patched := s.arm(http.MethodPatch, product, test.body).want(http.StatusOK)
		if got := patched.text("properties", "description"); got != test.want {
			t.Errorf("after the patch %s the description is %q, want %q", test.body, got, test.want)
		}
		if patched.text("type") != "Microsoft.AzureSphere/catalogs/products" || member(patched, "", "systemData") != "absent" {
			t.Errorf("the patch answers %s", patched.body)
		}
	}
	clock.advance(time.Minute)
	// By another spelling of the name, it is the same one.
	replaced := s.arm(http.MethodPut, s.info.CatalogID+"/products/COFFEE", `{}`).want(http.StatusOK)
	if member(replaced, "properties", "description") != "null" || replaced.text("name") != "Coffee" {
		t.Errorf("it was replaced by %s", replaced.body)
	}
	created, modified := replaced.text("systemData", "createdAt"), replaced.text("systemData", "lastModifiedAt")
	if created != "2026-05-04T06:02:01Z" || modified != "2026-05-04T06:03:01Z" {
		t.Errorf("it was created at %s and modified at %s", created, modified)
	}
	list := s.arm(http.MethodGet, s.info.CatalogID+"/products", "").want(http.StatusOK)
	if got, want := list.names(), []string{"Coffee"}; !slices.Equal(got, want) || member(list, "", "nextLink") != "absent" {
		t.Errorf("listed %s", list.body)
	}
	if jsonText(list.at("value", 0)) != jsonText(s.arm(http.MethodGet, product, "").at()) {
		t.Errorf("the list shows another product: %s", list.body)
	}
}

func TestProducts_takeTheNamesOfTheSpecification(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	for name, want := range map[string]int{
		"abc": 200, "a_1": 200, "a%20b": 200, strings.Repeat("x", 50): 200,
		"ab": 400, "%20ab": 400, "ab%20": 400, "a-b": 400, strings.Repeat("x", 51): 400, ".default": 400, ".unassigned": 400,
	} {
		if got := s.arm(http.MethodPut, s.info.CatalogID+"/products/"+name, `{}`); got.status != want {
			t.Errorf("%s: status %d, want %d: %s", name, got.status, want, got.body)
		}
	}
}

func TestProducts_withDevicesStay(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	product := s.info.CatalogID + "/products/Coffee"
	s.arm(http.MethodDelete, product, "").refused(http.StatusConflict)
	s.arm(http.MethodDelete, product+"/deviceGroups/Kitchen/devices/"+deviceID("A"), "").want(http.StatusOK)
	if deleted := s.arm(http.MethodDelete, product, "").want(http.StatusOK); string(deleted.body) != "null" {
		t.Errorf("DELETE answers %q, want null", deleted.body)
	}
	// Its groups went with it.
	s.arm(http.MethodPut, product, `{}`).want(http.StatusOK)
	s.arm(http.MethodGet, product+"/deviceGroups/Kitchen", "").want(http.StatusNotFound)
}

func TestProducts_areGivenTheirDefaultGroupsOnce(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	product := s.info.CatalogID + "/products/Coffee"
	s.arm(http.MethodPut, product, `{}`).want(http.StatusOK)
	s.arm(http.MethodPut, product+"/deviceGroups/Production", `{"properties":{"description":"mine"}}`).want(http.StatusOK)
	first := s.arm(http.MethodPost, product+"/generateDefaultDeviceGroups", "").want(http.StatusOK).names()
	again := s.arm(http.MethodPost, product+"/generateDefaultDeviceGroups", "").want(http.StatusOK).names()
	if !slices.Equal(first, again) || !slices.Contains(first, "Field Test") {
		t.Errorf("first there are %v, then %v", first, again)
	}
	listed := s.arm(http.MethodGet, product+"/deviceGroups", "").want(http.StatusOK).names()
	if slices.Sort(first); !slices.Equal(slices.Sorted(slices.Values(listed)), first) {
		t.Errorf("listed %v, want %v", listed, first)
	}
	if got := s.arm(http.MethodGet, product+"/deviceGroups/Production", "").text("properties", "description"); got != "mine" {
		t.Errorf("the group that was there is described as %q", got)
	}
}

func TestState_showsProductsGroupsAndDevices(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	product := s.info.CatalogID + "/products/Coffee"
	s.arm(http.MethodPut, product, `{"properties":{"description":"machines"}}`).want(http.StatusOK)
	s.arm(http.MethodPut, product+"/deviceGroups/Kitchen", `{"properties":{"description":"d","osFeedType":"RetailEval",`+
		`"updatePolicy":"No3rdPartyAppUpdates","allowCrashDumpsCollection":"Enabled","regionalDataBoundary":"EU"}}`).want(http.StatusOK)
	s.arm(http.MethodPut, product+"/deviceGroups/Kitchen/devices/"+deviceID("A"), `{}`).want(http.StatusOK)
	s.arm(http.MethodPut, s.info.CatalogID+"/products/.default/deviceGroups/.default/devices/"+deviceID("B"), `{}`).want(http.StatusOK)
	got := s.e.State().Catalogs[0]
	if want := []emulator.ProductState{{Name: "Coffee", Description: "machines", DeviceGroups: []emulator.DeviceGroupState{{
		Name: "Kitchen", Description: "d", OSFeedType: "RetailEval", UpdatePolicy: "No3rdPartyAppUpdates", CrashDumps: "Enabled",
		DataBoundary: "EU",
	}}}}; !reflect.DeepEqual(got.Products, want) {
		t.Errorf("the products are %+v, want %+v", got.Products, want)
	}
	if want := []emulator.DeviceState{
		{ID: deviceID("A"), Product: "Coffee", DeviceGroup: "Kitchen"}, {ID: deviceID("B")},
	}; !reflect.DeepEqual(got.Devices, want) {
		t.Errorf("the devices are %+v, want %+v", got.Devices, want)
	}
}
