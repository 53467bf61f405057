// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Six statements in methods, functions and a variable; the profile of a run executed the first
// two of them.
const (
	code = `package code

type box[T any] struct{}

func (b *box[T]) open(n int) error {
	n++
	if n > 1 {
		return nil
	}
	if n > 2 {
		return nil
	}
	return nil
}

func plain() {
	println()
}

var literal = func() {
	println()
}
`
	profile = `mode: set
github.com/spheretrust/terraform-provider-azuresphere/code.go:5.36,7.11 2 0
github.com/spheretrust/terraform-provider-azuresphere/code.go:5.36,7.11 2 1
github.com/spheretrust/terraform-provider-azuresphere/code.go:7.11,9.3 1 0
github.com/spheretrust/terraform-provider-azuresphere/code.go:10.11,12.3 1 0
github.com/spheretrust/terraform-provider-azuresphere/code.go:16.14,18.2 1 0
github.com/spheretrust/terraform-provider-azuresphere/code.go:20.22,22.2 1 0
`
)

// cover runs the command on the code above, in a folder of its own.
func cover(t *testing.T, reasons string, limit float64) (output, gaps string, err error) {
	t.Helper()
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	for name, content := range map[string]string{"code.go": code, "profile.txt": profile, "reasons.md": reasons} {
		if err := os.WriteFile(in(name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	err = check{&out, folder, in("profile.txt"), in("reasons.md"), in("gaps.txt"), limit}.run()
	listed, _ := os.ReadFile(in("gaps.txt"))

	return out.String(), string(listed), err
}

func want(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s lacks %q:\n%s", what, part, text)
		}
	}
}

func TestCoverage_everyGapNeedsAReason(t *testing.T) {
	t.Parallel()
	output, gaps, err := cover(t, "## Why\n\nBecause.\n\n- code.go: box.open `if n > 1 {`\n", 0)
	if err == nil {
		t.Error("a gap without a reason is no failure")
	} else {
		want(t, "the error", err.Error(), "3 places", "reasons.md")
	}
	want(t, "the output", output, "33.3 %", "2 of 6", "not executed: code.go:10: box.open: `if n > 2 {`", "not executed: code.go:16: plain: `func plain() {`")
	want(t, "the list", gaps, "code.go:7: box.open: `if n > 1 {`\n\tWhy\n")
}

func TestCoverage_reasonsHoldForFunctionsAndFolders(t *testing.T) {
	t.Parallel()
	for _, reasons := range []string{
		"## Why\n- code.go: box.open, plain\n- code.go: `var literal = func() {`\n",
		"## Why\n- *.go: other, box.open\n- *.go: 2\n",
		"## Why\n- *.go:\n",
		"## Why\n- code.go: plain\n- code.go: `if n > 1 {` 1\n- code.go: `var literal = func() {`\n## Why not\n- code.go: `if n > 2 {`\n",
	} {
		output, _, err := cover(t, reasons, 33)
		if err != nil {
			t.Errorf("%q: %v", reasons, err)
		}
		want(t, "the output", output, "4 places were not executed")
	}
}

func TestCoverage_aReasonHoldsForSoManyPlaces(t *testing.T) {
	t.Parallel()
	output, _, err := cover(t, "## Why\n- *.go: 3\n", 0)
	if err == nil {
		t.Error("a fourth place is explained")
	}
	want(t, "the output", output, "not executed: code.go:20: :")
	if output, _, err = cover(t, "## Why\n- *.go: 5\n", 0); err != nil {
		t.Error(err)
	}
	want(t, "the output", output, "(4 places are left): - *.go: 5")
}

func TestCoverage_saysWhichReasonIsNotNeeded(t *testing.T) {
	t.Parallel()
	output, _, err := cover(t, "## Why\n- *.go:\n- code.go: box.close\n", 0)
	if err != nil {
		t.Error(err)
	}
	want(t, "the output", output, "need not explain it (0 places are left): - code.go: box.close")
}

func TestCoverage_failsBelowTheLimit(t *testing.T) {
	t.Parallel()
	_, _, err := cover(t, "## Why\n- *.go:\n", 33.4)
	if err == nil || !strings.Contains(err.Error(), "33.4 % is the least") {
		t.Errorf("got %v", err)
	}
}

func TestCoverage_refusesReasonsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, reasons := range []string{
		"- code.go: box.open\n",
		"## Why\n- somewhere\n",
		"## Why\n- [: box.open\n",
	} {
		if _, _, err := cover(t, reasons, 0); err == nil || !strings.Contains(err.Error(), "reasons.md:") {
			t.Errorf("%q: got %v", reasons, err)
		}
	}
}

func TestCoverage_withoutAProfileThereIsNothingToSay(t *testing.T) {
	t.Parallel()
	if err := (check{profile: filepath.Join(t.TempDir(), "none")}).run(); err == nil {
		t.Error("a missing profile is no failure")
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("mode: set\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (check{profile: empty}).run(); err == nil || !strings.Contains(err.Error(), "no blocks") {
		t.Errorf("an empty profile: got %v", err)
	}
}
