terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

data "azuresphere_dps_enrollment_group" "sphere" {
  group_id = "sphere-devices"
}

output "ca_references" {
  value = data.azuresphere_dps_enrollment_group.sphere.ca_references
}
