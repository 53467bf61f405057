// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// ErrNoActiveCA says that a tenant has no CA that signs device certificates.
var ErrNoActiveCA = errors.New("the tenant has no Active CA certificate")

// UnknownCAError says that a tenant has no CA with a thumbprint.
type UnknownCAError struct {
	// Tenant is whose CA was looked for.
	Tenant sphere.Scope
	// Thumbprint is what was looked for.
	Thumbprint certs.Thumbprint
	// Listed are the CAs that the tenant has.
	Listed []sphere.Certificate
}

// Error implements error. It lists what could have been meant.
func (e *UnknownCAError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s has no CA certificate with thumbprint %s", e.Tenant, e.Thumbprint)
	if len(e.Listed) > 0 {
		text.WriteString("; it has:")
	}
	for _, listed := range e.Listed {
		fmt.Fprintf(&text, "\n  %s  %s", listed.Thumbprint, listed.Status)
		if !listed.NotAfter.IsZero() {
			fmt.Fprintf(&text, ", valid until %s", listed.NotAfter.Format(time.RFC3339))
		}
	}

	return text.String()
}

// PickCA returns the CA with the thumbprint, or the Active one when no thumbprint
// is given.
func PickCA(tenant sphere.Scope, certificates []sphere.Certificate, thumbprint certs.Thumbprint) (sphere.Certificate, error) {
	if !thumbprint.IsZero() {
		if found, ok := sphere.Find(certificates, thumbprint); ok {
			return found, nil
		}
		return sphere.Certificate{}, &UnknownCAError{Tenant: tenant, Thumbprint: thumbprint, Listed: certificates}
	}
	if active, ok := sphere.FindActive(certificates); ok {
		return active, nil
	}

	return sphere.Certificate{}, ErrNoActiveCA
}

// invalidator is a Tenant that caches, and can be made to ask the service again.
type invalidator interface{ Invalidate() }

// AwaitCA is PickCA for a tenant that may be new: the first CA of a new catalog
// appears about a minute after the catalog. While the tenant lists no certificate
// at all it looks again, until the context ends; backoff waits between two looks.
func AwaitCA(ctx context.Context, tenant sphere.Tenant, thumbprint certs.Thumbprint, backoff Backoff) (sphere.Certificate, error) {
	for attempt := 1; ; attempt++ {
		certificates, err := tenant.Certificates(ctx)
		if err != nil {
			return sphere.Certificate{}, err
		}
		if len(certificates) > 0 {
			return PickCA(tenant.Scope(), certificates, thumbprint)
		}
		if err := backoff(ctx, attempt); err != nil {
			return sphere.Certificate{}, fmt.Errorf("%s lists no CA certificate yet; a new catalog gets its first one "+
				"within about two minutes: %w", tenant.Scope(), err)
		}
		if cached, ok := tenant.(invalidator); ok {
			cached.Invalidate()
		}
	}
}
