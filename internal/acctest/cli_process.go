// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Process is a command of a CLI that runs.
type Process struct {
	command *exec.Cmd
	output  bytes.Buffer
}

// Begin starts a command, and does not wait for it.
func (c *CLI) Begin(arguments ...string) *Process {
	c.t.Helper()
	process := &Process{command: exec.CommandContext(c.t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), arguments...)}
	process.command.Dir, process.command.Env = c.Dir, c.environment
	process.command.Stdout, process.command.Stderr = &process.output, &process.output
	if err := process.command.Start(); err != nil {
		c.t.Fatal(err)
	}

	return process
}

// Wait waits for the end and returns all that was printed, and the exit code. That
// is -1 after a signal.
func (p *Process) Wait() (output string, exitCode int) {
	_ = p.command.Wait() // The exit code says it.

	return p.output.String(), p.command.ProcessState.ExitCode()
}

// Signal sends a signal to Terraform alone.
func (p *Process) Signal(signal os.Signal) { _ = p.command.Process.Signal(signal) }

// KillProviders ends the provider processes of this Terraform without a warning.
func (p *Process) KillProviders() {
	for _, child := range children(p.command.Process.Pid) {
		if name, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", child)); err == nil && strings.Contains(name, "terraform-provider-") {
			if process, err := os.FindProcess(child); err == nil {
				_ = process.Kill()
			}
		}
	}
}

// children returns the processes that a process has started, from Linux's /proc.
func children(parent int) []int {
	var found []int
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	for _, list := range lists {
		content, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for field := range strings.FieldsSeq(string(content)) {
			if pid, err := strconv.Atoi(field); err == nil {
				found = append(found, pid)
			}
		}
	}

	return found
}
