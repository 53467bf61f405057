// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Bench measures what runs of Terraform cost for fleets of several sizes: time,
// requests, CPU and memory, beside the same graph of resources that cost nothing
// and a shell script that does the documented steps one by one. It writes
// results.json and table.txt, and with -page a page of the docs. Benchmarks of Go
// measure one process; this measures Terraform, its providers and the services.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if os.Getenv(providerVariable) != "" {
		os.Exit(runProvider())
	}
	bin := flag.String("bin", "bin", "folder with the built provider and emulator")
	dir := flag.String("dir", "build/bench", "folder for everything that is written")
	sizes := flag.String("sizes", "1,10,100", "numbers of enrollment groups")
	page := flag.String("page", "", "write the page of the docs to this file, from results.json of the last run, and measure nothing")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := func() error {
		if *page != "" {
			return writePage(filepath.Join(*dir, resultsFile), *page)
		}
		return run(ctx, *bin, *dir, *sizes)
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called just now.
	}
}

const resultsFile = "results.json"

// Settings of the emulator. IoT Central allows so many requests a second.
const (
	latency   = 50 * time.Millisecond
	rateLimit = 20
	// usedLimit is what the provider uses of it by default.
	usedLimit = 18
)

func run(ctx context.Context, bin, dir, sizes string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if bin, err = filepath.Abs(bin); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	results := results{
		Date: time.Now().UTC().Format(time.DateOnly), System: fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU()),
		LatencyMilliseconds: latency.Milliseconds(), RateLimit: rateLimit, Note: machineNote(),
	}
	for text := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 {
			return fmt.Errorf("-sizes: %q is not a number of groups", text)
		}
		for _, measured := range contenders() {
			name := fmt.Sprintf("%s, n = %d", measured.title(), n)
			fmt.Println(name)
			rows, err := measured.measure(ctx, bin, filepath.Join(dir, strings.NewReplacer(" ", "-", ",", "", "=", "").Replace(name)), n)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			results.Rows = append(results.Rows, rows...)
		}
	}
	encoded, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, resultsFile), append(encoded, '\n'), 0o600); err != nil {
		return err
	}
	table := results.table()
	fmt.Print("\n" + table)

	return os.WriteFile(filepath.Join(dir, "table.txt"), []byte(table), 0o600)
}

// machineNote says what CPU it is, where the system tells.
func machineNote() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}

	return ""
}
