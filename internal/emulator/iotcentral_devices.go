// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"regexp"
	"slices"
)

// centralDevice is a device of an IoT Central application: enough of one to have credentials.
type centralDevice struct {
	id, displayName, etag string
	enabled, simulated    bool
	keys                  symmetricKeys
}

var centralDeviceID = regexp.MustCompile(`^[a-zA-Z0-9-]{1,128}$`)

// addCentralDevices adds devices. In versions before 2022-10-31-preview, the credentials of a device are the only way to
// the ID scope.
func (e *Emulator) addCentralDevices(s *service) {
	const path = "/api/devices"
	s.on("GET "+path, "Devices_List", "read", listCentralDevices)
	s.on("GET "+path+"/{device}", "Devices_Get", "read", getCentralDevice)
	s.on("PUT "+path+"/{device}", "Devices_Create", "write", putCentralDevice)
	s.on("DELETE "+path+"/{device}", "Devices_Remove", "write", deleteCentralDevice)
	s.on("GET "+path+"/{device}/credentials", "Devices_GetCredentials", "read", getCentralCredentials)
}

func (d *centralDevice) body() any {
	return map[string]any{
		"id": d.id, "displayName": d.displayName, "etag": d.etag, "enabled": d.enabled, "simulated": d.simulated,
		"provisioned": false,
	}
}

func (c *call) centralDevice() (*centralDevice, *failure) {
	for _, d := range c.app.devices {
		if d.id == c.path("device") {
			return d, nil
		}
	}
	return nil, fail(http.StatusNotFound, "NotFound", "The device '"+c.path("device")+"' was not found.")
}

func listCentralDevices(c *call) (answer, *failure) {
	items := []any{}
	for _, d := range c.app.devices {
		items = append(items, d.body())
	}
	return jsonAnswer(http.StatusOK, map[string]any{"value": items}), nil
}

func getCentralDevice(c *call) (answer, *failure) {
	d, f := c.centralDevice()
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, d.body()), nil
}

func putCentralDevice(c *call) (answer, *failure) {
	body, f := c.centralBody(mediaJSON)
	if f != nil {
		return answer{}, f
	}
	id := c.path("device")
	if !centralDeviceID.MatchString(id) {
		return answer{}, fail(http.StatusBadRequest, "BadRequest", "A device ID may have letters, digits and hyphens.")
	}
	displayName, simulated := body.text("displayName"), body.boolean("simulated")
	enabled := !body.given("enabled") || body.boolean("enabled")
	if err := firstProblem(body); err != nil {
		return answer{}, unprocessable(err)
	}
	d, f := c.centralDevice()
	if f != nil {
		d = &centralDevice{id: id, keys: newSymmetricKeys()}
		c.app.devices = append(c.app.devices, d)
	}
	if displayName == "" {
		displayName = id
	}
	d.displayName, d.enabled, d.simulated, d.etag = displayName, enabled, simulated, c.app.newETag(c.now)
	return jsonAnswer(http.StatusOK, d.body()), nil
}

func deleteCentralDevice(c *call) (answer, *failure) {
	d, f := c.centralDevice()
	if f != nil {
		return answer{}, f
	}
	c.app.devices = slices.DeleteFunc(c.app.devices, func(other *centralDevice) bool { return other == d })
	return emptyAnswer(http.StatusNoContent), nil
}

func getCentralCredentials(c *call) (answer, *failure) {
	d, f := c.centralDevice()
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, struct {
		IDScope      string        `json:"idScope"`
		SymmetricKey symmetricKeys `json:"symmetricKey"`
	}{c.app.idScope, d.keys}), nil
}
