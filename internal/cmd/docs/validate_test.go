// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"maps"
	"slices"
	"testing"
)

func TestOfName_leavesOutNothingButPagesOfAnotherName(t *testing.T) {
	t.Parallel()
	pages := map[string][]byte{"index.md": nil, "guides/g.md": nil, "resources/mine.md": nil, "resources/theirs.md": nil, "resources/nobodys.md": nil}
	kept := ofName(pages, map[string]bool{"index": true, "resources/mine": true, "resources/theirs": false})
	want := []string{"guides/g.md", "index.md", "resources/mine.md", "resources/nobodys.md"}
	if got := slices.Sorted(maps.Keys(kept)); !slices.Equal(got, want) {
		t.Errorf("kept %q, want %q", got, want)
	}
}
