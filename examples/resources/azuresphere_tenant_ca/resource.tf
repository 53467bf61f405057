# The CA that signs device certificates now, and its successor once that does.
resource "azuresphere_tenant_ca" "this" {}

# Whoever must trust devices of the tenant can refer to it.
output "tenant_ca" {
  value = azuresphere_tenant_ca.this.certificate_pem
}
