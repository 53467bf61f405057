// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// subcommand talks to an emulator that runs.
type subcommand struct {
	name    string
	operand string // what it takes after its flags; empty: nothing
	summary string
	// define defines the flags, and returns what is to be done once they are known.
	define func(flags *flag.FlagSet) func(c *client, operand string) error
}

var subcommands = []subcommand{
	{"health", "", "prints version and emulated time; exit status 1 when there is no answer", func(*flag.FlagSet) func(*client, string) error {
		return func(c *client, _ string) error {
			health, err := c.health()
			if err == nil {
				fmt.Fprintf(c.stdout, "%s, version %s, %s\n", health.Status, health.Version, health.Time.Format(time.RFC3339))
			}
			return err
		}
	}},
	{"state", "", "prints what the services store, for -seed", func(*flag.FlagSet) func(*client, string) error {
		return func(c *client, _ string) error { return c.print("state") }
	}},
	{"reset", "", "takes everything back to what it was at the start", func(*flag.FlagSet) func(*client, string) error {
		return func(c *client, _ string) error { return c.do(http.MethodPost, "reset", nil, nil) }
	}},
	{"requests", "", "prints the requests so far", defineRequests},
	{"fault", "", "makes requests fail", defineFault},
	{"rotate", "issue|activate|expire|revoke", "takes the CA of a catalog one step further", defineRotate},
	{"clock", "", "lets time pass, and prints the emulated time", defineClock},
}

func defineRequests(flags *flag.FlagSet) func(*client, string) error {
	forget := flags.Bool("clear", false, "forget them instead")
	return func(c *client, _ string) error {
		if *forget {
			return c.do(http.MethodDelete, "requests", nil, nil)
		}
		return c.print("requests")
	}
}

func defineFault(flags *flag.FlagSet) func(*client, string) error {
	var f emulator.Fault
	flags.StringVar(&f.Service, "service", "", "`SERVICE` that fails: entra, arm, sphere or iotcentral")
	flags.StringVar(&f.Operation, "operation", "", "`OPERATION` that fails, as EnrollmentGroups_VerifyX509")
	flags.StringVar(&f.Method, "method", "", "`METHOD` that fails")
	flags.StringVar(&f.Path, "path", "", "`GLOB` of the paths that fail: * within a segment, ** across segments")
	flags.IntVar(&f.Status, "status", 0, "`STATUS` of the answer (500 when neither this nor -drop is given)")
	flags.BoolVar(&f.Drop, "drop", false, "cut the connection instead of answering")
	flags.IntVar(&f.Skip, "skip", 0, "`NUMBER` of requests that pass before")
	flags.IntVar(&f.Times, "times", 0, "`NUMBER` of requests that fail (default: all)")
	flags.IntVar(&f.RetryAfter, "retry-after", 0, "`SECONDS` in the Retry-After header")
	flags.BoolVar(&f.AfterEffect, "after-effect", false, "fail after the change was made")
	flags.StringVar(&f.Code, "code", "", "error `CODE` in the body")
	flags.StringVar(&f.Body, "body", "", "complete `BODY`")
	end := flags.Bool("clear", false, "end all faults instead")
	return func(c *client, _ string) error {
		if *end {
			return c.do(http.MethodDelete, "faults", nil, nil)
		}
		if f.Status == 0 && !f.Drop {
			f.Status = http.StatusInternalServerError
		}
		return c.do(http.MethodPost, "faults", f, nil)
	}
}

func defineRotate(flags *flag.FlagSet) func(*client, string) error {
	catalog := flags.String("catalog", "", "resource or tenant `ID` of the catalog (default: the first one)")
	return func(c *client, stage string) error {
		return c.do(http.MethodPost, "rotate", map[string]string{"catalog": *catalog, "stage": stage}, nil)
	}
}

func defineClock(flags *flag.FlagSet) func(*client, string) error {
	by := flags.String("advance", "0s", "`TIME` that passes, as 90d, 1d12h or 30m")
	return func(c *client, _ string) error {
		var health emulator.Health
		err := c.do(http.MethodPost, "clock", map[string]string{"advance": *by}, &health)
		if err == nil {
			fmt.Fprintln(c.stdout, health.Time.Format(time.RFC3339))
		}
		return err
	}
}

// run returns the exit status: 0, 1 when the emulator does not answer or refuses, 2 when the arguments are wrong.
func (s subcommand) run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet(s.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	dir := flags.String("dir", os.Getenv(emulator.DirVariable), "`DIR` with the settings of the emulator (default $"+emulator.DirVariable+")")
	act := s.define(flags)
	operand, err := s.parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		s.help(flags, stdout)
		return 0
	case err == nil && *dir == "":
		err = errors.New("-dir is required: it is where the emulator has written its settings")
	}
	if err != nil {
		fmt.Fprintf(stderr, "sphere-emulator %s: %v\nRun sphere-emulator %s -help for its flags.\n", s.name, err, s.name)
		return 2
	}
	c, err := newClient(ctx, *dir, stdout)
	if err == nil {
		err = act(c, operand)
	}
	if err != nil {
		fmt.Fprintf(stderr, "sphere-emulator %s: %v\n", s.name, err)
		return 1
	}
	return 0
}

// parse reads the flags, which may stand before and after the operand, and returns the latter.
func (s subcommand) parse(flags *flag.FlagSet, args []string) (string, error) {
	var operands []string
	for {
		if err := flags.Parse(args); err != nil {
			return "", err
		}
		if flags.NArg() == 0 {
			break
		}
		operands, args = append(operands, flags.Arg(0)), flags.Args()[1:]
	}
	switch {
	case s.operand == "" && len(operands) > 0:
		return "", fmt.Errorf("unexpected argument %q", operands[0])
	case s.operand != "" && (len(operands) != 1 || !strings.Contains("|"+s.operand+"|", "|"+operands[0]+"|")):
		return "", fmt.Errorf("it takes one of %s", s.operand)
	case s.operand != "":
		return operands[0], nil
	}
	return "", nil
}

func (s subcommand) help(flags *flag.FlagSet, w io.Writer) {
	fmt.Fprintf(w, "sphere-emulator %s %s.\n\nUsage: sphere-emulator %s [flags] %s\n\n", s.name, s.summary, s.name, s.operand)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	flags.VisitAll(func(f *flag.Flag) {
		value, usage := flag.UnquoteUsage(f)
		fmt.Fprintf(table, "  -%s %s\t%s\n", f.Name, value, usage)
	})
	_ = table.Flush()
}

// print prints what a control request answers.
func (c *client) print(path string) error {
	var answer json.RawMessage
	if err := c.do(http.MethodGet, path, nil, &answer); err != nil {
		return err
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, answer, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.stdout, indented.String())
	return err
}

func (c *client) health() (health emulator.Health, err error) {
	err = c.do(http.MethodGet, "health", nil, &health)
	return health, err
}
