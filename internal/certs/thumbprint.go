// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs

import (
	"crypto/sha1" //nolint:gosec // Only its size is used here.
	"encoding/hex"
	"errors"
	"strings"
)

// ErrThumbprint is the error of NormalizeThumbprint.
var ErrThumbprint = errors.New("a thumbprint is the SHA-1 of a certificate: 40 hexadecimal digits, " +
	"with or without colons between the bytes")

var separators = strings.NewReplacer(":", "", " ", "")

// NormalizeThumbprint returns a SHA-1 thumbprint as 40 upper-case hex digits. It
// accepts any case, and colons or spaces between the bytes.
func NormalizeThumbprint(text string) (string, error) {
	digits := strings.ToUpper(separators.Replace(text))
	if raw, err := hex.DecodeString(digits); err != nil || len(raw) != sha1.Size {
		return "", ErrThumbprint
	}

	return digits, nil
}

// SameThumbprint reports whether two texts name the same certificate, ignoring
// case, colons and spaces. Two texts that are no thumbprints are never the same.
func SameThumbprint(a, b string) bool {
	left, errLeft := NormalizeThumbprint(a)
	right, errRight := NormalizeThumbprint(b)

	return errLeft == nil && errRight == nil && left == right
}

// SameSerialNumber reports whether two hex serial numbers are equal, ignoring
// case and leading zeros: the services are not consistent about either.
func SameSerialNumber(a, b string) bool {
	return strings.EqualFold(strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0"))
}
