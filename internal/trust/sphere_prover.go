// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"fmt"
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// SphereProver lets Azure Sphere sign the verification codes.
type SphereProver struct {
	// Tenant owns the CA.
	Tenant sphere.Tenant
	// Uploaded, unless nil, returns a certificate that this process uploaded, or nil. It
	// saves the question for the tenant's list.
	Uploaded func(thumbprint certs.Thumbprint) *certs.Certificate
}

var _ Prover = SphereProver{}

// CA implements Prover.
func (p SphereProver) CA(ctx context.Context, thumbprint certs.Thumbprint) (*certs.Certificate, error) {
	if uploaded := p.uploaded(thumbprint); uploaded != nil {
		return uploaded, nil
	}
	found, err := p.find(ctx, thumbprint)
	if err != nil {
		return nil, err
	}
	if found.Body == nil {
		return nil, fmt.Errorf("%s no longer returns the certificate with thumbprint %s (status %s), so that no proof of "+
			"possession can be checked against it; use a CA that is Active", p.Tenant.Scope(), found.Thumbprint, found.Status)
	}

	return found.Body, nil
}

// Prove implements Prover. An uploaded certificate is asked for by its own serial
// number; when the tenant refuses that, its list shows why.
func (p SphereProver) Prove(ctx context.Context, thumbprint certs.Thumbprint, code string) (*certs.Certificate, error) {
	if uploaded := p.uploaded(thumbprint); uploaded != nil {
		ca := sphere.Certificate{SerialNumber: uploaded.SerialNumber(), Thumbprint: uploaded.Thumbprint(), Body: uploaded}
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

func (p SphereProver) uploaded(thumbprint certs.Thumbprint) *certs.Certificate {
	if p.Uploaded == nil {
		return nil
	}

	return p.Uploaded(thumbprint)
}

func (p SphereProver) find(ctx context.Context, thumbprint certs.Thumbprint) (sphere.Certificate, error) {
	certificates, err := p.Tenant.Certificates(ctx)
	if err != nil {
		return sphere.Certificate{}, err
	}

	return PickCA(p.Tenant.Scope(), certificates, thumbprint)
}
