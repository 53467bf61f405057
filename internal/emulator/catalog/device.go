// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"slices"
	"strings"
)

// Device is a device that was claimed into a catalog.
type Device struct {
	Place

	ID           string // 128 hex digits, lower case as the service writes them
	Provisioning string
}

// Place is where a device is: in a group of a product, or in neither, which the zero value says.
type Place struct{ Product, Group string }

// FindPlace returns the place that the names of a product and of its device group stand for. The system names stand for
// no product and no group. It reports false when there is no such place.
func (cat *Catalog) FindPlace(productName, groupName string) (Place, bool) {
	if slices.Contains(SystemNames, productName) && slices.Contains(SystemNames, groupName) {
		return Place{}, true
	}
	if p := cat.FindProduct(productName); p != nil {
		if g := p.FindGroup(groupName); g != nil {
			return Place{p.Name, g.Name}, true
		}
	}
	return Place{}, false
}

// DeviceID returns the resource ID of a device at a place. A device in no group is shown below the name .default of both.
func (cat *Catalog) DeviceID(where Place, id string) string {
	if where == (Place{}) {
		where = Place{SystemNames[0], SystemNames[0]}
	}
	return cat.ID + "/products/" + where.Product + "/deviceGroups/" + where.Group + "/devices/" + id
}

// FindDevice returns the device with that ID, or nil.
func (cat *Catalog) FindDevice(id string) *Device {
	for _, d := range cat.Devices {
		if strings.EqualFold(d.ID, id) {
			return d
		}
	}
	return nil
}

// Claim puts a device at a place, and into the catalog where it is new there.
func (cat *Catalog) Claim(id string, where Place) *Device {
	d := cat.FindDevice(id)
	if d == nil {
		d = &Device{ID: strings.ToLower(id), Provisioning: "Succeeded"}
		cat.Devices = append(cat.Devices, d)
	}
	d.Place = where
	return d
}

// DeleteDevice removes a device.
func (cat *Catalog) DeleteDevice(d *Device) {
	cat.Devices = slices.DeleteFunc(cat.Devices, func(other *Device) bool { return other == d })
}
