// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package mirror lays out the provider for Terraform and OpenTofu in a folder, as
// both read it: the same binary under both provider names. It is made by hand: the
// terraform providers mirror command copies published releases only.
package mirror

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Namespace is that of the provider in the registries.
const Namespace = "spheretrust"

// Names are the local names under which the one binary is published.
func Names() []string { return []string{"azuresphere", "iotcentral"} }

// Hosts are the registries that Terraform and OpenTofu complete a source with.
func Hosts() []string { return []string{"registry.terraform.io", "registry.opentofu.org"} }

// Install puts the binary into the folder as
// HOST/NAMESPACE/NAME/VERSION/OS_ARCH/terraform-provider-NAME_vVERSION for every
// host and name, and returns the files it wrote.
func Install(dir, binary, version string) ([]string, error) {
	var written []string
	for _, host := range Hosts() {
		for _, name := range Names() {
			file := "terraform-provider-" + name + "_v" + version
			if runtime.GOOS == "windows" {
				file += ".exe"
			}
			target := filepath.Join(dir, host, Namespace, name, version, runtime.GOOS+"_"+runtime.GOARCH, file)
			if err := place(binary, target); err != nil {
				return written, fmt.Errorf("install the provider as %s: %w", name, err)
			}
			written = append(written, target)
		}
	}

	return written, nil
}

// place copies a file so that a running Terraform never sees half of it.
func place(source, target string) (err error) {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	in, err := os.Open(source)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.CreateTemp(filepath.Dir(target), ".provider-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(out.Name())
		}
	}()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	if err := out.Chmod(0o755); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}

	return os.Rename(out.Name(), target)
}

// CLIConfig returns a configuration file for the Terraform CLI that takes this
// project's providers from the folder, and nothing from the network.
func CLIConfig(dir string) string {
	var include []string
	for _, host := range Hosts() {
		include = append(include, fmt.Sprintf("%q", host+"/"+Namespace+"/*"))
	}

	return fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path    = %q\n    include = [%s]\n  }\n}\n",
		dir, strings.Join(include, ", "))
}
