// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func claim(ids ...string) string {
	return emulatortest.JSON(map[string][]string{"deviceIdentifiers": ids})
}

// unclaimed is where the devices of a catalog are that have no device group.
func unclaimed(s *emulatortest.Session) string {
	return s.Info.CatalogID + "/products/.unassigned/deviceGroups/.unassigned"
}

// TestDevices_areShownAsRecorded: what is null, empty, in lower case or as it was asked for differs from call to call.
func TestDevices_areShownAsRecorded(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	upper, lower := emulatortest.DeviceID("B"), emulatortest.DeviceID("b")
	put := s.Settled(http.MethodPut, kitchen(s)+"/devices/"+upper, `{"properties":{"deviceId":"`+lower+`"}}`).Want(http.StatusCreated)
	if members := keys(put); members != "id,name,type,systemData,properties" || member(put, "", "properties") != `{"provisioningState":"Accepted"}` {
		t.Errorf("PUT answers %s with %s", members, put.Body)
	}
	if put.Text("name") != upper || put.Text("id") != kitchen(s)+"/devices/"+upper ||
		put.Text("type") != "microsoft.azuresphere/catalogs/products/devicegroups/devices" {
		t.Errorf("PUT answers %s", put.Body)
	}
	if put.Header.Get("Azure-AsyncOperation") == "" || put.Header.Get("Location") != "" || put.Header.Get("Retry-After") != "" {
		t.Errorf("PUT answers with %v", put.Header)
	}
	const common = `"lastOsUpdateUtc":null,"lastUpdateRequestUtc":null,"provisioningState":"Succeeded"}`
	get := s.ARM(http.MethodGet, kitchen(s)+"/devices/"+upper, "").Want(http.StatusOK)
	if get.Text("id") != kitchen(s)+"/devices/"+upper || get.Text("name") != lower ||
		get.Text("type") != "Microsoft.AzureSphere/catalogs/products/deviceGroups/devices" || keys(get) != "id,name,type,properties" {
		t.Errorf("GET answers %s", get.Body)
	}
	if got, want := member(get, "", "properties"), `{"chipSku":"MT3620AN","deviceId":"`+lower+
		`","lastAvailableOsVersion":"","lastInstalledOsVersion":"",`+common; got != want {
		t.Errorf("GET: %s, want %s", got, want)
	}
	list := s.ARM(http.MethodGet, kitchen(s)+"/devices", "").Want(http.StatusOK)
	if want := `{"id":"` + kitchen(s) + `/devices/` + lower + `","name":"` + lower +
		`","type":"Microsoft.AzureSphere/catalogs/products/deviceGroups/devices","properties":{"chipSku":"MT3620AN","deviceId":null,` +
		`"lastAvailableOsVersion":"","lastInstalledOsVersion":"",` + common + `}]}`; !strings.HasSuffix(string(list.Body), want) {
		t.Errorf("the list of the group ends in %s, want %s", list.Body, want)
	}
	posted := s.ARM(http.MethodPost, s.Info.CatalogID+"/listDevices", "").Want(http.StatusOK)
	if want := `{"properties":{"chipSku":"MT3620AN","deviceId":"` + lower + `","lastAvailableOsVersion":null,"lastInstalledOsVersion":null,` +
		common + `,"id":"` + kitchen(s) + `/devices/` + lower + `","name":"` + lower +
		`","type":"Microsoft.AzureSphere/catalogs/products/deviceGroups/devices","systemData":null}],"nextLink":null}`; !strings.HasSuffix(string(posted.Body), want) {
		t.Errorf("listDevices ends in %s, want %s", posted.Body, want)
	}
}

func TestDevices_areListedAndCountedWhereTheyAre(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	product := s.Info.CatalogID + "/products/Coffee"
	s.ARM(http.MethodPut, product+"/deviceGroups/Office", `{}`).Want(http.StatusOK)
	s.Settled(http.MethodPut, product+"/deviceGroups/Office/devices/"+emulatortest.DeviceID("B"), `{}`)
	s.Settled(http.MethodPut, unclaimed(s)+"/devices/"+emulatortest.DeviceID("C"), `{}`)
	for scope, want := range map[string]float64{
		s.Info.CatalogID: 3, product: 2, strings.Replace(product, "Coffee", "COFFEE", 1): 2, kitchen(s): 1,
	} {
		if got := s.ARM(http.MethodPost, scope+"/countDevices", "").Want(http.StatusOK).At("value"); got != want {
			t.Errorf("%s has %v devices, want %v", scope, got, want)
		}
	}
	for group, want := range map[string]string{
		kitchen(s): "A", product + "/deviceGroups/Office": "B", unclaimed(s): "C",
		strings.ReplaceAll(unclaimed(s), ".unassigned", ".default"): "C",
	} {
		list := s.ARM(http.MethodGet, group+"/devices", "").Want(http.StatusOK)
		if got := names(list); !slices.Equal(got, []string{strings.ToLower(emulatortest.DeviceID(want))}) || member(list, "", "nextLink") != "absent" {
			t.Errorf("%s lists %s", group, list.Body)
		}
	}
	all := s.ARM(http.MethodPost, s.Info.CatalogID+"/listDevices", "").Want(http.StatusOK)
	if got, want := names(all), []string{emulatortest.DeviceID("a"), emulatortest.DeviceID("b"), emulatortest.DeviceID("c")}; !slices.Equal(got, want) {
		t.Errorf("the catalog lists %v, want %v", got, want)
	}
	if got := all.Text("value", 2, "id"); got != strings.ReplaceAll(unclaimed(s), ".unassigned", ".default")+"/devices/"+emulatortest.DeviceID("c") {
		t.Errorf("a device without a group has the ID %s", got)
	}
}

func TestClaimDevices_takesAWhile(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	accepted := s.ARM(http.MethodPost, kitchen(s)+"/claimDevices", claim(emulatortest.DeviceID("B"), emulatortest.DeviceID("c"), emulatortest.DeviceID("C"))).Want(http.StatusAccepted)
	address := accepted.Header.Get("Location")
	if string(accepted.Body) != "null" || address == "" || accepted.Header.Get("Azure-AsyncOperation") == "" {
		t.Errorf("accepted with %v and %q", accepted.Header, accepted.Body)
	}
	s.ARM(http.MethodGet, kitchen(s)+"/devices/"+emulatortest.DeviceID("B"), "").Want(http.StatusNotFound)
	poll := s.Send(http.MethodGet, address, nil, "Authorization", s.Token(s.Info.Audiences.ResourceManager)).Want(http.StatusOK)
	if poll.Text("status") != "Succeeded" || poll.Text("resourceId") != kitchen(s) {
		t.Errorf("the operation answers %s", poll.Body)
	}
	list := s.ARM(http.MethodGet, kitchen(s)+"/devices", "").Want(http.StatusOK)
	if got, want := names(list), []string{emulatortest.DeviceID("a"), emulatortest.DeviceID("b"), emulatortest.DeviceID("c")}; !slices.Equal(got, want) {
		t.Errorf("the group has %v, want %v", got, want)
	}
}

func TestClaimDevices_claimsAllOrNothing(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	elsewhere := newCatalog(s) + "/products/.unassigned/deviceGroups/.unassigned/devices/" + emulatortest.DeviceID("E")
	s.Settled(http.MethodPut, elsewhere, `{}`)
	for status, ids := range map[int][]string{
		http.StatusBadRequest: {emulatortest.DeviceID("B"), "short"},
		http.StatusConflict:   {emulatortest.DeviceID("B"), emulatortest.DeviceID("E")},
	} {
		refused(s.ARM(http.MethodPost, unclaimed(s)+"/claimDevices", claim(ids...)), status)
	}
	clock.Advance(time.Minute) // by which an operation would have ended
	if got := s.Emulator.State().Catalogs[0].Devices; len(got) != 0 {
		t.Errorf("claimed %+v", got)
	}
}

func TestDeviceMove_staysInTheCatalog(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	s.ARM(http.MethodPut, s.Info.CatalogID+"/products/Coffee/deviceGroups/Office", `{}`).Want(http.StatusOK)
	office := strings.Replace(kitchen(s), "Kitchen", "Office", 1)
	foreign := strings.Replace(kitchen(s), "contoso-catalog", "second", 1)
	newCatalog(s)
	device := kitchen(s) + "/devices/" + emulatortest.DeviceID("A")
	move := func(target string) *emulatortest.Reply {
		return s.ARM(http.MethodPatch, device, emulatortest.JSON(map[string]any{"properties": map[string]string{"deviceGroupId": target}}))
	}
	for _, target := range []string{foreign, s.Info.CatalogID, s.Info.CatalogID + "/products/Coffee", office + "/devices/" + emulatortest.DeviceID("A"), office + "x"} {
		if got := move(target); got.Status < 400 || got.Status >= 500 {
			t.Errorf("moving to %s: status %d, want one that refuses", target, got.Status)
		}
	}
	s.ARM(http.MethodPatch, device, `{"properties":{}}`).Want(http.StatusOK)
	s.ARM(http.MethodGet, device, "").Want(http.StatusOK)
	// The specification's examples spell the words of such an ID in their own way.
	address := move(strings.Replace(office, "deviceGroups", "devicegroups", 1)).Want(http.StatusAccepted).Header.Get("Location")
	done := s.Send(http.MethodGet, address, nil, "Authorization", s.Token(s.Info.Audiences.ResourceManager)).Want(http.StatusOK)
	if got := done.Text("properties", "targetResourceId"); got != office+"/devices/"+emulatortest.DeviceID("A") {
		t.Errorf("it moved to %s", got)
	}
}

func TestDevices_areDeletedWhereTheyAre(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	s.ARM(http.MethodDelete, unclaimed(s)+"/devices/"+emulatortest.DeviceID("A"), "").Want(http.StatusNoContent)
	s.ARM(http.MethodGet, kitchen(s)+"/devices/"+emulatortest.DeviceID("A"), "").Want(http.StatusOK)
	s.ARM(http.MethodDelete, kitchen(s)+"/devices/"+emulatortest.DeviceID("A"), "").Want(http.StatusOK)
	s.ARM(http.MethodGet, kitchen(s)+"/devices/"+emulatortest.DeviceID("A"), "").Want(http.StatusNotFound)
	s.ARM(http.MethodDelete, kitchen(s)+"/devices/"+emulatortest.DeviceID("A"), "").Want(http.StatusNoContent)
	if got := s.Emulator.State().Catalogs[0].Devices; len(got) != 0 {
		t.Errorf("left %+v", got)
	}
}

func TestCapabilityImages_areBase64(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	path := kitchen(s) + "/devices/" + emulatortest.DeviceID("A") + "/generateCapabilityImage"
	answered := s.ARM(http.MethodPost, path, `{"capabilities":["ApplicationDevelopment","FieldServicing"]}`).Want(http.StatusOK)
	if image, err := base64.StdEncoding.DecodeString(answered.Text("image")); err != nil || len(image) != 392 ||
		!bytes.HasPrefix(image, []byte{0xfd, 0x5c, 0xfd, 0x5c, 0xaa, 0xaa}) || !bytes.Contains(image, []byte("fw_config\x00")) {
		t.Errorf("the image is %s, of %d bytes: %v", answered.Body, len(image), err)
	}
}

func TestOperations_areFoundByTheirWholeName(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	address := s.ARM(http.MethodPost, kitchen(s)+"/claimDevices", claim(emulatortest.DeviceID("B"))).Want(http.StatusAccepted).Header.Get("Location")
	name, _, _ := strings.Cut(address, "*")
	refused(s.Send(http.MethodGet, name+"*0?api-version="+emulatortest.SphereVersion, nil,
		"Authorization", s.Token(s.Info.Audiences.ResourceManager)), http.StatusNotFound)
}
