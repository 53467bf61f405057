// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// newChanges returns the folder of a change log with one fragment, and the name of
// the change log beside it.
func newChanges(t *testing.T) (dir, file string) {
	t.Helper()
	root := t.TempDir()
	dir = filepath.Join(root, ".changes")
	if err := os.MkdirAll(filepath.Join(dir, "unreleased"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "unreleased", "added-x.md"), []byte("A new type.\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	return dir, filepath.Join(root, "CHANGELOG.md")
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	return string(content)
}

func TestChangelog_aReleaseTurnsFragmentsIntoItsEntry(t *testing.T) {
	t.Parallel()
	dir, file := newChanges(t)
	if err := run(dir, file, "1.2.3", "2026-11-30", false); err != nil {
		t.Fatal(err)
	}
	want := "## 1.2.3 (2026-11-30)\n\n### Added\n\n- A new type.\n"
	if got := read(t, file); !strings.HasSuffix(got, want) {
		t.Errorf("the change log is\n%s\nand should end with\n%s", got, want)
	}
	if err := run(dir, file, "", "", true); err != nil {
		t.Errorf("the check afterwards: %v", err)
	}
}

func TestChangelog_checkChangesNothing(t *testing.T) {
	t.Parallel()
	dir, file := newChanges(t)
	if err := run(dir, file, "1.2.3", "2026-11-30", true); err == nil {
		t.Error("a missing change log passes the check")
	}
	if err := os.WriteFile(file, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, file, "1.2.3", "2026-11-30", true); err == nil || !strings.Contains(err.Error(), "run make generate") {
		t.Errorf("an old change log: got %v", err)
	}
	if got := read(t, file); got != "old\n" {
		t.Errorf("the check wrote %q", got)
	}
	if read(t, filepath.Join(dir, "unreleased", "added-x.md")) == "" {
		t.Error("the check released the fragment")
	}
}

func TestChangelog_aReleaseThatCannotBeLeavesTheChangeLog(t *testing.T) {
	t.Parallel()
	dir, file := newChanges(t)
	if err := run(dir, file, "next", "2026-11-30", false); err == nil {
		t.Error("next is no version")
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the change log was written")
	}
	if err := os.WriteFile(filepath.Join(dir, "next.md"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, file, "", "", false); err == nil {
		t.Error("an entry of no version is in the change log")
	}
}
