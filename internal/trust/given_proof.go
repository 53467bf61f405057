// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"errors"
	"fmt"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// CodeVoidError says that IoT Central refused a proof that was made elsewhere: the
// code in it is not, or no longer, the open one.
type CodeVoidError struct {
	cause error
}

// Error implements error.
func (e *CodeVoidError) Error() string { return e.cause.Error() }

// Unwrap returns the error of the service.
func (e *CodeVoidError) Unwrap() error { return e.cause }

// Present verifies the certificate in the entry with a proof of possession that
// was made elsewhere, for a code that was generated before. It never generates a
// code itself, since that would void the one in the proof. When the certificate
// is verified already nothing is sent. ca may be nil; then the signature of the
// proof is checked by IoT Central alone. The Prover of the handshake is not used.
//
// The same proof is sent again only when an answer was lost and the entry shows
// that it had no effect.
func (h *Handshake) Present(ctx context.Context, id iotcentral.CertificateID, thumbprint string, proof, ca *certs.Certificate) error {
	if verified, err := h.isVerified(ctx, id, thumbprint); err != nil || verified {
		return err
	}
	if err := certs.CheckGivenProof(proof, ca, thumbprint, h.Now()); err != nil {
		return &ProofRefusedError{cause: err}
	}
	for attempt := 1; ; attempt++ {
		failure := h.Verifier.Verify(ctx, id, proof)
		if failure != nil && !transport.EffectUnknown(failure) {
			if isRefusedProof(failure) {
				return &CodeVoidError{cause: failure}
			}
			return failure
		}
		verified, err := h.isVerified(ctx, id, thumbprint)
		if err != nil {
			return errors.Join(failure, err)
		}
		if verified {
			return nil
		}
		if failure == nil {
			failure = ErrStillUnverified
		}
		if attempt == maxAttempts {
			return fmt.Errorf("%w\n\nThis was attempt %d of %d with the same proof", failure, attempt, maxAttempts)
		}
		if err := h.Pause(ctx, attempt); err != nil {
			return failure
		}
	}
}
