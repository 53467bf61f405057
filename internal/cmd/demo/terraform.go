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

	"github.com/spheretrust/terraform-provider-azuresphere/internal/mirror"
)

// version is under what the demo installs the provider: no release, and not a
// prerelease, which Terraform only takes when the configuration names it.
const version = "0.0.1"

// terraform runs the Terraform CLI in a folder of its own.
type terraform struct {
	binary      string
	dir         string
	environment []string
}

// newTerraform installs the provider below dir and copies the example there.
func newTerraform(dir, example, provider string, environment []string) (*terraform, error) {
	binary, err := findCLI()
	if err != nil {
		return nil, err
	}
	providers := filepath.Join(dir, "providers")
	if _, err := mirror.Install(providers, provider, version); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "terraform.rc")
	if err := os.WriteFile(config, []byte(mirror.CLIConfig(providers)), 0o600); err != nil {
		return nil, err
	}
	work := filepath.Join(dir, "work")
	if err := os.CopyFS(work, os.DirFS(example)); err != nil {
		return nil, err
	}

	environment = append(clean(os.Environ()), append(environment,
		"TF_CLI_CONFIG_FILE="+config,
		// The CLI keeps files in the home directory otherwise.
		"HOME="+dir, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0",
	)...)
	if output, err := os.Stdout.Stat(); err != nil || output.Mode()&os.ModeCharDevice == 0 {
		environment = append(environment, "TF_CLI_ARGS=-no-color")
	}

	return &terraform{binary: binary, dir: work, environment: environment}, nil
}

func findCLI() (string, error) {
	for _, name := range []string{"terraform", "tofu"} {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}

	return "", errors.New("neither terraform nor tofu is on the PATH; install Terraform 1.8 or later, or OpenTofu")
}

// clean drops what would lead the demo away from the emulator: the demo must not
// touch a real subscription.
func clean(environment []string) []string {
	var kept []string
	for _, variable := range environment {
		name, _, _ := strings.Cut(variable, "=")
		foreign := false
		for _, prefix := range []string{"ARM_", "AZURE_", "IOTCENTRAL_", "TF_", "ACTIONS_ID_TOKEN_", "SYSTEM_"} {
			foreign = foreign || strings.HasPrefix(name, prefix)
		}
		if !foreign && name != "HOME" {
			kept = append(kept, variable)
		}
	}

	return kept
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
