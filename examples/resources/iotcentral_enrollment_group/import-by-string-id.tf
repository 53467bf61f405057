terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

import {
  to = iotcentral_enrollment_group.sphere
  id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices"
}

resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere devices"
}
