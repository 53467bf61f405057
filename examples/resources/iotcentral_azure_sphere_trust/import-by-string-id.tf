terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

import {
  to = iotcentral_azure_sphere_trust.sphere
  id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices"
}

resource "iotcentral_azure_sphere_trust" "sphere" {
  enrollment_group_id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices"
}
