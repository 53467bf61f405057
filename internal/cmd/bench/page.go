// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"text/template"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

//go:embed page.md.tmpl
var pageTemplate string

// writePage writes the page of the docs from results.
func writePage(from, to string) error {
	encoded, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var measured results
	if err := json.Unmarshal(encoded, &measured); err != nil {
		return err
	}
	parsed, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return err
	}
	var text strings.Builder
	if err := parsed.Execute(&text, measured); err != nil {
		return err
	}

	return os.WriteFile(to, []byte(text.String()), 0o644)
}

// Sizes are the numbers of groups that were measured.
func (r results) Sizes() []int {
	var sizes []int
	for _, row := range r.Rows {
		if !slices.Contains(sizes, row.N) {
			sizes = append(sizes, row.N)
		}
	}

	return sizes
}

// Largest is the largest of Sizes.
func (r results) Largest() int { return slices.Max(r.Sizes()) }

// lines are the contenders that the page shows, with what it calls them. One name of
// the provider is enough there: with two the numbers are nearly the same.
var lines = []struct {
	name      string
	contender contender
}{
	{"trust", contender{toolProvider, lab.Trust, 1}},
	{"four resources", contender{toolProvider, lab.FourResources, 1}},
	{"shell script", contender{toolScript, "", 0}},
	{"Terraform alone", contender{toolFloor, lab.Trust, 0}},
}

func (r results) find(c contender, n int, phase string) (row, bool) {
	for _, row := range r.Rows {
		if row.Tool == c.tool && row.Shape == c.shape && row.Names == c.names && row.N == n && row.Phase == phase {
			return row, true
		}
	}

	return row{}, false
}

// Table is a Markdown table of a phase: wall time and requests by size.
func (r results) Table(phase string) string {
	var text strings.Builder
	header, rule := "| groups |", "| ---: |"
	for _, line := range lines {
		header += " " + line.name + " |"
		rule += " ---: |"
	}
	text.WriteString(header + "\n" + rule + "\n")
	for _, n := range r.Sizes() {
		fmt.Fprintf(&text, "| %d |", n)
		for _, line := range lines {
			found, ok := r.find(line.contender, n, phase)
			switch {
			case !ok:
				text.WriteString(" |")
			case line.contender.tool == toolFloor:
				fmt.Fprintf(&text, " %.1f s |", found.Wall)
			default:
				fmt.Fprintf(&text, " %.1f s, %d requests |", found.Wall, found.Requests)
			}
		}
		text.WriteString("\n")
	}

	return text.String()
}

// Chart draws the wall times of all phases for the largest size as bars of text,
// which every viewer of the docs shows.
func (r results) Chart() string {
	n, longest := r.Largest(), 0.0
	for _, line := range lines {
		for _, phase := range phases() {
			if found, ok := r.find(line.contender, n, phase.name); ok {
				longest = max(longest, found.Wall)
			}
		}
	}
	const width = 50
	var text strings.Builder
	for _, phase := range phases() {
		fmt.Fprintf(&text, "%s\n", phase.name)
		for _, line := range lines {
			if found, ok := r.find(line.contender, n, phase.name); ok {
				bar := strings.Repeat("█", max(1, int(math.Round(found.Wall/longest*width))))
				fmt.Fprintf(&text, "  %-16s %s %.1f s\n", line.name, bar, found.Wall)
			}
		}
	}

	return strings.TrimSuffix(text.String(), "\n")
}

// Peak is the most memory of a provider process in MiB.
func (r results) Peak() string {
	peak := 0.0
	for _, row := range r.Rows {
		peak = max(peak, row.ProviderPeak)
	}

	return fmt.Sprintf("%.0f", peak)
}

// Ratio is that of the trust for the largest size.
func (r results) Ratio(phase string) (string, error) {
	found, ok := r.find(lines[0].contender, r.Largest(), phase)
	ratio, known := r.ratio(found)
	if !ok || !known {
		return "", fmt.Errorf("there is no result for %s", phase)
	}

	return fmt.Sprintf("%.2f", ratio), nil
}
