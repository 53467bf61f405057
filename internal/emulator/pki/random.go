// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package pki

import (
	"crypto/rand"
	"encoding/base64"
)

// RandomText returns so many random bytes in base64 for URLs.
func RandomText(n int) string { return base64.RawURLEncoding.EncodeToString(RandomBytes(n)) }

// RandomBytes returns so many of them. The program ends where there is no randomness, as crypto/rand has it.
func RandomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
