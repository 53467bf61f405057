// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"fmt"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// retry repeats a call whose effect is unknown. It is for calls that may be
// carried out twice.
func retry[T any](ctx context.Context, backoff Backoff, call func() (T, error)) (T, error) {
	for attempt := 1; ; attempt++ {
		result, err := call()
		if err == nil || !transport.EffectUnknown(err) {
			return result, err
		}
		if attempt == maxAttempts {
			return result, fmt.Errorf("%w\n\nThis was attempt %d of %d", err, attempt, maxAttempts)
		}
		if backoff(ctx, attempt) != nil {
			return result, err
		}
	}
}
