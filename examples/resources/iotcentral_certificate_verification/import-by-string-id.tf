terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
    iotcentral  = { source = "spheretrust/iotcentral" }
  }
}

import {
  to = iotcentral_certificate_verification.primary
  id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices/certificates/primary"
}

resource "azuresphere_tenant_ca" "this" {}

resource "iotcentral_certificate_verification" "primary" {
  certificate_id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices/certificates/primary"
  thumbprint     = azuresphere_tenant_ca.this.thumbprint
  azure_sphere   = {}
}
