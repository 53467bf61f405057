// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm_test

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestProducts_arePatchedAndReplaced(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	product := s.Info.CatalogID + "/products/Coffee"
	made := s.ARM(http.MethodPut, product, `{"properties":{"description":"first"}}`).Want(http.StatusOK)
	if got := made.Text("properties", "description"); got != "first" {
		t.Errorf("it was made with the description %q", got)
	}
	for _, test := range []struct{ body, want string }{
		{`{}`, "first"},
		{`{"properties":{}}`, "first"},
		{`{"properties":{"description":"second"}}`, "second"},
		{`{"properties":{"description":""}}`, ""},
	} {
		patched := s.ARM(http.MethodPatch, product, test.body).Want(http.StatusOK)
		if got := patched.Text("properties", "description"); got != test.want {
			t.Errorf("after the patch %s the description is %q, want %q", test.body, got, test.want)
		}
		if patched.Text("type") != "Microsoft.AzureSphere/catalogs/products" || member(patched, "", "systemData") != "absent" {
			t.Errorf("the patch answers %s", patched.Body)
		}
	}
	clock.Advance(time.Minute)
	// By another spelling of the name, it is the same one.
	replaced := s.ARM(http.MethodPut, s.Info.CatalogID+"/products/COFFEE", `{}`).Want(http.StatusOK)
	if member(replaced, "properties", "description") != "null" || replaced.Text("name") != "Coffee" {
		t.Errorf("it was replaced by %s", replaced.Body)
	}
	created, modified := replaced.Text("systemData", "createdAt"), replaced.Text("systemData", "lastModifiedAt")
	if created != "2026-05-04T06:02:01Z" || modified != "2026-05-04T06:03:01Z" {
		t.Errorf("it was created at %s and modified at %s", created, modified)
	}
	list := s.ARM(http.MethodGet, s.Info.CatalogID+"/products", "").Want(http.StatusOK)
	if got, want := names(list), []string{"Coffee"}; !slices.Equal(got, want) || member(list, "", "nextLink") != "absent" {
		t.Errorf("listed %s", list.Body)
	}
	// A description that was never given is null everywhere but in the list.
	if got := emulatortest.JSON(list.At("value", 0, "properties", "description")); got != `""` {
		t.Errorf("the list shows the description %s", got)
	}
	if got := member(s.ARM(http.MethodGet, product, ""), "properties", "description"); got != "null" {
		t.Errorf("GET shows the description %s", got)
	}
}

func TestProducts_takeTheNamesOfTheSpecification(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for name, want := range map[string]int{
		"abc": 200, "a_1": 200, "a%20b": 200, strings.Repeat("x", 50): 200,
		"ab": 400, "%20ab": 400, "ab%20": 400, "a-b": 400, strings.Repeat("x", 51): 400, ".default": 400, ".unassigned": 400,
	} {
		if got := s.ARM(http.MethodPut, s.Info.CatalogID+"/products/"+name, `{}`); got.Status != want {
			t.Errorf("%s: status %d, want %d: %s", name, got.Status, want, got.Body)
		}
	}
}

func TestProducts_withDevicesStay(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	product := s.Info.CatalogID + "/products/Coffee"
	refused(s.ARM(http.MethodDelete, product, ""), http.StatusBadRequest)
	s.ARM(http.MethodDelete, product+"/deviceGroups/Kitchen/devices/"+emulatortest.DeviceID("A"), "").Want(http.StatusOK)
	if deleted := s.ARM(http.MethodDelete, product, "").Want(http.StatusOK); string(deleted.Body) != "null" {
		t.Errorf("DELETE answers %q, want null", deleted.Body)
	}
	// Its groups went with it.
	s.ARM(http.MethodPut, product, `{}`).Want(http.StatusOK)
	s.ARM(http.MethodGet, product+"/deviceGroups/Kitchen", "").Want(http.StatusNotFound)
}

func TestProducts_areGivenTheirDefaultGroupsOnce(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	product := s.Info.CatalogID + "/products/Coffee"
	s.ARM(http.MethodPut, product, `{}`).Want(http.StatusOK)
	s.ARM(http.MethodPut, product+"/deviceGroups/Production", `{"properties":{"description":"mine"}}`).Want(http.StatusOK)
	made := s.ARM(http.MethodPost, product+"/generateDefaultDeviceGroups", "").Want(http.StatusOK)
	first := names(made)
	for i, want := range []string{
		"Development|Default development device group|Retail|No3rdPartyAppUpdates",
		"Field Test|Default test device group|Retail|UpdateAll",
		"Production|mine|Retail|UpdateAll", // It was there before.
		"Production OS Evaluation|Default Production OS Evaluation device group|RetailEval|UpdateAll",
		"Field Test OS Evaluation|Default Field Test OS Evaluation device group|RetailEval|UpdateAll",
	} {
		got := strings.Join([]string{
			made.Text("value", i, "name"), made.Text("value", i, "properties", "description"),
			made.Text("value", i, "properties", "osFeedType"), made.Text("value", i, "properties", "updatePolicy"),
		}, "|")
		if got != want || made.At("value", i, "properties", "hasDeployment") != false {
			t.Errorf("the default group %d is %s, want %s", i, got, want)
		}
	}
	if !strings.HasPrefix(string(made.Body), `{"value":[{"properties":{`) || member(made, "", "nextLink") != "null" ||
		!strings.Contains(string(made.Body), `"systemData":null`) {
		t.Errorf("generateDefaultDeviceGroups answers %s", made.Body)
	}
	again := names(s.ARM(http.MethodPost, product+"/generateDefaultDeviceGroups", "").Want(http.StatusOK))
	if !slices.Equal(first, again) || !slices.Contains(first, "Field Test") {
		t.Errorf("first there are %v, then %v", first, again)
	}
	listed := names(s.ARM(http.MethodGet, product+"/deviceGroups", "").Want(http.StatusOK))
	if slices.Sort(first); !slices.Equal(slices.Sorted(slices.Values(listed)), first) {
		t.Errorf("listed %v, want %v", listed, first)
	}
	if got := s.ARM(http.MethodGet, product+"/deviceGroups/Production", "").Text("properties", "description"); got != "mine" {
		t.Errorf("the group that was there is described as %q", got)
	}
}

func TestState_showsProductsGroupsAndDevices(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	product := s.Info.CatalogID + "/products/Coffee"
	s.ARM(http.MethodPut, product, `{"properties":{"description":"machines"}}`).Want(http.StatusOK)
	s.ARM(http.MethodPut, product+"/deviceGroups/Kitchen", `{"properties":{"description":"d","osFeedType":"RetailEval",`+
		`"updatePolicy":"No3rdPartyAppUpdates","allowCrashDumpsCollection":"Enabled","regionalDataBoundary":"EU"}}`).Want(http.StatusOK)
	s.Settled(http.MethodPut, product+"/deviceGroups/Kitchen/devices/"+emulatortest.DeviceID("A"), `{}`)
	s.Settled(http.MethodPut, s.Info.CatalogID+"/products/.default/deviceGroups/.default/devices/"+emulatortest.DeviceID("B"), `{}`)
	got := s.Emulator.State().Catalogs[0]
	if want := []catalog.ProductState{{Name: "Coffee", Description: "machines", DeviceGroups: []catalog.DeviceGroupState{{
		Name: "Kitchen", Description: "d", OSFeedType: "RetailEval", UpdatePolicy: "No3rdPartyAppUpdates", CrashDumps: "Enabled",
		DataBoundary: "EU", Deployments: []catalog.DeploymentState{},
	}}}}; !reflect.DeepEqual(got.Products, want) {
		t.Errorf("the products are %+v, want %+v", got.Products, want)
	}
	if want := []catalog.DeviceState{
		{ID: emulatortest.DeviceID("a"), Product: "Coffee", DeviceGroup: "Kitchen"}, {ID: emulatortest.DeviceID("b")},
	}; !reflect.DeepEqual(got.Devices, want) {
		t.Errorf("the devices are %+v, want %+v", got.Devices, want)
	}
}
