// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package release_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestContainer_isRootlessAndKnowsItsHealth reads the Dockerfile that the release builds. No test builds the image: that needs
// a container engine.
func TestContainer_isRootlessAndKnowsItsHealth(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(root, "internal", "cmd", "sphere-emulator", "container", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(content), "\n")
	for _, want := range []string{
		"FROM scratch",
		"USER 65532:65532",
		"ENV SPHERE_EMULATOR_DIR=/settings",
		"COPY $TARGETPLATFORM/sphere-emulator /sphere-emulator",
		"COPY --chown=65532:65532 internal/cmd/sphere-emulator/container/settings /settings",
		`HEALTHCHECK --interval=2s --timeout=5s --start-period=10s CMD ["/sphere-emulator", "health"]`,
		`ENTRYPOINT ["/sphere-emulator", "-dir", "/settings", "-listen", "0.0.0.0:8443"]`,
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("there is no line %q", want)
		}
	}
	if strings.Count(string(content), "\nFROM ") != 1 || strings.Contains(string(content), "\nRUN ") {
		t.Error("the image needs more than the program")
	}
}

// TestContainer_isBuiltByTheRelease: what the Dockerfile copies is what the release has for it.
func TestContainer_isBuiltByTheRelease(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(root, ".goreleaser.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Builds []struct {
			ID      string
			Env     []string
			LDFlags []string
		}
		Images []struct {
			IDs, Images, Tags, Platforms []string
			Dockerfile, Disable          string
			ExtraFiles                   []string `yaml:"extra_files"`
		} `yaml:"dockers_v2"`
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	if len(config.Images) != 1 {
		t.Fatalf("the release has %d images", len(config.Images))
	}
	image := config.Images[0]
	if !slices.Equal(image.IDs, []string{"emulator"}) || !slices.Equal(image.Images, []string{"ghcr.io/spheretrust/sphere-emulator"}) ||
		!slices.Equal(image.Platforms, []string{"linux/amd64", "linux/arm64"}) || !strings.Contains(image.Disable, "azuresphere") {
		t.Errorf("the image is %+v", image)
	}
	for _, file := range append(image.ExtraFiles, image.Dockerfile) {
		if _, err := os.Stat(filepath.Join(root, file)); err != nil {
			t.Error(err)
		}
	}
	for _, build := range config.Builds {
		if build.ID == "emulator" && (!slices.Contains(build.Env, "CGO_ENABLED=0") || !strings.Contains(strings.Join(build.LDFlags, " "), "-X main.version={{ .Version }}")) {
			t.Errorf("the emulator is built with %+v", build)
		}
	}
}
