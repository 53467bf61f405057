// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"sync"
	"time"
)

// Clock is a clock that a test moves.
type Clock struct {
	mutex sync.Mutex
	now   time.Time
}

// NewClock returns a clock that stands at the given time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now returns where the clock stands.
func (c *Clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return c.now
}

// Set moves the clock.
func (c *Clock) Set(now time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = now
}
