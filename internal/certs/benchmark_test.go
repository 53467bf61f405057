// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs_test

import (
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
)

// BenchmarkParse measures what each plan and read of a certificate does.
func BenchmarkParse(b *testing.B) {
	text := certstest.PEM("CERTIFICATE", certstest.Valid(b).Certificate.DER())
	for b.Loop() {
		if parsed, err := certs.Parse(text); err != nil || parsed.Subject() == "" {
			b.Fatal(err)
		}
	}
}
