// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Coverage reads a coverage profile and prints how much of each package was
// executed. It fails when the whole is below a limit, or when something was not
// executed for which no reason is written down.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path"
	"slices"
	"text/tabwriter"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("coverage: ")
	check := check{out: os.Stdout}
	flag.StringVar(&check.module, "module", ".", "folder of the module")
	flag.StringVar(&check.profile, "profile", "", "profile in Go's text format")
	flag.StringVar(&check.reasons, "reasons", "", "file that says why something is not executed")
	flag.StringVar(&check.gaps, "gaps", "", "file to write the list of what was not executed to, each place with its reason")
	flag.Float64Var(&check.limit, "limit", 0, "least coverage of statements, in percent")
	flag.Parse()
	if err := check.run(); err != nil {
		log.Fatal(err)
	}
}

// check is what the flags say.
type check struct {
	out                            io.Writer
	module, profile, reasons, gaps string
	limit                          float64
}

func (c check) run() error {
	executed, err := readProfile(c.profile)
	if err != nil {
		return err
	}
	known, err := readReasons(c.reasons)
	if err != nil {
		return err
	}
	whole, err := report(c.out, executed)
	if err != nil {
		return err
	}
	missed, err := findGaps(c.module, executed)
	if err != nil {
		return err
	}
	unexplained := explain(missed, known)
	if err := writeGaps(c.gaps, missed); err != nil {
		return err
	}
	for _, one := range known {
		if one.used == 0 || one.used < one.limit {
			fmt.Fprintf(c.out, "executed by now, so that %s need not explain it (%d places are left): %s\n", c.reasons, one.used, one.text)
		}
	}
	for _, one := range unexplained {
		fmt.Fprintf(c.out, "not executed: %s\n", one)
	}
	switch {
	case whole < c.limit:
		return fmt.Errorf("%.1f %% of the statements were executed, and %.1f %% is the least", whole, c.limit)
	case len(unexplained) > 0:
		return fmt.Errorf("%d places were not executed, and %s does not say why; test them, or give the reason there", len(unexplained), c.reasons)
	}
	fmt.Fprintf(c.out, "%d places were not executed; %s has the reasons, and %s each place\n", len(missed), c.reasons, c.gaps)

	return nil
}

// report prints a line for each package and returns the coverage of the whole, in
// percent.
func report(out io.Writer, executed map[block]int) (float64, error) {
	total, covered := map[string]int{}, map[string]int{}
	statements, reached := 0, 0
	var names []string
	for one, count := range executed {
		name := path.Dir(one.file)
		if total[name] == 0 {
			names = append(names, name)
		}
		total[name] += one.statements
		statements += one.statements
		if count > 0 {
			covered[name] += one.statements
			reached += one.statements
		}
	}
	slices.Sort(names)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, name := range names {
		fmt.Fprintf(table, "%.1f %%\t%d of %d\t  %s\n", percent(covered[name], total[name]), covered[name], total[name], name)
	}
	fmt.Fprintf(table, "%.1f %%\t%d of %d\t  statements\n", percent(reached, statements), reached, statements)

	return percent(reached, statements), table.Flush()
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(max(whole, 1)) }
