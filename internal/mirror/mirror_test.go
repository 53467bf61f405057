// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package mirror_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/mirror"
)

// binary writes a file to be installed.
func binary(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "terraform-provider-azuresphere")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}

	return name
}

// files returns the content of every file below a folder.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		found[name] = string(content)

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	return found
}

func TestInstall_everyRegistryAndNameGetsTheBinary(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := mirror.Install(folder, binary(t, "old"), "0.0.1"); err != nil {
		t.Fatal(err)
	}
	written, err := mirror.Install(folder, binary(t, "new"), "0.0.1")
	if err != nil {
		t.Fatalf("over an older one: %v", err)
	}
	found := files(t, folder)
	if len(written) != 4 || len(found) != 4 {
		t.Errorf("wrote %d files, found %d: %v", len(written), len(found), found)
	}
	platform := runtime.GOOS + "_" + runtime.GOARCH
	for _, name := range []string{
		"registry.terraform.io/spheretrust/azuresphere/0.0.1/" + platform + "/terraform-provider-azuresphere_v0.0.1",
		"registry.terraform.io/spheretrust/iotcentral/0.0.1/" + platform + "/terraform-provider-iotcentral_v0.0.1",
		"registry.opentofu.org/spheretrust/azuresphere/0.0.1/" + platform + "/terraform-provider-azuresphere_v0.0.1",
		"registry.opentofu.org/spheretrust/iotcentral/0.0.1/" + platform + "/terraform-provider-iotcentral_v0.0.1",
	} {
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		name = filepath.Join(folder, filepath.FromSlash(name))
		if found[name] != "new" {
			t.Errorf("%s holds %q, want the newer binary", name, found[name])
			continue
		}
		if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o755 {
			t.Errorf("%s cannot be started: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestInstall_failureLeavesNoFileBehind(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, source := range map[string]string{
		"nothing there": filepath.Join(t.TempDir(), "none"),
		"a folder":      t.TempDir(),
	} {
		if _, err := mirror.Install(folder, source, "0.0.1"); err == nil || !strings.Contains(err.Error(), "install the provider as azuresphere") {
			t.Errorf("%s: got %v", name, err)
		}
		if found := files(t, folder); len(found) != 0 {
			t.Errorf("%s: left %v", name, found)
		}
	}
	blocked := binary(t, "") // A file where the folder should be.
	if _, err := mirror.Install(blocked, binary(t, ""), "0.0.1"); err == nil {
		t.Error("into a file: no failure")
	}
}

func TestCLIConfig_takesThisProjectsProvidersFromTheFolder(t *testing.T) {
	t.Parallel()
	want := `provider_installation {
  filesystem_mirror {
    path    = "C:\\mirror"
    include = ["registry.terraform.io/spheretrust/*", "registry.opentofu.org/spheretrust/*"]
  }
}
`
	if got := mirror.CLIConfig(`C:\mirror`); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
