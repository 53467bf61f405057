// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
)

func TestParse_saysHowToReadAFile(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{
		"./ca.cer":                 `filebase64("./ca.cer")`,
		`C:\keys\CA.DER`:           `filebase64("C:\\keys\\CA.DER")`,
		"ca.pem":                   `file("ca.pem")`,
		strings.Repeat("AB", 20):   "This is a thumbprint",
		"ca.txt":                   "neither PEM nor base64",
		strings.Repeat("AB:", 100): "neither PEM nor base64",
	} {
		if _, err := certs.Parse(text); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("%s: got %v, want %q", text, err, hint)
		}
	}
}

func TestParseThumbprint_repeatsNoMoreThanAThumbprintHas(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("secret", 20)
	for text, hint := range map[string]string{
		strings.Repeat("ab", 32):          `"` + strings.Repeat("ab", 32) + `" is a SHA-256 thumbprint`,
		"abc":                             `"abc" is not a thumbprint`,
		long:                              "a text of 120 characters",
		certstest.Valid(t).PEM():          "the text is PEM",
		certstest.PEM("PRIVATE KEY", nil): "the text is PEM",
	} {
		_, err := certs.ParseThumbprint(text)
		if err == nil || !strings.Contains(err.Error(), hint) || strings.Contains(err.Error(), "secretsecret") || strings.Contains(err.Error(), "BEGIN") {
			t.Errorf("%.30s: got %v, want %q", text, err, hint)
		}
	}
}
