terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

data "iotcentral_enrollment_group" "sphere" {
  group_id = "sphere-devices"
}

output "id_scope" {
  value = data.iotcentral_enrollment_group.sphere.id_scope
}
