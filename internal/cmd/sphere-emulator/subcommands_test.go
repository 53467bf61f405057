// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// running is an emulator whose settings are in a folder.
func running(t *testing.T, opts emulator.Options) (e *emulator.Emulator, dir string) {
	t.Helper()
	opts.Dir = t.TempDir()
	e, err := emulator.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, opts.Dir
}

// say runs the command, and returns what it prints.
func say(t *testing.T, status int, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if got := run(t.Context(), args, &stdout, &stderr); got != status {
		t.Errorf("%q: status %d, want %d; it says %q and %q", args, got, status, &stdout, &stderr)
	}
	return stdout.String() + stderr.String()
}

func TestSubcommands_talkToAnEmulatorThatRuns(t *testing.T) {
	t.Parallel()
	e, dir := running(t, emulator.Options{Version: "1.2.3"})
	statuses := func() string {
		var list []string
		for _, c := range e.State().Catalogs[0].Certificates {
			list = append(list, c.Status)
		}
		return strings.Join(list, " ")
	}
	get := func() (int, error) {
		client := e.HTTPClient()
		defer client.CloseIdleConnections()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.Info().Applications[0].URL+"/api/enrollmentGroups?api-version=2022-07-31", nil)
		if err != nil {
			return 0, err
		}
		request.Header.Set("Authorization", e.Info().Applications[0].APIToken)
		response, err := client.Do(request)
		if err != nil {
			return 0, err
		}
		return response.StatusCode, response.Body.Close()
	}

	if got := say(t, 0, "health", "-dir", dir); !strings.HasPrefix(got, "ok, version 1.2.3, 20") {
		t.Errorf("health says %q", got)
	}
	say(t, 0, "rotate", "-dir", dir, "issue")
	say(t, 0, "rotate", "activate", "-dir", dir, "-catalog", e.Info().SphereTenantID)
	if got := statuses(); got != "Inactive Active" {
		t.Errorf("the CAs are %s", got)
	}
	if got := say(t, 1, "rotate", "-dir", dir, "activate"); !strings.Contains(got, "no successor CA") {
		t.Errorf("it is refused with %q", got)
	}
	say(t, 0, "fault", "-dir", dir, "-service", "iotcentral", "-method", "GET", "-path", "/api/**", "-operation", "EnrollmentGroups_List",
		"-status", "503", "-times", "1", "-retry-after", "3", "-code", "Busy", "-body", "{}", "-skip", "0", "-after-effect")
	for _, want := range []int{503, 200} {
		if got, err := get(); err != nil || got != want {
			t.Errorf("status %d, %v; want %d", got, err, want)
		}
	}
	say(t, 0, "fault", "-dir", dir)
	if got, err := get(); err != nil || got != http.StatusInternalServerError {
		t.Errorf("status %d, %v", got, err)
	}
	say(t, 0, "fault", "-dir", dir, "-drop")
	say(t, 0, "fault", "-dir", dir, "-clear")
	if got, err := get(); err != nil || got != http.StatusOK {
		t.Errorf("status %d, %v", got, err)
	}
	var requests []emulator.Request
	if err := json.Unmarshal([]byte(say(t, 0, "requests", "-dir", dir)), &requests); err != nil || len(requests) != 4 {
		t.Errorf("%d requests, %v", len(requests), err)
	}
	say(t, 0, "requests", "-clear", "-dir", dir)
	if got := e.Requests(); len(got) != 0 {
		t.Errorf("%d requests are left", len(got))
	}
	before := e.Now()
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(say(t, 0, "clock", "-advance", "1d12h", "-dir", dir)))
	if err != nil || at.Sub(before).Round(time.Hour) != 36*time.Hour {
		t.Errorf("it is %v, %v", at, err)
	}
	if again := say(t, 0, "clock", "-dir", dir); !strings.HasPrefix(again, at.Format("2006-01-02T15:04")) && !strings.HasPrefix(again, at.Add(time.Minute).Format("2006-01-02T15:04")) {
		t.Errorf("it is %s, and was %v", again, at)
	}
	state := say(t, 0, "state", "-dir", dir)
	if _, err := emulator.ReadState(strings.NewReader(state)); err != nil || !strings.Contains(state, `"clock_ahead": "36h0m0s"`) {
		t.Errorf("the state is %s, %v", state, err)
	}
	say(t, 0, "reset", "-dir", dir)
	if got := statuses(); got != "Active" || e.Now().Sub(before) > time.Hour {
		t.Errorf("after the reset the CAs are %s at %v", got, e.Now())
	}
}

func TestSubcommands_haveTheTokenBeyondLoopback(t *testing.T) {
	t.Parallel()
	// Nothing resolves the name, as on a machine beside the container network.
	e, dir := running(t, emulator.Options{Listen: "0.0.0.0:0", Hostname: "emulator.invalid"})
	say(t, 0, "health", "-dir", dir)
	say(t, 0, "rotate", "-dir", dir, "issue")
	if got := len(e.State().Catalogs[0].Certificates); got != 2 {
		t.Errorf("the catalog has %d CAs", got)
	}
}

func TestSubcommands_sayWhatIsWrong(t *testing.T) {
	t.Parallel()
	e, dir := running(t, emulator.Options{})
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "emulator.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"ended":         {[]string{"health", "-dir", dir}, 1, "does not answer"},
		"no settings":   {[]string{"health", "-dir", t.TempDir()}, 1, "has ended"},
		"broken":        {[]string{"health", "-dir", broken}, 1, "emulator.json"},
		"no stage":      {[]string{"rotate", "-dir", dir}, 2, "one of issue|activate|expire|revoke"},
		"no such stage": {[]string{"rotate", "-dir", dir, "is"}, 2, "one of issue"},
		"two stages":    {[]string{"rotate", "-dir", dir, "issue", "expire"}, 2, "one of issue"},
		"an argument":   {[]string{"state", "-dir", dir, "x"}, 2, "unexpected argument"},
		"no such flag":  {[]string{"clock", "-dir", dir, "-by", "1d"}, 2, "Run sphere-emulator clock -help"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := say(t, test.status, test.args...); !strings.Contains(got, test.want) {
				t.Errorf("it says %q", got)
			}
		})
	}
}

// TestSubcommands_takeTheFolderOfTheCommand: a command beside the emulator finds it without a flag.
func TestSubcommands_takeTheFolderOfTheCommand(t *testing.T) {
	_, dir := running(t, emulator.Options{})
	t.Setenv(emulator.DirVariable, dir)
	say(t, 0, "health")
	t.Setenv(emulator.DirVariable, "")
	if got := say(t, 2, "health"); !strings.Contains(got, "-dir is required") {
		t.Errorf("it says %q", got)
	}
}

func TestSubcommands_helpIsShort(t *testing.T) {
	t.Parallel()
	for _, s := range subcommands {
		help := say(t, 0, s.name, "-help")
		if !strings.Contains(help, "sphere-emulator "+s.name+" [flags]") || !strings.Contains(help, "-dir DIR") {
			t.Errorf("the help is %s", help)
		}
		if lines := strings.Split(help, "\n"); len(lines) > 20 {
			t.Errorf("%s has %d lines of help", s.name, len(lines))
		}
		if !strings.Contains(say(t, 0, "-help"), "  "+s.name+" ") {
			t.Errorf("the manual does not name %s", s.name)
		}
	}
}

func TestVersion_isPrinted(t *testing.T) {
	t.Parallel()
	if got := say(t, 0, "-version"); got != "sphere-emulator dev\n" {
		t.Errorf("it says %q", got)
	}
}

func TestSeed_isWhatStatePrints(t *testing.T) {
	t.Parallel()
	e, dir := running(t, emulator.Options{Applications: []string{"fabrikam"}})
	if err := e.Rotate("", emulator.StageIssue); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(file, []byte(say(t, 0, "state", "-dir", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	opts, err := parse([]string{"-seed", file}, true, nil)
	if err != nil || opts.Seed.Applications[0].Subdomain != "fabrikam" || len(opts.Seed.Catalogs[0].Certificates) != 2 {
		t.Errorf("read %+v, %v", opts.Seed, err)
	}
	for name, args := range map[string][]string{"no file": {"-seed", file + "x"}, "no state": {"-seed", os.Args[0]}, "no age": {"-ca-age", "old"}} {
		if got := say(t, 2, append(args, "-dir", dir)...); !strings.Contains(got, args[0]) {
			t.Errorf("%s: it says %q", name, got)
		}
	}
}

func TestServe_warnsBeyondLoopback(t *testing.T) {
	t.Parallel()
	for listen, warns := range map[string]bool{"127.0.0.1:0": false, "0.0.0.0:0": true} {
		if got := say(t, 0, "-listen", listen, "--", "true"); strings.Contains(got, "warning: others") != warns {
			t.Errorf("on %s it says %q", listen, got)
		}
	}
}

func TestServe_removesTheFolderThatItMade(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "emulator")
	say(t, 0, "-dir", dir, "--", "true")
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is left: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	kept := t.TempDir()
	if status := run(ctx, []string{"-dir", kept}, &bytes.Buffer{}, &bytes.Buffer{}); status != 0 {
		t.Errorf("status %d", status)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
}
