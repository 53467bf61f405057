// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/provider"
)

func TestQuietSDK_onlyWhileNobodyAsksForALog(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]int{
		"HOME=/": 3, "TF_LOG=": 3, "TF_LOG=TRACE": 0, "TF_LOG_PROVIDER=DEBUG": 0, "TF_LOG_SDK_FRAMEWORK=INFO": 0, "TF_LOG_PATH=log": 0,
	} {
		set := 0
		if err := provider.QuietSDK([]string{"PATH=/bin", variable}, func(string, string) error { set++; return nil }); err != nil || set != want {
			t.Errorf("%s: %d variables were set, want %d: %v", variable, set, want, err)
		}
	}
}

// TestQuietSDK_logIsThereWhenItIsAskedFor runs the built provider.
func TestQuietSDK_logIsThereWhenItIsAskedFor(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	cli := bench.NewCLI(`data "azuresphere_tenant_ca" "this" {}`)
	cli.Setenv("TF_LOG", "TRACE")
	cli.Setenv("TF_LOG_PATH", filepath.Join(cli.Dir, "trace.log"))
	cli.MustRun("plan")
	for _, part := range []string{"sdk.framework", "sdk.proto", "Request answered"} {
		if !strings.Contains(cli.Read("trace.log"), part) {
			t.Errorf("the log lacks lines with %q", part)
		}
	}
}
