// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
)

// maxAhead is how far the emulated time can be ahead. Certificates could not say much later dates.
const maxAhead = 100 * 365 * 24 * time.Hour

// clock is the time that [Options.Now] gives, and the emulated time, which is ahead of it by as much as it was advanced.
type clock struct {
	base  func() time.Time
	ahead atomic.Int64 // nanoseconds
}

// machine is the time that tokens and TLS go by: clients hold them against their own clock.
func (c *clock) machine() time.Time { return c.base().UTC() }

// emulated is the time of everything else.
func (c *clock) emulated() time.Time { return c.machine().Add(time.Duration(c.ahead.Load())) }

// Now returns the emulated time, which answers have in their Date header.
func (e *Emulator) Now() time.Time { return e.now() }

// now is the emulated time, in UTC.
func (e *Emulator) now() time.Time { return e.clock.emulated() }

// Advance lets time pass for everything but tokens and TLS, and returns the emulated time afterwards. What falls due
// happens: CAs expire, and are renewed as in life, 90 and 45 days before their end. It reports an error for less than no
// time, and for more than a hundred years in all.
func (e *Emulator) Advance(by time.Duration) (time.Time, error) {
	e.world.Lock()
	defer e.world.Unlock()
	ahead := time.Duration(e.clock.ahead.Load())
	if by < 0 || by > maxAhead-ahead {
		return time.Time{}, fmt.Errorf("the clock cannot be advanced by %s: it only goes forwards, and a hundred years at most", by)
	}
	e.clock.ahead.Store(int64(ahead + by))
	now := e.now()
	e.store.Pass(now)
	return now, nil
}

// ParseDuration reads a length of time of at least 0, as in 90d, 1d12h or 2160h.
func ParseDuration(text string) (time.Duration, error) { return catalog.ParseDuration(text) }
