// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// TestModule_azureSphereTrust runs the tests of the module, those with mocks and those with the emulator.
func TestModule_azureSphereTrust(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) {
		options.Applications = []string{"contoso", "fabrikam"}
	})
	cli := bench.NewEmptyCLI()
	if err := os.CopyFS(filepath.Join(cli.Dir, "examples"), os.DirFS(filepath.Join(root, "examples"))); err != nil {
		t.Fatal(err)
	}
	output, code := cli.Shell("cd examples/modules/azure-sphere-trust\nterraform init\nterraform test")
	if code != 0 || !saysAll(output, "Success! 10 passed, 0 failed.") {
		t.Errorf("exits with %d:\n%s", code, output)
	}
}
