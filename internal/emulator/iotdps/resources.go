// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/arm"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// apiVersions are those in which a certificate stands below properties in a PUT.
var apiVersions = []string{"2022-12-12", "2022-02-05"}

const servicePath = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Devices/provisioningServices/{dps}"

// deviceHost is where devices of every service register.
const deviceHost = "global.azure-devices-provisioning.net"

// Provider is the side of the services in Resource Manager.
func (s *Service) Provider() arm.Provider {
	const action = Namespace + "/provisioningServices/"
	locked := func(handle func(*resourceCall) (rest.Answer, *rest.Failure)) func(*rest.Call) (rest.Answer, *rest.Failure) {
		return func(c *rest.Call) (rest.Answer, *rest.Failure) {
			s.mu.Lock()
			defer s.mu.Unlock()
			found := s.Find(c.Path("dps"))
			if found == nil || !strings.EqualFold(found.ResourceGroup, c.Path("rg")) {
				return rest.Answer{}, arm.ResourceNotFound(Namespace+"/provisioningServices/"+c.Path("dps"), c.Path("rg"))
			}
			return handle(&resourceCall{Call: c, s: s, dps: found})
		}
	}
	operations := []arm.Operation{
		{Pattern: "GET " + servicePath, ID: "IotDpsResource_Get", Action: action + "read", Handle: locked(getService)},
	}
	for _, one := range certificateOperations() {
		operations = append(operations, arm.Operation{
			Pattern: one.pattern, ID: one.id, Action: action + "certificates/" + one.action, Handle: locked(one.handle),
		})
	}
	return arm.Provider{Namespace: Namespace, APIVersions: apiVersions, Operations: operations, Shape: resourceShape}
}

// resourceCall is a request to a provisioning service in Resource Manager.
type resourceCall struct {
	*rest.Call

	s   *Service
	dps *ProvisioningService
}

// resourceShape is the error shape of the resource provider: flat, and its code is a number.
func resourceShape(f *rest.Failure) rest.Answer {
	code, err := strconv.Atoi(f.Code)
	if err != nil {
		code = f.Status * 1000
	}
	return rest.JSON(f.Status, map[string]any{
		"code":           code,
		"httpStatusCode": strings.ReplaceAll(http.StatusText(f.Status), " ", ""),
		"message": f.Message + " If you contact a support representative please include this correlation identifier: " +
			"00000000-0000-0000-0000-000000000000, errorcode: IH" + strconv.Itoa(code) + ".",
	})
}

// getService shows a provisioning service. Keys and policies are left out.
func getService(c *resourceCall) (rest.Answer, *rest.Failure) {
	hubs := []any{}
	for _, host := range c.dps.Hubs {
		hubs = append(hubs, map[string]any{
			"name": host, "location": "westeurope", "applyAllocationPolicy": true, "allocationWeight": 1,
			"connectionString": "HostName=" + host + ";SharedAccessKeyName=iothubowner;SharedAccessKey=****",
		})
	}
	return rest.JSON(http.StatusOK, map[string]any{
		"id": c.dps.ResourceID, "name": c.dps.Name, "type": "Microsoft.Devices/provisioningServices", "location": "westeurope",
		"etag": "AAAAAAFPazE=", "tags": map[string]string{}, "sku": map[string]any{"name": "S1", "tier": "Standard", "capacity": 1},
		"properties": map[string]any{
			"state": "Active", "provisioningState": "Succeeded", "iotHubs": hubs, "allocationPolicy": "Hashed",
			"serviceOperationsHostName":  strings.ToLower(c.dps.Name) + ".azure-devices-provisioning.net",
			"deviceProvisioningHostName": deviceHost,
			"idScope":                    c.dps.IDScope,
		},
	}), nil
}
