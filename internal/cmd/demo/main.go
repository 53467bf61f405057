// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Demo shows the main job to a person: a real terraform makes the emulator's
// Azure Sphere tenant trusted by its IoT Central application, plans again, and
// destroys everything. All that it writes is below one folder. No kept tool runs a
// command beside an emulator and shows both.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

func main() {
	bin := flag.String("bin", "bin", "folder with the built provider and emulator")
	example := flag.String("example", "examples/complete", "Terraform configuration to run")
	dir := flag.String("dir", "build/demo", "folder for everything that the demo writes")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *bin, *example, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called just now.
	}
}

func run(ctx context.Context, bin, example, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	services, err := lab.StartEmulator(ctx, filepath.Join(bin, "sphere-emulator"), filepath.Join(dir, "emulator"))
	if err != nil {
		return err
	}
	fmt.Print(services.Ready)
	defer func() { _ = services.Stop() }() // For the ways out below; at the end its error counts.

	terraform, err := newTerraform(dir, example, filepath.Join(bin, "terraform-provider-azuresphere"), services.Environment)
	if err != nil {
		return err
	}
	before, err := services.Control(ctx, http.MethodGet, "state")
	if err != nil {
		return err
	}
	summary, err := terraform.mainJob(ctx)
	if err != nil {
		return err
	}
	after, err := services.Control(ctx, http.MethodGet, "state")
	if err != nil {
		return err
	}
	if !bytes.Equal(after, before) {
		return errors.New("destroy left the services in another state than before")
	}
	fmt.Printf("\nIn between, the IoT Central application trusted the Azure Sphere tenant:\n\n%s\n"+
		"The second plan was empty, and destroy left the services as they were.\n", summary)

	return services.Stop()
}
