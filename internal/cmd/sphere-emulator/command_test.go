// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func TestCommand_getsTheSettingsAndPassesItsStatusOn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		script string
		status int
		says   string
	}{
		"success":      {`test -n "$ARM_CLIENT_SECRET" && test -r "$ARM_CA_BUNDLE" && echo "catalog $AZURE_SPHERE_CATALOG_ID"`, 0, "catalog /subscriptions/"},
		"failure":      {"exit 3", 3, ""},
		"killed":       {"kill -9 $$", 137, ""},
		"no such file": {"", 127, "no-such-command"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := []string{"sh", "-c", test.script}
			if test.script == "" {
				command = []string{"no-such-command"}
			}
			var stdout, stderr bytes.Buffer
			status := run(t.Context(), append([]string{"--"}, command...), &stdout, &stderr)
			if status != test.status || !strings.Contains(stdout.String()+stderr.String(), test.says) {
				t.Errorf("status %d, it says %q and %q", status, &stdout, &stderr)
			}
		})
	}
}

func TestCommand_leavesNothingBehind(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{"success": "true", "failure": "false"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			var stdout, stderr bytes.Buffer
			run(t.Context(), []string{"-dir", dir, "--", "sh", "-c", `cp "$ARM_CA_BUNDLE" "$0/kept.pem"; ` + script, dir}, &stdout, &stderr)
			left, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil || len(left) != 1 || filepath.Base(left[0]) != "kept.pem" {
				t.Errorf("left %q, %v; it says %q", left, err, &stderr)
			}
		})
	}
}

// TestCommand_isInterruptedWithTheEmulator: the command has the time to end as it
// wants, and its status is passed on.
func TestCommand_isInterruptedWithTheEmulator(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = reader.Read(make([]byte, 1)) // It runs.
		cancel()
	}()
	var stderr bytes.Buffer
	status := run(ctx, []string{"-dir", dir, "--", "sh", "-c", `trap 'exit 5' INT; echo x; while :; do read -r line < "$0" || :; done`, filepath.Join(dir, "ca.pem")}, writer, &stderr)
	if status != 5 {
		t.Errorf("status %d, it says %q", status, &stderr)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left %q, %v", left, err)
	}
}

// TestRun_removesTheSettingsOfAnEarlierRun: a script that reads them too early would
// be led to an emulator that is gone.
func TestRun_removesTheSettingsOfAnEarlierRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range append(emulator.Files(), "client.pem") {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	if status := run(t.Context(), []string{"-dir", dir, "-applications", "Not A Label"}, &stdout, &stderr); status != 1 {
		t.Errorf("status %d", status)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left %q, %v", left, err)
	}
}

// TestHasItAlready_onlyAnInterruptFromATerminal: the standard input of a test is no
// terminal, so every signal is passed on.
func TestHasItAlready_onlyAnInterruptFromATerminal(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{nil, context.Canceled, signalled{os.Interrupt}, signalled{syscall.SIGTERM}} {
		if hasItAlready(cause) {
			t.Errorf("%v is not passed on", cause)
		}
	}
}
