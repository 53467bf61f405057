// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import "net/http"

// Service is a service as errors know it.
type Service struct {
	// Name stands in errors: "IoT Central".
	Name string
	// Remedy returns, in whole sentences, what to do about a status, or an empty
	// text. It may be nil.
	Remedy func(status int) string
}

// ResourceManagerUnauthorized is the remedy of all services below Azure Resource
// Manager for a token that is not accepted.
const ResourceManagerUnauthorized = "Azure Resource Manager does not accept the token. Check the tenant (tenant_id, ARM_TENANT_ID), " +
	"and endpoints.resource_manager_audience where endpoints are set."

func (s Service) remedy(status int) string {
	var remedy string
	if s.Remedy != nil {
		remedy = s.Remedy(status)
	}
	if remedy == "" && status == http.StatusTooManyRequests {
		remedy = "The service limits the rate of requests. Try again later, or run Terraform with a lower -parallelism."
	}

	return remedy
}
