// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"strings"
)

const iotAppsPath = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.IoTCentral/iotApps"

// addIoTApps adds the ARM side of the IoT Central applications, for reading.
func (e *Emulator) addIoTApps(s *service) {
	const action = "Microsoft.IoTCentral/IoTApps/"
	s.on("GET /subscriptions/{sub}/providers/Microsoft.IoTCentral/iotApps", "Apps_ListBySubscription", action+"read",
		listIoTApps)
	s.on("GET "+iotAppsPath, "Apps_ListByResourceGroup", action+"read", listIoTApps)
	s.on("GET "+iotAppsPath+"/{app}", "Apps_Get", action+"read", getIoTApp)
}

func listIoTApps(c *call) (answer, *failure) {
	items := []any{}
	if group := c.path("rg"); group == "" || strings.EqualFold(group, c.e.info.ResourceGroup) {
		for _, app := range c.e.applications {
			items = append(items, app.resource())
		}
	}
	return jsonAnswer(http.StatusOK, armList{Value: items}), nil
}

func getIoTApp(c *call) (answer, *failure) {
	for _, app := range c.e.applications {
		if strings.EqualFold(app.subdomain, c.path("app")) && strings.EqualFold(c.path("rg"), c.e.info.ResourceGroup) {
			return jsonAnswer(http.StatusOK, app.resource()), nil
		}
	}
	return answer{}, resourceNotFound("Microsoft.IoTCentral/iotApps/"+c.path("app"), c.path("rg"))
}

// resource is the application as Resource Manager shows it. Its name is its subdomain.
func (app *application) resource() any {
	return map[string]any{
		"id":       app.resourceID,
		"name":     app.subdomain,
		"type":     "Microsoft.IoTCentral/IoTApps",
		"location": "westeurope",
		"tags":     map[string]string{},
		"sku":      map[string]string{"name": "ST2"},
		"identity": map[string]string{"type": "None"},
		"properties": map[string]string{
			"applicationId": app.id,
			"displayName":   app.subdomain,
			"subdomain":     app.subdomain,
			"template":      "iotc-pnp-preview@1.0.0",
			"state":         "created",
		},
	}
}
