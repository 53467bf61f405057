// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"fmt"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// GenerateCode is the first step of the handshake on its own: it makes sure that
// the entry holds the certificate with the thumbprint and generates a verification
// code for it, which voids an earlier one. When the answer was lost another code
// is generated: nobody has seen the first one. The Prover of the handshake is not
// used.
func (h *Handshake) GenerateCode(ctx context.Context, id iotcentral.CertificateID, thumbprint string) (string, error) {
	if _, err := h.firstLook(ctx, id, thumbprint); err != nil {
		return "", err
	}

	return again(ctx, h.Pause, func() (string, error) { return h.Verifier.GenerateVerificationCode(ctx, id) })
}

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
func ProvePossession(ctx context.Context, tenant sphere.Tenant, thumbprint, code string, now func() time.Time, pause Pause) (Proof, error) {
	ca, err := AwaitCA(ctx, tenant, thumbprint, pause)
	if err != nil {
		return Proof{}, err
	}
	body, err := SphereProver{Tenant: tenant}.CA(ctx, ca.Thumbprint)
	if err != nil {
		return Proof{}, err
	}
	proof, err := again(ctx, pause, func() (*certs.Certificate, error) { return tenant.ProofOfPossession(ctx, ca, code) })
	if err != nil {
		return Proof{}, err
	}
	if err := certs.CheckProof(proof, body, code, now()); err != nil {
		return Proof{}, &ProofRefusedError{cause: err}
	}

	return Proof{CA: ca, Certificate: proof}, nil
}

// again repeats a call whose effect is unknown. It is for calls that may be
// carried out twice.
func again[T any](ctx context.Context, pause Pause, call func() (T, error)) (T, error) {
	for attempt := 1; ; attempt++ {
		result, err := call()
		if err == nil || !transport.EffectUnknown(err) {
			return result, err
		}
		if attempt == maxAttempts {
			return result, fmt.Errorf("%w\n\nThis was attempt %d of %d", err, attempt, maxAttempts)
		}
		if pause(ctx, attempt) != nil {
			return result, err
		}
	}
}
