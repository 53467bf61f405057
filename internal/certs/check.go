// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs

import (
	"errors"
	"fmt"
	"time"
)

// clockSkew is how far the local clock may differ from that of the service that
// made a proof. A proof of Azure Sphere is valid from five minutes before it was
// made until an hour after.
const clockSkew = 5 * time.Minute

// ErrNotCA says that a certificate can sign no device certificates.
var ErrNotCA = errors.New("the certificate is not a certificate authority (its basic constraints do not say CA:TRUE); " +
	"an enrollment group trusts the CA that signs the devices' certificates, not the certificate of one device")

// CheckCA reports why a certificate cannot be the CA of an enrollment group at
// the given time: it is not a CA, or it has expired. A CA that becomes valid
// later is accepted, since a successor may be uploaded early.
func CheckCA(certificate *Certificate, now time.Time) error {
	if !certificate.IsCA() {
		return ErrNotCA
	}
	if certificate.ExpiredAt(now) {
		return &ExpiredError{NotAfter: certificate.NotAfter()}
	}

	return nil
}

// ExpiredError says that a certificate is no longer valid.
type ExpiredError struct {
	// NotAfter is when the validity ended, in UTC.
	NotAfter time.Time
}

// Error implements error.
func (e *ExpiredError) Error() string {
	return fmt.Sprintf("the certificate expired on %s; no device can enrol with it any more", e.NotAfter.Format(time.RFC3339))
}

// ErrProofSignature and ErrProofCommonName are the reasons for which a proof of
// possession is refused before it is sent; CheckProof wraps them.
var (
	ErrProofSignature  = errors.New("the proof of possession is not signed by the CA")
	ErrProofCommonName = errors.New("the common name of the proof of possession is not the verification code")
	ErrProofValidity   = errors.New("the proof of possession is not valid now")
)

// CheckProof checks a proof of possession the way the relying service does: it is
// signed by the CA's key, its common name is the verification code, and it is
// valid at the given time (five minutes of difference between clocks are
// tolerated). The errors do not repeat the code.
func CheckProof(proof, ca *Certificate, code string, now time.Time) error {
	if proof.CommonName() != code {
		return fmt.Errorf("%w (it has %d characters, the code has %d)", ErrProofCommonName, len(proof.CommonName()), len(code))
	}
	if err := proof.x509.CheckSignatureFrom(ca.x509); err != nil {
		return fmt.Errorf("%w %q, thumbprint %s: %w", ErrProofSignature, ca.Subject(), ca.Thumbprint(), err)
	}

	return checkProofValidity(proof, now)
}

func checkProofValidity(proof *Certificate, now time.Time) error {
	if now.Before(proof.x509.NotBefore.Add(-clockSkew)) || now.After(proof.x509.NotAfter.Add(clockSkew)) {
		return fmt.Errorf("%w: it is valid from %s to %s, and the time is %s", ErrProofValidity,
			proof.NotBefore().Format(time.RFC3339), proof.NotAfter().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}

	return nil
}
