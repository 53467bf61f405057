// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"net/http"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

const iotAppsPath = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.IoTCentral/iotApps"

// Applications knows the IoT Central applications of the subscription.
type Applications interface {
	IoTApps() []IoTApp
}

// IoTApp is an IoT Central application as a resource.
type IoTApp struct {
	ResourceID    string
	ApplicationID string
	Subdomain     string // also its name
}

// addIoTApps adds the ARM side of the IoT Central applications, for reading.
func (s *Service) addIoTApps() {
	const action = "Microsoft.IoTCentral/IoTApps/"
	s.rest.On("GET /subscriptions/{sub}/providers/Microsoft.IoTCentral/iotApps", "Apps_ListBySubscription", action+"read",
		listIoTApps)
	s.rest.On("GET "+iotAppsPath, "Apps_ListByResourceGroup", action+"read", listIoTApps)
	s.rest.On("GET "+iotAppsPath+"/{app}", "Apps_Get", action+"read", getIoTApp)
}

func listIoTApps(c *call) (rest.Answer, *rest.Failure) {
	items := []any{}
	if group := c.Path("rg"); group == "" || strings.EqualFold(group, c.s.config.ResourceGroup) {
		for _, app := range c.s.config.Applications.IoTApps() {
			items = append(items, app.answer())
		}
	}
	return rest.JSON(http.StatusOK, armList{Value: items}), nil
}

func getIoTApp(c *call) (rest.Answer, *rest.Failure) {
	for _, app := range c.s.config.Applications.IoTApps() {
		if strings.EqualFold(app.Subdomain, c.Path("app")) && strings.EqualFold(c.Path("rg"), c.s.config.ResourceGroup) {
			return rest.JSON(http.StatusOK, app.answer()), nil
		}
	}
	return rest.Answer{}, resourceNotFound("Microsoft.IoTCentral/iotApps/"+c.Path("app"), c.Path("rg"))
}

// answer is the application as Resource Manager shows it. Its name is its subdomain.
func (app IoTApp) answer() any {
	return map[string]any{
		"id":       app.ResourceID,
		"name":     app.Subdomain,
		"type":     "Microsoft.IoTCentral/IoTApps",
		"location": "westeurope",
		"tags":     map[string]string{},
		"sku":      map[string]string{"name": "ST2"},
		"identity": map[string]string{"type": "None"},
		"properties": map[string]string{
			"applicationId": app.ApplicationID,
			"displayName":   app.Subdomain,
			"subdomain":     app.Subdomain,
			"template":      "iotc-pnp-preview@1.0.0",
			"state":         "created",
		},
	}
}
