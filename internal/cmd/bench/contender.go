// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

// Tools that are compared.
const (
	toolProvider = "provider"
	toolFloor    = "terraform_data"
	toolScript   = "shell script"
)

// contender is a way to make a fleet trust its tenant.
type contender struct {
	tool  string
	shape lab.Shape
	// names is how many names of the provider are used.
	names int
}

func contenders() []contender {
	return []contender{
		{toolFloor, lab.FourResources, 0},
		{toolFloor, lab.Trust, 0},
		{toolProvider, lab.FourResources, 1},
		{toolProvider, lab.FourResources, 2},
		{toolProvider, lab.Trust, 1},
		{toolProvider, lab.Trust, 2},
		{toolScript, "", 0},
	}
}

func (c contender) title() string {
	switch {
	case c.tool == toolScript:
		return c.tool
	case c.names == 0:
		return fmt.Sprintf("%s, %s", c.tool, c.shape)
	default:
		return fmt.Sprintf("%s, %s, %d name(s)", c.tool, c.shape, c.names)
	}
}

// phase is a run that is measured.
type phase struct {
	name      string
	arguments []string
}

func phases() []phase {
	return []phase{
		{phasePlan, []string{"plan", "-out=saved"}},
		{phaseApply, []string{"apply", "saved"}},
		{phaseRefresh, []string{"plan", "-detailed-exitcode"}},
		{phaseNoOp, []string{"apply", "-auto-approve"}},
		{phaseDestroy, []string{"destroy", "-auto-approve"}},
	}
}

const (
	phasePlan    = "plan"
	phaseApply   = "apply"
	phaseRefresh = "refresh"
	phaseNoOp    = "no-op apply"
	phaseDestroy = "destroy"
)

// scene is an emulator with what runs against it.
type scene struct {
	*lab.Emulator

	dir, binary string
	environment []string
}

// measure runs all phases for n groups.
func (c contender) measure(ctx context.Context, bin, dir string, n int) ([]row, error) {
	emulator, err := lab.StartEmulator(ctx, filepath.Join(bin, "sphere-emulator"), filepath.Join(dir, "emulator"),
		"-latency", latency.String(), "-rate-limit", strconv.Itoa(rateLimit), "-behavior", "shared-certificate=allow")
	if err != nil {
		return nil, err
	}
	defer func() { _ = emulator.Stop() }()
	work := scene{Emulator: emulator, dir: filepath.Join(dir, "work")}
	if err := os.MkdirAll(work.dir, 0o755); err != nil {
		return nil, err
	}
	if c.tool == toolScript {
		return c.measureScript(ctx, work, n)
	}

	return c.measureTerraform(ctx, bin, dir, work, n)
}

func (c contender) measureTerraform(ctx context.Context, bin, dir string, work scene, n int) ([]row, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if work.binary, work.environment, err = lab.Terraform(dir, self, work.Environment); err != nil {
		return nil, err
	}
	used := filepath.Join(dir, "usage")
	if err := os.MkdirAll(used, 0o755); err != nil {
		return nil, err
	}
	work.environment = append(work.environment, "TF_CLI_ARGS=-no-color",
		providerVariable+"="+filepath.Join(bin, "terraform-provider-azuresphere"), usageVariable+"="+used)
	if err := os.WriteFile(filepath.Join(work.dir, "main.tf"), []byte(c.config(work.host(), n)), 0o600); err != nil {
		return nil, err
	}
	if _, err := work.run(ctx, work.binary, "init"); err != nil {
		return nil, err
	}
	if _, err := collect(used); err != nil {
		return nil, err
	}
	var rows []row
	for _, phase := range phases() {
		measured, err := work.measure(ctx, c, phase.name, n, func() (*os.ProcessState, error) { return work.run(ctx, work.binary, phase.arguments...) })
		if err != nil {
			return nil, err
		}
		provider, err := collect(used)
		if err != nil {
			return nil, err
		}
		measured.setUsage(provider)
		rows = append(rows, measured)
	}

	return rows, nil
}

// config is what Terraform applies.
func (c contender) config(host string, n int) string {
	switch {
	case c.tool == toolFloor:
		return lab.Floor(c.shape, n)
	case c.names == 1:
		return lab.RequiredProviders + lab.UnderOneName(lab.Fleet(c.shape, host, n))
	default:
		return lab.RequiredProviders + lab.Fleet(c.shape, host, n)
	}
}

//go:embed documented_steps.sh
var documentedSteps string

// measureScript lets a shell do the documented steps one by one.
func (c contender) measureScript(ctx context.Context, work scene, n int) ([]row, error) {
	script := filepath.Join(work.dir, "documented_steps.sh")
	if err := os.WriteFile(script, []byte(documentedSteps), 0o600); err != nil {
		return nil, err
	}
	work.environment = append(os.Environ(), append(work.Environment, "HOST="+work.host())...)
	var rows []row
	for _, step := range []struct{ phase, argument string }{{phaseApply, "create"}, {phaseRefresh, "read"}, {phaseDestroy, "delete"}} {
		measured, err := work.measure(ctx, c, step.phase, n, func() (*os.ProcessState, error) {
			return work.run(ctx, "sh", script, step.argument, strconv.Itoa(n))
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, measured)
	}

	return rows, nil
}

// host is that of the application.
func (s scene) host() string {
	return s.Info.Applications[0].Subdomain + "." + s.Info.Endpoints.IoTCentralDNSSuffix
}

// measure measures a run and the requests that it sends.
func (s scene) measure(ctx context.Context, c contender, phase string, n int, run func() (*os.ProcessState, error)) (row, error) {
	if _, err := s.Control(ctx, http.MethodDelete, "requests"); err != nil {
		return row{}, err
	}
	start := time.Now()
	state, err := run()
	if err != nil {
		return row{}, fmt.Errorf("%s: %w", phase, err)
	}
	wall := time.Since(start)
	encoded, err := s.Control(ctx, http.MethodGet, "requests")
	if err != nil {
		return row{}, err
	}
	var requests []request
	if err := json.Unmarshal(encoded, &requests); err != nil {
		return row{}, err
	}

	return newRow(c, phase, n, wall, usageOf(state), requests), nil
}

// run runs a command in the folder of the scene.
func (s scene) run(ctx context.Context, name string, arguments ...string) (*os.ProcessState, error) {
	var output bytes.Buffer
	command := exec.CommandContext(ctx, name, arguments...)
	command.Dir, command.Env = s.dir, s.environment
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s %v: %w\n%s", filepath.Base(name), arguments, err, output.String())
	}

	return command.ProcessState, nil
}
