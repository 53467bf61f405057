// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import "time"

// Change is a change of the store that takes a while.
type Change struct {
	due    time.Time
	ended  time.Time // zero: in progress
	effect func()
}

// Begin begins a change that has its effect when it is due, unless it is ended before.
func (s *Store) Begin(due time.Time, effect func()) *Change {
	c := &Change{due: due, effect: effect}
	s.changes = append(s.changes, c)
	return c
}

// End has the change take effect, once.
func (c *Change) End(now time.Time) {
	if c.ended.IsZero() {
		c.effect()
		c.ended = now
	}
}

// Drop ends the change without its effect.
func (c *Change) Drop(now time.Time) {
	c.effect = func() {}
	c.End(now)
}

// Ended returns when the change took effect. It is zero while the change is in progress.
func (c *Change) Ended() time.Time { return c.ended }

// Settle makes everything happen that is due by now: changes that end, and the renewal of CAs where that is automatic.
func (s *Store) Settle(now time.Time) {
	for _, c := range s.changes {
		if !now.Before(c.due) {
			c.End(now)
		}
	}
	if s.behavior.AutomaticRotation {
		s.renewAll(now)
	}
}

// Pass makes everything happen that is due by now, after the clock was moved: CAs are renewed as in life, whatever the
// switch says.
func (s *Store) Pass(now time.Time) {
	s.Lock()
	defer s.Unlock()
	s.Settle(now)
	s.renewAll(now)
}

func (s *Store) renewAll(now time.Time) {
	for _, cat := range s.catalogs {
		for s.renew(cat, now) {
		}
	}
}
