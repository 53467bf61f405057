# A CA certificate in a .cer file. Such a file holds DER: read it with filebase64.

terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

variable "ca_file" {
  description = "Path of the .cer file."
  type        = string
}

resource "iotcentral_enrollment_group" "sensors" {
  group_id     = "sensors"
  display_name = "Sensors"
}

resource "iotcentral_enrollment_group_certificate" "primary" {
  enrollment_group_id = iotcentral_enrollment_group.sensors.id
  entry               = "primary"
  certificate_pem     = filebase64(var.ca_file)
}
