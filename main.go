// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Terraform-provider-azuresphere serves the Terraform provider.
package main

import (
	"context"
	"flag"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger, and print how Terraform can attach")
	flag.Parse()

	err := provider.QuietSDK(os.Environ(), os.Setenv)
	if err != nil {
		log.Fatal(err)
	}
	err = providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: "registry.terraform.io/spheretrust/azuresphere",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
