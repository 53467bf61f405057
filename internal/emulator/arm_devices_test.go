// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func claim(ids ...string) string { return jsonText(map[string][]string{"deviceIdentifiers": ids}) }

// unclaimed is where the devices of a catalog are that have no device group.
func (s *session) unclaimed() string {
	return s.info.CatalogID + "/products/.unassigned/deviceGroups/.unassigned"
}

func TestDevices_areShownAsRecorded(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	path := s.kitchen() + "/devices/" + strings.ToLower(deviceID("A"))
	put := s.arm(http.MethodPut, path, `{"properties":{"deviceId":"`+deviceID("a")+`"}}`).want(http.StatusOK)
	get := s.arm(http.MethodGet, path, "").want(http.StatusOK)
	if got := get.text("id"); got != s.kitchen()+"/devices/"+deviceID("A") {
		t.Errorf("the ID is %s", got)
	}
	if got := get.text("properties", "deviceId"); got != deviceID("A") {
		t.Errorf("the device ID is %s", got)
	}
	const device = "Microsoft.AzureSphere/catalogs/products/deviceGroups/devices"
	if put.text("type") != strings.ToLower(device) || get.text("type") != device {
		t.Errorf("PUT answers the type %s, GET %s", put.text("type"), get.text("type"))
	}
}

func TestDevices_areListedAndCountedWhereTheyAre(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	product := s.info.CatalogID + "/products/Coffee"
	s.arm(http.MethodPut, product+"/deviceGroups/Office", `{}`).want(http.StatusOK)
	s.arm(http.MethodPut, product+"/deviceGroups/Office/devices/"+deviceID("B"), `{}`).want(http.StatusOK)
	s.arm(http.MethodPut, s.unclaimed()+"/devices/"+deviceID("C"), `{}`).want(http.StatusOK)
	for scope, want := range map[string]float64{
		s.info.CatalogID: 3, product: 2, strings.Replace(product, "Coffee", "COFFEE", 1): 2, s.kitchen(): 1,
	} {
		if got := s.arm(http.MethodPost, scope+"/countDevices", "").want(http.StatusOK).at("value"); got != want {
			t.Errorf("%s has %v devices, want %v", scope, got, want)
		}
	}
	for group, want := range map[string]string{
		s.kitchen(): "A", product + "/deviceGroups/Office": "B", s.unclaimed(): "C",
		strings.ReplaceAll(s.unclaimed(), ".unassigned", ".default"): "C",
	} {
		list := s.arm(http.MethodGet, group+"/devices", "").want(http.StatusOK)
		if got := list.names(); !slices.Equal(got, []string{deviceID(want)}) || member(list, "", "nextLink") != "absent" {
			t.Errorf("%s lists %s", group, list.body)
		}
	}
	all := s.arm(http.MethodPost, s.info.CatalogID+"/listDevices", "").want(http.StatusOK)
	if got, want := all.names(), []string{deviceID("A"), deviceID("B"), deviceID("C")}; !slices.Equal(got, want) {
		t.Errorf("the catalog lists %v, want %v", got, want)
	}
	if got := all.text("value", 2, "id"); got != s.unclaimed()+"/devices/"+deviceID("C") {
		t.Errorf("a device without a group has the ID %s", got)
	}
}

func TestClaimDevices_takesAWhile(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	accepted := s.arm(http.MethodPost, s.kitchen()+"/claimDevices", claim(deviceID("B"), deviceID("c"), deviceID("C"))).want(http.StatusAccepted)
	address := accepted.header.Get("Location")
	if string(accepted.body) != "null" || address == "" || accepted.header.Get("Azure-AsyncOperation") != address {
		t.Errorf("accepted with %v and %q", accepted.header, accepted.body)
	}
	s.arm(http.MethodGet, s.kitchen()+"/devices/"+deviceID("B"), "").want(http.StatusNotFound)
	poll := s.send(http.MethodGet, address, nil, "Authorization", s.token(s.info.Audiences.ResourceManager)).want(http.StatusOK)
	if poll.text("status") != "Succeeded" || poll.text("resourceId") != s.kitchen() {
		t.Errorf("the operation answers %s", poll.body)
	}
	list := s.arm(http.MethodGet, s.kitchen()+"/devices", "").want(http.StatusOK)
	if got, want := list.names(), []string{deviceID("A"), deviceID("B"), deviceID("C")}; !slices.Equal(got, want) {
		t.Errorf("the group has %v, want %v", got, want)
	}
}

func TestClaimDevices_claimsAllOrNothing(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now})
	elsewhere := s.newCatalog() + "/products/.unassigned/deviceGroups/.unassigned/devices/" + deviceID("E")
	s.arm(http.MethodPut, elsewhere, `{}`).want(http.StatusOK)
	for status, ids := range map[int][]string{
		http.StatusBadRequest: {deviceID("B"), "short"},
		http.StatusConflict:   {deviceID("B"), deviceID("E")},
	} {
		s.arm(http.MethodPost, s.unclaimed()+"/claimDevices", claim(ids...)).refused(status)
	}
	clock.advance(time.Minute) // by which an operation would have ended
	if got := s.e.State().Catalogs[0].Devices; len(got) != 0 {
		t.Errorf("claimed %+v", got)
	}
}

func TestDeviceMove_staysInTheCatalog(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	s.arm(http.MethodPut, s.info.CatalogID+"/products/Coffee/deviceGroups/Office", `{}`).want(http.StatusOK)
	office := strings.Replace(s.kitchen(), "Kitchen", "Office", 1)
	foreign := strings.Replace(s.kitchen(), "contoso-catalog", "second", 1)
	s.newCatalog()
	device := s.kitchen() + "/devices/" + deviceID("A")
	move := func(target string) *reply {
		return s.arm(http.MethodPatch, device, jsonText(map[string]any{"properties": map[string]string{"deviceGroupId": target}}))
	}
	for _, target := range []string{foreign, s.info.CatalogID, s.info.CatalogID + "/products/Coffee", office + "/devices/" + deviceID("A"), office + "x"} {
		if got := move(target); got.status < 400 || got.status >= 500 {
			t.Errorf("moving to %s: status %d, want one that refuses", target, got.status)
		}
	}
	s.arm(http.MethodPatch, device, `{"properties":{}}`).want(http.StatusOK)
	s.arm(http.MethodGet, device, "").want(http.StatusOK)
	// The specification's examples spell the words of such an ID in their own way.
	address := move(strings.Replace(office, "deviceGroups", "devicegroups", 1)).want(http.StatusAccepted).header.Get("Location")
	done := s.send(http.MethodGet, address, nil, "Authorization", s.token(s.info.Audiences.ResourceManager)).want(http.StatusOK)
	if got := done.text("properties", "targetResourceId"); got != office+"/devices/"+deviceID("A") {
		t.Errorf("it moved to %s", got)
	}
}

func TestDevices_areDeletedWhereTheyAre(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	s.arm(http.MethodDelete, s.unclaimed()+"/devices/"+deviceID("A"), "").want(http.StatusNoContent)
	s.arm(http.MethodGet, s.kitchen()+"/devices/"+deviceID("A"), "").want(http.StatusOK)
	s.arm(http.MethodDelete, s.kitchen()+"/devices/"+deviceID("A"), "").want(http.StatusOK)
	s.arm(http.MethodGet, s.kitchen()+"/devices/"+deviceID("A"), "").want(http.StatusNotFound)
	s.arm(http.MethodDelete, s.kitchen()+"/devices/"+deviceID("A"), "").want(http.StatusNoContent)
	if got := s.e.State().Catalogs[0].Devices; len(got) != 0 {
		t.Errorf("left %+v", got)
	}
}

func TestCapabilityImages_areBase64(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	path := s.kitchen() + "/devices/" + deviceID("A") + "/generateCapabilityImage"
	answered := s.arm(http.MethodPost, path, `{"capabilities":["ApplicationDevelopment","FieldServicing"]}`).want(http.StatusOK)
	if image, err := base64.StdEncoding.DecodeString(answered.text("image")); err != nil || len(image) == 0 {
		t.Errorf("the image is %s: %v", answered.body, err)
	}
}

func TestOperations_areFoundByTheirWholeName(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	address := s.arm(http.MethodPost, s.kitchen()+"/claimDevices", claim(deviceID("B"))).want(http.StatusAccepted).header.Get("Location")
	name, _, _ := strings.Cut(address, "*")
	s.send(http.MethodGet, name+"*0?api-version="+sphereVersion, nil,
		"Authorization", s.token(s.info.Audiences.ResourceManager)).refused(http.StatusNotFound)
}
