// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"net/http"
	"regexp"
	"slices"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// device is a device of an IoT Central application: enough of one to have credentials.
type device struct {
	id, displayName, etag           string
	enabled, simulated, provisioned bool
	keys                            symmetricKeys
}

var deviceID = regexp.MustCompile(`^[a-zA-Z0-9-]{1,128}$`)

// addDevices adds devices. In versions before 2022-10-31-preview, the credentials of a device are the only way to
// the ID scope.
func addDevices(s *rest.Service[*call]) {
	const path = "/api/devices"
	s.On("GET "+path, "Devices_List", "read", listDevices)
	s.On("GET "+path+"/{device}", "Devices_Get", "read", getDevice)
	s.On("PUT "+path+"/{device}", "Devices_Create", "write", putDevice)
	s.On("DELETE "+path+"/{device}", "Devices_Remove", "write", deleteDevice)
	s.On("GET "+path+"/{device}/credentials", "Devices_GetCredentials", "read", getCredentials)
}

func (d *device) body() any {
	return map[string]any{
		"id": d.id, "displayName": d.displayName, "etag": d.etag, "enabled": d.enabled, "simulated": d.simulated,
		"provisioned": d.provisioned,
	}
}

func (c *call) device() (*device, *rest.Failure) {
	for _, d := range c.app.devices {
		if d.id == c.Path("device") {
			return d, nil
		}
	}
	return nil, rest.Fail(http.StatusNotFound, "NotFound", "The device '"+c.Path("device")+"' was not found.")
}

func listDevices(c *call) (rest.Answer, *rest.Failure) {
	items := []any{}
	for _, d := range c.app.devices {
		items = append(items, d.body())
	}
	return rest.JSON(http.StatusOK, map[string]any{"value": items}), nil
}

func getDevice(c *call) (rest.Answer, *rest.Failure) {
	d, f := c.device()
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, d.body()), nil
}

func putDevice(c *call) (rest.Answer, *rest.Failure) {
	body, f := c.readBody(mediaJSON)
	if f != nil {
		return rest.Answer{}, f
	}
	id := c.Path("device")
	if !deviceID.MatchString(id) {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "BadRequest", "A device ID may have letters, digits and hyphens.")
	}
	displayName, simulated := body.Text("displayName"), body.Boolean("simulated")
	enabled := !body.Given("enabled") || body.Boolean("enabled")
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, unprocessable(err)
	}
	d, f := c.device()
	if f != nil {
		d = &device{id: id, keys: newSymmetricKeys()}
		c.app.devices = append(c.app.devices, d)
	}
	if displayName == "" {
		displayName = id
	}
	d.displayName, d.enabled, d.simulated, d.etag = displayName, enabled, simulated, c.app.etags.New(c.Now)
	return rest.JSON(http.StatusOK, d.body()), nil
}

func deleteDevice(c *call) (rest.Answer, *rest.Failure) {
	d, f := c.device()
	if f != nil {
		return rest.Answer{}, f
	}
	c.app.devices = slices.DeleteFunc(c.app.devices, func(other *device) bool { return other == d })
	return rest.Empty(http.StatusNoContent), nil
}

func getCredentials(c *call) (rest.Answer, *rest.Failure) {
	d, f := c.device()
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, struct {
		IDScope      string        `json:"idScope"`
		SymmetricKey symmetricKeys `json:"symmetricKey"`
	}{c.app.IDScope, d.keys}), nil
}
