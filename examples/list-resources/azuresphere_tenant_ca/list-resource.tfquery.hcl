list "azuresphere_tenant_ca" "all" {
  provider = azuresphere
}
