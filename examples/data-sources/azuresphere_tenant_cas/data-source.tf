terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

data "azuresphere_tenant_cas" "all" {}

# Thumbprints of the CAs that devices present now, or will soon.
output "in_use" {
  value = [
    for ca in data.azuresphere_tenant_cas.all.certificates : ca.thumbprint
    if contains(["active", "upcoming", "retiring"], ca.role)
  ]
}
