// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// recovery is how long it takes from half of the rate back to all of it.
const recovery = time.Minute

// RateLimits is a policy that sends at most a number of requests to each host in
// any second. Requests wait for their turn in the order in which they came. A 429
// halves the rate, which recovers within a minute.
type RateLimits struct {
	perSecond int

	mutex sync.Mutex
	hosts map[string]*window
}

// NewRateLimits returns limits of perSecond requests to each host in any second.
func NewRateLimits(perSecond int) *RateLimits {
	return &RateLimits{perSecond: max(perSecond, 1), hosts: map[string]*window{}}
}

// Do implements policy.Policy. It waits for its turn, or until the context ends.
// The wait does not count towards the timeout of the operation.
func (l *RateLimits) Do(request *policy.Request) (*http.Response, error) {
	ctx, host := request.Raw().Context(), l.host(request.Raw().URL.Host)
	if err := host.wait(ctx); err != nil {
		return nil, &NotSentError{cause: err}
	}
	response, err := request.Next()
	if err == nil && response.StatusCode == http.StatusTooManyRequests {
		host.slowDown(time.Now())
	}

	return response, err
}

func (l *RateLimits) host(name string) *window {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	host, found := l.hosts[name]
	if !found {
		host = &window{most: l.perSecond}
		l.hosts[name] = host
	}

	return host
}

// window is the last second of a host, and the turns that are given for later.
type window struct {
	most int

	mutex sync.Mutex
	turns []time.Time // in order; those of the last second and later ones
	// slowed is when a 429 came, and least the rate from then on.
	slowed time.Time
	least  int
}

// wait returns when it is the caller's turn.
func (w *window) wait(ctx context.Context) error {
	turn := w.take(time.Now())
	delay := time.Until(turn)
	if delay <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	resume := pauseTimeout(ctx)
	defer resume()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		w.giveBack(turn)
		return ctx.Err()
	}
}

// take returns the first moment at which the second before has room for a request.
func (w *window) take(now time.Time) time.Time {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for len(w.turns) > 0 && now.Sub(w.turns[0]) >= time.Second {
		w.turns = w.turns[1:]
	}
	turn := now
	if room := w.rate(now); len(w.turns) >= room {
		turn = w.turns[len(w.turns)-room].Add(time.Second)
	}
	if last := len(w.turns) - 1; last >= 0 && turn.Before(w.turns[last]) {
		turn = w.turns[last]
	}
	w.turns = append(w.turns, turn)

	return turn
}

// giveBack frees a turn that is not used. Later ones stay as they are.
func (w *window) giveBack(turn time.Time) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for i := len(w.turns) - 1; i >= 0; i-- {
		if w.turns[i].Equal(turn) {
			w.turns = append(w.turns[:i], w.turns[i+1:]...)
			return
		}
	}
}

// slowDown halves the rate.
func (w *window) slowDown(now time.Time) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.least = max(w.rate(now)/2, 1)
	w.slowed = now
}

// rate returns how many requests a second may have now.
func (w *window) rate(now time.Time) int {
	since := now.Sub(w.slowed)
	if w.slowed.IsZero() || since >= recovery {
		return w.most
	}

	return w.least + int(float64(w.most-w.least)*float64(since)/float64(recovery))
}
