terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

import {
  to = azuresphere_tenant_ca.this
  id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.AzureSphere/catalogs/contoso/certificates/00A1B2C3D4E5F60718293A4B5C6D7E8F90"
}

resource "azuresphere_tenant_ca" "this" {
  catalog_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.AzureSphere/catalogs/contoso"
}
