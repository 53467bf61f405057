// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package architecture_test

import (
	"path"
	"strings"
	"testing"
)

// TestPackages_haveNamesOfTheirOwn keeps imports free of aliases: a reader knows a
// package by the name before the dot. Commands are never imported.
func TestPackages_haveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	first := map[string]string{}
	for name := range packages(t) {
		base := path.Base(name)
		if other, taken := first[base]; taken && !strings.HasPrefix(name, "cmd/") && !strings.HasPrefix(other, "cmd/") {
			t.Errorf("internal/%s and internal/%s have one name; an import of both needs an alias", name, other)
		}
		first[base] = name
	}
}
