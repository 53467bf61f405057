terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

variable "ca_certificate" {
  description = "A CA certificate whose private key is kept offline, PEM."
  type        = string
}

resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Offline CA"
}

resource "iotcentral_enrollment_group_certificate" "primary" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
  entry               = "primary"
  certificate_pem     = var.ca_certificate
}

resource "iotcentral_verification_code" "primary" {
  certificate_id = iotcentral_enrollment_group_certificate.primary.id
  thumbprint     = iotcentral_enrollment_group_certificate.primary.thumbprint
}

# What the CA must sign as the common name of a certificate.
output "verification_code" {
  value     = iotcentral_verification_code.primary.verification_code
  sensitive = true
}
