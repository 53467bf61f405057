// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
)

// InstanceKey is the key in the private state of what distinguishes a resource from others of
// its type.
const InstanceKey = instanceKey

// InstanceOf returns what distinguishes a resource from others. It is empty for one that has
// no state yet.
func InstanceOf(ctx context.Context, private services.PrivateReader, diags *diag.Diagnostics) string {
	return instanceOf(ctx, private, diags)
}

// KeepInstance gives a resource an instance that has none, and returns it.
func KeepInstance(ctx context.Context, before services.PrivateReader, private services.PrivateWriter, diags *diag.Diagnostics) string {
	return keepInstance(ctx, before, private, diags)
}

// PlanClaim warns when another resource of the configuration manages the same.
func PlanClaim(configured *clients.Clients, claim clients.Claim, diags *diag.Diagnostics) {
	planClaim(configured, claim, diags)
}

// TakeClaim fails when another resource of the run manages the same.
func TakeClaim(configured *clients.Clients, claim clients.Claim, diags *diag.Diagnostics) bool {
	return takeClaim(configured, claim, diags)
}

// PlanKept says that a plan keeps a thing, and gives the warnings about what is left
// in it.
func PlanKept(configured *clients.Clients, thing clients.Thing, diags *diag.Diagnostics) {
	planKept(configured, thing, diags)
}

// AlreadyExists is the detail for what must be imported instead.
func AlreadyExists(typeName, id string) string { return alreadyExists(typeName, id) }
