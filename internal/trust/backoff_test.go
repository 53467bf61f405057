// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// Time is that of testing/synctest: it passes at once, and is exact.

func TestBackoff_doublesUpToTheLongest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		backoff := trust.ExponentialBackoff(2*time.Second, 30*time.Second)
		for n, about := range map[int]time.Duration{
			1: 2 * time.Second, 2: 4 * time.Second, 3: 8 * time.Second, 4: 16 * time.Second,
			5: 30 * time.Second, 6: 30 * time.Second, 17: 30 * time.Second, 18: 30 * time.Second, 1000: 30 * time.Second,
		} {
			var shortest, longest time.Duration
			for range 100 {
				started := time.Now()
				if err := backoff(t.Context(), n); err != nil {
					t.Fatal(err)
				}
				waited := time.Since(started)
				if shortest == 0 || waited < shortest {
					shortest = waited
				}
				longest = max(longest, waited)
			}
			if shortest < about*3/4 || longest > about*5/4 {
				t.Errorf("backoff %d takes %s to %s, want %s to %s", n, shortest, longest, about*3/4, about*5/4)
			}
			if longest-shortest < about*2/5 {
				t.Errorf("backoff %d takes %s to %s: there is hardly any jitter", n, shortest, longest)
			}
		}
	})
}

func TestBackoff_endsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		started := time.Now()
		err := trust.ExponentialBackoff(time.Minute, time.Hour)(ctx, 1)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != time.Second {
			t.Errorf("got %v after %s", err, time.Since(started))
		}
	})
}

func TestAwaitCA_withBackoffEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		fake := &tenant{list: lists()}
		_, err := trust.AwaitCA(ctx, fake, certs.Thumbprint{}, trust.ExponentialBackoff(time.Second, 10*time.Second))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if fake.lists < 10 || fake.lists > 25 {
			t.Errorf("%d lists in two minutes", fake.lists)
		}
	})
}
