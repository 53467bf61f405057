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

	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/mirror"
)

// CLI is a Terraform or OpenTofu command line in a folder of its own, with the
// built provider installed under both of its names. It is for what the test
// harness of HashiCorp does not show: generated configuration, saved plans, logs.
type CLI struct {
	// Dir is the working directory, which holds the state.
	Dir string

	t           testing.TB
	environment []string
}

// NewCLI returns a command line that reaches the emulator, in an empty folder with
// the given configuration, after init. The configuration needs no modules and no
// other providers.
func (b *Bench) NewCLI(config string) *CLI {
	b.t.Helper()
	installed, err := install()
	if err != nil {
		b.t.Fatalf("build and install the provider: %v", err)
	}
	cli := &CLI{Dir: b.t.TempDir(), t: b.t, environment: cliEnvironment(installed, b.t.TempDir())}
	for name, value := range b.env {
		cli.environment = append(cli.environment, name+"="+value)
	}
	cli.Write("main.tf", lab.RequiredProviders+config)
	// What init makes is the same for all, and only read from now on.
	if err := os.Symlink(filepath.Join(installed, ".terraform"), filepath.Join(cli.Dir, ".terraform")); err != nil {
		b.t.Fatal(err)
	}
	lock, err := os.ReadFile(filepath.Join(installed, lockFile))
	if err != nil {
		b.t.Fatal(err)
	}
	cli.Write(lockFile, string(lock))

	return cli
}

const lockFile = ".terraform.lock.hcl"

// cliEnvironment is what the CLI gets whatever it is for. It keeps files in home.
func cliEnvironment(installed, home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + home,
		"TMPDIR=" + os.TempDir(),
		"TF_CLI_CONFIG_FILE=" + filepath.Join(installed, "terraform.rc"),
		"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_CLI_ARGS=-no-color",
	}
}

// Setenv adds an environment variable for the CLI and the provider.
func (c *CLI) Setenv(name, value string) {
	c.environment = append(c.environment, name+"="+value)
}

// Write writes a file into the working directory.
func (c *CLI) Write(name, content string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.Dir, name), []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Read reads a file of the working directory.
func (c *CLI) Read(name string) string {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.Dir, name))
	if err != nil {
		c.t.Fatal(err)
	}

	return string(content)
}

// Run runs a command and returns all that it prints, and its exit code.
func (c *CLI) Run(arguments ...string) (output string, exitCode int) {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), arguments...)
	command.Dir, command.Env = c.Dir, c.environment
	printed, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatalf("%s: %v", strings.Join(arguments, " "), err)
	}

	return string(printed), command.ProcessState.ExitCode()
}

// MustRun is Run, and fails the test unless the exit code is 0.
func (c *CLI) MustRun(arguments ...string) string {
	c.t.Helper()
	output, exitCode := c.Run(arguments...)
	if exitCode != 0 {
		c.t.Fatalf("%s: exit code %d:\n%s", strings.Join(arguments, " "), exitCode, output)
	}

	return output
}

// installed is the folder of install, for Main to remove.
var installed string

// install builds the provider once for all tests of a package, installs it under
// both names, and runs init. It returns the folder, which holds a terraform.rc and
// what init made.
var install = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "provider-")
	if err != nil {
		return "", err
	}
	installed = dir
	binary := filepath.Join(dir, "terraform-provider-azuresphere")
	build := exec.Command("go", "build", "-o", binary, "github.com/spheretrust/terraform-provider-azuresphere")
	if output, err := build.CombinedOutput(); err != nil {
		return "", errors.Join(err, errors.New(string(output)))
	}
	if _, err := mirror.Install(filepath.Join(dir, "mirror"), binary, "0.0.1"); err != nil {
		return "", err
	}

	for name, content := range map[string]string{"terraform.rc": mirror.CLIConfig(filepath.Join(dir, "mirror")), "main.tf": lab.RequiredProviders} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return "", err
		}
	}
	init := exec.Command(os.Getenv("TF_ACC_TERRAFORM_PATH"), "init")
	init.Dir, init.Env = dir, cliEnvironment(dir, dir)
	if output, err := init.CombinedOutput(); err != nil {
		return "", errors.Join(err, errors.New(string(output)))
	}

	return dir, nil
})
