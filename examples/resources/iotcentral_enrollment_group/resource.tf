terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere devices"

  # Devices cannot enrol while Terraform replaces the group.
  lifecycle {
    prevent_destroy = false # set to true in production
  }
}

# For CmdArgs in the app_manifest.json of the device's application.
output "id_scope" {
  value = iotcentral_enrollment_group.sphere.id_scope
}
