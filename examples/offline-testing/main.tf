terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
    iotcentral  = { source = "spheretrust/iotcentral" }
  }
}

variable "display_name" {
  type = string
}

resource "iotcentral_enrollment_group" "sphere" {
  display_name = var.display_name
}

resource "iotcentral_azure_sphere_trust" "sphere" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
}

output "id_scope" {
  value = iotcentral_enrollment_group.sphere.id_scope
}

output "trust" {
  value = iotcentral_azure_sphere_trust.sphere
}
