// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps

import (
	"context"
	"errors"
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Service is a Device Provisioning Service as a resource of Azure.
type Service struct {
	// ID is the Azure resource ID, as the service spells it.
	ID string
	// Name is a part of ID.
	Name string
	// IDScope is what devices send together with their ID. It is empty while the service is being made.
	IDScope string
	// DeviceHost is where devices register, and OperationsHost where enrollment groups are.
	DeviceHost, OperationsHost string
	// IoTHubs are the host names of the linked IoT hubs.
	IoTHubs []string
	// AllocationPolicy says how devices are assigned to hubs: Hashed.
	AllocationPolicy string
	// State is Active for a service that can be used.
	State string
}

// Service reads a service.
func (c *Client) Service(ctx context.Context, id string) (Service, error) {
	const operation = "read the Device Provisioning Service"
	var found struct {
		ID         string `json:"id"`
		Name       string `json:"name"`
		Properties struct {
			State            string `json:"state"`
			IDScope          string `json:"idScope"`
			DeviceHost       string `json:"deviceProvisioningHostName"`
			OperationsHost   string `json:"serviceOperationsHostName"`
			AllocationPolicy string `json:"allocationPolicy"`
			IoTHubs          []struct {
				Name string `json:"name"`
			} `json:"iotHubs"`
		} `json:"properties"`
	}
	err := c.config.Management.Send(ctx, transport.Call{Operation: operation, Method: http.MethodGet, URL: c.resourceAddress(id)}, &found)
	if err != nil {
		return Service{}, err
	}
	if found.Properties.OperationsHost == "" && found.Properties.State == "" {
		return Service{}, unreadable(ResourceService, operation, errors.New("the answer has neither state nor host of the service"))
	}
	service := Service{
		ID: found.ID, Name: found.Name, IDScope: found.Properties.IDScope,
		DeviceHost: found.Properties.DeviceHost, OperationsHost: found.Properties.OperationsHost,
		IoTHubs: []string{}, AllocationPolicy: found.Properties.AllocationPolicy, State: found.Properties.State,
	}
	if service.ID == "" {
		service.ID = id
	}
	if service.Name == "" {
		service.Name = nameOf(id)
	}
	for _, hub := range found.Properties.IoTHubs {
		service.IoTHubs = append(service.IoTHubs, hub.Name)
	}

	return service, nil
}
