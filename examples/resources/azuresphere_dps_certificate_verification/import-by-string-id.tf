terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

import {
  to = azuresphere_dps_certificate_verification.sphere
  id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.Devices/provisioningServices/contoso/certificates/sphere"
}

data "azuresphere_tenant_ca" "this" {}

resource "azuresphere_dps_certificate_verification" "sphere" {
  certificate_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.Devices/provisioningServices/contoso/certificates/sphere"
  thumbprint     = data.azuresphere_tenant_ca.this.thumbprint
  azure_sphere   = {}
}
