// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"os"
	"testing"
)

// TestMain takes away what azidentity reads from the process environment, so
// that the tests mean the same in Cloud Shell and in pipelines.
func TestMain(m *testing.M) {
	for _, name := range []string{
		"IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT",
		"MSI_ENDPOINT", "MSI_SECRET", "AZURE_REGIONAL_AUTHORITY_NAME",
	} {
		if err := os.Unsetenv(name); err != nil {
			panic(err)
		}
	}
	m.Run()
}
