// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"sync"
	"time"
)

// longestPause is how long a timeout is paused at most. Ten thousand requests wait
// nine minutes for their turns.
const longestPause = time.Hour

// WithTimeout is context.WithTimeout, except that the time spent waiting for the
// rate limit does not count, up to an hour: how long that is depends on what else
// runs, and not on the service.
func WithTimeout(parent context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	limited := &timeoutContext{Context: parent, done: make(chan struct{}), left: timeout, resumed: time.Now(), pausable: longestPause}
	limited.mutex.Lock()
	defer limited.mutex.Unlock()
	limited.timer = time.AfterFunc(timeout, limited.expire)
	stop := context.AfterFunc(parent, func() { limited.end(parent.Err()) })

	return limited, func() {
		stop()
		limited.end(context.Canceled)
	}
}

// timeoutContext is a context whose timeout can be paused.
type timeoutContext struct {
	context.Context //nolint:containedctx // It is a context itself, with this parent.

	done chan struct{}

	mutex sync.Mutex
	timer *time.Timer
	err   error
	// left is what was left of the timeout at resumed. While something waits, the
	// time stands still.
	left    time.Duration
	resumed time.Time
	waiting int
	// pausable is how long it may be paused yet.
	pausable time.Duration
}

type timeoutKey struct{}

// Value implements context.Context.
func (c *timeoutContext) Value(key any) any {
	if key == (timeoutKey{}) {
		return c
	}

	return c.Context.Value(key)
}

// Done implements context.Context.
func (c *timeoutContext) Done() <-chan struct{} { return c.done }

// Err implements context.Context.
func (c *timeoutContext) Err() error {
	if err := c.Context.Err(); err != nil {
		c.end(err) // AfterFunc passes it on a moment later.
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return c.err
}

// Deadline implements context.Context. It is when the timeout would end if it were
// not paused from now on.
func (c *timeoutContext) Deadline() (time.Time, bool) {
	c.mutex.Lock()
	deadline := c.resumed.Add(c.left)
	if c.waiting > 0 {
		deadline = time.Now().Add(c.left)
	}
	c.mutex.Unlock()
	if outer, limited := c.Context.Deadline(); limited && outer.Before(deadline) {
		return outer, true
	}

	return deadline, true
}

func (c *timeoutContext) expire() { c.end(context.DeadlineExceeded) }

func (c *timeoutContext) end(reason error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.err != nil {
		return
	}
	c.err = reason
	c.timer.Stop()
	close(c.done)
}

// pauseTimeout stops the timeout of a context until resume is called.
func pauseTimeout(ctx context.Context) (resume func()) {
	limited, ok := ctx.Value(timeoutKey{}).(*timeoutContext)
	if !ok {
		return func() {}
	}
	limited.pause(time.Now())

	return func() { limited.resume(time.Now()) }
}

func (c *timeoutContext) pause(now time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.waiting++
	if c.waiting > 1 || c.err != nil {
		return
	}
	c.left -= now.Sub(c.resumed)
	c.resumed = now
	c.timer.Reset(c.left + c.pausable)
}

func (c *timeoutContext) resume(now time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.waiting--
	if c.waiting > 0 || c.err != nil {
		return
	}
	c.pausable = max(c.pausable-now.Sub(c.resumed), 0)
	c.resumed = now
	c.timer.Reset(c.left)
}
