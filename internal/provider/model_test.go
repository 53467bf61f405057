// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes/fwtypestest"
)

func TestModel_agreesWithTheSchema(t *testing.T) {
	t.Parallel()
	fwtypestest.Agree(t, fwtypestest.Model{Of: New("test")(), Into: &model{}})
}
