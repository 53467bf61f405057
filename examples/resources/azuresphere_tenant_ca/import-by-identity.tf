terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

import {
  to = azuresphere_tenant_ca.this
  identity = {
    catalog_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.AzureSphere/catalogs/contoso"
    thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567"
  }
}

resource "azuresphere_tenant_ca" "this" {
  catalog_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.AzureSphere/catalogs/contoso"
}
