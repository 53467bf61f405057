terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

resource "azuresphere_dps_enrollment_group" "sphere" {
  group_id           = "sphere-devices"
  allocation_policy  = "hashed"
  reprovision_policy = "reprovision_and_migrate_data"

  initial_twin = jsonencode({
    tags       = { fleet = "sphere" }
    properties = { desired = { interval = 60 } }
  })
}
