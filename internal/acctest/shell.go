// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// NewShell returns a command line in an empty folder that reaches no service, for scripts that start an emulator of their
// own. They find Terraform, whichever it is, as terraform, and the emulator as sphere-emulator.
func NewShell(t *testing.T) *CLI {
	t.Helper()
	installed, err := install()
	if err != nil {
		t.Fatalf("build and install the provider: %v", err)
	}
	programs, err := installPrograms()
	if err != nil {
		t.Fatalf("build and install the emulator: %v", err)
	}
	cli := &CLI{Dir: t.TempDir(), t: t, environment: cliEnvironment(installed, t.TempDir())}
	cli.PrependPath(programs)

	return cli
}

// PrependPath has commands looked for in a folder before all others.
func (c *CLI) PrependPath(dir string) {
	path := os.Getenv("PATH")
	for _, variable := range c.environment {
		if value, found := strings.CutPrefix(variable, "PATH="); found {
			path = value
		}
	}
	c.Setenv("PATH", dir+string(os.PathListSeparator)+path)
}

// Script runs a script with a shell, and returns all that it prints, and its exit code. It ends once everything that the
// script began has ended, or has closed its output.
func (c *CLI) Script(shell, script string) (output string, exitCode int) {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), shell, "-c", script)
	command.Dir, command.Env = c.Dir, c.environment
	command.WaitDelay = time.Minute // For a test that left something behind and is interrupted.
	printed, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatalf("%s: %v\n%s", shell, err, printed)
	}

	return string(printed), command.ProcessState.ExitCode()
}

// installPrograms puts Terraform and the emulator into one folder, below that of install.
var installPrograms = sync.OnceValues(func() (string, error) {
	installed, err := install()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(installed, "bin")
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "sphere-emulator"),
		"github.com/spheretrust/terraform-provider-azuresphere/internal/cmd/sphere-emulator")
	if output, err := build.CombinedOutput(); err != nil {
		return "", errors.Join(err, errors.New(string(output)))
	}
	terraform, err := filepath.Abs(os.Getenv("TF_ACC_TERRAFORM_PATH"))
	if err != nil {
		return "", err
	}

	return dir, os.Symlink(terraform, filepath.Join(dir, "terraform"))
})
