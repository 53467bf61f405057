// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps

import (
	"fmt"
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// MaxOperationsPerMinute is the limit of a service, over all callers. OperationsPerSecond is what this provider uses of it:
// 900 in a minute, which leaves room for others.
const (
	MaxOperationsPerMinute = 1000
	OperationsPerSecond    = 15
)

// changedMeanwhile is the remedy for an etag that is no longer the one of what was read.
const changedMeanwhile = "Somebody else changes the same enrollment group or certificate at the same time, and did so at each attempt. " +
	"Run Terraform again, and let one configuration or script change it at a time."

// DataService is the data plane of a Device Provisioning Service.
var DataService = transport.Service{Name: "Device Provisioning Service", Remedy: func(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return fmt.Sprintf("A Device Provisioning Service takes %d operations per minute, over all callers. Try again later, or run Terraform with a lower -parallelism.",
			MaxOperationsPerMinute)
	case http.StatusPreconditionFailed:
		return changedMeanwhile
	case http.StatusUnauthorized, http.StatusForbidden:
		return "The principal needs the role Device Provisioning Service Data Contributor on the service; Data Reader is enough for data sources without keys. " +
			"Owner and Contributor have no right in the data plane. A new role assignment can take some minutes. " +
			"Where endpoints are set, check endpoints.dps_audience as well."
	default:
		return ""
	}
}}

// ResourceService is where a service and its certificates are, as resources of Azure.
var ResourceService = transport.Service{Name: "Azure Resource Manager", Remedy: func(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return transport.ResourceManagerUnauthorized
	case http.StatusForbidden:
		return "The principal needs a role on the Device Provisioning Service with Microsoft.Devices/provisioningServices/read and " +
			"Microsoft.Devices/provisioningServices/certificates/read, and to verify certificates also certificates/write, certificates/delete, " +
			"certificates/generateVerificationCode/action and certificates/verify/action. Contributor has them. A new role assignment can take some minutes."
	case http.StatusPreconditionFailed:
		return changedMeanwhile
	case http.StatusNotFound:
		return "Check the resource ID of the Device Provisioning Service, and that the principal belongs to the tenant of its subscription."
	default:
		return ""
	}
}}
