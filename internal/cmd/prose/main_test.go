// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const source = `package x

import "a text that is an import path"

type t struct {
	A string ` + "`tag:\"of a field is no text\"`" + `
}

// A comment is for another check.
var (
	name    = "name"
	pattern = "^[a-z]+ [a-z]+$"
	said    = "The service returns <id> for each " + name + ", in one " +
		"answer that\nhas several lines."
	call = f("No tenant has this name, so the plan fails.", 3)
)
`

func TestExtract_keepsTextsOnTheirLines(t *testing.T) {
	t.Parallel()
	page, err := extract("x.go", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(page, "\n")
	want := map[int]string{
		13: "* The service returns &lt;id> for each X, in one answer that. has several lines.",
		15: "* No tenant has this name, so the plan fails.",
	}
	if len(lines) != strings.Count(source, "\n")+1 {
		t.Errorf("%d lines become %d", strings.Count(source, "\n")+1, len(lines))
	}
	for at, line := range lines {
		if line != want[at+1] {
			t.Errorf("line %d is %q, want %q", at+1, line, want[at+1])
		}
	}
	if _, err := extract("x.go", []byte("no Go")); err == nil {
		t.Error("what is not Go is no error")
	}
}

func TestRun_readsNoTests(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{"in/x.go": source, "in/x_test.go": source, "in/x.txt": "", "out/old.md": ""} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := run("out", []string{"in"}); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob("out/*")
	inside, _ := filepath.Glob("out/in/*")
	if err != nil || len(found) != 1 || len(inside) != 1 || inside[0] != filepath.Join("out", "in", "x.go.md") {
		t.Errorf("out has %q and %q, %v", found, inside, err)
	}
	if err := run("out", []string{"none"}); err == nil {
		t.Error("a folder that does not exist is no error")
	}
}
