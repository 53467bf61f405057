// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// Proof is a proof of possession of a tenant CA.
type Proof struct {
	// CA is the tenant CA that signed it.
	CA sphere.Certificate
	// Certificate is the proof itself.
	Certificate *certs.Certificate
}

// ProvePossession is the second step of the handshake on its own: Azure Sphere
// signs a code with the CA that has the thumbprint, or with the Active one when
// none is given, and the proof is checked. When the answer was lost another proof
// is made: each stands alone.
func ProvePossession(ctx context.Context, tenant sphere.Tenant, thumbprint certs.Thumbprint, code string, now func() time.Time, backoff Backoff) (Proof, error) {
	ca, err := AwaitCA(ctx, tenant, thumbprint, backoff)
	if err != nil {
		return Proof{}, err
	}
	body, err := SphereProver{Tenant: tenant}.CA(ctx, ca.Thumbprint)
	if err != nil {
		return Proof{}, err
	}
	proof, err := retry(ctx, backoff, func() (*certs.Certificate, error) { return tenant.ProofOfPossession(ctx, ca, code) })
	if err != nil {
		return Proof{}, err
	}
	if err := certs.CheckProof(proof, body, code, now()); err != nil {
		return Proof{}, &ProofRefusedError{cause: err}
	}

	return Proof{CA: ca, Certificate: proof}, nil
}
