// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"

	"golang.org/x/term"
)

// splitCommand separates the flags from the command after "--".
func splitCommand(args []string) (flags, command []string) {
	if at := slices.Index(args, "--"); at >= 0 {
		return args[:at], args[at+1:]
	}
	return args, nil
}

// runCommand runs a command with the environment, and returns its exit status. When the context ends, the command is
// interrupted and waited for, however long it takes: Terraform finishes what it has begun and saves its state.
func runCommand(ctx context.Context, command []string, environment map[string]string, stdout, stderr io.Writer) int {
	child := exec.CommandContext(ctx, command[0], command[1:]...)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, stdout, stderr
	child.Env = os.Environ()
	for name, value := range environment {
		child.Env = append(child.Env, name+"="+value)
	}
	child.Cancel = func() error {
		if hasItAlready(context.Cause(ctx)) {
			return nil
		}
		return child.Process.Signal(os.Interrupt)
	}
	err := child.Run()
	var exit *exec.ExitError
	if err != nil && child.ProcessState == nil {
		fmt.Fprintf(stderr, "sphere-emulator: %v\n", err)
		return 127 // As a shell says that there is no such command.
	}
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return 128 + int(status.Signal()) // Likewise, of a command that a signal ended.
		}
	}
	return child.ProcessState.ExitCode()
}

// hasItAlready reports whether the command got the signal as well: a terminal sends an interrupt to both, and a second one
// makes Terraform stop at once.
func hasItAlready(cause error) bool {
	var got signalled
	return errors.As(cause, &got) && got.Signal == os.Interrupt && term.IsTerminal(int(os.Stdin.Fd()))
}
