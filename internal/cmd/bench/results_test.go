// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

func measured() results {
	return results{Date: "2026-01-02", System: "linux/amd64, 2 cores", LatencyMilliseconds: 50, RateLimit: 20, Rows: []row{
		{Tool: toolFloor, Shape: lab.Trust, N: 10, Phase: phaseApply, Wall: 1},
		{Tool: toolFloor, Shape: lab.Trust, N: 10, Phase: phaseRefresh, Wall: 0.5},
		{Tool: toolProvider, Shape: lab.Trust, Names: 1, N: 10, Phase: phaseApply, Wall: 6, Requests: 80, Limited: 72, AtLimit: 3, ProviderPeak: 40},
		{Tool: toolProvider, Shape: lab.Trust, Names: 1, N: 10, Phase: phaseRefresh, Wall: 1, Requests: 4, Limited: 1},
		{Tool: toolScript, N: 10, Phase: phaseApply, Wall: 12, Requests: 62},
	}}
}

func TestNewRow_countsRequests(t *testing.T) {
	t.Parallel()
	requests := []request{{Service: "entra", Status: 200}, {Service: "arm", Status: 429}}
	for range 36 {
		requests = append(requests, request{Service: "iotcentral", Status: 200})
	}
	requests[5].Status = 429
	got := newRow(contender{toolProvider, lab.Trust, 2}, phaseApply, 6, 3*time.Second, usage{CPU: 2 * time.Second, Peak: 3 << 20}, requests)
	got.setUsage(usage{CPU: time.Second / 2, Peak: 1 << 20})
	want := row{
		Tool: toolProvider, Shape: lab.Trust, Names: 2, N: 6, Phase: phaseApply, Wall: 3, Requests: 38, Limited: 36, Refused: 1, AtLimit: 1,
		ProviderCPU: 0.5, ProviderPeak: 1, CallerCPU: 1.5, CallerPeak: 3,
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestTable_comparesWithTerraformAlone(t *testing.T) {
	t.Parallel()
	table := measured().table()
	for _, want := range []string{"1.50", "2.00", "at the limit"} {
		if !strings.Contains(table, want) {
			t.Errorf("%q is missing:\n%s", want, table)
		}
	}
}

func TestWritePage_showsTheResults(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	encoded, err := json.Marshal(measured())
	if err != nil {
		t.Fatal(err)
	}
	from, to := filepath.Join(dir, resultsFile), filepath.Join(dir, "page.md")
	if err := os.WriteFile(from, encoded, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writePage(from, to); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"2026-01-02", "| 10 | 6.0 s, 80 requests | | 12.0 s, 62 requests | 1.0 s |", "takes 1.50 times", "refresh 2.00 times",
		"  shell script     " + strings.Repeat("█", 50) + " 12.0 s", "  trust            " + strings.Repeat("█", 25) + " 6.0 s", "at most 40 MiB",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("%q is missing:\n%s", want, page)
		}
	}
	if err := writePage(filepath.Join(dir, "absent.json"), to); err == nil {
		t.Error("without results there is no error")
	}
}
