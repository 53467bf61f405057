// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// ErrNoActiveCA says that a tenant has no CA that signs device certificates.
var ErrNoActiveCA = errors.New("the tenant has no Active CA certificate")

// UnknownCAError says that a tenant has no CA with a thumbprint.
type UnknownCAError struct {
	// Tenant is whose CA was looked for.
	Tenant sphere.Scope
	// Thumbprint is what was looked for.
	Thumbprint string
	// Known are the CAs that the tenant has.
	Known []sphere.Certificate
}

// Error implements error. It lists what could have been meant.
func (e *UnknownCAError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s has no CA certificate with thumbprint %s", e.Tenant, e.Thumbprint)
	if len(e.Known) > 0 {
		text.WriteString("; it has:")
	}
	for _, known := range e.Known {
		fmt.Fprintf(&text, "\n  %s  %s", known.Thumbprint, known.Status)
		if !known.NotAfter.IsZero() {
			fmt.Fprintf(&text, ", valid until %s", known.NotAfter.Format(time.RFC3339))
		}
	}

	return text.String()
}

// PickCA returns the CA with the thumbprint, or the Active one when no thumbprint
// is given.
func PickCA(tenant sphere.Scope, certificates []sphere.Certificate, thumbprint string) (sphere.Certificate, error) {
	if thumbprint != "" {
		if found, ok := sphere.Find(certificates, thumbprint); ok {
			return found, nil
		}
		return sphere.Certificate{}, &UnknownCAError{Tenant: tenant, Thumbprint: thumbprint, Known: certificates}
	}
	if active, ok := sphere.FindActive(certificates); ok {
		return active, nil
	}

	return sphere.Certificate{}, ErrNoActiveCA
}

// forgetful is a Tenant that can be made to ask the service again.
type forgetful interface{ Forget() }

// AwaitCA is PickCA for a tenant that may be new: the first CA of a new catalog
// appears about a minute after the catalog. While the tenant lists no certificate
// at all it looks again, until the context ends; pause waits between two looks.
func AwaitCA(ctx context.Context, tenant sphere.Tenant, thumbprint string, pause Pause) (sphere.Certificate, error) {
	for attempt := 1; ; attempt++ {
		certificates, err := tenant.Certificates(ctx)
		if err != nil {
			return sphere.Certificate{}, err
		}
		if len(certificates) > 0 {
			return PickCA(tenant.Scope(), certificates, thumbprint)
		}
		if err := pause(ctx, attempt); err != nil {
			return sphere.Certificate{}, fmt.Errorf("%s lists no CA certificate yet; a new catalog gets its first one "+
				"within about two minutes: %w", tenant.Scope(), err)
		}
		if remembered, ok := tenant.(forgetful); ok {
			remembered.Forget()
		}
	}
}

// SphereProver lets Azure Sphere sign the verification codes.
type SphereProver struct {
	// Tenant owns the CA.
	Tenant sphere.Tenant
	// Known, unless nil, returns a certificate whose body is at hand, or nil. It
	// saves the question for the tenant's list.
	Known func(thumbprint string) *certs.Certificate
}

var _ Prover = SphereProver{}

// CA implements Prover.
func (p SphereProver) CA(ctx context.Context, thumbprint string) (*certs.Certificate, error) {
	if known := p.known(thumbprint); known != nil {
		return known, nil
	}
	found, err := p.find(ctx, thumbprint)
	if err != nil {
		return nil, err
	}
	if found.Body == nil {
		return nil, fmt.Errorf("%s no longer gives the certificate with thumbprint %s (status %s), so that no proof of "+
			"possession can be checked against it; use a CA that is Active", p.Tenant.Scope(), found.Thumbprint, found.Status)
	}

	return found.Body, nil
}

// Prove implements Prover. A known certificate is asked for by its own serial
// number; when the tenant refuses that, its list tells why.
func (p SphereProver) Prove(ctx context.Context, thumbprint, code string) (*certs.Certificate, error) {
	if known := p.known(thumbprint); known != nil {
		ca := sphere.Certificate{SerialNumber: known.SerialNumber(), Thumbprint: known.Thumbprint(), Body: known}
		proof, err := p.Tenant.ProofOfPossession(ctx, ca, code)
		switch transport.StatusCode(err) {
		case http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity:
		default:
			return proof, err
		}
	}
	found, err := p.find(ctx, thumbprint)
	if err != nil {
		return nil, err
	}

	return p.Tenant.ProofOfPossession(ctx, found, code)
}

func (p SphereProver) known(thumbprint string) *certs.Certificate {
	if p.Known == nil {
		return nil
	}

	return p.Known(thumbprint)
}

func (p SphereProver) find(ctx context.Context, thumbprint string) (sphere.Certificate, error) {
	certificates, err := p.Tenant.Certificates(ctx)
	if err != nil {
		return sphere.Certificate{}, err
	}

	return PickCA(p.Tenant.Scope(), certificates, thumbprint)
}
