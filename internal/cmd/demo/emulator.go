// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// services is the emulator as a process of its own, as users run it.
type services struct {
	environment []string

	dir  string
	stop func() error
}

// startEmulator starts the emulator and waits until it says that it is ready.
func startEmulator(ctx context.Context, binary, dir string) (*services, error) {
	command := exec.CommandContext(ctx, binary, "-listen", "127.0.0.1:0", "-dir", dir)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the emulator: %w", err)
	}
	stop := sync.OnceValue(func() error {
		if err := command.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		return command.Wait()
	})
	ready, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the emulator did not start: %w", errors.Join(err, stop()))
	}
	fmt.Print(ready)
	environment, err := readExports(filepath.Join(dir, "emulator.env"))
	if err != nil {
		return nil, errors.Join(err, stop())
	}

	return &services{environment: environment, dir: dir, stop: stop}, nil
}

// readExports reads the lines export NAME='value' as NAME=value.
func readExports(file string) ([]string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var environment []string
	for line := range strings.Lines(string(content)) {
		if assignment, found := strings.CutPrefix(strings.TrimSpace(line), "export "); found {
			name, value, _ := strings.Cut(assignment, "=")
			environment = append(environment, name+"="+strings.Trim(value, "'"))
		}
	}

	return environment, nil
}

// state returns what the services store, as text to compare.
func (s *services) state(ctx context.Context) (string, error) {
	var info struct {
		Endpoints struct {
			ResourceManager string `json:"resource_manager"`
		} `json:"endpoints"`
	}
	encoded, err := os.ReadFile(filepath.Join(s.dir, "emulator.json"))
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(encoded, &info); err != nil {
		return "", err
	}
	roots, err := os.ReadFile(filepath.Join(s.dir, "ca.pem"))
	if err != nil {
		return "", err
	}
	client, err := transport.NewHTTPClient(roots)
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, info.Endpoints.ResourceManager+"_emulator/state", nil)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	state, err := io.ReadAll(response.Body)

	return string(state), err
}
