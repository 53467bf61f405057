// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// readFile returns the content of the file that the argument names, without
// white space around it. An empty file is an error: some other step of the
// pipeline has failed to fill it.
func readFile(argument, path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", configError(argument, "the file cannot be read", "Check the path and the permissions of the file.", pathError(err))
	}
	value := strings.TrimSpace(string(content))
	if value == "" {
		return "", configError(argument, "the file "+path+" is empty", "", nil)
	}
	return value, nil
}

// valueOrFile returns the value of an argument that can be given directly or as
// the path of a file. When both are set they must be equal, as in azurerm.
func valueOrFile(argument, value, fileArgument, path string) (string, error) {
	if path == "" {
		return value, nil
	}
	content, err := readFile(fileArgument, path)
	if err != nil {
		return "", err
	}
	if value != "" && value != content {
		return "", configError(fileArgument, "the content of the file differs from "+argument, "Remove one of the two, or make them equal.", nil)
	}
	return content, nil
}

// pathError drops the name of the system call, which means nothing to a reader.
func pathError(err error) error {
	var failed *os.PathError
	if errors.As(err, &failed) {
		return fmt.Errorf("%s: %w", failed.Path, failed.Err)
	}
	return err
}
