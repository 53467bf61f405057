// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// maxNonce is the longest common name that X.520 allows.
const maxNonce = 64

// Certificate status values.
const (
	StatusActive   = "Active"
	StatusInactive = "Inactive"
	StatusExpired  = "Expired"
	StatusRevoked  = "Revoked"
)

// Certificate is a CA of a catalog.
type Certificate struct {
	issuer  *pki.Issuer
	status  string    // as commanded; StatusAt says what it is
	visible time.Time // before, it is not listed
}

// X509 returns the certificate itself.
func (c *Certificate) X509() *x509.Certificate { return c.issuer.Certificate }

// Thumbprint returns the SHA-1 of the DER in upper-case hex.
func (c *Certificate) Thumbprint() string { return pki.Thumbprint(c.issuer.Certificate) }

// SerialName returns the serial number in upper-case hex, with the leading 00 where DER has it. A single leading zero is not shown:
// the help of the CLI has a name of 31 digits.
func (c *Certificate) SerialName() string {
	name := pki.SerialName(c.issuer.Certificate)
	if short, found := strings.CutPrefix(name, "0"); found && !strings.HasPrefix(short, "0") {
		return short
	}
	return name
}

// Subject returns the subject as Azure shows it.
func (c *Certificate) Subject() string { return c.issuer.Subject() }

// Chain returns the encoded chain: root, Policy CA, catalog CA.
func (c *Certificate) Chain() ([]byte, error) { return c.issuer.Chain() }

// StatusAt returns the status at a time: whatever was commanded, a certificate whose life is over has expired.
func (c *Certificate) StatusAt(now time.Time) string {
	if c.status != StatusRevoked && !now.Before(c.issuer.Certificate.NotAfter) {
		return StatusExpired
	}
	return c.status
}

// ProofError says why there is no proof of possession: what was asked for cannot be.
type ProofError struct{ Code, Message string }

// Error returns the message.
func (e *ProofError) Error() string { return e.Message }

// Proof makes a proof of possession, in DER. The error is a [*ProofError] for a nonce or a certificate that cannot be.
func (s *Store) Proof(cert *Certificate, nonce string, now time.Time) ([]byte, error) {
	if nonce == "" || utf8.RuneCountInString(nonce) > maxNonce || !utf8.ValidString(nonce) {
		return nil, &ProofError{"InvalidProofOfPossessionNonce", "The proof of possession nonce must have 1 to 64 characters in UTF-8."}
	}
	status := cert.StatusAt(now)
	if status == StatusExpired || status == StatusRevoked || status != StatusActive && s.behavior.NonActiveProofRefused {
		return nil, &ProofError{"InvalidCertificateStatus", "The certificate is " + strings.ToLower(status) + "."}
	}
	proof, err := pki.NewProof(cert.issuer, nonce, now)
	if err != nil {
		return nil, err
	}
	return proof.Raw, nil
}

// Certificates returns the certificates that are listed at a time, oldest first.
func (cat *Catalog) Certificates(now time.Time) []*Certificate {
	var list []*Certificate
	for _, cert := range cat.certificates {
		if !now.Before(cert.visible) {
			list = append(list, cert)
		}
	}
	return list
}

// BodyShown reports whether the body of a certificate can be had.
func (s *Store) BodyShown(cert *Certificate, now time.Time) bool {
	status := cert.StatusAt(now)
	switch s.behavior.NonActiveBody {
	case BodyByLifeCycle:
		return status == StatusActive || status == StatusInactive
	case BodyPresent:
		return true
	default:
		return status == StatusActive
	}
}

// BodyLeftOut reports whether a body that is not shown has no member in answers, instead of one that is null.
func (s *Store) BodyLeftOut() bool { return s.behavior.NonActiveBody == BodyAbsent }

// Bundle returns the encoded PKCS#7 of the certificates whose body can be had.
func (s *Store) Bundle(cat *Catalog, now time.Time) ([]byte, error) {
	var all []*x509.Certificate
	for _, cert := range cat.Certificates(now) {
		if s.BodyShown(cert, now) {
			all = append(all, cert.issuer.Certificate)
		}
	}
	return pki.EncodeChain(all...)
}

// ChainBundle returns the encoded PKCS#7 of the certificates whose body can be had, with those above them.
func (s *Store) ChainBundle(cat *Catalog, now time.Time) ([]byte, error) {
	var all []*x509.Certificate
	for _, cert := range cat.Certificates(now) {
		if !s.BodyShown(cert, now) {
			continue
		}
		for _, link := range cert.issuer.Links() {
			if !slices.ContainsFunc(all, link.Equal) {
				all = append(all, link)
			}
		}
	}
	return pki.EncodeChain(all...)
}
