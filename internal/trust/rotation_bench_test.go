// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// BenchmarkRotate measures a decision during a renewal.
func BenchmarkRotate(b *testing.B) {
	body := certstest.Valid(b).Certificate
	certificates := []sphere.Certificate{listed(body, "A", sphere.Active, -730, 0), listed(body, "B", sphere.Inactive, -90, 640)}
	entries := contents("A+ .")
	for b.Loop() {
		if _, err := Rotate(certificates, entries, false, day(-80)); err != nil {
			b.Fatal(err)
		}
	}
}
