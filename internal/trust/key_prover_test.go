// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust_test

import (
	"crypto/x509"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

func newKeyProver(t *testing.T) trust.KeyProver {
	t.Helper()
	ca := certstest.Valid(t)
	der, err := x509.MarshalPKCS8PrivateKey(ca.Key)
	if err != nil {
		t.Fatal(err)
	}
	key, err := certs.ParseSigningKey(certstest.PEM("PRIVATE KEY", der))
	if err != nil {
		t.Fatal(err)
	}

	return trust.KeyProver{Certificate: ca.Certificate, Key: key, Now: testNow}
}

func TestKeyProver_signsWhatTheHandshakeAccepts(t *testing.T) {
	t.Parallel()
	prover := newKeyProver(t)
	proof, err := prover.Prove(t.Context(), prover.Certificate.Thumbprint(), "CODE")
	if err != nil {
		t.Fatal(err)
	}
	if err := certs.CheckProof(proof, prover.Certificate, "CODE", testNow()); err != nil {
		t.Error(err)
	}
}

func TestKeyProver_hasTheKeyOfOneCAAlone(t *testing.T) {
	t.Parallel()
	prover := newKeyProver(t)
	ca, err := prover.CA(t.Context(), thumbprintA)
	if err == nil || ca != nil {
		t.Fatalf("got %v, %v", ca, err)
	}
	for _, thumbprint := range []string{thumbprintA.String(), prover.Certificate.Thumbprint().String()} {
		if !strings.Contains(err.Error(), thumbprint) {
			t.Errorf("the error does not name %s: %v", thumbprint, err)
		}
	}
	if proof, again := prover.Prove(t.Context(), thumbprintA, "CODE"); again == nil || proof != nil {
		t.Errorf("a proof for another CA: got %v, %v", proof, again)
	}
}
