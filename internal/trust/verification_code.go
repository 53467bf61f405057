// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// GenerateCode is the first step of the handshake on its own: it makes sure that
// the entry holds the certificate with the thumbprint and generates a verification
// code for it, which voids an earlier one. When the answer was lost another code
// is generated: nobody has seen the first one. The Prover of the handshake is not
// used.
func (h *Handshake) GenerateCode(ctx context.Context, id iotcentral.CertificateID, thumbprint certs.Thumbprint) (string, error) {
	if _, err := h.firstLook(ctx, entryCertificate{h.Verifier, id}, thumbprint); err != nil {
		return "", err
	}

	return retry(ctx, h.Backoff, func() (string, error) { return h.Verifier.GenerateVerificationCode(ctx, id) })
}
