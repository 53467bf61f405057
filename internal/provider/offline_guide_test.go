// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// snippet is a block of code in a guide.
type snippet struct{ language, text string }

var fence = regexp.MustCompile("(?s)\n```(\\w+)\n(.*?\n)```\n")

// offlineGuide are the snippets of the guide by what each is for. A snippet that is not among them fails the test, and so
// does one that is missing.
func offlineGuide(t *testing.T) map[string]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "templates", "guides", "offline-testing.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, match := range fence.FindAllStringSubmatch(string(content), -1) {
		one := snippet{match[1], match[2]}
		name := ""
		for _, candidate := range []struct{ name, language, part string }{
			{"main.tf", "terraform", "required_providers"},
			{"tests/trust.tftest.hcl", "terraform", "second_plan_changes_nothing"},
			{"tests/clock/main.tf", "terraform", "local-exec"},
			{"tests/renewal.tftest.hcl", "terraform", "wait_until"},
			{"tests/mocks.tftest.hcl", "terraform", "mock_provider"},
			{"command", "shell", "sphere-emulator -- terraform test"},
			{"script", "shell", "set -e"},
			{"control", "shell", "sphere-emulator rotate"},
			{"curl", "shell", "curl"},
			{"seed.json", "json", "certificate_of"},
			{"workflow", "yaml", "runs-on"},
			{"environment", "shell", "GITHUB_ENV"},
			{"compose.yaml", "yaml", "services:"},
			{"docker", "shell", "docker compose"},
		} {
			if one.language == candidate.language && strings.Contains(one.text, candidate.part) {
				name = candidate.name
				break
			}
		}
		if name == "" || found[name] != "" {
			t.Errorf("no test runs this snippet, or it comes twice:\n%s", one.text)
		}
		found[name] = one.text
	}
	if len(found) != 14 {
		t.Fatalf("the guide has %d snippets", len(found))
	}

	return found
}

// moduleOf is a folder with the module of the guide and the files of it that are named.
func moduleOf(t *testing.T, guide map[string]string, files ...string) *acctest.CLI {
	t.Helper()
	cli := acctest.NewShell(t)
	for _, name := range append(files, "main.tf") {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(cli.Dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		cli.Write(name, guide[name])
	}

	return cli
}

func TestOfflineGuide_showsTheFilesOfTheExample(t *testing.T) {
	t.Parallel()
	guide := offlineGuide(t)
	dir := filepath.Join(root, "examples", "offline-testing")
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(file)
		if shown := guide[filepath.ToSlash(name)]; shown != string(content) {
			t.Errorf("the guide shows of %s:\n%s", name, shown)
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOfflineGuide_commandRunsTheTests(t *testing.T) {
	t.Parallel()
	guide := offlineGuide(t)
	cli := moduleOf(t, guide, "tests/trust.tftest.hcl", "tests/renewal.tftest.hcl", "tests/clock/main.tf")
	output, code := cli.Script("sh", guide["command"])
	if code != 0 || !saysAll(output, "7 passed, 0 failed") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}

// TestOfflineGuide_secondPlanMustChangeNothing has the test of the guide meet plans that are complete and not empty.
func TestOfflineGuide_secondPlanMustChangeNothing(t *testing.T) {
	t.Parallel()
	guide := offlineGuide(t)
	for name, change := range map[string]func(string) string{
		"the plan creates everything": func(text string) string {
			return strings.Replace(text, "run \"trusts_the_tenant\" {\n", "run \"trusts_the_tenant\" {\n  command = plan\n", 1)
		},
		"trust is lost": func(text string) string {
			return strings.Replace(text, "run \"second_plan", `run "swap" {
  module {
    source = "./tests/clock"
  }

  variables {
    advance = "800d"
  }
}

run "second_plan`, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := moduleOf(t, guide, "tests/clock/main.tf")
			changed := change(guide["tests/trust.tftest.hcl"])
			if changed == guide["tests/trust.tftest.hcl"] {
				t.Fatal("the test is not changed")
			}
			cli.Write("tests/trust.tftest.hcl", changed)
			output, code := cli.Script("sh", guide["command"])
			if code == 0 || !saysAll(output, `run "second_plan_changes_nothing"... fail`, `run "trusts_the_tenant"... pass`) {
				t.Errorf("exit code %d:\n%s", code, output)
			}
		})
	}
}

// TestOfflineGuide_scriptEndsTheEmulator runs the script with each shell, and with a test that fails: its exit status is that
// of the test, and nothing is left of the emulator.
func TestOfflineGuide_scriptEndsTheEmulator(t *testing.T) {
	t.Parallel()
	guide := offlineGuide(t)
	failing := strings.Replace(guide["tests/trust.tftest.hcl"], "output.trust.primary.verified", "!output.trust.primary.verified", 1)
	for _, shell := range []string{"dash", "bash"} {
		for outcome, test := range map[string]string{"passes": guide["tests/trust.tftest.hcl"], "fails": failing} {
			t.Run(shell+" "+outcome, func(t *testing.T) {
				t.Parallel()
				cli := moduleOf(t, guide)
				if err := os.Mkdir(filepath.Join(cli.Dir, "tests"), 0o755); err != nil {
					t.Fatal(err)
				}
				cli.Write("tests/trust.tftest.hcl", test)
				// What a run that was killed has left: an emulator that is gone.
				if err := os.Mkdir(filepath.Join(cli.Dir, "emulator"), 0o755); err != nil {
					t.Fatal(err)
				}
				cli.Write("emulator/emulator.env", "export ARM_RESOURCE_MANAGER_ENDPOINT=https://localhost:1/\n")
				output, code := cli.Script(shell, guide["script"])
				if (code == 0) != (outcome == "passes") || strings.Contains(output, "No such") || strings.Contains(output, "not found") {
					t.Errorf("exit code %d:\n%s", code, output)
				}
				if left, err := filepath.Glob(filepath.Join(cli.Dir, "emulator", "*")); err != nil || len(left) > 0 {
					t.Errorf("left %q, %v; it says\n%s", left, err, output)
				}
				if outcome == "passes" && !strings.Contains(cli.Read("requests.json"), "EnrollmentGroups_VerifyX509") {
					t.Errorf("the requests are %s", cli.Read("requests.json"))
				}
			})
		}
	}
}

func TestOfflineGuide_commandsControlTheEmulator(t *testing.T) {
	t.Parallel()
	guide := offlineGuide(t)
	cli := acctest.NewShell(t)
	cli.Write("seed.json", guide["seed.json"])
	cli.Setenv("GITHUB_ENV", filepath.Join(cli.Dir, "github.env"))
	cli.Write("commands.sh", "set -e\n"+guide["control"]+guide["curl"]+guide["environment"])
	output, code := cli.Script("sh", "sphere-emulator -dir emulator -seed seed.json -- sh commands.sh")
	if code != 0 || strings.Count(output, `"status":"ok"`) != 1 {
		t.Errorf("exit code %d:\n%s", code, output)
	}
	for file, parts := range map[string][]string{
		"state.json": {`"existing"`, `/catalogs/fleet"`, `"clock_ahead": "2160h0m0s"`, `"verified": true`},
		"github.env": {"ARM_CLIENT_SECRET=", "SSL_CERT_FILE=" + cli.Dir},
	} {
		if content := cli.Read(file); !saysAll(content, parts...) {
			t.Errorf("%s is %s, and should have %q", file, content, parts)
		}
	}
	// What was saved is loaded.
	if output, code := cli.Script("sh", "sphere-emulator -seed state.json -- sphere-emulator state > again.json"); code != 0 || cli.Read("again.json") != cli.Read("state.json") {
		t.Errorf("exit code %d: %s\nsaved %s\nand again %s", code, output, cli.Read("state.json"), cli.Read("again.json"))
	}
}

// TestOfflineGuide_workflowRuns runs the steps of the workflow one after the other, with a gh that has the release.
func TestOfflineGuide_workflowRuns(t *testing.T) {
	t.Parallel()
	guide := offlineGuide(t)
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct {
				Uses, Run string
				With      map[string]any
			}
		}
	}
	if err := yaml.Unmarshal([]byte(guide["workflow"]), &workflow); err != nil {
		t.Fatal(err)
	}
	cli := moduleOf(t, guide, "tests/trust.tftest.hcl")
	bin := t.TempDir()
	gh := `#!/bin/sh
set -e
test "$1 $2 $3 $4 $5 $6 $7" = "release download --repo spheretrust/terraform-provider-azuresphere --pattern sphere-emulator_*_linux_amd64.zip --output"
zip -qj "$8" "$(command -v sphere-emulator)"
`
	if err := os.WriteFile(filepath.Join(bin, "gh"), []byte(gh), 0o700); err != nil {
		t.Fatal(err)
	}
	cli.PrependPath(bin)
	cli.Setenv("RUNNER_TEMP", t.TempDir())
	cli.Setenv("GITHUB_PATH", filepath.Join(cli.Dir, "github.path"))
	ran := 0
	for _, step := range workflow.Jobs["test"].Steps {
		if step.Run == "" {
			if strings.HasPrefix(step.Uses, "hashicorp/setup-terraform@") && step.With["terraform_wrapper"] != false {
				t.Error("the wrapper of Terraform is on the way of exit codes")
			}
			continue
		}
		ran++
		if output, code := cli.Script("bash", "set -eo pipefail\n"+step.Run); code != 0 {
			t.Fatalf("%s\nexit code %d:\n%s", step.Run, code, output)
		}
		if path, err := os.ReadFile(filepath.Join(cli.Dir, "github.path")); err == nil {
			cli.PrependPath(strings.TrimSpace(string(path)))
		}
	}
	if ran != 3 {
		t.Errorf("%d steps ran", ran)
	}
}

// TestOfflineGuide_composeRunsTheTest runs what the containers run, without containers: the programs with the arguments of
// image and compose.yaml, on a name and a folder that this machine has.
func TestOfflineGuide_composeRunsTheTest(t *testing.T) {
	t.Parallel()
	guide := offlineGuide(t)
	var compose struct {
		Services map[string]struct {
			Image               string
			Command, Entrypoint []string
			Volumes             []string
			DependsOn           map[string]struct{ Condition string } `yaml:"depends_on"`
			Networks            map[string]struct{ Aliases []string }
		}
		Volumes map[string]any
	}
	if err := yaml.Unmarshal([]byte(guide["compose.yaml"]), &compose); err != nil {
		t.Fatal(err)
	}
	served, tests := compose.Services["emulator"], compose.Services["tests"]
	if !slices.Equal(served.Command, []string{"-hostname", "emulator"}) || !slices.Equal(served.Networks["default"].Aliases, []string{"contoso.emulator"}) {
		t.Errorf("the emulator is found as %q and %q", served.Command, served.Networks["default"].Aliases)
	}
	if tests.DependsOn["emulator"].Condition != "service_healthy" || !slices.Equal(tests.Entrypoint, []string{"sh", "-euc"}) || len(tests.Command) != 1 {
		t.Errorf("the tests are %+v", tests)
	}
	for _, volumes := range [][]string{served.Volumes, tests.Volumes} {
		if !slices.Contains(volumes, "settings:/settings") {
			t.Errorf("the settings are not shared: %q", volumes)
		}
	}
	if guide["docker"] != "docker compose run --rm tests\ndocker compose down --volumes\n" {
		t.Errorf("the commands are %s", guide["docker"])
	}

	cli := moduleOf(t, guide, "tests/trust.tftest.hcl")
	settings := filepath.Join(cli.Dir, "settings")
	// The name of the image is known in its network alone.
	here := strings.NewReplacer("/settings", settings, "0.0.0.0:8443", "0.0.0.0:0", "emulator", "localhost")
	image := dockerfile(t)
	var serve []string
	for _, argument := range append(image.array(t, "ENTRYPOINT")[1:], served.Command...) {
		serve = append(serve, here.Replace(argument))
	}
	script := strings.ReplaceAll(tests.Command[0], "/settings", settings)
	cli.Write("tests.sh", script)
	health := strings.Join(image.array(t, "HEALTHCHECK")[1:], " ")
	cli.Setenv("SPHERE_EMULATOR_DIR", settings)
	output, code := cli.Script("sh", "sphere-emulator "+strings.Join(serve, " ")+" -- sh -c 'sphere-emulator "+health+" && exec env -i PATH=\"$PATH\" "+
		"HOME=\"$HOME\" TF_CLI_CONFIG_FILE=\"$TF_CLI_CONFIG_FILE\" TF_CLI_ARGS=-no-color sh -eu tests.sh'")
	if code != 0 || !saysAll(output, "ok, version", "2 passed, 0 failed", "warning: others than this machine") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}

// TestOfflineGuide_mocksNeedNoEmulator runs the test of the guide with the values of the example, and without a service.
func TestOfflineGuide_mocksNeedNoEmulator(t *testing.T) {
	t.Parallel()
	guide := offlineGuide(t)
	cli := moduleOf(t, guide, "tests/mocks.tftest.hcl")
	values, err := os.ReadFile(filepath.Join(root, "examples", "mocks", "spheretrust.tfmock.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(cli.Dir, "mocks"), 0o755); err != nil {
		t.Fatal(err)
	}
	cli.Write("mocks/spheretrust.tfmock.hcl", string(values))
	if output, code := cli.Script("sh", "terraform init && terraform test"); code != 0 || !saysAll(output, "1 passed, 0 failed") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}

// imageFile is the Dockerfile of the emulator, by instruction. What is repeated is joined by lines.
type imageFile map[string]string

func dockerfile(t *testing.T) imageFile {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "internal", "cmd", "sphere-emulator", "container", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	image := imageFile{}
	for line := range strings.Lines(string(content)) {
		if name, rest, found := strings.Cut(strings.TrimSpace(line), " "); found && name != "#" {
			image[name] += rest + "\n"
		}
	}

	return image
}

// array is the JSON array at the end of an instruction.
func (f imageFile) array(t *testing.T, name string) []string {
	t.Helper()
	_, text, _ := strings.Cut(f[name], "[")
	var list []string
	if err := yaml.Unmarshal([]byte("["+text), &list); err != nil || len(list) == 0 {
		t.Fatalf("%s is %q: %v", name, f[name], err)
	}

	return list
}
