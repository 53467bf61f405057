// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// fakeTenant counts what it is asked for. list, unless nil, answers the n-th list.
type fakeTenant struct {
	lists, proofs atomic.Int32
	list          func(ctx context.Context, n int32) ([]sphere.Certificate, error)
	proof         *certs.Certificate
	proofErr      error
}

func (f *fakeTenant) Scope() sphere.Scope { return sphere.Scope{CatalogID: catalogID} }

func (f *fakeTenant) Certificates(ctx context.Context) ([]sphere.Certificate, error) {
	n := f.lists.Add(1)
	if f.list == nil {
		return []sphere.Certificate{{ID: "1"}}, nil
	}

	return f.list(ctx, n)
}

func (f *fakeTenant) ProofOfPossession(context.Context, sphere.Certificate, string) (*certs.Certificate, error) {
	f.proofs.Add(1)

	return f.proof, f.proofErr
}

func TestCachedTenant_manyCallersShareOneRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := &fakeTenant{list: func(context.Context, int32) ([]sphere.Certificate, error) {
			time.Sleep(time.Second) // On the clock of synctest: all callers arrive meanwhile.
			return []sphere.Certificate{{ID: "1"}}, nil
		}}
		cached := sphere.NewCachedTenant(fake, time.Now)
		var fine atomic.Int32
		for range 50 {
			go func() {
				if certificates, err := cached.Certificates(t.Context()); err == nil && len(certificates) == 1 {
					fine.Add(1)
				}
			}()
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if fine.Load() != 50 || fake.lists.Load() != 1 {
			t.Errorf("%d of 50 callers were answered by %d requests", fine.Load(), fake.lists.Load())
		}
	})
}

func TestCachedTenant_failureIsNotRemembered(t *testing.T) {
	t.Parallel()
	failure := errors.New("busy")
	fake := &fakeTenant{list: func(_ context.Context, n int32) ([]sphere.Certificate, error) {
		if n == 1 {
			return nil, failure
		}
		return []sphere.Certificate{{ID: "1"}}, nil
	}}
	cached := sphere.NewCachedTenant(fake, func() time.Time { return certstest.Now })
	if _, err := cached.Certificates(t.Context()); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	for range 2 {
		if certificates, err := cached.Certificates(t.Context()); err != nil || len(certificates) != 1 {
			t.Errorf("got %v, %v", certificates, err)
		}
	}
	if fake.lists.Load() != 2 {
		t.Errorf("%d requests, want 2", fake.lists.Load())
	}
}

func TestCachedTenant_waiterWhoseContextEndsReturns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		fake := &fakeTenant{list: func(context.Context, int32) ([]sphere.Certificate, error) {
			<-release
			return []sphere.Certificate{{ID: "1"}}, nil
		}}
		cached := sphere.NewCachedTenant(fake, time.Now)
		first := make(chan error, 1)
		go func() {
			_, err := cached.Certificates(t.Context())
			first <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		started := time.Now()
		if _, err := cached.Certificates(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(started); waited != 3*time.Second {
			t.Errorf("it waited %s", waited)
		}
		close(release)
		if err := <-first; err != nil {
			t.Errorf("the first caller suffers: %v", err)
		}
		if fake.lists.Load() != 1 {
			t.Errorf("%d requests, want 1", fake.lists.Load())
		}
	})
}

// One resource that is interrupted must not fail the others.
func TestCachedTenant_nextCallerAsksWhenTheFirstIsInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := &fakeTenant{list: func(ctx context.Context, n int32) ([]sphere.Certificate, error) {
			if n == 1 {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return []sphere.Certificate{{ID: "1"}}, nil
		}}
		cached := sphere.NewCachedTenant(fake, time.Now)
		interrupted, cancel := context.WithCancel(t.Context())
		first, second := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := cached.Certificates(interrupted)
			first <- err
		}()
		synctest.Wait()
		go func() {
			_, err := cached.Certificates(t.Context())
			second <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Errorf("the first got %v", err)
		}
		if err := <-second; err != nil {
			t.Errorf("the second got %v", err)
		}
	})
}

func TestCachedTenant_forgetsAfterAMinute(t *testing.T) {
	t.Parallel()
	now := certstest.Now
	fake := &fakeTenant{}
	cached := sphere.NewCachedTenant(fake, func() time.Time { return now })
	for _, step := range []struct {
		passes time.Duration
		want   int32
	}{
		{0, 1},
		{30 * time.Second, 1},
		{30*time.Second - 1, 1},
		{1, 2},
		{time.Minute - 1, 2},
		{time.Hour, 3},
	} {
		now = now.Add(step.passes)
		if _, err := cached.Certificates(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := fake.lists.Load(); got != step.want {
			t.Errorf("%s later: %d requests, want %d", step.passes, got, step.want)
		}
	}
}

func TestCachedTenant_invalidate(t *testing.T) {
	t.Parallel()
	fake := &fakeTenant{}
	cached := sphere.NewCachedTenant(fake, func() time.Time { return certstest.Now })
	for i := range int32(3) {
		if _, err := cached.Certificates(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := fake.lists.Load(); got != i+1 {
			t.Errorf("%d requests, want %d", got, i+1)
		}
		cached.Invalidate()
	}
}

func TestCachedTenant_proofsAreNotRemembered(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	fake := &fakeTenant{proof: ca.Proof(t, "code", certstest.Now)}
	cached := sphere.NewCachedTenant(fake, func() time.Time { return certstest.Now })
	ask := func() {
		t.Helper()
		if _, err := cached.Certificates(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	for range 2 {
		if proof, err := cached.ProofOfPossession(t.Context(), sphere.Certificate{}, "code"); err != nil || !proof.Equal(fake.proof) {
			t.Errorf("got %v, %v", proof, err)
		}
	}
	ask()
	if fake.proofs.Load() != 2 || fake.lists.Load() != 1 {
		t.Errorf("%d proofs and %d lists, want 2 and 1", fake.proofs.Load(), fake.lists.Load())
	}

	// The CA may have been rotated away: that is why the proof fails.
	fake.proofErr = errors.New("no such certificate")
	if _, err := cached.ProofOfPossession(t.Context(), sphere.Certificate{}, "code"); !errors.Is(err, fake.proofErr) {
		t.Errorf("got %v", err)
	}
	ask()
	if fake.lists.Load() != 2 {
		t.Errorf("%d lists after a failed proof, want 2", fake.lists.Load())
	}
	if cached.Scope() != fake.Scope() {
		t.Errorf("the scope is %+v", cached.Scope())
	}
}
