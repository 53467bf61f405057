// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/release"
)

// folder writes files into a new folder of a change log.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}

	return dir
}

func TestChangelog_newestReleaseFirst(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"unreleased/added-z.md": "A new type.",
		"0.9.0.md":              "## 0.9.0 (2026-01-02)\n\n### Added\n\n- The first.\n",
		"0.10.0.md":             "## 0.10.0 (2026-02-03)\n\n### Fixed\n\n- The second.\n",
	})

	text, err := release.Changelog(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := `
## 0.10.0 (2026-02-03)

### Fixed

- The second.

## 0.9.0 (2026-01-02)

### Added

- The first.
`
	if !strings.HasSuffix(text, want) {
		t.Errorf("the change log is\n%s\nand should end with\n%s", text, want)
	}
	if strings.Contains(text, "A new type.") {
		t.Error("a fragment is in the change log before its release")
	}
}

func TestReadFragments_refusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, content, want string }{
		"a kind that does not exist": {"unreleased/improved-x.md", "Better.", "KIND one of"},
		"no kind":                    {"unreleased/x.md", "Better.", "KIND one of"},
		"nothing in it":              {"unreleased/added-x.md", " \n", "one change as a sentence"},
		"a list":                     {"unreleased/added-x.md", "- One.\n- Two.\n", "without a bullet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := release.ReadFragments(folder(t, map[string]string{test.file: test.content}))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, and should say %q", err, test.want)
			}
		})
	}
}

func TestRelease_movesTheFragments(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"unreleased/fixed-a.md":    "Something is right\nagain.\n",
		"unreleased/added-x.md":    "A new type.\n",
		"unreleased/breaking-b.md": "An argument has another name.",
		"unreleased/.gitkeep":      "",
	})

	if err := release.Release(dir, "1.2.3", "2026-11-30"); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, "1.2.3.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := `## 1.2.3 (2026-11-30)

### Breaking changes

- An argument has another name.

### Added

- A new type.

### Fixed

- Something is right
  again.
`
	if string(content) != want {
		t.Errorf("the entry is\n%s\nand should be\n%s", content, want)
	}
	if fragments, err := release.ReadFragments(dir); err != nil || len(fragments) > 0 {
		t.Errorf("fragments %v are left, error %v", fragments, err)
	}
	if err := release.Release(dir, "1.2.4", "2026-11-30"); err == nil {
		t.Error("a release without a fragment was made")
	}
}

func TestRelease_refusals(t *testing.T) {
	t.Parallel()
	for name, number := range map[string]string{
		"not a version":    "next",
		"with a v":         "v1.2.3",
		"not all of it":    "1.2",
		"released already": "1.0.0",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"unreleased/added-x.md": "A new type.", "1.0.0.md": "## 1.0.0 (2026-01-01)\n"})
			if err := release.Release(dir, number, "2026-11-30"); err == nil {
				t.Errorf("%s was released", number)
			}
			if fragments, err := release.ReadFragments(dir); err != nil || len(fragments) != 1 {
				t.Errorf("fragments are %v, error %v", fragments, err)
			}
		})
	}
}

func TestChangelog_refusesWhatItCannotPlace(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, want string }{
		"a fragment of no kind":        {"unreleased/x.md", "KIND one of"},
		"a release that is no version": {"next.md", "not named after a version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := release.Changelog(folder(t, map[string]string{test.file: "Better."}))
			if err == nil || !strings.Contains(err.Error(), test.want) || text != "" {
				t.Errorf("got %q, %v; the error should say %q", text, err, test.want)
			}
		})
	}
	if fragments, err := release.ReadFragments(t.TempDir()); err != nil || fragments != nil {
		t.Errorf("a change log without fragments: got %v, %v", fragments, err)
	}
}

// TestChangelog_isUpToDate fails when CHANGELOG.md is not what make generate writes.
func TestChangelog_isUpToDate(t *testing.T) {
	t.Parallel()
	want, err := release.Changelog("../../.changes")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("CHANGELOG.md is not what .changes/ says; run make generate")
	}
}
