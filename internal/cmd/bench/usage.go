// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// The variables that make this program stand in for the provider: it runs the real
// one, and writes down what that used.
const (
	providerVariable = "BENCH_PROVIDER"
	usageVariable    = "BENCH_USAGE"
)

// usage is what a process used.
type usage struct {
	CPU time.Duration `json:"cpu"`
	// Peak is the most memory that it had at a time, in bytes.
	Peak int64 `json:"peak"`
}

// add adds what another process used. They need not have run at the same time.
func (u *usage) add(other usage) {
	u.CPU += other.CPU
	u.Peak = max(u.Peak, other.Peak)
}

func usageOf(state *os.ProcessState) usage {
	return usage{CPU: state.UserTime() + state.SystemTime(), Peak: peakOf(state)}
}

// runProvider runs the provider as Terraform would, and returns its exit status.
func runProvider() int {
	command := exec.Command(os.Getenv(providerVariable), os.Args[1:]...) //nolint:noctx // Terraform ends the provider.
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	encoded, err := json.Marshal(usageOf(command.ProcessState))
	if err == nil {
		err = os.WriteFile(filepath.Join(os.Getenv(usageVariable), fmt.Sprintf("%d.json", os.Getpid())), encoded, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}

	return command.ProcessState.ExitCode()
}

// collect returns what all providers of a run used, and forgets it.
func collect(dir string) (usage, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return usage{}, err
	}
	var sum usage
	for _, file := range files {
		encoded, err := os.ReadFile(file)
		if err != nil {
			return usage{}, err
		}
		var one usage
		if err := json.Unmarshal(encoded, &one); err != nil {
			return usage{}, err
		}
		sum.add(one)
		if err := os.Remove(file); err != nil {
			return usage{}, err
		}
	}

	return sum, nil
}
