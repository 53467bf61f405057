// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Coverage reads a coverage profile, prints how much of each package was executed,
// and lists the statements that were not, line by line. It fails when the whole is
// below a limit.
package main

import (
	"bufio"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

const module = "github.com/spheretrust/terraform-provider-azuresphere/"

func main() {
	log.SetFlags(0)
	profile := flag.String("profile", "", "profile in Go's text format")
	gaps := flag.String("gaps", "", "file for the list of what was not executed")
	limit := flag.Float64("limit", 0, "least coverage of statements, in percent")
	skip := flag.String("skip", "^internal/(cmd|acctest|mirror|emulator/conformance|certs/certstest|fwtypes/fwtypestest)(/|$)",
		"packages that are not counted: those that only build, show and test the others")
	flag.Parse()
	if err := run(*profile, *gaps, *limit, *skip); err != nil {
		log.Fatalf("coverage: %v", err)
	}
}

// block is a stretch of statements without a branch.
type block struct {
	file                 string
	firstLine, lastLine  int
	firstColumn, endings int
	statements           int
}

func run(profile, gaps string, limit float64, skip string) error {
	skipped, err := regexp.Compile(skip)
	if err != nil {
		return err
	}
	executed, err := read(profile)
	if err != nil {
		return err
	}
	total := map[string]int{}
	covered := map[string]int{}
	var missed []block
	for one, count := range executed {
		name := path.Dir(one.file)
		if skipped.MatchString(name) {
			continue
		}
		total[name] += one.statements
		if count > 0 {
			covered[name] += one.statements
		} else {
			missed = append(missed, one)
		}
	}
	whole, err := report(total, covered)
	if err != nil {
		return err
	}
	if gaps != "" {
		if err := list(gaps, missed); err != nil {
			return err
		}
	}
	if whole < limit {
		return fmt.Errorf("%.1f %% of the statements were executed, and %.1f %% is the least", whole, limit)
	}

	return nil
}

// line is FILE:LINE.COLUMN,LINE.COLUMN STATEMENTS COUNT.
var line = regexp.MustCompile(`^(.+):(\d+)\.(\d+),(\d+)\.(\d+) (\d+) (\d+)$`)

// read returns how often each block was executed. A block stands in the profile once
// for each program that contains it.
func read(profile string) (map[block]int, error) {
	file, err := os.Open(profile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	executed := map[block]int{}
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		match := line.FindStringSubmatch(scanner.Text())
		if match == nil {
			continue // The line that says the mode.
		}
		var numbers [6]int
		for i := range numbers {
			if numbers[i], err = strconv.Atoi(match[i+2]); err != nil {
				return nil, fmt.Errorf("%s: %w", match[0], err)
			}
		}
		one := block{strings.TrimPrefix(match[1], module), numbers[0], numbers[2], numbers[1], numbers[3], numbers[4]}
		executed[one] += numbers[5]
	}
	if len(executed) == 0 {
		return nil, errors.New(profile + " has no blocks")
	}

	return executed, nil
}

func report(total, covered map[string]int) (float64, error) {
	var names []string
	statements, reached := 0, 0
	for name := range total {
		names = append(names, name)
		statements += total[name]
		reached += covered[name]
	}
	slices.Sort(names)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, name := range names {
		fmt.Fprintf(table, "%.1f %%\t%d of %d\t  %s\n", percent(covered[name], total[name]), covered[name], total[name], name)
	}
	fmt.Fprintf(table, "%.1f %%\t%d of %d\t  statements\n", percent(reached, statements), reached, statements)

	return percent(reached, statements), table.Flush()
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(whole) }

// list writes FILE:LINE: SOURCE of each block that was not executed.
func list(gaps string, missed []block) error {
	slices.SortFunc(missed, func(a, b block) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.firstLine, b.firstLine))
	})
	var text strings.Builder
	sources := map[string][]string{}
	for _, one := range missed {
		if sources[one.file] == nil {
			content, err := os.ReadFile(one.file)
			if err != nil {
				return err
			}
			sources[one.file] = strings.Split(string(content), "\n")
		}
		fmt.Fprintf(&text, "%s:%d: %s\n", one.file, one.firstLine, strings.TrimSpace(sources[one.file][one.firstLine-1]))
	}

	return os.WriteFile(gaps, []byte(text.String()), 0o644)
}
