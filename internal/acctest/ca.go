// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
)

// ForeignCA returns a CA that is valid now and not that of the emulator's tenant.
func ForeignCA(tb testing.TB) *certstest.CA {
	tb.Helper()

	return certstest.NewCA(tb, "99999999-8888-7777-6666-555555555555", time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0))
}
