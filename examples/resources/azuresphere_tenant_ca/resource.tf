terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

# The Active CA. After a renewal, the next plan moves to the new one.
resource "azuresphere_tenant_ca" "this" {}

# For services that must trust the devices of the tenant.
output "tenant_ca" {
  value = azuresphere_tenant_ca.this.certificate_pem
}
