// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package conformance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// RequiredVariable is the environment variable that, set to anything, makes it an error when the OpenAPI files are not there.
const RequiredVariable = "SPECS_REQUIRED"

// dirs are where the OpenAPI files may be, seen from the repository: beside it, or where make specs puts them.
var dirs = []string{"../shared/contract/specs", "build/specs"}

// Dir returns the folder of the OpenAPI files. When there is none, its error satisfies errors.Is(err, fs.ErrNotExist),
// which is a reason to skip a test, unless SPECS_REQUIRED is set.
func Dir() (string, error) {
	work, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("looking for the OpenAPI files: %w", err)
	}
	for root := work; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return dirBelow(root, os.Getenv(RequiredVariable) != "")
		}
		if root == filepath.Dir(root) {
			return "", errors.New("there is no go.mod above the working directory")
		}
	}
}

func dirBelow(root string, required bool) (string, error) {
	for _, name := range dirs {
		dir := filepath.Join(root, filepath.FromSlash(name))
		if _, err := os.Stat(dir); err == nil {
			return dir, nil
		}
	}
	if required {
		return "", errors.New("the OpenAPI files of Microsoft are required, and not there: run make specs")
	}
	return "", fmt.Errorf("the OpenAPI files of Microsoft are not there, make specs fetches them: %w", fs.ErrNotExist)
}
