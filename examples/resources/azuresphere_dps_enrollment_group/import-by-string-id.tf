terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

import {
  to = azuresphere_dps_enrollment_group.sphere
  id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.Devices/provisioningServices/contoso/enrollmentGroups/sphere-devices"
}

resource "azuresphere_dps_enrollment_group" "sphere" {
  group_id = "sphere-devices"
}
