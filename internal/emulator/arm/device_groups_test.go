// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// kitchen is the device group of the fixture.
func kitchen(s *emulatortest.Session) string {
	return s.Info.CatalogID + "/products/Coffee/deviceGroups/Kitchen"
}

func TestDeviceGroups_putReplacesAndPatchMerges(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	s.ARM(http.MethodPut, s.Info.CatalogID+"/products/Coffee", `{}`).Want(http.StatusOK)
	const every = `{"properties":{"description":"d","osFeedType":"RetailEval","updatePolicy":"No3rdPartyAppUpdates",` +
		`"allowCrashDumpsCollection":"Enabled","regionalDataBoundary":"EU"}}`
	s.ARM(http.MethodPut, kitchen(s), every).Want(http.StatusOK)
	s.ARM(http.MethodPatch, kitchen(s), `{"properties":{"updatePolicy":"UpdateAll"}}`).Want(http.StatusOK)
	patched := s.ARM(http.MethodGet, kitchen(s), "").Want(http.StatusOK)
	if got, want := member(patched, "", "properties"), `{"description":"d","osFeedType":"RetailEval","updatePolicy":"UpdateAll",`+
		`"allowCrashDumpsCollection":"Enabled","regionalDataBoundary":"EU","hasDeployment":null,"provisioningState":"Succeeded"}`; got != want {
		t.Errorf("patched to %s, want %s", got, want)
	}
	if patched.Text("type") != "Microsoft.AzureSphere/catalogs/products/deviceGroups" || member(patched, "", "systemData") != "absent" {
		t.Errorf("GET answers %s", patched.Body)
	}
	clock.Advance(time.Minute)
	replaced := s.ARM(http.MethodPut, strings.Replace(kitchen(s), "Kitchen", "KITCHEN", 1), `{}`).Want(http.StatusOK)
	if got, want := member(replaced, "", "properties"), `{"description":null,"osFeedType":"Retail","updatePolicy":"UpdateAll",`+
		`"allowCrashDumpsCollection":"Disabled","regionalDataBoundary":"None","hasDeployment":false,"provisioningState":"Succeeded"}`; got != want {
		t.Errorf("replaced by %s, want %s", got, want)
	}
	created, modified := replaced.Text("systemData", "createdAt"), replaced.Text("systemData", "lastModifiedAt")
	if replaced.Text("name") != "Kitchen" || created != "2026-05-04T06:02:01Z" || modified != "2026-05-04T06:03:01Z" {
		t.Errorf("%s was created at %s and modified at %s", replaced.Text("name"), created, modified)
	}
	if listed := names(s.ARM(http.MethodGet, s.Info.CatalogID+"/products/Coffee/deviceGroups", "")); !slices.Equal(listed, []string{"Kitchen"}) {
		t.Errorf("listed %v", listed)
	}
}

func TestDeviceGroups_takeTheNamesOfTheSpecification(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	product := s.Info.CatalogID + "/products/Coffee"
	s.ARM(http.MethodPut, product, `{}`).Want(http.StatusOK)
	for name, want := range map[string]int{
		"a": 200, "a1": 200, "a%20b": 200, strings.Repeat("x", 50): 200,
		"a%20": 400, "%20ab": 400, "a_b": 400, "a-b": 400, strings.Repeat("x", 51): 400, ".default": 400, ".unassigned": 400,
	} {
		if got := s.ARM(http.MethodPut, product+"/deviceGroups/"+name, `{}`); got.Status != want {
			t.Errorf("%s: status %d, want %d: %s", name, got.Status, want, got.Body)
		}
	}
}

func TestDeviceGroups_areListedByNameAcrossProducts(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	tea := s.Info.CatalogID + "/products/Tea"
	s.ARM(http.MethodPut, tea, `{}`).Want(http.StatusOK)
	for _, name := range []string{"Kitchen", "Office"} {
		s.ARM(http.MethodPut, tea+"/deviceGroups/"+name, `{}`).Want(http.StatusOK)
	}
	path := s.Info.CatalogID + "/listDeviceGroups"
	for body, want := range map[string][]string{
		`{}`:                            {kitchen(s), tea + "/deviceGroups/Kitchen", tea + "/deviceGroups/Office"},
		`{"deviceGroupName":null}`:      {kitchen(s), tea + "/deviceGroups/Kitchen", tea + "/deviceGroups/Office"},
		`{"deviceGroupName":"Kitchen"}`: {kitchen(s), tea + "/deviceGroups/Kitchen"},
		`{"deviceGroupName":"Nowhere"}`: nil,
	} {
		list := s.ARM(http.MethodPost, path, body).Want(http.StatusOK)
		var got []string
		for i := 0; list.At("value", i) != nil; i++ {
			got = append(got, list.Text("value", i, "id"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s lists %v, want %v", body, got, want)
		}
		if member(list, "", "nextLink") != "null" {
			t.Errorf("%s: the complete list ends in %s", body, member(list, "", "nextLink"))
		}
	}
}

func TestDeviceGroups_withDevicesStay(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	s.ARM(http.MethodPut, s.Info.CatalogID+"/products/Coffee/deviceGroups/Office", `{}`).Want(http.StatusOK)
	refusal := s.ARM(http.MethodDelete, kitchen(s), "").Want(http.StatusBadRequest)
	if refusal.Text("error", "code") != "InvalidParameters" || refusal.Text("error", "message") != "The device group has '1' devices associated" {
		t.Errorf("answered %s", refusal.Body)
	}
	s.ARM(http.MethodGet, kitchen(s), "").Want(http.StatusOK)
	s.ARM(http.MethodDelete, strings.Replace(kitchen(s), "Kitchen", "Office", 1), "").Want(http.StatusOK)
	s.ARM(http.MethodDelete, kitchen(s)+"/devices/"+emulatortest.DeviceID("A"), "").Want(http.StatusOK)
	if deleted := s.ARM(http.MethodDelete, kitchen(s), "").Want(http.StatusOK); string(deleted.Body) != "null" {
		t.Errorf("DELETE answers %q, want null", deleted.Body)
	}
	s.ARM(http.MethodGet, kitchen(s), "").Want(http.StatusNotFound)
}
