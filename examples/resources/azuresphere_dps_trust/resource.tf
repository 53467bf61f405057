terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

resource "azuresphere_dps_enrollment_group" "sphere" {
  group_id = "sphere-devices" # in the service of the provider block
}

resource "azuresphere_dps_trust" "sphere" {
  enrollment_group_id = azuresphere_dps_enrollment_group.sphere.id
}

output "trusted_until" {
  value = azuresphere_dps_trust.sphere.trusted_until
}
