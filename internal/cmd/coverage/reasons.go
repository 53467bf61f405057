// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// place is a line of the file with reasons: where something may be not executed.
type place struct {
	text      string
	file      string   // As path.Match has it.
	functions []string // None means every function.
	source    string   // Empty means every line.
	reason    string
	used      bool
}

// A reason is a heading; its places follow as items of a list:
//
//	## Why it is not executed
//	- internal/trust/keeper.go: Keeper.upload, Keeper.thumbprint `if err != nil {`
//	- internal/services/*/*.go: `if resp.Diagnostics.HasError() {`
//
// Functions and the line that leads to the statements can be left out. All other
// text is for people.
var item = regexp.MustCompile("^- ([^ :]+):((?: [\\w.]+,?)*)(?: `(.+)`)?$")

func readReasons(name string) ([]*place, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var (
		places []*place
		reason string
	)
	number := 0
	for text := range strings.Lines(string(content)) {
		number++
		text = strings.TrimSpace(text)
		if heading, found := strings.CutPrefix(text, "## "); found {
			reason = heading
		}
		if !strings.HasPrefix(text, "- ") {
			continue
		}
		match := item.FindStringSubmatch(text)
		if match == nil || reason == "" {
			return nil, fmt.Errorf("%s:%d: expected \"- FILE: FUNCTIONS `LINE`\" below a heading", name, number)
		}
		if _, err := path.Match(match[1], ""); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, number, err)
		}
		places = append(places, &place{
			text: text, file: match[1], reason: reason, source: match[3],
			functions: strings.FieldsFunc(match[2], func(r rune) bool { return r == ',' || r == ' ' }),
		})
	}

	return places, nil
}

func (p *place) explains(one gap) bool {
	matches, _ := path.Match(p.file, one.file)

	return matches && (len(p.functions) == 0 || slices.Contains(p.functions, one.function)) && (p.source == "" || p.source == one.source)
}

// explain gives each gap its reason, and returns those without one.
func explain(missed []gap, known []*place) []gap {
	var unexplained []gap
	for i := range missed {
		for _, place := range known {
			if place.explains(missed[i]) {
				missed[i].reason, place.used = place.reason, true
				break
			}
		}
		if missed[i].reason == "" {
			unexplained = append(unexplained, missed[i])
		}
	}

	return unexplained
}
