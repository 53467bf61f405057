// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

var deviceName = regexp.MustCompile(`^[a-zA-Z0-9-]{128}$`)

const (
	devicesPath = groupPath + "/devices"
	devicePath  = devicesPath + "/{device}"
)

func (s *Service) addDevices() {
	const action = "Microsoft.AzureSphere/catalogs/products/deviceGroups/devices/"
	s.rest.On("GET "+devicesPath, "Devices_ListByDeviceGroup", action+"read", listDevices)
	s.rest.On("GET "+devicePath, "Devices_Get", action+"read", getDevice)
	s.rest.On("PUT "+devicePath, "Devices_CreateOrUpdate", action+"write", putDevice)
	s.rest.On("PATCH "+devicePath, "Devices_Update", action+"write", patchDevice)
	s.rest.On("DELETE "+devicePath, "Devices_Delete", action+"delete", deleteDevice)
	s.rest.On("POST "+devicePath+"/generateCapabilityImage", "Devices_GenerateCapabilityImage",
		action+"generateCapabilityImage/action", generateCapabilityImage)
}

// place returns the place that the path names. The system names stand for no product and no group.
func (c *call) place() (*catalog.Catalog, catalog.Place, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return nil, catalog.Place{}, f
	}
	where, f := findPlace(cat, c.Path("product"), c.Path("group"))
	return cat, where, f
}

func findPlace(cat *catalog.Catalog, productName, groupName string) (catalog.Place, *rest.Failure) {
	if where, found := cat.FindPlace(productName, groupName); found {
		return where, nil
	}
	return catalog.Place{}, notFound()
}

// deviceProperties are those of a device that never asked for an update. What is null and what is empty depends on the call.
type deviceProperties struct {
	ChipSKU                string            `json:"chipSku"`
	DeviceID               rest.OptionalText `json:"deviceId"`
	LastAvailableOSVersion rest.OptionalText `json:"lastAvailableOsVersion"`
	LastInstalledOSVersion rest.OptionalText `json:"lastInstalledOsVersion"`
	LastOSUpdateUTC        *string           `json:"lastOsUpdateUtc"`
	LastUpdateRequestUTC   *string           `json:"lastUpdateRequestUtc"`
	ProvisioningState      string            `json:"provisioningState"`
}

const chipSKU = "MT3620AN"

// deviceAnswer is a device as GET of one shows it. Names are in lower case.
func deviceAnswer(cat *catalog.Catalog, d *catalog.Device) armChild {
	return armChild{
		ID:   cat.DeviceID(d.Place, d.ID),
		Name: d.ID,
		Type: "Microsoft.AzureSphere/catalogs/products/deviceGroups/devices",
		Properties: deviceProperties{
			ChipSKU: chipSKU, DeviceID: rest.Set(d.ID), LastAvailableOSVersion: rest.Set(""), LastInstalledOSVersion: rest.Set(""),
			ProvisioningState: d.Provisioning,
		},
	}
}

// device returns the device that the path names. The place must be where the device is.
func (c *call) device() (*catalog.Catalog, *catalog.Device, *rest.Failure) {
	cat, where, f := c.place()
	if f != nil {
		return cat, nil, f
	}
	if d := cat.FindDevice(c.Path("device")); d != nil && d.Place == where {
		return cat, d, nil
	}
	return cat, nil, rest.FailOwn(http.StatusNotFound, "ResourceNotFound", "The requested device was not found")
}

// countDevices counts the devices of a catalog, a product or a group, whichever the path names.
func countDevices(c *call) (rest.Answer, *rest.Failure) {
	cat, f := c.catalog()
	productName, groupName := c.Path("product"), c.Path("group")
	switch {
	case groupName != "":
		if _, _, _, missing := c.deviceGroup(); missing != nil && f == nil {
			// The one call that says it so.
			f = rest.FailOwn(http.StatusNotFound, "InvalidParameters", "Device group not found")
		}
	case productName != "":
		_, _, f = c.product()
	}
	if f != nil {
		return rest.Answer{}, f
	}
	count := 0
	for _, d := range cat.Devices {
		if (productName == "" || strings.EqualFold(d.Product, productName)) &&
			(groupName == "" || strings.EqualFold(d.Group, groupName)) {
			count++
		}
	}
	return rest.JSON(http.StatusOK, map[string]int{"value": count}), nil
}

func listCatalogDevices(c *call) (rest.Answer, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	items := []any{}
	for _, d := range cat.Devices {
		shown := deviceAnswer(cat, d)
		shown.Properties = deviceProperties{
			ChipSKU: chipSKU, DeviceID: rest.Set(d.ID), LastAvailableOSVersion: rest.Null, LastInstalledOSVersion: rest.Null,
			ProvisioningState: d.Provisioning,
		}
		items = append(items, shown.asPosted())
	}
	return c.postPage(items)
}

func listDevices(c *call) (rest.Answer, *rest.Failure) {
	cat, where, f := c.place()
	if f != nil {
		return rest.Answer{}, f
	}
	items := []any{}
	for _, d := range cat.Devices {
		if d.Place == where {
			shown := deviceAnswer(cat, d)
			shown.Properties = deviceProperties{
				ChipSKU: chipSKU, DeviceID: rest.Null, LastAvailableOSVersion: rest.Set(""), LastInstalledOSVersion: rest.Set(""),
				ProvisioningState: d.Provisioning,
			}
			items = append(items, shown)
		}
	}
	return rest.JSON(http.StatusOK, armList{Value: items}), nil
}

func getDevice(c *call) (rest.Answer, *rest.Failure) {
	cat, d, f := c.device()
	if f != nil {
		return rest.Answer{}, f
	}
	shown := deviceAnswer(cat, d)
	shown.ID = cat.DeviceID(d.Place, c.Path("device")) // as it was asked for
	return rest.JSON(http.StatusOK, shown), nil
}

// putDevice claims one device, which takes a while.
func putDevice(c *call) (rest.Answer, *rest.Failure) {
	cat, where, f := c.place()
	if f != nil {
		return rest.Answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return rest.Answer{}, f
	}
	properties := body.Inner("properties")
	id := properties.Text("deviceId")
	if err := rest.FirstProblem(body, properties); err != nil {
		return rest.Answer{}, armInvalid(err)
	}
	if id != "" && !strings.EqualFold(id, c.Path("device")) {
		return rest.Answer{}, armInvalid(fmt.Errorf("deviceId differs from the name of the resource"))
	}
	if f := c.claimable(cat, c.Path("device"), where); f != nil {
		return rest.Answer{}, f
	}
	asked := c.Path("device")
	claim := func() { cat.Claim(asked, where) }
	shown := armChild{
		ID: cat.DeviceID(where, asked), Name: asked, Type: "Microsoft.AzureSphere/catalogs/products/deviceGroups/devices",
	}
	if c.s.config.Behavior.Puts.asynchronous("device") {
		return c.created(shown, targetClaim, "", claim), nil
	}
	claim()
	d := cat.FindDevice(asked)
	done := deviceAnswer(cat, d)
	done.ID, done.Name = shown.ID, shown.Name
	return rest.JSON(http.StatusOK, done.asPut(catalog.Made(c.principal.ClientID, c.Now))), nil
}

// claimable refuses device IDs that cannot be, and devices that are claimed elsewhere.
func (c *call) claimable(cat *catalog.Catalog, id string, where catalog.Place) *rest.Failure {
	if !deviceName.MatchString(id) {
		return rest.FailOwn(http.StatusBadRequest, "InvalidParameters", "A device ID has 128 characters.")
	}
	if c.s.config.Store.Claimed(id, cat, where) {
		return rest.FailOwn(http.StatusConflict, "Conflict", "The device is claimed already.")
	}
	return nil
}

// claimDevices claims several devices, which takes a while.
func claimDevices(c *call) (rest.Answer, *rest.Failure) {
	cat, where, f := c.place()
	if f != nil {
		return rest.Answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return rest.Answer{}, f
	}
	body.Require("deviceIdentifiers")
	ids := body.List("deviceIdentifiers")
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, armInvalid(err)
	}
	for _, id := range ids {
		if f := c.claimable(cat, id, where); f != nil {
			return rest.Answer{}, f
		}
	}
	group := strings.TrimSuffix(cat.DeviceID(where, ""), "/devices/")
	return c.accepted(targetClaim, group, "", func() {
		for _, id := range ids {
			cat.Claim(id, where)
		}
	}), nil
}

// patchDevice moves a device to another group, which takes a while and changes the ID of the resource.
func patchDevice(c *call) (rest.Answer, *rest.Failure) {
	cat, d, f := c.device()
	if f != nil {
		return rest.Answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return rest.Answer{}, f
	}
	properties := body.Inner("properties")
	target := properties.Text("deviceGroupId")
	if err := rest.FirstProblem(body, properties); err != nil {
		return rest.Answer{}, armInvalid(err)
	}
	if target == "" {
		return rest.JSON(http.StatusOK, deviceAnswer(cat, d)), nil
	}
	where, f := placeByID(cat, target)
	if f != nil {
		return rest.Answer{}, f
	}
	asked := c.Path("device")
	return c.accepted(targetMove, cat.DeviceID(d.Place, asked), cat.DeviceID(where, asked), func() { d.Place = where }), nil
}

// placeByID returns the place that the resource ID of a device group names.
func placeByID(cat *catalog.Catalog, id string) (catalog.Place, *rest.Failure) {
	if len(id) > len(cat.ID) && strings.EqualFold(id[:len(cat.ID)], cat.ID) {
		segments := strings.Split(id[len(cat.ID)+1:], "/")
		if len(segments) == 4 && strings.EqualFold(segments[0], "products") && strings.EqualFold(segments[2], "deviceGroups") {
			return findPlace(cat, segments[1], segments[3])
		}
	}
	return catalog.Place{}, rest.FailOwn(http.StatusBadRequest, "InvalidParameters", "'"+id+"' is not a device group of the catalog.")
}

// deleteDevice wants the place to be there, as the other calls below a device group do, but not the device.
func deleteDevice(c *call) (rest.Answer, *rest.Failure) {
	if _, _, f := c.place(); f != nil {
		return rest.Answer{}, f
	}
	cat, d, f := c.device()
	if f != nil {
		return rest.Empty(http.StatusNoContent), nil
	}
	cat.DeleteDevice(d)
	return rest.JSON(http.StatusOK, nil), nil
}

func generateCapabilityImage(c *call) (rest.Answer, *rest.Failure) {
	_, d, f := c.device()
	if f != nil {
		return rest.Answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return rest.Answer{}, f
	}
	body.Require("capabilities")
	for _, capability := range body.List("capabilities") {
		if capability != "ApplicationDevelopment" && capability != "FieldServicing" {
			return rest.Answer{}, armInvalid(fmt.Errorf("there is no capability %q", capability))
		}
	}
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, armInvalid(err)
	}
	image := capabilityImage(d.ID)
	return rest.JSON(http.StatusOK, map[string]string{"image": base64.StdEncoding.EncodeToString(image)}), nil
}
