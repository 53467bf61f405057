// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/go-version"
)

// unreleased is the folder of the fragments below the folder of the change log.
const unreleased = "unreleased"

// kinds are what a fragment may be about, in the order of the change log.
var kinds = []string{"breaking", "security", "added", "changed", "fixed"}

// headings are the kinds as the change log shows them.
var headings = map[string]string{
	"breaking": "Breaking changes",
	"security": "Security",
	"added":    "Added",
	"changed":  "Changed",
	"fixed":    "Fixed",
}

// Fragment is one change, written in the commit that makes it.
type Fragment struct {
	// Kind is breaking, security, added, changed or fixed.
	Kind string
	// Text is Markdown, without a bullet.
	Text string
}

// fragmentName is KIND-anything.md.
var fragmentName = regexp.MustCompile(`^([a-z]+)-[a-z0-9][a-z0-9-]*\.md$`)

// ReadFragments reads dir/unreleased. Files that do not end in .md are not looked
// at.
func ReadFragments(dir string) ([]Fragment, error) {
	entries, err := os.ReadDir(filepath.Join(dir, unreleased))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var fragments []Fragment
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) != ".md" {
			continue
		}
		match := fragmentName.FindStringSubmatch(entry.Name())
		if len(match) != 2 || !slices.Contains(kinds, match[1]) {
			return nil, fmt.Errorf("%s: the name must be KIND-what-changes.md in lower case, and KIND one of %s",
				entry.Name(), strings.Join(kinds, ", "))
		}
		content, err := os.ReadFile(filepath.Join(dir, unreleased, entry.Name()))
		if err != nil {
			return nil, err
		}
		text := strings.TrimSpace(string(content))
		if text == "" || strings.HasPrefix(text, "-") || strings.HasPrefix(text, "*") {
			return nil, fmt.Errorf("%s: it must hold one change as a sentence, without a bullet", entry.Name())
		}
		fragments = append(fragments, Fragment{Kind: match[1], Text: text})
	}

	return fragments, nil
}

// Render returns the fragments as the body of an entry of the change log.
func Render(fragments []Fragment) string {
	var text strings.Builder
	for _, kind := range kinds {
		first := true
		for _, fragment := range fragments {
			if fragment.Kind != kind {
				continue
			}
			if first {
				fmt.Fprintf(&text, "\n### %s\n\n", headings[kind])
				first = false
			}
			fmt.Fprintf(&text, "- %s\n", strings.ReplaceAll(fragment.Text, "\n", "\n  "))
		}
	}

	return text.String()
}

// Release turns the fragments into dir/VERSION.md, dated with the day, and removes
// them.
func Release(dir, number, day string) error {
	parsed, err := version.NewSemver(number)
	if err != nil || parsed.String() != number {
		return fmt.Errorf("%q is not a version such as 1.2.3", number)
	}
	fragments, err := ReadFragments(dir)
	if err != nil {
		return err
	}
	if len(fragments) == 0 {
		return errors.New("there is no fragment to release")
	}
	target := filepath.Join(dir, number+".md")
	if _, err := os.Stat(target); err == nil {
		return fmt.Errorf("%s exists already", target)
	}
	if err := os.WriteFile(target, []byte("## "+number+" ("+day+")\n"+Render(fragments)), 0o644); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, unreleased, "*.md"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			return err
		}
	}

	return nil
}

// Changelog returns CHANGELOG.md: the releases, the newest first. The fragments are
// not in it, so that no two changes touch the same file.
func Changelog(dir string) (string, error) {
	if _, err := ReadFragments(dir); err != nil {
		return "", err
	}
	var text strings.Builder
	text.WriteString("# Change log\n\n" +
		"<!-- Written by make generate from .changes/. -->\n\n" +
		"What changed since the last release is in [.changes/unreleased](.changes/unreleased), one file for each change.\n")
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return "", err
	}
	versions := map[*version.Version]string{}
	order := make([]*version.Version, 0, len(files))
	for _, file := range files {
		number, err := version.NewSemver(strings.TrimSuffix(filepath.Base(file), ".md"))
		if err != nil {
			return "", fmt.Errorf("%s is not named after a version", file)
		}
		versions[number] = file
		order = append(order, number)
	}
	slices.SortFunc(order, func(a, b *version.Version) int { return b.Compare(a) })
	for _, number := range order {
		content, err := os.ReadFile(versions[number])
		if err != nil {
			return "", err
		}
		text.WriteString("\n" + strings.TrimSpace(string(content)) + "\n")
	}

	return text.String(), nil
}
