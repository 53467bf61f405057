// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"fmt"
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Service is an application of IoT Central.
var Service = transport.Service{Name: "IoT Central", Remedy: func(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return fmt.Sprintf("An application allows %d requests per second, over all users and tokens. Try again later, run Terraform with a lower -parallelism, "+
			"or lower iot_central.max_requests_per_second.", MaxRequestsPerSecond)
	case http.StatusUnauthorized:
		return "IoT Central does not accept the token. An API token may have expired or belong to another application; " +
			"a principal must be of the Entra tenant of the application's subscription. " +
			"Where endpoints are set, check endpoints.iot_central_audience as well."
	case http.StatusForbidden:
		return "Roles of Azure RBAC give no permission inside an application. Add the principal to the application itself " +
			"(Permissions > Users, in the root organization; a service principal is not admitted through a group) with the role App Administrator, " +
			"or with a custom role that has Read global and Manage global under Device connectivity management."
	default:
		return ""
	}
}}

// ResourceService is where the Azure resource of an application is read.
var ResourceService = transport.Service{Name: "Azure Resource Manager", Remedy: func(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return transport.ResourceManagerUnauthorized
	case http.StatusForbidden:
		return "The principal needs a role on the Azure resource of the application with Microsoft.IoTCentral/IoTApps/read, such as Reader. " +
			"Or use the subdomain of the application instead."
	case http.StatusNotFound:
		return "Check the resource ID of the application, and that the principal belongs to the tenant of its subscription."
	default:
		return ""
	}
}}
