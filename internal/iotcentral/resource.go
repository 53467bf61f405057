// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const (
	resourceType       = "Microsoft.IoTCentral/iotApps"
	resourceAPIVersion = "2021-06-01"
)

// ErrResourceID is the error for a text that is not the resource ID of an
// application.
var ErrResourceID = errors.New("the Azure resource of an application is given by its ID: /subscriptions/<subscription ID>" +
	"/resourceGroups/<resource group>/providers/Microsoft.IoTCentral/iotApps/<name>")

// CheckResourceID reports whether a text is the Azure resource ID of an
// application. Azure compares resource IDs without case.
func CheckResourceID(id string) error {
	if !transport.IsResourceID(id, resourceType) {
		return ErrResourceID
	}

	return nil
}

// Resource is an application as a resource of Azure.
type Resource struct {
	// ID is the Azure resource ID.
	ID string
	// ApplicationID is a UUID, and Subdomain the first label of the host. Either
	// names the application.
	ApplicationID, Subdomain string
	// DisplayName is the name in the portal.
	DisplayName string
}

// ReadResource reads the Azure resource of an application. endpoint is the address
// of Azure Resource Manager, which client talks to.
func ReadResource(ctx context.Context, client *transport.Client, endpoint, id string) (Resource, error) {
	var found struct {
		ID         string `json:"id"`
		Properties struct {
			ApplicationID string `json:"applicationId"`
			Subdomain     string `json:"subdomain"`
			DisplayName   string `json:"displayName"`
		} `json:"properties"`
	}
	err := client.Send(ctx, transport.Call{
		Operation: "read the IoT Central application",
		Method:    http.MethodGet,
		URL:       strings.TrimSuffix(endpoint, "/") + transport.EscapePath(id) + "?api-version=" + resourceAPIVersion,
	}, &found)
	if err != nil {
		return Resource{}, err
	}
	if found.Properties.Subdomain == "" {
		return Resource{}, errors.New("the Azure resource of the application does not return its subdomain; the application may still be in creation, or suspended")
	}

	return Resource{
		ID:            found.ID,
		ApplicationID: found.Properties.ApplicationID,
		Subdomain:     found.Properties.Subdomain,
		DisplayName:   found.Properties.DisplayName,
	}, nil
}
