// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package architecture_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/spheretrust/terraform-provider-azuresphere"

// arrows says, for each package below internal/, which others it may import.
// Packages point down this list only.
var arrows = []struct {
	name string
	may  []string
}{
	{"provider", []string{
		"services/azuresphere", "services/azureiotcentral", "services/azuredps", "services", "clients", "fwtypes", "trust", "sphere", "iotcentral", "dps",
		"transport", "auth",
	}},
	// The Terraform types: thin, and apart from each other.
	{"services/azuresphere", []string{"services", "clients", "fwtypes", "trust", "sphere", "iotcentral", "transport", "certs"}},
	{"services/azureiotcentral", []string{"services", "clients", "fwtypes", "trust", "sphere", "iotcentral", "transport", "certs"}},
	// Its trust in an enrollment group is that of IoT Central, with another target.
	{"services/azuredps", []string{
		"services/azureiotcentral", "services", "clients", "fwtypes", "trust", "sphere", "iotcentral", "dps", "transport", "certs",
	}},
	{"services", []string{"clients", "fwtypes", "trust", "sphere", "transport", "certs"}},
	{"clients", []string{"fwtypes", "trust", "sphere", "iotcentral", "dps", "transport", "auth", "certs"}},
	{"fwtypes", []string{"certs"}},
	// The domain, without Terraform.
	{"trust", []string{"sphere", "iotcentral", "dps", "transport", "certs"}},
	{"sphere", []string{"transport", "certs"}},
	{"iotcentral", []string{"transport", "certs"}},
	{"dps", []string{"transport", "certs"}},
	{"transport", []string{"auth"}},
	{"auth", nil},
	{"certs", nil},
	// The emulator shares no code with what it tests. Below it are the services, and what they stand on.
	{"emulator", []string{
		"emulator/arm", "emulator/legacy", "emulator/central", "emulator/iotdps", "emulator/entra", "emulator/catalog", "emulator/provisioning",
		"emulator/pki", "emulator/rest",
	}},
	{"emulator/arm", []string{"emulator/catalog", "emulator/entra", "emulator/rest"}},
	{"emulator/iotdps", []string{"emulator/arm", "emulator/entra", "emulator/provisioning", "emulator/pki", "emulator/rest"}},
	{"emulator/legacy", []string{"emulator/catalog", "emulator/entra", "emulator/rest"}},
	{"emulator/central", []string{"emulator/entra", "emulator/provisioning", "emulator/pki", "emulator/rest"}},
	{"emulator/provisioning", []string{"emulator/pki", "emulator/rest"}},
	{"emulator/entra", []string{"emulator/pki", "emulator/rest"}},
	{"emulator/catalog", []string{"emulator/pki"}},
	{"emulator/pki", nil},
	{"emulator/rest", nil},
	{"emulator/emulatortest", []string{"emulator"}},
	{"emulator/conformance", []string{"emulator"}},
	// What builds, shows and tests the rest.
	{"certs/certstest", []string{"certs"}},
	{"fwtypes/fwtypestest", nil},
	{"acctest", []string{"provider", "emulator", "emulator/conformance", "emulator/emulatortest", "iotcentral", "dps", "certs", "certs/certstest", "mirror", "lab"}},
	{"mirror", nil},
	{"lab", []string{"mirror", "transport"}},
	{"markdown", nil},
	{"release", nil},
	{"architecture", nil},
	{"cmd/sphere-emulator", []string{"emulator"}},
	{"cmd/demo", []string{"lab"}},
	{"cmd/bench", []string{"lab"}},
	{"cmd/mirror", []string{"mirror"}},
	{"cmd/docs", []string{"markdown", "mirror", "provider", "emulator"}},
	{"cmd/prose", nil},
}

// strangers are the modules that packages must not reach, themselves or through
// others.
var strangers = []struct {
	packages []string
	modules  []string
	why      string
}{
	{
		[]string{"certs", "auth", "transport", "sphere", "iotcentral", "dps", "trust"},
		[]string{"github.com/hashicorp/terraform-plugin-framework", "github.com/hashicorp/terraform-plugin-go"},
		"it knows no Terraform",
	},
	{[]string{"certs"}, []string{"net/http"}, "it does no I/O"},
	{[]string{"emulator"}, []string{"github.com/Azure"}, "it is written from the specifications, not from a client"},
	{
		[]string{"provider", "emulator"},
		[]string{module + "/internal/emulator/conformance", module + "/internal/acctest", "testing", "github.com/hashicorp/terraform-plugin-testing"},
		"it is no test",
	},
}

type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

// packages lists the packages of the module, without their tests.
func packages(t *testing.T) map[string]listed {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps", module+"/...")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	all := map[string]listed{}
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var one listed
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if name, found := strings.CutPrefix(one.ImportPath, module+"/internal/"); found {
			all[name] = one
		}
	}
}

func TestArrows_pointDown(t *testing.T) {
	t.Parallel()
	known := map[string][]string{}
	for _, arrow := range arrows {
		known[arrow.name] = arrow.may
	}
	for name, one := range packages(t) {
		may, ok := known[name]
		if !ok {
			t.Errorf("internal/%s is not on the map; say in this test what it may import, and draw it in DESIGN.md", name)
			continue
		}
		for _, imported := range one.Imports {
			if to, found := strings.CutPrefix(imported, module+"/internal/"); found && !slices.Contains(may, to) {
				t.Errorf("internal/%s imports internal/%s; it may import %q", name, to, may)
			}
		}
	}
}

// TestMap_hasNoCycle makes sure that the map itself points down.
func TestMap_hasNoCycle(t *testing.T) {
	t.Parallel()
	placed := map[string]bool{}
	for range arrows { // Each round places what stands on packages that were placed before.
		for _, arrow := range arrows {
			open := slices.ContainsFunc(arrow.may, func(to string) bool { return !placed[to] })
			placed[arrow.name] = placed[arrow.name] || !open
		}
	}
	for _, arrow := range arrows {
		if !placed[arrow.name] {
			t.Errorf("internal/%s is part of a cycle, or may import what is not on the map", arrow.name)
		}
	}
}

func TestStrangers_areNotReached(t *testing.T) {
	t.Parallel()
	all := packages(t)
	for _, rule := range strangers {
		for _, name := range rule.packages {
			for _, reached := range all[name].Deps {
				for _, stranger := range rule.modules {
					if reached == stranger || strings.HasPrefix(reached, stranger+"/") {
						t.Errorf("internal/%s reaches %s; %s", name, reached, rule.why)
					}
				}
			}
		}
	}
}

// TestPackages_sayWhatTheyAre wants one package comment for each package.
func TestPackages_sayWhatTheyAre(t *testing.T) {
	t.Parallel()
	for name, one := range packages(t) {
		var commented []string
		for _, file := range one.GoFiles {
			content, err := os.ReadFile(filepath.Join(one.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			before, _, _ := strings.Cut(string(content), "\npackage ")
			if paragraphs := strings.Split(strings.TrimSpace(before), "\n\n"); len(paragraphs) > 1 {
				commented = append(commented, file)
			}
		}
		if len(commented) != 1 {
			t.Errorf("internal/%s has package comments in %q, and should have one", name, commented)
		}
	}
}
