// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package lab

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/mirror"
)

// version is under what the demo installs the provider: no release, and not a
// prerelease, which Terraform only takes when the configuration names it.
const version = "0.0.1"

// Terraform installs a provider below dir, under both of its names. It returns the
// CLI, and an environment in which that takes the provider from there, reaches only
// what the given environment says, and keeps its own files in dir.
func Terraform(dir, provider string, environment []string) (binary string, complete []string, err error) {
	if binary, err = findCLI(); err != nil {
		return "", nil, err
	}
	providers := filepath.Join(dir, "providers")
	if _, err := mirror.Install(providers, provider, version); err != nil {
		return "", nil, err
	}
	config := filepath.Join(dir, "terraform.rc")
	if err := os.WriteFile(config, []byte(mirror.CLIConfig(providers)), 0o600); err != nil {
		return "", nil, err
	}

	return binary, append(clean(os.Environ()), append(environment,
		"TF_CLI_CONFIG_FILE="+config,
		// The CLI keeps files in the home directory otherwise.
		"HOME="+dir, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0",
	)...), nil
}

func findCLI() (string, error) {
	for _, name := range []string{"terraform", "tofu"} {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}

	return "", errors.New("neither terraform nor tofu is on the PATH; install Terraform 1.8 or later, or OpenTofu")
}

// clean drops what would lead the CLI away from the emulator: it must not
// touch a real subscription.
func clean(environment []string) []string {
	var kept []string
	for _, variable := range environment {
		name, _, _ := strings.Cut(variable, "=")
		foreign := false
		for _, prefix := range []string{"ARM_", "AZURE_", "IOTCENTRAL_", "TF_", "ACTIONS_ID_TOKEN_", "SYSTEM_"} {
			foreign = foreign || strings.HasPrefix(name, prefix)
		}
		if !foreign && name != "HOME" {
			kept = append(kept, variable)
		}
	}

	return kept
}
