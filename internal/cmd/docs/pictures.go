// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Themes of d2 for a light and for a dark background. The picture has both, and the browser takes the one that fits.
const (
	lightTheme = "0"
	darkTheme  = "200"
)

// drawPictures returns an SVG for each d2 file in pictures/, by its path below the repository.
func drawPictures(ctx context.Context, tool, root string) (map[string][]byte, error) {
	sources, err := filepath.Glob(filepath.Join(root, "pictures", "*.d2"))
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for _, source := range sources {
		drawn, err := draw(ctx, tool, source)
		if err != nil {
			return nil, err
		}
		all["pictures/"+strings.TrimSuffix(filepath.Base(source), ".d2")+".svg"] = drawn
	}

	return all, nil
}

// draw runs d2 without anything in the picture that changes between two versions of
// it but the drawing, and without the variables that change its options.
func draw(ctx context.Context, tool, source string) ([]byte, error) {
	tool, err := filepath.Abs(tool)
	if err != nil {
		return nil, err
	}
	text, err := os.Open(source)
	if err != nil {
		return nil, err
	}
	defer func() { _ = text.Close() }()
	command := exec.CommandContext(ctx, tool, "--theme", lightTheme, "--dark-theme", darkTheme, "--layout", "dagre", "--pad", "16",
		"--omit-version", "-", "-")
	command.Env = []string{"HOME=" + os.TempDir(), "PATH=" + os.Getenv("PATH")}
	var drawn, said bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = io.Reader(text), &drawn, &said
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("draw %s: %w\n%s", source, err, said.Bytes())
	}

	return append(bytes.TrimSpace(drawn.Bytes()), '\n'), nil
}

// comparePictures fails when a picture is not what its source draws, or has no source.
func comparePictures(root string, pictures map[string][]byte) error {
	there, err := filepath.Glob(filepath.Join(root, "pictures", "*.svg"))
	if err != nil {
		return err
	}
	var problems []error
	for _, file := range there {
		if name := "pictures/" + filepath.Base(file); pictures[name] == nil {
			problems = append(problems, fmt.Errorf("%s has no source: delete it", name))
		}
	}
	for name, drawn := range pictures {
		found, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist), err == nil && !bytes.Equal(found, drawn):
			problems = append(problems, fmt.Errorf("run make generate: %s is not what its source draws", name))
		case err != nil:
			problems = append(problems, err)
		}
	}

	return errors.Join(problems...)
}
