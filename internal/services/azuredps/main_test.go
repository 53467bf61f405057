// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps_test

import (
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }
