// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"context"
	"sync"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

// cacheLifetime is how long a list of certificates is used again. Tenant CAs change a
// few times in two years; within one plan or apply many resources ask for them.
const cacheLifetime = time.Minute

// CachedTenant is a Tenant that lists its certificates once for many callers.
type CachedTenant struct {
	tenant Tenant
	now    func() time.Time

	turn chan struct{}

	mutex        sync.Mutex
	certificates []Certificate
	listedAt     time.Time
}

var _ Tenant = (*CachedTenant)(nil)

// NewCachedTenant returns a Tenant that caches what the given one lists.
func NewCachedTenant(tenant Tenant, now func() time.Time) *CachedTenant {
	return &CachedTenant{tenant: tenant, now: now, turn: make(chan struct{}, 1)}
}

// Scope implements Tenant.
func (c *CachedTenant) Scope() Scope { return c.tenant.Scope() }

// Certificates implements Tenant. Callers at the same time share one request; a
// failed one is not cached.
func (c *CachedTenant) Certificates(ctx context.Context) ([]Certificate, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if certificates, cached := c.lookUp(); cached {
		return certificates, nil
	}
	certificates, err := c.tenant.Certificates(ctx)
	if err != nil {
		return nil, err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.certificates, c.listedAt = certificates, c.now()

	return certificates, nil
}

func (c *CachedTenant) lookUp() ([]Certificate, bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return c.certificates, c.certificates != nil && c.now().Sub(c.listedAt) < cacheLifetime
}

// Invalidate makes the next call of Certificates ask the service.
func (c *CachedTenant) Invalidate() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.certificates = nil
}

// ProofOfPossession implements Tenant. Proofs are never cached: each answers
// one code. After a failure the list is asked for again, since it may be why.
func (c *CachedTenant) ProofOfPossession(ctx context.Context, ca Certificate, code string) (*certs.Certificate, error) {
	proof, err := c.tenant.ProofOfPossession(ctx, ca, code)
	if err != nil {
		c.Invalidate()
	}

	return proof, err
}
