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
	"time"
)

// commandEnd is how long a command has to end after an interrupt. Terraform saves its state in that time.
const commandEnd = time.Minute

// splitCommand separates the flags from the command after "--".
func splitCommand(args []string) (flags, command []string) {
	if at := slices.Index(args, "--"); at >= 0 {
		return args[:at], args[at+1:]
	}
	return args, nil
}

// runCommand runs a command with the environment, and returns its exit status. When the context ends, the command is
// interrupted and waited for.
func runCommand(ctx context.Context, command []string, environment map[string]string, stdout, stderr io.Writer) int {
	child := exec.CommandContext(ctx, command[0], command[1:]...)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, stdout, stderr
	child.Env = os.Environ()
	for name, value := range environment {
		child.Env = append(child.Env, name+"="+value)
	}
	child.Cancel = func() error { return child.Process.Signal(os.Interrupt) }
	child.WaitDelay = commandEnd
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
