// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// arrivals is a service that notes when requests arrive, and answers 429 to some.
type arrivals struct {
	mutex  sync.Mutex
	at     []time.Time
	refuse func(n int) bool
}

// Do implements policy.Transporter.
func (a *arrivals) Do(request *http.Request) (*http.Response, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.at = append(a.at, time.Now())
	status := http.StatusOK
	if a.refuse != nil && a.refuse(len(a.at)) {
		status = http.StatusTooManyRequests
	}

	return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: request}, nil
}

// most returns how many requests arrived in the fullest second that begins between
// two times.
func (a *arrivals) most(from, to time.Time) int {
	var most int
	for i, first := range a.at {
		if first.Before(from) || first.After(to) {
			continue
		}
		count := 0
		for _, later := range a.at[i:] {
			if later.Sub(first) < time.Second {
				count++
			}
		}
		most = max(most, count)
	}

	return most
}

func limitedClient(served policy.Transporter, perSecond int) *transport.Client {
	return transport.New(transport.Service{Name: "IoT Central"}, transport.Settings{HTTP: served, Retry: policy.RetryOptions{MaxRetries: -1}},
		transport.Header{Name: "Authorization", Value: token}, transport.NewRateLimits(perSecond))
}

func ask(ctx context.Context, client *transport.Client, host string) error {
	call := get()
	call.URL = fmt.Sprintf("https://%s/api", host)

	return client.Send(ctx, call, nil)
}

func TestRateLimits_holdEachHostBackOnItsOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		served := &arrivals{}
		client := limitedClient(served, 18)
		started := time.Now()
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				if err := ask(t.Context(), client, "contoso.example"); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if most := served.most(started, time.Now()); most != 18 {
			t.Errorf("%d requests in one second, want 18", most)
		}
		if took := time.Since(started); took != 5*time.Second {
			t.Errorf("100 requests took %s, want 5s", took)
		}
		before := time.Now()
		for range 18 {
			if err := ask(t.Context(), client, "fabrikam.example"); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(before); took != 0 {
			t.Errorf("the limit of one host holds another back for %s", took)
		}
	})
}

func TestRateLimits_aRefusalHalvesTheRateForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		served := &arrivals{refuse: func(n int) bool { return n == 10 }}
		client := limitedClient(served, 10)
		started := time.Now()
		for range 1000 {
			if err := ask(t.Context(), client, "contoso.example"); err != nil && transport.StatusCode(err) != http.StatusTooManyRequests {
				t.Fatal(err)
			}
		}
		if most := served.most(started.Add(time.Second), started.Add(2*time.Second)); most > 6 {
			t.Errorf("%d requests in a second after the refusal, want half of 10", most)
		}
		if most := served.most(started.Add(61*time.Second), time.Now()); most != 10 {
			t.Errorf("%d requests in a second a minute later, want 10", most)
		}
	})
}

// The wait depends on what else runs, so it uses up no timeout of an operation.
func TestWithTimeout_standsStillWhileARequestWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := limitedClient(&arrivals{}, 1)
		started := time.Now()
		var group sync.WaitGroup
		for range 60 {
			group.Go(func() {
				ctx, cancel := transport.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				if err := ask(ctx, client, "contoso.example"); err != nil {
					t.Error(err)
				}
				if deadline, _ := ctx.Deadline(); time.Until(deadline) != 5*time.Second {
					t.Errorf("%s of the timeout is left, want all of it", time.Until(deadline))
				}
			})
		}
		group.Wait()
		if took := time.Since(started); took != 59*time.Second {
			t.Errorf("60 requests took %s, want 59s", took)
		}
	})
}

func TestWithTimeout_endsAllTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := transport.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		inner, cancelInner := context.WithCancel(ctx)
		defer cancelInner()
		started := time.Now()
		<-inner.Done()
		if time.Since(started) != 5*time.Second || !errors.Is(ctx.Err(), context.DeadlineExceeded) || !errors.Is(inner.Err(), context.DeadlineExceeded) {
			t.Errorf("after %s: %v, %v", time.Since(started), ctx.Err(), inner.Err())
		}

		parent, interrupt := context.WithCancel(t.Context())
		ctx, cancel = transport.WithTimeout(parent, time.Hour)
		defer cancel()
		interrupt()
		<-ctx.Done()
		if !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("interrupted: %v", ctx.Err())
		}

		// More than an hour in the queue is too long.
		client := limitedClient(&arrivals{}, 1)
		started = time.Now()
		var last error
		var mutex sync.Mutex
		var group sync.WaitGroup
		for range 3700 {
			group.Go(func() {
				ctx, cancel := transport.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				if err := ask(ctx, client, "contoso.example"); err != nil {
					mutex.Lock()
					defer mutex.Unlock()
					last = err
				}
			})
		}
		group.Wait()
		if took := time.Since(started); took > 3611*time.Second || !errors.Is(last, context.DeadlineExceeded) {
			t.Errorf("after %s: %v", took, last)
		}
	})
}
