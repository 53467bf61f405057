// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// tenant lists what it is told to, and proves with its CAs.
type tenant struct {
	list          func(n int) ([]sphere.Certificate, error)
	lists         int
	invalidations int
	asked         []sphere.Certificate
	codes         []string
	proof         *certs.Certificate
	failures      []error
}

func (f *tenant) Scope() sphere.Scope { return sphere.Scope{TenantID: "tenant-1"} }

func (f *tenant) Certificates(context.Context) ([]sphere.Certificate, error) {
	f.lists++

	return f.list(f.lists)
}

func (f *tenant) ProofOfPossession(_ context.Context, ca sphere.Certificate, code string) (*certs.Certificate, error) {
	f.asked, f.codes = append(f.asked, ca), append(f.codes, code)
	if len(f.failures) > 0 {
		failure := f.failures[0]
		f.failures = f.failures[1:]
		if failure != nil {
			return nil, failure
		}
	}

	return f.proof, nil
}

// cachingTenant is a tenant that caches its list.
type cachingTenant struct{ *tenant }

func (f cachingTenant) Invalidate() { f.invalidations++ }

func lists(certificates ...sphere.Certificate) func(int) ([]sphere.Certificate, error) {
	return func(int) ([]sphere.Certificate, error) { return certificates, nil }
}

var (
	thumbprintA = certstest.Thumbprint("A123456789ABCDEF0123456789ABCDEF01234567")
	thumbprintB = certstest.Thumbprint("B123456789ABCDEF0123456789ABCDEF01234567")
	thumbprintC = certstest.Thumbprint("C123456789ABCDEF0123456789ABCDEF01234567")
)

func TestPickCA(t *testing.T) {
	t.Parallel()
	scope := sphere.Scope{TenantID: "tenant-1"}
	next := sphere.Certificate{Thumbprint: thumbprintA, Status: sphere.Inactive, NotAfter: certstest.Now}
	active := sphere.Certificate{Thumbprint: thumbprintB, Status: sphere.Active}
	all := []sphere.Certificate{next, active}
	for name, test := range map[string]struct {
		certificates []sphere.Certificate
		thumbprint   certs.Thumbprint
		want         certs.Thumbprint
	}{
		"the Active one":                 {all, certs.Thumbprint{}, thumbprintB},
		"the one that is asked for":      {all, thumbprintA, thumbprintA},
		"the Active one that's asked":    {all, thumbprintB, thumbprintB},
		"of several Active, the first":   {[]sphere.Certificate{next, active, {Thumbprint: thumbprintC, Status: sphere.Active}}, certs.Thumbprint{}, thumbprintB},
		"unknown states are not Active":  {[]sphere.Certificate{{Thumbprint: thumbprintA, Status: "Ready"}, active}, certs.Thumbprint{}, thumbprintB},
		"one that is asked, and revoked": {[]sphere.Certificate{{Thumbprint: thumbprintA, Status: sphere.Revoked}}, thumbprintA, thumbprintA},
	} {
		if got, err := trust.PickCA(scope, test.certificates, test.thumbprint); err != nil || got.Thumbprint != test.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, certificates := range [][]sphere.Certificate{nil, {next}, {{Status: "Ready"}}} {
		if got, err := trust.PickCA(scope, certificates, certs.Thumbprint{}); !errors.Is(err, trust.ErrNoActiveCA) {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	_, err := trust.PickCA(scope, all, thumbprintC)
	var unknown *trust.UnknownCAError
	if !errors.As(err, &unknown) || unknown.Thumbprint != thumbprintC || unknown.Tenant != scope || len(unknown.Listed) != 2 {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{"tenant-1", thumbprintC.String(), "; it has:\n", thumbprintA.String() + "  Inactive, valid until 2026-10-07T12:00:00Z", thumbprintB.String() + "  Active"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error lacks %q: %v", part, err)
		}
	}
	if strings.Contains(err.Error(), "0001-01-01") {
		t.Errorf("the error shows a date that nobody knows: %v", err)
	}
	if _, err := trust.PickCA(scope, nil, thumbprintC); !errors.As(err, &unknown) || strings.Contains(err.Error(), "it has:") {
		t.Errorf("got %v", err)
	}
}

func TestAwaitCA_looksAgainWhileTheTenantIsNew(t *testing.T) {
	t.Parallel()
	fake := &tenant{list: func(n int) ([]sphere.Certificate, error) {
		if n < 3 {
			return []sphere.Certificate{}, nil
		}
		return []sphere.Certificate{{Thumbprint: thumbprintA, Status: sphere.Active}}, nil
	}}
	var pauses []int
	found, err := trust.AwaitCA(t.Context(), cachingTenant{fake}, certs.Thumbprint{}, func(_ context.Context, n int) error {
		pauses = append(pauses, n)
		if fake.invalidations != n-1 {
			t.Errorf("backoff %d comes after %d invalidations", n, fake.invalidations)
		}
		return nil
	})
	if err != nil || found.Thumbprint != thumbprintA {
		t.Errorf("got %+v, %v", found, err)
	}
	if len(pauses) != 2 || pauses[0] != 1 || pauses[1] != 2 || fake.lists != 3 || fake.invalidations != 2 {
		t.Errorf("pauses %v, %d lists, %d invalidations", pauses, fake.lists, fake.invalidations)
	}
}

// A tenant that has certificates is not new: waiting would not help.
func TestAwaitCA_doesNotWaitForACertificateThatIsNotThere(t *testing.T) {
	t.Parallel()
	never := func(context.Context, int) error {
		t.Error("it waits")
		return nil
	}
	inactive := &tenant{list: lists(sphere.Certificate{Thumbprint: thumbprintA, Status: sphere.Inactive})}
	if _, err := trust.AwaitCA(t.Context(), inactive, certs.Thumbprint{}, never); !errors.Is(err, trust.ErrNoActiveCA) {
		t.Errorf("got %v", err)
	}
	var unknown *trust.UnknownCAError
	if _, err := trust.AwaitCA(t.Context(), inactive, thumbprintB, never); !errors.As(err, &unknown) {
		t.Errorf("got %v", err)
	}
	failure := errors.New("forbidden")
	broken := &tenant{list: func(int) ([]sphere.Certificate, error) { return nil, failure }}
	if _, err := trust.AwaitCA(t.Context(), broken, certs.Thumbprint{}, never); !errors.Is(err, failure) || broken.lists != 1 {
		t.Errorf("got %v after %d lists", err, broken.lists)
	}
}

func TestAwaitCA_endsWithTheContext(t *testing.T) {
	t.Parallel()
	fake := &tenant{list: lists()}
	_, err := trust.AwaitCA(t.Context(), fake, certs.Thumbprint{}, func(_ context.Context, n int) error {
		if n == 3 {
			return context.DeadlineExceeded
		}
		return nil
	})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "tenant-1 lists no CA certificate yet") {
		t.Errorf("got %v", err)
	}
	if fake.lists != 3 {
		t.Errorf("%d lists, want 3", fake.lists)
	}
}

func TestSphereProver_provesWithTheListedCA(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	listed := sphere.Certificate{SerialNumber: "00A1", Thumbprint: ca.Thumbprint(), Status: sphere.Inactive, Body: ca.Certificate}
	fake := &tenant{
		list:  lists(sphere.Certificate{Thumbprint: thumbprintA, Status: sphere.Active}, listed),
		proof: ca.Proof(t, "code", certstest.Now),
	}
	prover := trust.SphereProver{Tenant: fake}
	if got, err := prover.CA(t.Context(), ca.Thumbprint()); err != nil || !got.Equal(ca.Certificate) {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := prover.Prove(t.Context(), ca.Thumbprint(), "code"); err != nil || !got.Equal(fake.proof) {
		t.Errorf("got %v, %v", got, err)
	}
	if len(fake.asked) != 1 || fake.asked[0] != listed || fake.codes[0] != "code" {
		t.Errorf("asked for %+v", fake.asked)
	}
}

func TestSphereProver_failsWithoutTheCA(t *testing.T) {
	t.Parallel()
	failure := refused(http.StatusForbidden)
	var unknown *trust.UnknownCAError
	for name, test := range map[string]struct {
		list  func(int) ([]sphere.Certificate, error)
		right func(error) bool
		prove bool
	}{
		"no list":      {func(int) ([]sphere.Certificate, error) { return nil, failure }, func(err error) bool { return errors.Is(err, failure) }, true},
		"not in there": {lists(sphere.Certificate{Thumbprint: thumbprintB}), func(err error) bool { return errors.As(err, &unknown) }, true},
		"without body": {lists(sphere.Certificate{Thumbprint: thumbprintA, Status: sphere.Expired}), func(err error) bool {
			return strings.Contains(err.Error(), thumbprintA.String()) && strings.Contains(err.Error(), "Expired")
		}, false},
	} {
		prover := trust.SphereProver{Tenant: &tenant{list: test.list}}
		if got, err := prover.CA(t.Context(), thumbprintA); err == nil || got != nil || !test.right(err) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if !test.prove {
			continue
		}
		if got, err := prover.Prove(t.Context(), thumbprintA, "code"); err == nil || got != nil || !test.right(err) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// A certificate that this run uploaded needs no list.
func TestSphereProver_asksForNoListWhenTheCAWasUploaded(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	known := func(thumbprint certs.Thumbprint) *certs.Certificate {
		if thumbprint == ca.Thumbprint() {
			return ca.Certificate
		}
		return nil
	}
	listed := sphere.Certificate{SerialNumber: "listed", Thumbprint: ca.Thumbprint(), Body: ca.Certificate}
	fake := &tenant{list: lists(listed), proof: ca.Proof(t, "code", certstest.Now)}
	prover := trust.SphereProver{Tenant: fake, Uploaded: known}
	if got, err := prover.CA(t.Context(), ca.Thumbprint()); err != nil || !got.Equal(ca.Certificate) {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := prover.Prove(t.Context(), ca.Thumbprint(), "code"); err != nil || !got.Equal(fake.proof) {
		t.Errorf("got %v, %v", got, err)
	}
	want := sphere.Certificate{SerialNumber: ca.SerialNumber(), Thumbprint: ca.Thumbprint(), Body: ca.Certificate}
	if fake.lists != 0 || len(fake.asked) != 1 || fake.asked[0] != want {
		t.Errorf("%d lists, asked for %+v", fake.lists, fake.asked)
	}

	// The tenant does not know the serial number: its list tells the right one.
	fake.asked, fake.failures = nil, []error{refused(http.StatusNotFound)}
	if got, err := prover.Prove(t.Context(), ca.Thumbprint(), "code"); err != nil || !got.Equal(fake.proof) {
		t.Errorf("got %v, %v", got, err)
	}
	if fake.lists != 1 || len(fake.asked) != 2 || fake.asked[1] != listed {
		t.Errorf("%d lists, asked for %+v", fake.lists, fake.asked)
	}

	// Every other failure is for the handshake to judge.
	for _, failure := range []error{refused(http.StatusForbidden), refused(http.StatusInternalServerError), lost()} {
		fake.asked, fake.lists, fake.failures = nil, 0, []error{failure}
		if got, err := prover.Prove(t.Context(), ca.Thumbprint(), "code"); !errors.Is(err, failure) || got != nil {
			t.Errorf("got %v, %v", got, err)
		}
		if fake.lists != 0 || len(fake.asked) != 1 {
			t.Errorf("%d lists, asked %d times", fake.lists, len(fake.asked))
		}
	}

	// Others are looked up.
	fake.list = lists(sphere.Certificate{Thumbprint: thumbprintA, Body: ca.Certificate})
	if _, err := prover.CA(t.Context(), thumbprintA); err != nil || fake.lists != 1 {
		t.Errorf("%d lists, %v", fake.lists, err)
	}
}

// Against a tenant that caches, a whole handshake costs one list and one proof.
func TestHandshake_withAzureSphereTakesOneListAndOneProof(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	ca := s.owner.ca
	fake := &tenant{list: lists(sphere.Certificate{SerialNumber: "1", Thumbprint: ca.Thumbprint(), Body: ca.Certificate})}
	fake.proof = ca.Proof(t, "CODE-1", certstest.Now)
	now := func() time.Time { return certstest.Now }
	handshake := &trust.Handshake{
		Verifier: s.central,
		Prover:   trust.SphereProver{Tenant: sphere.NewCachedTenant(fake, now)},
		Now:      now,
		Backoff:  func(context.Context, int) error { return errors.New("no backoff is needed") },
	}
	got, err := handshake.Run(t.Context(), entry, ca.Thumbprint())
	if err != nil || !got.Equal(ca.Certificate) {
		t.Errorf("got %v, %v", got, err)
	}
	if fake.lists != 1 || len(fake.asked) != 1 {
		t.Errorf("%d lists and %d proofs, want 1 and 1", fake.lists, len(fake.asked))
	}
	s.wantCalls(t, "read code verify read")
}
