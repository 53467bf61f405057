// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package conformance

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestDirBelow_takesTheFirstFolderThatIsThere(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "repository")
	for i := len(dirs) - 1; i >= 0; i-- {
		want := filepath.Join(root, filepath.FromSlash(dirs[i]))
		if err := os.MkdirAll(want, 0o755); err != nil {
			t.Fatal(err)
		}
		if got, err := dirBelow(root, true); err != nil || got != want {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
}

func TestDirBelow_missingFilesAreAReasonToSkipUnlessTheyAreRequired(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "repository")
	if _, err := dirBelow(root, false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want one that says that they do not exist", err)
	}
	if _, err := dirBelow(root, true); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("they are required, and got %v", err)
	}
}
