// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package services

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

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
