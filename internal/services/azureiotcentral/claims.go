// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
)

// instanceKey is the key in the private state of what distinguishes a resource from
// others of its type: Terraform does not pass the address of a resource to a provider.
const instanceKey = "instance"

// instanceOf returns what distinguishes a resource from others. It is empty for one that
// has no state yet.
func instanceOf(ctx context.Context, private services.PrivateReader, diags *diag.Diagnostics) string {
	instance, _ := services.ReadPrivate[string](ctx, private, instanceKey, diags)

	return instance
}

// keepInstance gives a resource an instance that has none, as after an import, and
// returns it.
func keepInstance(ctx context.Context, before services.PrivateReader, private services.PrivateWriter, diags *diag.Diagnostics) string {
	if instance := instanceOf(ctx, before, diags); instance != "" {
		return instance
	}
	instance := uuid.NewString()
	services.WritePrivate(ctx, private, instanceKey, instance, diags)

	return instance
}

// planClaim warns when another resource of the configuration manages the same. An
// error would stop the plan of all others, and a destroy. In an apply Terraform plans
// once more just before it creates a resource: there it is an error when the other
// one has written, since what that wrote is no longer what this one was planned for.
func planClaim(configured *clients.Clients, claim clients.Claim, diags *diag.Diagnostics) {
	if holders := configured.Claims().Holders(claim); len(holders) > 0 {
		addClaimed(claim, &clients.ClaimedError{Claim: claim, Holder: holders[0]}, diags)
		return
	}
	others := configured.Claims().Plan(claim)
	if len(others) == 0 {
		return
	}
	diags.AddWarning("Two resources manage the same in "+claim.Group.String(), fmt.Sprintf("%s. The apply of the second one fails.",
		&clients.ClaimedError{Claim: claim, Holder: others[0]}))
}

// takeClaim fails when another resource of the run manages the same.
func takeClaim(configured *clients.Clients, claim clients.Claim, diags *diag.Diagnostics) bool {
	err := configured.Claims().Take(claim)
	if err != nil {
		addClaimed(claim, err, diags)
	}

	return err == nil
}

func addClaimed(claim clients.Claim, err error, diags *diag.Diagnostics) {
	diags.AddError("Another resource manages the same in "+claim.Group.String(), fwtypes.Sentence(err))
}
