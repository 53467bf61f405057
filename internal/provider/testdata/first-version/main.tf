# What the recorded state was made from: every resource of the first version.

terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
    iotcentral  = { source = "spheretrust/iotcentral" }
  }
}

resource "azuresphere_tenant_ca" "this" {}

resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere"
}

resource "iotcentral_enrollment_group_certificate" "primary" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
  entry               = "primary"
  certificate_pem     = azuresphere_tenant_ca.this.certificate_pem
}

resource "iotcentral_certificate_verification" "primary" {
  certificate_id = iotcentral_enrollment_group_certificate.primary.id
  thumbprint     = iotcentral_enrollment_group_certificate.primary.thumbprint
  azure_sphere   = {}
}

resource "iotcentral_verification_code" "primary" {
  certificate_id = iotcentral_enrollment_group_certificate.primary.id
  thumbprint     = iotcentral_enrollment_group_certificate.primary.thumbprint
  keepers        = { year = "2026" }
}

resource "azuresphere_proof_of_possession" "primary" {
  verification_code = iotcentral_verification_code.primary.verification_code
  keepers           = { year = "2026" }
}

resource "iotcentral_enrollment_group" "rotating" {
  group_id     = "rotating-devices"
  display_name = "Azure Sphere, rotated"
}

resource "iotcentral_azure_sphere_trust" "rotating" {
  enrollment_group_id = iotcentral_enrollment_group.rotating.id
}

resource "iotcentral_enrollment_group" "keys" {
  group_id         = "key-devices"
  display_name     = "Keys"
  attestation_type = "symmetricKey"
}
