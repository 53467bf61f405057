// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// asCommand makes the test binary the command.
const asCommand = "SPHERE_EMULATOR_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestCommand_endsCleanlyWhenSignalled(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "emulator")
			command := exec.CommandContext(t.Context(), os.Args[0], "-dir", dir, "-applications", "contoso,fabrikam")
			command.Env = append(os.Environ(), asCommand+"=1")
			output, err := command.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewReader(output)
			ready, err := lines.ReadString('\n')
			if err != nil || !strings.Contains(ready, "is ready at https://localhost:") {
				t.Fatalf("it says %q, %v", ready, err)
			}
			// The files are there when the line is.
			settings, err := os.ReadFile(filepath.Join(dir, "emulator.json"))
			if err != nil {
				t.Fatal(err)
			}
			var info emulator.Info
			if err := json.Unmarshal(settings, &info); err != nil || len(info.Applications) != 2 {
				t.Errorf("emulator.json holds %d applications, %v", len(info.Applications), err)
			}
			for _, name := range append(emulator.Files(), "client.pem") {
				if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
					t.Error(err)
				}
			}
			if err := command.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(lines)
			if err != nil || len(rest) != 0 {
				t.Errorf("it says more than one line: %q, %v", rest, err)
			}
			if err := command.Wait(); err != nil {
				t.Errorf("it ends with %v", err)
			}
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Errorf("the folder is left: %v", err)
			}
		})
	}
}

func TestParse_readsFlags(t *testing.T) {
	t.Parallel()
	got, err := parse([]string{
		"-dir", "d", "-listen", "127.0.0.1:1", "-applications", "a,b", "-ca-age", "24h", "-latency", "5ms", "-rate-limit", "0",
		"-behavior", "group-put=conflict", "-behavior", "page-size=3", "-federated-issuer", "https://issuer",
	}, false, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	want := emulator.Options{
		Listen: "127.0.0.1:1", Dir: "d", Applications: []string{"a", "b"}, CAAge: 24 * time.Hour, Latency: 5 * time.Millisecond, Version: "dev",
		Behavior:         emulator.Behavior{CentralBehavior: emulator.CentralBehavior{ExistingGroupConflicts: true, PageSize: 3}},
		FederatedIssuers: []string{"https://issuer"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("parsed %+v, want %+v", got, want)
	}
	defaults, err := parse([]string{"-dir", "d"}, false, io.Discard)
	if err != nil || defaults.RateLimit != 20 || defaults.Listen != "127.0.0.1:0" || defaults.Applications != nil {
		t.Errorf("the defaults are %+v, %v", defaults, err)
	}
}

func TestRun_refusesBadArguments(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no directory":       {},
		"unknown flag":       {"-dir", "d", "-x"},
		"argument":           {"-dir", "d", "x"},
		"unknown switch":     {"-dir", "d", "-behavior", "x=y"},
		"switch alone":       {"-dir", "d", "-behavior", "group-put"},
		"negative latency":   {"-dir", "d", "-latency", "-1s"},
		"limit is no number": {"-dir", "d", "-rate-limit", "many"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if status := run(t.Context(), args, &stdout, &stderr); status != 2 || stdout.Len() != 0 || !strings.Contains(stderr.String(), "-help") {
				t.Errorf("status %d, it says %q and %q", status, &stdout, &stderr)
			}
		})
	}
}

func TestRun_reportsWhatKeepsItFromStarting(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	status := run(ctx, []string{"-dir", t.TempDir(), "-applications", "Not A Label"}, &stdout, &stderr)
	if status != 1 || !strings.Contains(stderr.String(), "Not A Label") {
		t.Errorf("status %d, it says %q", status, &stderr)
	}
}

func TestRun_endsWhenTheClientCertificateCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "client.pem", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), []string{"-dir", dir}, &stdout, &stderr)
	if status != 1 || !strings.Contains(stderr.String(), "client.pem") || stdout.Len() > 0 {
		t.Errorf("status %d, said %q and %q", status, stdout.String(), stderr.String())
	}
}

func TestHelp_namesEveryFlagAndSwitch(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	if status := run(t.Context(), []string{"-help"}, &stdout, &stderr); status != 0 || stderr.Len() != 0 {
		t.Errorf("status %d, it says %q", status, &stderr)
	}
	for _, name := range []string{
		"-dir", "-listen", "-hostname", "-applications", "-ca-age", "-seed", "-latency", "-rate-limit", "-behavior", "-federated-issuer",
		"-version", "/_emulator/state", "/_emulator/requests", "/_emulator/faults", "/_emulator/rotate", "/_emulator/health",
		"/_emulator/reset", "/_emulator/clock", "emulator.env", "emulator.ps1", "environment.json",
	} {
		if !strings.Contains(stdout.String(), name) {
			t.Errorf("the manual does not name %s", name)
		}
	}
	for _, s := range emulator.Switches() {
		if !strings.Contains(stdout.String(), "  "+s.Name+"="+s.Values[0]) {
			t.Errorf("the manual does not name the switch %s", s.Name)
		}
	}
	for _, line := range strings.Split(stdout.String(), "\n") {
		if len([]rune(line)) > 120 {
			t.Errorf("a line is too long: %s", line)
		}
	}
}
