// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // thumbprints are SHA-1 by definition
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Issuer is a certification authority: a certificate and its key.
type Issuer struct {
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	subject     []attribute
	parent      *Issuer // nil when it signed itself
}

// shape is what may differ between the certificates of one profile.
type shape struct {
	curve  elliptic.Curve
	serial []byte // as a positive number
}

// usual is the shape of everything but catalog CAs: P-384, and a random serial number of so many bytes whose top bit is set.
func usual(serialBytes int) shape {
	serial := RandomBytes(serialBytes)
	// With its top bit set, a serial number is encoded with a leading zero byte, which Azure shows in its names.
	serial[0] |= 0x80
	return shape{elliptic.P384(), serial}
}

const caKeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign | x509.KeyUsageCRLSign

// newIssuer completes the template with a fresh key, the serial number and the subject, and has it signed by the parent, or by
// itself when that is nil.
func newIssuer(parent *Issuer, subject []attribute, form shape, template *x509.Certificate) (*Issuer, error) {
	key, err := ecdsa.GenerateKey(form.curve, rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	if template.RawSubject, err = encodeName(subject...); err != nil {
		return nil, err
	}
	template.SerialNumber = new(big.Int).SetBytes(form.serial)
	template.NotBefore = template.NotBefore.UTC().Truncate(time.Second)
	template.NotAfter = template.NotAfter.UTC().Truncate(time.Second)
	signer, signerKey := template, key
	if parent != nil {
		signer, signerKey = parent.Certificate, parent.key
	}
	template.SignatureAlgorithm = x509.ECDSAWithSHA384
	if signerKey.Curve == elliptic.P256() {
		template.SignatureAlgorithm = x509.ECDSAWithSHA256
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, key.Public(), signerKey)
	if err != nil {
		return nil, fmt.Errorf("signing the certificate of %s: %w", dotNetName(subject...), err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate of %s: %w", dotNetName(subject...), err)
	}
	return &Issuer{certificate, key, subject, parent}, nil
}

// withoutKeyID returns the issuer without its subject key identifier, so that what it signs gets no authority key
// identifier.
func withoutKeyID(i *Issuer) *Issuer {
	certificate := *i.Certificate
	certificate.SubjectKeyId = nil
	return &Issuer{&certificate, i.key, i.subject, i.parent}
}

// Thumbprint is the SHA-1 of the DER in upper-case hex.
func Thumbprint(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw) //nolint:gosec // see above
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// Subject returns the subject as .NET writes it, which is how Azure shows it.
func (i *Issuer) Subject() string { return dotNetName(i.subject...) }

// Chain returns the encoded chain, from the root down to the issuer itself.
func (i *Issuer) Chain() ([]byte, error) {
	return EncodeChain(i.Links()...)
}

// Links returns the certificates of the chain, from the root down to the issuer itself.
func (i *Issuer) Links() []*x509.Certificate {
	var links []*x509.Certificate
	for link := i; link != nil; link = link.parent {
		links = slices.Insert(links, 0, link.Certificate)
	}
	return links
}

// SerialName is the serial number as Azure names it: the content bytes of the DER integer in upper-case hex, with the
// leading zero byte where there is one.
func SerialName(c *x509.Certificate) string {
	raw := c.SerialNumber.Bytes()
	if len(raw) == 0 || raw[0]&0x80 != 0 {
		raw = append([]byte{0}, raw...)
	}
	return strings.ToUpper(hex.EncodeToString(raw))
}
