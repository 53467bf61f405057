// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"context"
	"sync"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

// memory is how long a list of certificates is used again. Tenant CAs change a
// few times in two years; within one plan or apply many resources ask for them.
const memory = time.Minute

// Remembered is a Tenant that lists its certificates once for many callers.
type Remembered struct {
	tenant Tenant
	now    func() time.Time

	turn chan struct{}

	mutex        sync.Mutex
	certificates []Certificate
	listedAt     time.Time
}

var _ Tenant = (*Remembered)(nil)

// NewRemembered returns a Tenant that remembers what the given one lists.
func NewRemembered(tenant Tenant, now func() time.Time) *Remembered {
	return &Remembered{tenant: tenant, now: now, turn: make(chan struct{}, 1)}
}

// Scope implements Tenant.
func (r *Remembered) Scope() Scope { return r.tenant.Scope() }

// Certificates implements Tenant. Callers at the same time share one request; a
// failed one is not remembered.
func (r *Remembered) Certificates(ctx context.Context) ([]Certificate, error) {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if certificates, known := r.recall(); known {
		return certificates, nil
	}
	certificates, err := r.tenant.Certificates(ctx)
	if err != nil {
		return nil, err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.certificates, r.listedAt = certificates, r.now()

	return certificates, nil
}

func (r *Remembered) recall() ([]Certificate, bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()

	return r.certificates, r.certificates != nil && r.now().Sub(r.listedAt) < memory
}

// Forget makes the next call of Certificates ask the service.
func (r *Remembered) Forget() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.certificates = nil
}

// ProofOfPossession implements Tenant. Proofs are never remembered: each answers
// one code. After a failure the list is asked for again, since it may be why.
func (r *Remembered) ProofOfPossession(ctx context.Context, ca Certificate, code string) (*certs.Certificate, error) {
	proof, err := r.tenant.ProofOfPossession(ctx, ca, code)
	if err != nil {
		r.Forget()
	}

	return proof, err
}
