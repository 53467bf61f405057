// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"regexp"
	"strings"
)

const (
	redacted      = "[redacted]"
	maxText       = 2000
	maxRedactable = 64 << 10
)

// What separates a name from its value: in a query, a form or JSON, also where JSON
// is quoted once more, or percent-encoded.
const (
	quote     = `(?:\\*["']|%5C|%22|%27)*`
	separator = quote + `(?:\s|\+|%20)*(?:[:=]|%3A|%3D)(?:\s|\+|%20)*` + quote
	// value goes on past an escape such as \/, and ends with a quote.
	value = `(?:[^"'&\s,}\\]|\\[^"'\\])+`
)

var secrets = []struct {
	pattern     *regexp.Regexp
	replacement string
}{
	// Private keys, also without an end, with encoded spaces, and in base64.
	{regexp.MustCompile(`(?s)-----BEGIN[A-Z0-9 +%]*PRIVATE[ +%0-9]*KEY.*?(?:-----END[A-Z0-9 +%]*KEY-----|$)`), redacted},
	{regexp.MustCompile(`LS0tLS1CRUdJTi[A-Za-z0-9+/_=%\s-]*`), redacted},
	// JSON web tokens, whatever is before them, and in base64.
	{regexp.MustCompile(`eyJ[A-Za-z0-9_+/=-]+(?:(?:\.|%2[Ee])[A-Za-z0-9_+/=-]*)*`), redacted},
	{regexp.MustCompile(`ZXlK[A-Za-z0-9+/_=%-]{8,}`), redacted},
	// The values of an Authorization header.
	{regexp.MustCompile(`(?i)(\b(?:bearer|basic)(?:\s|\+|%20)+)[A-Za-z0-9._~+/=%-]{8,}`), "${1}" + redacted},
	{regexp.MustCompile(`(?i)(\bsharedaccesssignature(?:\s|\+|%20)+)[^\s"'\\,]+`), "${1}" + redacted},
	{regexp.MustCompile(`(?i)((?:access_?token|refresh_?token|id_?token|oidc_?token|api_?token|client_?secret|assertion|` +
		`device_?code|password|shared_?access_?key|account_?key|primary_?key|secondary_?key)` + separator + `)` + value), "${1}" + redacted},
	// Shared access signatures.
	{regexp.MustCompile(`(?i)((?:^|[^a-z])(?:sig|sr|skn)(?:=|%3D))[^&\s"']+`), "${1}" + redacted},
}

// long finds what is too long for a name, a number or a thumbprint.
var long = regexp.MustCompile(`[A-Za-z0-9+_=-]{100,}|[A-Za-z0-9+/_=-]{256,}`)

// Redact hides tokens, signatures and private keys in a text that came from
// outside, and ends it after 2000 characters.
func Redact(text string) string {
	if len(text) > maxRedactable {
		text = text[:maxRedactable] // Far more than is shown; the rest need not be searched.
	}
	for _, secret := range secrets {
		text = secret.pattern.ReplaceAllString(text, secret.replacement)
	}
	text = long.ReplaceAllStringFunc(text, func(run string) string {
		if strings.ContainsAny(run, "0123456789") && strings.ToLower(run) != run && strings.ToUpper(run) != run {
			return redacted
		}
		return run
	})
	text = strings.ToValidUTF8(text, "\uFFFD")
	if runes := []rune(text); len(runes) > maxText {
		text = string(runes[:maxText]) + "…"
	}

	return text
}
