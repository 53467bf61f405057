// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Mirror installs a built provider under both of its names into a plugin
// directory of Terraform or OpenTofu.
package main

import (
	"flag"
	"fmt"
	"log"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/mirror"
)

func main() {
	log.SetFlags(0)
	binary := flag.String("provider", "", "the built provider")
	version := flag.String("version", "0.0.1", "the version to install it as")
	dir := flag.String("dir", "", "the plugin directory")
	flag.Parse()
	if *binary == "" || *dir == "" {
		log.Fatal("mirror: -provider and -dir are needed")
	}
	written, err := mirror.Install(*dir, *binary, *version)
	if err != nil {
		log.Fatalf("mirror: %v", err)
	}
	for _, file := range written {
		fmt.Println(file)
	}
}
