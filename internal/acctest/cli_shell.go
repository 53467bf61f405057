// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
)

// Shell runs a script as a person would type it: in the folder of the CLI, with the
// variables that earlier scripts have exported. "terraform" is the one that the
// tests run, and an apply needs no approval. It returns all that the script prints,
// and its exit code.
func (c *CLI) Shell(script string) (output string, exitCode int) {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), "bash", "-c",
		"[ -e .exported ] && . ./.exported\nset -e -o pipefail\ntrap 'export -p > .exported' EXIT\n"+script)
	command.Dir = c.Dir
	command.Env = append(append([]string{}, c.environment...), "TF_CLI_ARGS_apply=-auto-approve -no-color", "PATH="+c.commands()+":"+os.Getenv("PATH"))
	printed, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatalf("%s: %v", script, err)
	}

	return string(printed), command.ProcessState.ExitCode()
}

// Command makes a command for Shell out of a shell script.
func (c *CLI) Command(name, script string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.commands(), name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		c.t.Fatal(err)
	}
}

// commands is the folder of the commands that Shell finds first.
func (c *CLI) commands() string {
	c.t.Helper()
	dir := filepath.Join(c.Dir, ".commands")
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if err := errors.Join(os.Mkdir(dir, 0o700), os.Symlink(os.Getenv("TF_ACC_TERRAFORM_PATH"), filepath.Join(dir, "terraform"))); err != nil {
		c.t.Fatal(err)
	}

	return dir
}
