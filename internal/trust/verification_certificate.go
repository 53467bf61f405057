// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"net/http"

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

// Submit verifies the certificate in the entry with a proof of possession that
// was made elsewhere, for a code that was generated before. It never generates a
// code itself, since that would void the one in the proof. When the certificate
// is verified already nothing is sent. ca may be nil; then the signature of the
// proof is checked by IoT Central alone. The Prover of the handshake is not used.
//
// The same proof is sent again only when an answer was lost, or the service does
// not show its effect, and the entry still shows none after a pause.
func (h *Handshake) Submit(ctx context.Context, id iotcentral.CertificateID, thumbprint certs.Thumbprint, proof, ca *certs.Certificate) error {
	return h.SubmitTo(ctx, entryCertificate{h.Verifier, id}, thumbprint, proof, ca)
}

// SubmitTo is Submit for a certificate of any relying service. A certificate that somebody else has changed meanwhile is
// looked at afresh.
func (h *Handshake) SubmitTo(ctx context.Context, id Provable, thumbprint certs.Thumbprint, proof, ca *certs.Certificate) error {
	if verified, err := h.firstLook(ctx, id, thumbprint); err != nil || verified {
		return err
	}
	if err := certs.CheckVerificationCertificate(proof, ca, thumbprint, h.Now()); err != nil {
		return &ProofRefusedError{cause: err}
	}

	return h.repeat(ctx, id, thumbprint, "each with the same proof", func() trial {
		failure := id.Verify(ctx, proof)
		changed := transport.StatusCode(failure) == http.StatusPreconditionFailed
		if !changed && isRefusedProof(failure) && !transport.EffectUnknown(failure) {
			failure = &CodeVoidError{cause: failure}
		}
		return trial{sent: true, curable: changed || transport.EffectUnknown(failure), failure: failure}
	})
}
