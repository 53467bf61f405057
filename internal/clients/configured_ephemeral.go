// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
)

// EphemeralResource gives an ephemeral resource the clients of its provider.
type EphemeralResource struct{ *Clients }

// Configure implements ephemeral.EphemeralResourceWithConfigure.
func (e *EphemeralResource) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.Clients = fromProviderData(req.ProviderData, &resp.Diagnostics)
}
