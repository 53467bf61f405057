terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

import {
  to = azuresphere_dps_trust.sphere
  identity = {
    dps_id   = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.Devices/provisioningServices/contoso"
    group_id = "sphere-devices"
  }
}

resource "azuresphere_dps_trust" "sphere" {
  enrollment_group_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.Devices/provisioningServices/contoso/enrollmentGroups/sphere-devices"
}
