// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// folder writes files into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	return root
}

func TestCompose_takesTheTemplatesOfOneNameWithThePartials(t *testing.T) {
	t.Parallel()
	from := folder(t, map[string]string{
		"partials.tmpl":               "partials\n",
		"index.md.tmpl":               "index",
		"resources/tenant_ca.md.tmpl": "tenant CA",
		"resources/group.md.tmpl":     "group",
		"guides/rotation.md":          "guide",
	})
	pages := map[string]bool{"index": true, "resources/tenant_ca": true, "resources/group": false}
	for withGuides, want := range map[bool][]string{
		true:  {"guides/rotation.md", "index.md.tmpl", "resources/tenant_ca.md.tmpl"},
		false: {"index.md.tmpl", "resources/tenant_ca.md.tmpl"},
	} {
		to := t.TempDir()
		if err := compose(from, to, pages, withGuides); err != nil {
			t.Fatal(err)
		}
		composed, err := readPages(to)
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(composed)); !slices.Equal(got, want) {
			t.Errorf("with guides %t: composed %q, want %q", withGuides, got, want)
		}
		if got := string(composed["resources/tenant_ca.md.tmpl"]); got != "partials\ntenant CA\n" {
			t.Errorf("the template is %q", got)
		}
	}
}

func TestCompose_everyTypeHasATemplateAndEveryTemplateAType(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no template": {map[string]string{"partials.tmpl": ""}, "templates are missing: "},
		"no type":     {map[string]string{"partials.tmpl": "", "resources/x.md.tmpl": "", "resources/y.md.tmpl": ""}, "y.md.tmpl describes no type"},
		"no partials": {map[string]string{"resources/x.md.tmpl": ""}, "partials.tmpl"},
	} {
		err := compose(folder(t, test.files), t.TempDir(), map[string]bool{"resources/x": true}, true)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
}

func TestWrite_leavesNothingElse(t *testing.T) {
	t.Parallel()
	docs := folder(t, map[string]string{"old.md": "old\n", "resources/x.md": "old\n"})
	pages := map[string][]byte{"index.md": []byte("index\n"), "resources/x.md": []byte("x\n")}
	if err := write(docs, pages); err != nil {
		t.Fatal(err)
	}
	found, err := readPages(docs)
	if err != nil || !maps.EqualFunc(found, pages, slices.Equal) {
		t.Errorf("wrote %q, %v; want %q", found, err, pages)
	}
	if err := compare(docs, pages); err != nil {
		t.Errorf("what was just written: %v", err)
	}
}

func TestCompare_namesEveryPageAtFault(t *testing.T) {
	t.Parallel()
	docs := folder(t, map[string]string{"same.md": "same\n", "old.md": "old\n", "left.md": "left\n"})
	pages := map[string][]byte{"same.md": []byte("same\n"), "old.md": []byte("new\n"), "new.md": []byte("new\n")}
	want := "run make generate:\n  left.md is not generated from anything\n  new.md is missing\n  old.md is not up to date"
	if err := compare(docs, pages); err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if err := compare(filepath.Join(docs, "none"), pages); err == nil || !strings.Contains(err.Error(), "same.md is missing") {
		t.Errorf("without a folder: got %v", err)
	}
}
