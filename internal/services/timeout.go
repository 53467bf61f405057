// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package services

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// DefaultTimeout is that of an operation that is a few requests, with room for the
// pauses of a rate limit.
const DefaultTimeout = 10 * time.Minute

// WithDefaultTimeout is WithTimeout for what has no timeouts block: data sources and
// lists. Every wait must end.
func WithDefaultTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return transport.WithTimeout(ctx, DefaultTimeout)
}

// WithTimeout returns a context that ends after the timeout of an operation, which
// is a method of timeouts.Value: plan.Timeouts.Create. fallback is for when the
// configuration says nothing.
func WithTimeout(ctx context.Context, configured func(context.Context, time.Duration) (time.Duration, diag.Diagnostics),
	fallback time.Duration, diags *diag.Diagnostics,
) (context.Context, context.CancelFunc) {
	timeout, problems := configured(ctx, fallback)
	diags.Append(problems...)

	return transport.WithTimeout(ctx, timeout)
}

// Timeouts are the defaults of the operations of a resource. One without a default is
// not in its timeouts block.
type Timeouts struct{ Create, Read, Update, Delete time.Duration }

// Block is the timeouts block of the resource.
func (t Timeouts) Block(ctx context.Context) schema.Block {
	describe := func(what string, fallback time.Duration) string {
		return fmt.Sprintf("Timeout of %s, such as `30s` or `1h30m`. Default: `%dm`.", what, int(fallback.Minutes()))
	}

	return timeouts.Block(ctx, timeouts.Opts{
		Create: t.Create > 0, CreateDescription: describe("the creation", t.Create),
		Read: t.Read > 0, ReadDescription: describe("each read, which a refresh and a plan make", t.Read),
		Update: t.Update > 0, UpdateDescription: describe("a change", t.Update),
		Delete: t.Delete > 0, DeleteDescription: describe("the deletion", t.Delete),
	})
}
