terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere devices"
}

resource "iotcentral_azure_sphere_trust" "sphere" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
}

output "trusted_until" {
  value = iotcentral_azure_sphere_trust.sphere.trusted_until
}
