terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
    iotcentral  = { source = "spheretrust/iotcentral" }
  }
}

import {
  to = iotcentral_enrollment_group_certificate.primary
  identity = {
    host     = "contoso.azureiotcentral.com"
    group_id = "sphere-devices"
    entry    = "primary"
  }
}

resource "azuresphere_tenant_ca" "this" {}

resource "iotcentral_enrollment_group_certificate" "primary" {
  enrollment_group_id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices"
  entry               = "primary"
  certificate_pem     = azuresphere_tenant_ca.this.certificate_pem
}
