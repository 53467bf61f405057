// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes/fwtypestest"
)

func TestModel_agreesWithTheSchema(t *testing.T) {
	t.Parallel()
	var resp provider.SchemaResponse
	New("test")().Schema(t.Context(), provider.SchemaRequest{}, &resp)
	fwtypestest.Agree(t, tfsdk.State{Schema: resp.Schema}, &model{})
}
