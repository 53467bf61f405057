// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import "regexp"

const (
	redacted = "[redacted]"
	// maxText is how many characters of a text from outside are shown.
	maxText = 2000
)

var secrets = []struct {
	pattern     *regexp.Regexp
	replacement string
}{
	{regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)`), redacted},
	// A JWT begins with {" in base64, wherever it stands in a word.
	{regexp.MustCompile(`eyJ[A-Za-z0-9_-]+(?:(?:\.|(?i:%2e))[A-Za-z0-9_-]*)*`), redacted},
	// The same, and a PEM block, in base64 once more.
	{regexp.MustCompile(`(?:ZXlK|LS0tLS1CRUdJTi)[A-Za-z0-9+/_-]+=*`), redacted},
	{regexp.MustCompile(`(?i)(\b(?:bearer|basic|sharedaccesssignature)(?:\s|\+|%20)+)[^\s"'\\,]+`), "${1}" + redacted},
	{regexp.MustCompile(`(?i)((?:access_token|refresh_token|id_token|client_secret|client_assertion|oidctoken)` +
		`(?:\\?["']|%22|%5C)*\s*(?:[:=]|%3A|%3D)\s*(?:\\?["']|%22|%5C)*)[^"'\\&\s,}%]+(?:%[^2][^"'\\&\s,}%]*)*`), "${1}" + redacted},
	{regexp.MustCompile(`(?i)((?:\b|%26)(?:sig|sr|skn)(?:=|%3D))[^&\s"']+`), "${1}" + redacted},
}

// Redact hides tokens, signatures and private keys in a text that came from
// outside, and ends it after 2000 characters.
func Redact(text string) string {
	for _, secret := range secrets {
		text = secret.pattern.ReplaceAllString(text, secret.replacement)
	}
	if runes := []rune(text); len(runes) > maxText {
		text = string(runes[:maxText]) + "…"
	}

	return text
}
