// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// place is a line of the file with reasons: where something may be not executed.
type place struct {
	text      string
	file      string   // As path.Match has it.
	functions []string // None means every function.
	source    string   // Empty means every line.
	limit     int      // How many places it may explain; 0 means any number.
	reason    string
	used      int
}

// A reason is a heading; its places follow as items of a list:
//
//	## Why it is not executed
//	- internal/trust/keeper.go: Keeper.upload, Keeper.thumbprint `if err != nil {`
//	- internal/services/*/*.go: `if resp.Diagnostics.HasError() {` 38
//
// Functions and the line that leads to the statements can be left out. The number
// is how many places it may explain, where a line is common. All other text is for
// people.
var item = regexp.MustCompile("^- ([^ :]+):((?: [A-Za-z_][\\w.]*,?)*)(?: `(.+)`)?(?: ([0-9]+))?$")

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
		limit, _ := strconv.Atoi(match[4]) // Empty, or digits.
		places = append(places, &place{
			text: text, file: match[1], reason: reason, source: match[3], limit: limit,
			functions: strings.FieldsFunc(match[2], func(r rune) bool { return r == ',' || r == ' ' }),
		})
	}

	return places, nil
}

func (p *place) explains(one gap) bool {
	matches, _ := path.Match(p.file, one.file)
	if p.limit > 0 && p.used == p.limit {
		return false
	}

	return matches && (len(p.functions) == 0 || slices.Contains(p.functions, one.function)) && (p.source == "" || p.source == one.source)
}

// explain gives each gap its reason, and returns those without one.
func explain(missed []gap, known []*place) []gap {
	var unexplained []gap
	for i := range missed {
		for _, place := range known {
			if place.explains(missed[i]) {
				missed[i].reason = place.reason
				place.used++
				break
			}
		}
		if missed[i].reason == "" {
			unexplained = append(unexplained, missed[i])
		}
	}

	return unexplained
}
