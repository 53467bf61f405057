// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"math/rand/v2"
	"time"
)

// ExponentialBackoff returns a Backoff of about first, then twice that, and so on, up to
// longest, with a jitter of a quarter so that parallel runs do not meet again.
func ExponentialBackoff(first, longest time.Duration) Backoff {
	return func(ctx context.Context, n int) error {
		delay := min(first<<min(max(n-1, 0), 16), longest)
		delay += time.Duration((rand.Float64() - 0.5) / 2 * float64(delay)) //nolint:gosec // Jitter needs no secrecy.
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
