// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"os"
	"os/exec"
	"testing"
)

// Main runs the tests of a package with the terraform, or else the tofu, that is
// found on the PATH. A package with acceptance tests calls it from TestMain.
func Main(m *testing.M) {
	for _, name := range []string{"terraform", "tofu"} {
		if found, err := exec.LookPath(name); err == nil && os.Getenv("TF_ACC_TERRAFORM_PATH") == "" {
			setenv("TF_ACC_TERRAFORM_PATH", found)
		}
	}
	setenv("TF_ACC_PROVIDER_NAMESPACE", "spheretrust")
	setenv("CHECKPOINT_DISABLE", "1")
	if file := os.Getenv("TF_CLI_CONFIG_FILE"); file != "" {
		if _, err := os.Stat(file); err != nil {
			// Terraform warns about a configuration file that is not there, and a
			// warning could hide among those that tests look for.
			if err := os.Unsetenv("TF_CLI_CONFIG_FILE"); err != nil {
				panic(err)
			}
		}
	}
	code := m.Run()
	if installed != "" {
		_ = os.RemoveAll(installed)
	}
	if !reportConformance() && code == 0 {
		code = 1
	}
	os.Exit(code)
}

func setenv(name, value string) {
	if err := os.Setenv(name, value); err != nil {
		panic(err)
	}
}
