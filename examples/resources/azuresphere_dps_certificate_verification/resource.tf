terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

variable "certificate_id" {
  description = "The id of azurerm_iothub_dps_certificate, which uploads the certificate."
  type        = string
}

data "azuresphere_tenant_ca" "this" {}

resource "azuresphere_dps_certificate_verification" "sphere" {
  certificate_id = var.certificate_id
  thumbprint     = data.azuresphere_tenant_ca.this.thumbprint
  azure_sphere   = {} # the tenant in the provider block
}

resource "azuresphere_dps_enrollment_group" "sphere" {
  group_id = "sphere-devices"

  ca_references = {
    primary = azuresphere_dps_certificate_verification.sphere.name
  }
}
