// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import "regexp"

const (
	redacted     = "[redacted]"
	maxErrorText = 4000
)

var secrets = []struct {
	pattern     *regexp.Regexp
	replacement string
}{
	{regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)`), redacted},
	{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*`), redacted},
	{regexp.MustCompile(`(?i)((?:access_token|refresh_token|id_token|client_secret|client_assertion|oidctoken)\\?["']?\s*[:=]\s*\\?["']?)[^"'\\&\s,}]+`), "${1}" + redacted},
	{regexp.MustCompile(`(?i)(\b(?:sig|sr|skn)=)[^&\s"']+`), "${1}" + redacted},
}

// Redact hides tokens, signatures and private keys in a text that came from
// outside, and ends it after 4000 characters.
func Redact(text string) string {
	for _, secret := range secrets {
		text = secret.pattern.ReplaceAllString(text, secret.replacement)
	}
	if runes := []rune(text); len(runes) > maxErrorText {
		text = string(runes[:maxErrorText]) + "…"
	}

	return text
}
