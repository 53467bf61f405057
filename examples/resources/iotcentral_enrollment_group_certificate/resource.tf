terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
    iotcentral  = { source = "spheretrust/iotcentral" }
  }
}

resource "azuresphere_tenant_ca" "this" {}

resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere devices"
}

resource "iotcentral_enrollment_group_certificate" "primary" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
  entry               = "primary"
  certificate_pem     = azuresphere_tenant_ca.this.certificate_pem
}
