// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // See Thumbprint.
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Certificate is one X.509 certificate. The zero value is not usable; Parse and
// ParseDER make one.
type Certificate struct {
	x509            *x509.Certificate
	subject, issuer string
}

// ParseDER reads one DER encoded certificate.
func ParseDER(der []byte) (*Certificate, error) {
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("not an X.509 certificate: %w", err)
	}

	subject, err := formatName(parsed.RawSubject)
	if err != nil {
		return nil, fmt.Errorf("not an X.509 certificate: its subject: %w", err)
	}
	issuer, err := formatName(parsed.RawIssuer)
	if err != nil {
		return nil, fmt.Errorf("not an X.509 certificate: its issuer: %w", err)
	}

	return &Certificate{x509: parsed, subject: subject, issuer: issuer}, nil
}

// X509 returns the certificate as the standard library knows it.
func (c *Certificate) X509() *x509.Certificate { return c.x509 }

// DER returns the encoding that signatures and thumbprints are computed over.
func (c *Certificate) DER() []byte { return c.x509.Raw }

// Equal reports whether both are the same certificate, byte for byte.
func (c *Certificate) Equal(other *Certificate) bool {
	return c != nil && other != nil && bytes.Equal(c.x509.Raw, other.x509.Raw)
}

// Thumbprint returns the SHA-1 of the DER.
func (c *Certificate) Thumbprint() Thumbprint {
	return sha1.Sum(c.x509.Raw) //nolint:gosec // See Thumbprint.
}

// ThumbprintSHA256 returns the SHA-256 of the DER as 64 upper-case hex digits.
func (c *Certificate) ThumbprintSHA256() string {
	sum := sha256.Sum256(c.x509.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// SerialNumber returns the content bytes of the DER INTEGER as upper-case hex,
// with the leading 00 sign byte where there is one. Azure Sphere names the
// certificates of a catalog so.
func (c *Certificate) SerialNumber() string { return serialNumber(c.x509.SerialNumber) }

func serialNumber(serial *big.Int) string {
	content := serial.Bytes()
	if len(content) == 0 || content[0]&0x80 != 0 {
		content = append([]byte{0}, content...)
	}

	return strings.ToUpper(hex.EncodeToString(content))
}

// Subject returns the subject as an RFC 2253 string, computed from the DER: the
// order of its parts and those with several values are kept. It holds no control
// characters.
func (c *Certificate) Subject() string { return c.subject }

// Issuer returns the issuer as Subject does the subject.
func (c *Certificate) Issuer() string { return c.issuer }

// CommonName returns the common name of the subject, as it is in the certificate:
// it may hold control characters.
func (c *Certificate) CommonName() string { return c.x509.Subject.CommonName }

// NotBefore returns the first moment of the validity, in UTC.
func (c *Certificate) NotBefore() time.Time { return c.x509.NotBefore.UTC() }

// NotAfter returns the last moment of the validity, in UTC.
func (c *Certificate) NotAfter() time.Time { return c.x509.NotAfter.UTC() }

// IsCA reports whether the basic constraints mark a certificate authority.
func (c *Certificate) IsCA() bool { return c.x509.BasicConstraintsValid && c.x509.IsCA }

// ExpiredAt reports whether the validity has ended at the given time.
func (c *Certificate) ExpiredAt(now time.Time) bool { return now.After(c.x509.NotAfter) }

// PEM returns the certificate as PEM with LF line endings.
func (c *Certificate) PEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: c.x509.Raw}))
}

// Base64 returns the DER as standard padded base64 on one line.
func (c *Certificate) Base64() string {
	return base64.StdEncoding.EncodeToString(c.x509.Raw)
}

// Base64PEM returns the base64 of the PEM text on one line: the form in which
// Microsoft documents certificates for IoT Central. Plain PEM is refused there.
func (c *Certificate) Base64PEM() string {
	return base64.StdEncoding.EncodeToString([]byte(c.PEM()))
}

// MarshalText implements encoding.TextMarshaler, as Base64.
func (c *Certificate) MarshalText() ([]byte, error) { return []byte(c.Base64()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It accepts what Parse does.
func (c *Certificate) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*c = *parsed

	return nil
}
