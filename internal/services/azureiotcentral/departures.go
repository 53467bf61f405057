// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
)

// planKept says that a plan keeps a thing, and gives the warnings about what is left
// in it.
func planKept(configured *clients.Clients, thing clients.Thing, diags *diag.Diagnostics) {
	for _, warning := range configured.Departures().Keep(thing) {
		diags.AddWarning("Something is left in "+thing.Group.String(), warning)
	}
}
