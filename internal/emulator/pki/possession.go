// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
)

// Code is a verification code, which proves possession when it is signed.
type Code struct {
	Text string
	Made time.Time
}

// NewCode makes a verification code: 48 upper-case hex digits.
func NewCode(now time.Time) Code {
	return Code{strings.ToUpper(hex.EncodeToString(RandomBytes(24))), now}
}

// OpenCodes returns the codes that can still be used. A lifetime of 0 is without end.
func OpenCodes(codes []Code, now time.Time, lifetime time.Duration) []string {
	open := []string{}
	for _, code := range codes {
		if lifetime == 0 || now.Before(code.Made.Add(lifetime)) {
			open = append(open, code.Text)
		}
	}
	return open
}

// CheckPossession says what is wrong with a proof of possession: it must be signed by the CA, and its common name must be an
// open code. Key usages do not matter: those of Azure Sphere's proofs are odd.
func CheckPossession(ca, proof *x509.Certificate, open []string) error {
	switch {
	case len(open) == 0:
		return errors.New("the certificate has no verification code")
	case !bytes.Equal(proof.RawIssuer, ca.RawSubject):
		return errors.New("the proof is not issued by the certificate")
	case ca.CheckSignature(proof.SignatureAlgorithm, proof.RawTBSCertificate, proof.Signature) != nil:
		return errors.New("the proof is not signed by the certificate")
	case !slices.Contains(open, proof.Subject.CommonName):
		return errors.New("the common name of the proof is not the verification code")
	default:
		return nil
	}
}
