# A CA of your own: the provider signs the verification code with its private key,
# which neither the plan nor the state holds (Terraform 1.11 or later).

terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

variable "ca_certificate" {
  description = "The CA certificate, PEM."
  type        = string
}

variable "ca_private_key" {
  description = "Its private key, PEM."
  type        = string
  ephemeral   = true
}

resource "iotcentral_enrollment_group" "sensors" {
  group_id     = "sensors"
  display_name = "Sensors"
}

resource "iotcentral_enrollment_group_certificate" "sensors" {
  enrollment_group_id = iotcentral_enrollment_group.sensors.id
  entry               = "primary"
  certificate_pem     = var.ca_certificate
}

resource "iotcentral_certificate_verification" "sensors" {
  certificate_id            = iotcentral_enrollment_group_certificate.sensors.id
  thumbprint                = iotcentral_enrollment_group_certificate.sensors.thumbprint
  ca_certificate_pem        = var.ca_certificate
  ca_private_key_pem_wo     = var.ca_private_key
  ca_private_key_wo_version = 1 # change it together with the key
}
