// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"errors"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// AddError adds an error of a service or of the domain: the summary says what
// failed, the detail why, and what can be done about it.
func AddError(diags *diag.Diagnostics, summary string, err error) {
	diags.AddError(summary, Explain(err))
}

// Explain returns an error for people: why, and what can be done about it.
func Explain(err error) string {
	detail := fwtypes.Sentence(err)
	if remedy := Remedy(err); remedy != "" {
		detail += "\n\n" + remedy
	}

	return detail
}

// Remedy returns what to do about an error, or an empty string.
func Remedy(err error) string {
	if explained := auth.Explain(err); explained != "" {
		return fwtypes.Sentence(errors.New(explained))
	}
	var refused *transport.Error
	if !errors.As(err, &refused) {
		return ""
	}
	if refused.StatusCode == http.StatusTooManyRequests {
		return "The service limits the rate of requests (IoT Central: 20 per second and application, over all users and tokens). " +
			"Try again later, or run Terraform with a lower -parallelism."
	}
	switch refused.Service {
	case iotCentralService:
		return iotCentralRemedy(refused.StatusCode)
	case integratedService:
		return integratedRemedy(refused.StatusCode)
	case legacyService:
		return legacyRemedy(refused.StatusCode)
	case managementService:
		return managementRemedy(refused.StatusCode)
	default:
		return ""
	}
}

func iotCentralRemedy(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "IoT Central does not accept the token. An API token may have expired or belong to another application; " +
			"a principal must be of the Entra tenant of the application's subscription."
	case http.StatusForbidden:
		return "Roles of Azure RBAC give no right inside an application. Add the principal to the application itself " +
			"(Permissions > Users, in the root organization; a service principal is not admitted through a group) with the role App Administrator, " +
			"or with a custom role that may read and manage globally under Device connectivity management."
	default:
		return ""
	}
}

func integratedRemedy(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "Azure Resource Manager does not accept the token. Check the tenant (tenant_id, ARM_TENANT_ID), " +
			"and the audience where endpoints are set."
	case http.StatusForbidden:
		return "The principal needs a role on the catalog with Microsoft.AzureSphere/catalogs/certificates/read, and for verification " +
			"Microsoft.AzureSphere/catalogs/certificates/retrieveCertChain/action and " +
			"Microsoft.AzureSphere/catalogs/certificates/retrieveProofOfPossessionNonce/action, such as Azure Sphere Contributor. " +
			"The general Reader role is not enough. A new role assignment can take some minutes."
	case http.StatusNotFound:
		return "Check the catalog's resource ID, and that the principal belongs to the tenant of its subscription."
	default:
		return ""
	}
}

func legacyRemedy(status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "Add the service principal to the Azure Sphere tenant as the user <object ID>@<Entra tenant ID>.onmicrosoft.com " +
			"(azsphere register-user, then azsphere role add) with the role Contributor."
	case http.StatusNotFound:
		return "Check the ID of the Azure Sphere tenant; a tenant that was migrated to a catalog is better given by catalog_id."
	default:
		return ""
	}
}

func managementRemedy(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return integratedRemedy(status)
	case http.StatusForbidden:
		return "The principal needs a role on the Azure resource of the application with Microsoft.IoTCentral/IoTApps/read, such as Reader. " +
			"Or give the application by its subdomain."
	case http.StatusNotFound:
		return "Check the resource ID of the application, and that the principal belongs to the tenant of its subscription."
	default:
		return ""
	}
}
