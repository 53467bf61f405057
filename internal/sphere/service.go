// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// IntegratedService is Azure Sphere (Integrated), below Azure Resource Manager.
var IntegratedService = transport.Service{Name: "Azure Sphere", Remedy: func(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return transport.ResourceManagerUnauthorized
	case http.StatusForbidden:
		return "The principal needs a role on the catalog with Microsoft.AzureSphere/catalogs/certificates/read, and for verification " +
			"Microsoft.AzureSphere/catalogs/certificates/retrieveProofOfPossessionNonce/action as well. " +
			"Azure Sphere Publisher is the smallest built-in role with both; Azure Sphere Reader has the first. " +
			"The general Reader role is not enough. A new role assignment can take some minutes."
	case http.StatusNotFound:
		return "Check the catalog's resource ID, and that the principal belongs to the tenant of its subscription."
	default:
		return ""
	}
}}

// LegacyService is the public API of Azure Sphere (Legacy).
var LegacyService = transport.Service{Name: "Azure Sphere (Legacy)", Remedy: func(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return addLegacyUser + " Where endpoints are set, check endpoints.azure_sphere_audience as well."
	case http.StatusForbidden:
		return addLegacyUser
	case http.StatusNotFound:
		return "Check the ID of the Azure Sphere tenant; for a tenant that was migrated to a catalog, use catalog_id."
	default:
		return ""
	}
}}

const addLegacyUser = "Add the service principal to the Azure Sphere tenant as the user <object ID>@<Entra tenant ID>.onmicrosoft.com " +
	"(azsphere register-user, then azsphere role add) with the role Contributor."
