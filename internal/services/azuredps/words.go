// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps

import "github.com/hashicorp/terraform-plugin-framework/types"

// Descriptions and headlines that several types have in common.
const (
	dpsIDDescription = "Azure resource ID of the Device Provisioning Service. Default: the provider's (`dps.id`)."
	groupIDForm      = "`<dps_id>/enrollmentGroups/<group_id>`."
	notDPSID         = "Not the ID of a Device Provisioning Service"
	noDPS            = "No Device Provisioning Service"
	notGroupID       = "Not the ID of an enrollment group"
)

func textOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}

	return types.StringValue(text)
}
