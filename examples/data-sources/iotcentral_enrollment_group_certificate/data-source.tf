terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

data "iotcentral_enrollment_group" "sphere" {
  group_id = "sphere-devices"
}

data "iotcentral_enrollment_group_certificate" "primary" {
  enrollment_group_id = data.iotcentral_enrollment_group.sphere.id
  entry               = "primary"
  azure_sphere        = {} # to return the subject and the dates as well
}

check "devices_can_enrol" {
  assert {
    condition     = data.iotcentral_enrollment_group_certificate.primary.verified
    error_message = "The primary certificate is not verified."
  }
}
