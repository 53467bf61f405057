// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// device is a device that was claimed into a catalog. Names of product and group are empty where it has none.
type device struct {
	id             string // 128 hex digits, upper case
	product, group string
	provisioning   string
}

var deviceName = regexp.MustCompile(`^[a-zA-Z0-9-]{128}$`)

const (
	devicesPath = groupPath + "/devices"
	devicePath  = devicesPath + "/{device}"
)

func (e *Emulator) addDevices(s *service) {
	const action = "Microsoft.AzureSphere/catalogs/products/deviceGroups/devices/"
	s.on("GET "+devicesPath, "Devices_ListByDeviceGroup", action+"read", listDevices)
	s.on("GET "+devicePath, "Devices_Get", action+"read", getDevice)
	s.on("PUT "+devicePath, "Devices_CreateOrUpdate", action+"write", putDevice)
	s.on("PATCH "+devicePath, "Devices_Update", action+"write", patchDevice)
	s.on("DELETE "+devicePath, "Devices_Delete", action+"delete", deleteDevice)
	s.on("POST "+devicePath+"/generateCapabilityImage", "Devices_GenerateCapabilityImage",
		action+"generateCapabilityImage/action", generateCapabilityImage)
}

// place is where a device is: in a group of a product, or in neither.
type place struct{ product, group string }

// place returns the place that the path names. The system names stand for no product and no group.
func (c *call) place() (*catalog, place, *failure) {
	cat, f := c.catalog()
	if f != nil {
		return nil, place{}, f
	}
	where, f := cat.place(c.path("product"), c.path("group"))
	return cat, where, f
}

func (cat *catalog) place(productName, groupName string) (place, *failure) {
	if slices.Contains(systemNames, productName) && slices.Contains(systemNames, groupName) {
		return place{}, nil
	}
	if p := cat.findProduct(productName); p != nil {
		if g := p.findGroup(groupName); g != nil {
			return place{p.name, g.name}, nil
		}
	}
	return place{}, failOwn(http.StatusNotFound, "NotFound",
		"The device group '"+groupName+"' of the product '"+productName+"' was not found.")
}

// deviceID is the resource ID of a device at a place.
func (cat *catalog) deviceID(where place, id string) string {
	if where == (place{}) {
		where = place{".unassigned", ".unassigned"}
	}
	return cat.id + "/products/" + where.product + "/deviceGroups/" + where.group + "/devices/" + id
}

func (d *device) place() place { return place{d.product, d.group} }

func (d *device) resource(cat *catalog) armChild {
	return armChild{
		ID:   cat.deviceID(d.place(), d.id),
		Name: d.id,
		Type: "Microsoft.AzureSphere/catalogs/products/deviceGroups/devices",
		Properties: map[string]string{
			"deviceId": d.id, "chipSku": "MT3620AN", "provisioningState": d.provisioning,
		},
	}
}

// device returns the device that the path names. The place must be where the device is.
func (c *call) device() (*catalog, *device, *failure) {
	cat, where, f := c.place()
	if f != nil {
		return cat, nil, f
	}
	if d := cat.findDevice(c.path("device")); d != nil && d.place() == where {
		return cat, d, nil
	}
	return cat, nil, failOwn(http.StatusNotFound, "NotFound", "The device was not found.")
}

func (cat *catalog) findDevice(id string) *device {
	for _, d := range cat.devices {
		if strings.EqualFold(d.id, id) {
			return d
		}
	}
	return nil
}

// countDevices counts the devices of a catalog, a product or a group, whichever the path names.
func countDevices(c *call) (answer, *failure) {
	cat, f := c.catalog()
	productName, groupName := c.path("product"), c.path("group")
	switch {
	case groupName != "":
		_, _, _, f = c.deviceGroup()
	case productName != "":
		_, _, f = c.product()
	}
	if f != nil {
		return answer{}, f
	}
	count := 0
	for _, d := range cat.devices {
		if (productName == "" || strings.EqualFold(d.product, productName)) &&
			(groupName == "" || strings.EqualFold(d.group, groupName)) {
			count++
		}
	}
	return jsonAnswer(http.StatusOK, map[string]int{"value": count}), nil
}

func listCatalogDevices(c *call) (answer, *failure) {
	cat, f := c.catalog()
	if f != nil {
		return answer{}, f
	}
	items := []any{}
	for _, d := range cat.devices {
		items = append(items, d.resource(cat))
	}
	list, f := c.page(items)
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, list), nil
}

func listDevices(c *call) (answer, *failure) {
	cat, where, f := c.place()
	if f != nil {
		return answer{}, f
	}
	items := []any{}
	for _, d := range cat.devices {
		if d.place() == where {
			items = append(items, d.resource(cat))
		}
	}
	return jsonAnswer(http.StatusOK, armList{Value: items}), nil
}

func getDevice(c *call) (answer, *failure) {
	cat, d, f := c.device()
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, d.resource(cat)), nil
}

// putDevice claims one device.
func putDevice(c *call) (answer, *failure) {
	cat, where, f := c.place()
	if f != nil {
		return answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return answer{}, f
	}
	properties := body.inner("properties")
	id := properties.text("deviceId")
	if err := firstProblem(body, properties); err != nil {
		return answer{}, armInvalid(err)
	}
	if id != "" && !strings.EqualFold(id, c.path("device")) {
		return answer{}, armInvalid(fmt.Errorf("deviceId differs from the name of the resource"))
	}
	if f := c.claimable(cat, c.path("device"), where); f != nil {
		return answer{}, f
	}
	d := cat.claim(c.path("device"), where)
	return c.putAnswer(cat.deviceID(where, d.id), &d.provisioning, func() any {
		shown := d.resource(cat)
		shown.Type = strings.ToLower(shown.Type) // as in every answer to PUT
		return shown
	}), nil
}

// claimable refuses device IDs that cannot be, and devices that are claimed elsewhere.
func (c *call) claimable(cat *catalog, id string, where place) *failure {
	if !deviceName.MatchString(id) {
		return failOwn(http.StatusBadRequest, "InvalidResourceName", "A device ID has 128 characters.")
	}
	for _, other := range c.e.catalogs {
		if d := other.findDevice(id); d != nil && (other != cat || d.place() != where) {
			return failOwn(http.StatusConflict, "Conflict", "The device is claimed already.")
		}
	}
	return nil
}

func (cat *catalog) claim(id string, where place) *device {
	d := cat.findDevice(id)
	if d == nil {
		d = &device{id: strings.ToUpper(id), provisioning: "Succeeded"}
		cat.devices = append(cat.devices, d)
	}
	d.product, d.group = where.product, where.group
	return d
}

// claimDevices claims several devices, which takes a while.
func claimDevices(c *call) (answer, *failure) {
	cat, where, f := c.place()
	if f != nil {
		return answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return answer{}, f
	}
	body.require("deviceIdentifiers")
	ids := body.list("deviceIdentifiers")
	if err := firstProblem(body); err != nil {
		return answer{}, armInvalid(err)
	}
	for _, id := range ids {
		if f := c.claimable(cat, id, where); f != nil {
			return answer{}, f
		}
	}
	group := strings.TrimSuffix(cat.deviceID(where, ""), "/devices/")
	return c.accepted("ClaimDevices", group, group, func() {
		for _, id := range ids {
			cat.claim(id, where)
		}
	}), nil
}

// patchDevice moves a device to another group, which takes a while and changes the ID of the resource.
func patchDevice(c *call) (answer, *failure) {
	cat, d, f := c.device()
	if f != nil {
		return answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return answer{}, f
	}
	properties := body.inner("properties")
	target := properties.text("deviceGroupId")
	if err := firstProblem(body, properties); err != nil {
		return answer{}, armInvalid(err)
	}
	if target == "" {
		return jsonAnswer(http.StatusOK, d.resource(cat)), nil
	}
	where, f := cat.placeByID(target)
	if f != nil {
		return answer{}, f
	}
	return c.accepted("DeviceUpdateDeviceGroup", cat.deviceID(d.place(), d.id), cat.deviceID(where, d.id), func() {
		d.product, d.group = where.product, where.group
	}), nil
}

// placeByID returns the place that the resource ID of a device group names.
func (cat *catalog) placeByID(id string) (place, *failure) {
	if len(id) > len(cat.id) && strings.EqualFold(id[:len(cat.id)], cat.id) {
		segments := strings.Split(id[len(cat.id)+1:], "/")
		if len(segments) == 4 && strings.EqualFold(segments[0], "products") && strings.EqualFold(segments[2], "deviceGroups") {
			return cat.place(segments[1], segments[3])
		}
	}
	return place{}, failOwn(http.StatusBadRequest, "InvalidDeviceGroupId", "'"+id+"' is not a device group of the catalog.")
}

// deleteDevice wants the place to be there, as the other calls below a device group do, but not the device.
func deleteDevice(c *call) (answer, *failure) {
	if _, _, f := c.place(); f != nil {
		return answer{}, f
	}
	cat, d, f := c.device()
	if f != nil {
		return emptyAnswer(http.StatusNoContent), nil
	}
	cat.devices = slices.DeleteFunc(cat.devices, func(other *device) bool { return other == d })
	return jsonAnswer(http.StatusOK, nil), nil
}

func generateCapabilityImage(c *call) (answer, *failure) {
	_, _, f := c.device()
	if f != nil {
		return answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return answer{}, f
	}
	body.require("capabilities")
	for _, capability := range body.list("capabilities") {
		if capability != "ApplicationDevelopment" && capability != "FieldServicing" {
			return answer{}, armInvalid(fmt.Errorf("there is no capability %q", capability))
		}
	}
	if err := firstProblem(body); err != nil {
		return answer{}, armInvalid(err)
	}
	return jsonAnswer(http.StatusOK, map[string]string{"image": base64.StdEncoding.EncodeToString(randomBytes(256))}), nil
}
