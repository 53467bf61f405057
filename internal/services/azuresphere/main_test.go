// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// The types of the tests that drive the provider by its protocol.
const (
	typeTenantCA = "azuresphere_tenant_ca"
	typeProof    = "azuresphere_proof_of_possession"
)

// hasOne reports whether there is one text, with all the parts.
func hasOne(texts []string, parts ...string) bool {
	for _, part := range parts {
		if len(texts) != 1 || !strings.Contains(texts[0], part) {
			return false
		}
	}

	return true
}
