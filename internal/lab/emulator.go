// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package lab

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

// Emulator is a running emulator.
type Emulator struct {
	// Environment has what an empty provider block needs, as NAME=value.
	Environment []string
	// Info is what emulator.json says.
	Info Info
	// Ready is the line that the emulator prints when it is ready.
	Ready string

	client *http.Client
	stop   func() error
}

// Info is the part of emulator.json that is needed here.
type Info struct {
	Endpoints struct {
		ResourceManager     string `json:"resource_manager"`
		IoTCentralDNSSuffix string `json:"iot_central_dns_suffix"`
	} `json:"endpoints"`
	Applications []struct {
		Subdomain string `json:"subdomain"`
	} `json:"applications"`
}

// StartEmulator starts the emulator with its files in dir and more arguments, and
// waits until it says that it is ready.
func StartEmulator(ctx context.Context, binary, dir string, arguments ...string) (*Emulator, error) {
	command := exec.CommandContext(ctx, binary, append([]string{"-listen", "127.0.0.1:0", "-dir", dir}, arguments...)...)
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
	emulator := &Emulator{Ready: ready, stop: stop}
	if err := emulator.read(dir); err != nil {
		return nil, errors.Join(err, stop())
	}

	return emulator, nil
}

// Stop ends the emulator. Once more does nothing.
func (e *Emulator) Stop() error { return e.stop() }

// read reads the files that the emulator has written.
func (e *Emulator) read(dir string) error {
	var err error
	if e.Environment, err = readExports(filepath.Join(dir, "emulator.env")); err != nil {
		return err
	}
	encoded, err := os.ReadFile(filepath.Join(dir, "emulator.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(encoded, &e.Info); err != nil {
		return err
	}
	roots, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		return err
	}
	e.client, err = transport.NewHTTPClient(roots)

	return err
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

// Control calls the control API of the emulator: state, requests. It returns the
// body of the answer.
func (e *Emulator) Control(ctx context.Context, method, call string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, e.Info.Endpoints.ResourceManager+"_emulator/"+call, nil)
	if err != nil {
		return nil, err
	}
	response, err := e.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("the emulator answers %s %s with %s", method, call, response.Status)
	}

	return io.ReadAll(response.Body)
}
