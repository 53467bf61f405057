// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"encoding/json"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"
)

// SkipBelow skips a test that needs a newer terraform than the one at hand. For
// tests that run it themselves; a resource.TestCase has checks of its own.
func SkipBelow(t *testing.T, minimum *version.Version) {
	t.Helper()
	if IsBelow(t, minimum) {
		t.Skipf("terraform is older than %s", minimum)
	}
}

// IsBelow reports whether the terraform at hand is older.
func IsBelow(t *testing.T, minimum *version.Version) bool {
	t.Helper()
	found, err := terraformVersion()
	if err != nil {
		t.Fatalf("terraform version: %v", err)
	}

	return found.Core().LessThan(minimum)
}

// terraformVersion asks the terraform that the tests run, once.
var terraformVersion = sync.OnceValues(func() (*version.Version, error) {
	encoded, err := exec.Command(os.Getenv("TF_ACC_TERRAFORM_PATH"), "version", "-json").Output()
	if err != nil {
		return nil, err
	}
	var answer struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(encoded, &answer); err != nil {
		return nil, err
	}

	return version.NewVersion(answer.Version)
})
