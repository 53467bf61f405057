terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

data "azuresphere_tenant_ca" "active" {}

output "expires" {
  value = data.azuresphere_tenant_ca.active.not_after
}
