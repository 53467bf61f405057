// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

// terraform runs the Terraform CLI in a folder of its own.
type terraform struct {
	binary      string
	dir         string
	environment []string
}

// newTerraform installs the provider below dir and copies the example there.
func newTerraform(dir, example, provider string, environment []string) (*terraform, error) {
	work := filepath.Join(dir, "work")
	if err := os.CopyFS(work, os.DirFS(example)); err != nil {
		return nil, err
	}
	binary, environment, err := lab.Terraform(dir, provider, environment)
	if err != nil {
		return nil, err
	}
	if output, err := os.Stdout.Stat(); err != nil || output.Mode()&os.ModeCharDevice == 0 {
		environment = append(environment, "TF_CLI_ARGS=-no-color")
	}

	return &terraform{binary: binary, dir: work, environment: environment}, nil
}

// mainJob is what a user does: init, apply, a second plan that must be empty, and
// destroy. It returns the outputs as a table.
func (t *terraform) mainJob(ctx context.Context) (summary string, err error) {
	for _, step := range [][]string{
		{"init"},
		{"apply", "-auto-approve"},
		{"plan", "-detailed-exitcode"}, // Fails unless the plan is empty.
	} {
		if err := t.run(ctx, step...); err != nil {
			return "", err
		}
	}
	if summary, err = t.outputs(ctx); err != nil {
		return "", err
	}

	return summary, t.run(ctx, "destroy", "-auto-approve")
}

func (t *terraform) run(ctx context.Context, arguments ...string) error {
	fmt.Printf("\n$ %s %s\n", filepath.Base(t.binary), strings.Join(arguments, " "))
	command := t.command(ctx, arguments...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", filepath.Base(t.binary), arguments[0], err)
	}

	return nil
}

func (t *terraform) command(ctx context.Context, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, t.binary, arguments...)
	command.Dir, command.Env = t.dir, t.environment
	// Terraform shares the terminal, so that it gets an interrupt by itself; this
	// one is for when only the demo does.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }

	return command
}

// outputs returns the outputs of the configuration as a table.
func (t *terraform) outputs(ctx context.Context) (string, error) {
	encoded, err := t.command(ctx, "output", "-json").Output()
	if err != nil {
		return "", fmt.Errorf("read the outputs: %w", err)
	}
	var outputs map[string]struct{ Value any }
	if err := json.Unmarshal(encoded, &outputs); err != nil {
		return "", fmt.Errorf("read the outputs: %w", err)
	}
	if outputs["verified"].Value != true {
		return "", errors.New("the certificate is not verified")
	}
	var table strings.Builder
	writer := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, name := range []string{"subject", "thumbprint", "not_after", "id_scope", "verified"} {
		fmt.Fprintf(writer, "  %s\t%v\n", strings.ReplaceAll(name, "_", " "), outputs[name].Value)
	}

	if err := writer.Flush(); err != nil {
		return "", err
	}

	return table.String(), nil
}
