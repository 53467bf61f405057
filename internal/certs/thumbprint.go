// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs

import (
	"crypto/sha1" //nolint:gosec // The thumbprint of both services is SHA-1 by definition; it names, it does not protect.
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Thumbprint names a certificate in Azure Sphere and IoT Central: it is the SHA-1
// of the DER. The zero value names none.
type Thumbprint [sha1.Size]byte

// ErrThumbprint is the error of ParseThumbprint.
var ErrThumbprint = errors.New("a thumbprint is the SHA-1 of a certificate: 40 hexadecimal digits, " +
	"with or without colons between the bytes")

var separators = strings.NewReplacer(":", "", " ", "")

// ParseThumbprint reads 40 hex digits in any case, with or without colons or
// spaces between the bytes.
func ParseThumbprint(text string) (Thumbprint, error) {
	var thumbprint Thumbprint
	raw, err := hex.DecodeString(separators.Replace(text))
	if err != nil || len(raw) != len(thumbprint) {
		return Thumbprint{}, wrongThumbprint(text, raw, err)
	}
	copy(thumbprint[:], raw)

	return thumbprint, nil
}

// wrongThumbprint says what a text is that is no thumbprint. It repeats no more than
// a thumbprint has: a longer text could be a key.
func wrongThumbprint(text string, raw []byte, err error) error {
	switch {
	case strings.Contains(text, "-----BEGIN "):
		return fmt.Errorf("the text is PEM, and not a thumbprint: %w. Take the attribute thumbprint of the certificate", ErrThumbprint)
	case err == nil && len(raw) == sha256.Size:
		return fmt.Errorf("%q is a SHA-256 thumbprint: %w. The portal and openssl x509 -fingerprint -sha1 show it", text, ErrThumbprint)
	case len(text) > 3*sha1.Size:
		return fmt.Errorf("a text of %d characters is not a thumbprint: %w", len(text), ErrThumbprint)
	default:
		return fmt.Errorf("%q is not a thumbprint: %w", text, ErrThumbprint)
	}
}

// IsZero reports whether the thumbprint names no certificate.
func (t Thumbprint) IsZero() bool { return t == Thumbprint{} }

// String returns 40 upper-case hex digits, as both services write a thumbprint, or
// an empty text when it names no certificate.
func (t Thumbprint) String() string {
	if t.IsZero() {
		return ""
	}

	return strings.ToUpper(hex.EncodeToString(t[:]))
}

// MarshalText implements encoding.TextMarshaler with String.
func (t Thumbprint) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: it reads what MarshalText
// writes, and what ParseThumbprint takes.
func (t *Thumbprint) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*t = Thumbprint{}
		return nil
	}
	parsed, err := ParseThumbprint(string(text))
	*t = parsed

	return err
}

// SameSerialNumber reports whether two hex serial numbers are equal, ignoring
// case and leading zeros: the services are not consistent about either.
func SameSerialNumber(a, b string) bool {
	return strings.EqualFold(strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0"))
}
