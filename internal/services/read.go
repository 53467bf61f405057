// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package services

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Refresh says how a resource with an ID of the service is read.
type Refresh[Model, ID, Found any] struct {
	// Failure is the summary of an error: "Cannot read the enrollment group".
	Failure string
	// Timeouts are those of the resource. Its read ends after DefaultTimeout when
	// they do not say otherwise.
	Timeouts func(*Model) timeouts.Value
	// ParseID returns the ID that the state has.
	ParseID func(*Model) (ID, error)
	// Identity returns the identity of the resource.
	Identity func(ID) any
	// Get reads it. A 404 means that it is gone.
	Get func(context.Context, ID) (Found, error)
	// Gone returns the warning about that, with which it leaves the state.
	Gone func(ID) (summary, detail string)
}

// Read implements resource.Resource. show puts what was found into the state.
func (r Refresh[Model, ID, Found]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse,
	show func(ctx context.Context, state *Model, id ID, found Found),
) {
	var state Model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	configured := r.Timeouts(&state)
	ctx, cancel := WithTimeout(ctx, configured.Read, DefaultTimeout, &resp.Diagnostics)
	defer cancel()

	id, err := r.ParseID(&state)
	if err != nil {
		resp.Diagnostics.AddError(r.Failure, fwtypes.Sentence(err))
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, r.Identity(id))...)
	found, err := r.Get(ctx, id)
	if transport.IsNotFound(err) {
		resp.Diagnostics.AddWarning(r.Gone(id))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		clients.AddError(&resp.Diagnostics, r.Failure, err)
		return
	}
	show(ctx, &state, id, found)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}
