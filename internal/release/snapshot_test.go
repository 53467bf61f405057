// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/mirror"
)

// root is the repository, seen from this package.
const root = "../.."

// snapshot is what make snapshot leaves in a folder: one folder for each provider
// name.
type snapshot struct{ dir, version string }

// openSnapshot returns the snapshot in RELEASE_DIST, and skips the test without it.
func openSnapshot(t *testing.T) snapshot {
	t.Helper()
	dir := os.Getenv("RELEASE_DIST")
	if dir == "" {
		t.Skip("RELEASE_DIST is not set; make snapshot builds one and runs this test")
	}
	content, err := os.ReadFile(filepath.Join(dir, mirror.Names()[0], "metadata.json"))
	if err != nil {
		t.Fatal(err)
	}
	var metadata struct{ Version string }
	if err := json.Unmarshal(content, &metadata); err != nil {
		t.Fatal(err)
	}

	return snapshot{dir: dir, version: metadata.Version}
}

// archive returns the path of the archive of a program for this platform.
func (s snapshot) archive(folder, program string) string {
	return filepath.Join(s.dir, folder, program+"_"+s.version+"_"+runtime.GOOS+"_"+runtime.GOARCH+".zip")
}

func (s snapshot) provider(name string) string {
	return s.archive(name, "terraform-provider-"+name)
}

func TestSnapshot_isLaidOutForTheRegistry(t *testing.T) {
	t.Parallel()
	built := openSnapshot(t)
	manifest, err := os.ReadFile(filepath.Join(root, "terraform-registry-manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var declared struct {
		Version  int
		Metadata struct {
			ProtocolVersions []string `json:"protocol_versions"`
		}
	}
	if err := json.Unmarshal(manifest, &declared); err != nil {
		t.Fatal(err)
	}
	if declared.Version != 1 || !slices.Equal(declared.Metadata.ProtocolVersions, []string{"6.0"}) {
		t.Errorf("the manifest says %+v", declared)
	}

	for _, name := range mirror.Names() {
		full := "terraform-provider-" + name
		sums := readSums(t, filepath.Join(built.dir, name, full+"_"+built.version+"_SHA256SUMS"))
		if got, want := sums[full+"_"+built.version+"_manifest.json"], sum(manifest); got != want {
			t.Errorf("%s: the checksum of the manifest is %q, and should be %s", name, got, want)
		}
		file := built.provider(name)
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := sums[filepath.Base(file)], sum(content); got != want {
			t.Errorf("%s: the checksum of the archive is %q, and should be %s", name, got, want)
		}
		if len(sums) != 2 {
			t.Errorf("%s: there are checksums of %d files, and should be of the archive and the manifest", name, len(sums))
		}
		binary := full + "_v" + built.version
		if runtime.GOOS == "windows" {
			binary += ".exe"
		}
		if got, want := entries(t, file), []string{"LICENSE", binary}; !slices.Equal(got, want) {
			t.Errorf("%s: the archive holds %q, and should hold %q", name, got, want)
		}
	}
}

func sum(content []byte) string {
	digest := sha256.Sum256(content)
	return hex.EncodeToString(digest[:])
}

// readSums reads lines of a checksum and a file name.
func readSums(t *testing.T, file string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(content)) {
		digest, name, found := strings.Cut(strings.TrimSpace(line), "  ")
		if !found {
			t.Fatalf("%s has the line %q", file, line)
		}
		sums[name] = digest
	}

	return sums
}

func entries(t *testing.T, file string) []string {
	t.Helper()
	reader, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	var names []string
	for _, entry := range reader.File {
		names = append(names, entry.Name)
	}
	slices.Sort(names)

	return names
}

// TestSnapshot_runsTheMainJob installs the archives from a filesystem mirror, as
// somebody without access to the Registry would, and runs examples/complete against
// the emulator of the release.
func TestSnapshot_runsTheMainJob(t *testing.T) {
	t.Parallel()
	built := openSnapshot(t)
	dir := t.TempDir()
	providers := filepath.Join(dir, "providers")
	for _, host := range mirror.Hosts() {
		for _, name := range mirror.Names() {
			archive := built.provider(name)
			copyFile(t, archive, filepath.Join(providers, host, mirror.Namespace, name, filepath.Base(archive)))
		}
	}
	config := filepath.Join(dir, "terraform.rc")
	if err := os.WriteFile(config, []byte(mirror.CLIConfig(providers)), 0o600); err != nil {
		t.Fatal(err)
	}
	work := filepath.Join(dir, "work")
	if err := os.CopyFS(work, os.DirFS(filepath.Join(root, "examples", "complete"))); err != nil {
		t.Fatal(err)
	}
	environment := append(startEmulator(t, built, dir), "PATH="+os.Getenv("PATH"), "HOME="+dir,
		"TF_CLI_CONFIG_FILE="+config, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_CLI_ARGS=-no-color")
	terraform := func(arguments ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), findCLI(t), arguments...)
		command.Dir, command.Env = work, environment
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("terraform %s: %v\n%s", arguments[0], err, output)
		}

		return string(output)
	}

	terraform("init")
	if installed := terraform("version"); strings.Count(installed, " v"+built.version+"\n") != len(mirror.Names()) {
		t.Errorf("not both providers are installed as version %s:\n%s", built.version, installed)
	}
	terraform("apply", "-auto-approve")
	if verified := terraform("output", "-raw", "verified"); verified != "true" {
		t.Errorf("the output verified is %s", verified)
	}
	terraform("plan", "-detailed-exitcode") // Fails unless the plan is empty.
	terraform("destroy", "-auto-approve")
}

func findCLI(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"terraform", "tofu"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	t.Fatal("neither terraform nor tofu is on the PATH")

	return ""
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// startEmulator starts the emulator of the snapshot, and returns the environment
// that leads to it.
func startEmulator(t *testing.T, built snapshot, dir string) []string {
	t.Helper()
	binary := filepath.Join(dir, "sphere-emulator")
	unpack(t, built.archive(mirror.Names()[0], "sphere-emulator"), binary)
	settings := filepath.Join(dir, "emulator")
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	command := exec.CommandContext(ctx, binary, "-dir", settings)
	command.Stderr = os.Stderr
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := command.Wait(); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the emulator ended with %v", err)
		}
	})
	if _, err := bufio.NewReader(output).ReadString('\n'); err != nil {
		t.Fatalf("the emulator did not start: %v", err)
	}
	content, err := os.ReadFile(filepath.Join(settings, "emulator.env"))
	if err != nil {
		t.Fatal(err)
	}
	var environment []string
	for line := range strings.Lines(string(content)) {
		if assignment, found := strings.CutPrefix(strings.TrimSpace(line), "export "); found {
			environment = append(environment, strings.ReplaceAll(assignment, "'", ""))
		}
	}

	return environment
}

// unpack writes the program in an archive to a file.
func unpack(t *testing.T, archive, file string) {
	t.Helper()
	reader, err := zip.OpenReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	for _, entry := range reader.File {
		if entry.Name == "LICENSE" {
			continue
		}
		source, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(source)
		if err := errors.Join(err, source.Close()); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o755); err != nil {
			t.Fatal(err)
		}

		return
	}
	t.Fatalf("%s holds no program", archive)
}
