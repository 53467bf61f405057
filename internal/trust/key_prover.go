// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"fmt"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

// KeyProver signs the verification codes itself, with the private key of a CA that
// is not Azure Sphere's.
type KeyProver struct {
	// Certificate is the CA, and Key its private key.
	Certificate *certs.Certificate
	Key         *certs.SigningKey
	// Now is the clock that the proofs are dated with.
	Now func() time.Time
}

var _ Prover = KeyProver{}

// CA implements Prover.
func (p KeyProver) CA(_ context.Context, thumbprint certs.Thumbprint) (*certs.Certificate, error) {
	if p.Certificate.Thumbprint() != thumbprint {
		return nil, fmt.Errorf("the private key is that of the CA with thumbprint %s, and the one to verify is %s",
			p.Certificate.Thumbprint(), thumbprint)
	}

	return p.Certificate, nil
}

// Prove implements Prover.
func (p KeyProver) Prove(ctx context.Context, thumbprint certs.Thumbprint, code string) (*certs.Certificate, error) {
	ca, err := p.CA(ctx, thumbprint)
	if err != nil {
		return nil, err
	}

	return certs.SignProof(ca, p.Key, code, p.Now())
}
