// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// kitchen is the device group of the fixture.
func (s *session) kitchen() string { return s.info.CatalogID + "/products/Coffee/deviceGroups/Kitchen" }

func TestDeviceGroups_putReplacesAndPatchMerges(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now})
	s.arm(http.MethodPut, s.info.CatalogID+"/products/Coffee", `{}`).want(http.StatusOK)
	const every = `{"properties":{"description":"d","osFeedType":"RetailEval","updatePolicy":"No3rdPartyAppUpdates",` +
		`"allowCrashDumpsCollection":"Enabled","regionalDataBoundary":"EU"}}`
	s.arm(http.MethodPut, s.kitchen(), every).want(http.StatusOK)
	s.arm(http.MethodPatch, s.kitchen(), `{"properties":{"updatePolicy":"UpdateAll"}}`).want(http.StatusOK)
	patched := s.arm(http.MethodGet, s.kitchen(), "").want(http.StatusOK)
	if got, want := member(patched, "", "properties"), `{"description":"d","osFeedType":"RetailEval","updatePolicy":"UpdateAll",`+
		`"allowCrashDumpsCollection":"Enabled","regionalDataBoundary":"EU","hasDeployment":null,"provisioningState":"Succeeded"}`; got != want {
		t.Errorf("patched to %s, want %s", got, want)
	}
	if patched.text("type") != "Microsoft.AzureSphere/catalogs/products/deviceGroups" || member(patched, "", "systemData") != "absent" {
		t.Errorf("GET answers %s", patched.body)
	}
	clock.advance(time.Minute)
	replaced := s.arm(http.MethodPut, strings.Replace(s.kitchen(), "Kitchen", "KITCHEN", 1), `{}`).want(http.StatusOK)
	if got, want := member(replaced, "", "properties"), `{"description":null,"osFeedType":"Retail","updatePolicy":"UpdateAll",`+
		`"allowCrashDumpsCollection":"Disabled","regionalDataBoundary":"None","hasDeployment":false,"provisioningState":"Succeeded"}`; got != want {
		t.Errorf("replaced by %s, want %s", got, want)
	}
	created, modified := replaced.text("systemData", "createdAt"), replaced.text("systemData", "lastModifiedAt")
	if replaced.text("name") != "Kitchen" || created != "2026-05-04T06:02:01Z" || modified != "2026-05-04T06:03:01Z" {
		t.Errorf("%s was created at %s and modified at %s", replaced.text("name"), created, modified)
	}
	if listed := s.arm(http.MethodGet, s.info.CatalogID+"/products/Coffee/deviceGroups", "").names(); !slices.Equal(listed, []string{"Kitchen"}) {
		t.Errorf("listed %v", listed)
	}
}

func TestDeviceGroups_takeTheNamesOfTheSpecification(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	product := s.info.CatalogID + "/products/Coffee"
	s.arm(http.MethodPut, product, `{}`).want(http.StatusOK)
	for name, want := range map[string]int{
		"a": 200, "a1": 200, "a%20b": 200, strings.Repeat("x", 50): 200,
		"a%20": 400, "%20ab": 400, "a_b": 400, "a-b": 400, strings.Repeat("x", 51): 400, ".default": 400, ".unassigned": 400,
	} {
		if got := s.arm(http.MethodPut, product+"/deviceGroups/"+name, `{}`); got.status != want {
			t.Errorf("%s: status %d, want %d: %s", name, got.status, want, got.body)
		}
	}
}

func TestDeviceGroups_areListedByNameAcrossProducts(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	tea := s.info.CatalogID + "/products/Tea"
	s.arm(http.MethodPut, tea, `{}`).want(http.StatusOK)
	for _, name := range []string{"Kitchen", "Office"} {
		s.arm(http.MethodPut, tea+"/deviceGroups/"+name, `{}`).want(http.StatusOK)
	}
	path := s.info.CatalogID + "/listDeviceGroups"
	for body, want := range map[string][]string{
		`{}`:                            {s.kitchen(), tea + "/deviceGroups/Kitchen", tea + "/deviceGroups/Office"},
		`{"deviceGroupName":null}`:      {s.kitchen(), tea + "/deviceGroups/Kitchen", tea + "/deviceGroups/Office"},
		`{"deviceGroupName":"Kitchen"}`: {s.kitchen(), tea + "/deviceGroups/Kitchen"},
		`{"deviceGroupName":"Nowhere"}`: nil,
	} {
		list := s.arm(http.MethodPost, path, body).want(http.StatusOK)
		var got []string
		for i := 0; list.at("value", i) != nil; i++ {
			got = append(got, list.text("value", i, "id"))
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
	s.arm(http.MethodPut, s.info.CatalogID+"/products/Coffee/deviceGroups/Office", `{}`).want(http.StatusOK)
	s.arm(http.MethodDelete, s.kitchen(), "").refused(http.StatusConflict)
	s.arm(http.MethodGet, s.kitchen(), "").want(http.StatusOK)
	s.arm(http.MethodDelete, strings.Replace(s.kitchen(), "Kitchen", "Office", 1), "").want(http.StatusOK)
	s.arm(http.MethodDelete, s.kitchen()+"/devices/"+deviceID("A"), "").want(http.StatusOK)
	if deleted := s.arm(http.MethodDelete, s.kitchen(), "").want(http.StatusOK); string(deleted.body) != "null" {
		t.Errorf("DELETE answers %q, want null", deleted.body)
	}
	s.arm(http.MethodGet, s.kitchen(), "").want(http.StatusNotFound)
}
