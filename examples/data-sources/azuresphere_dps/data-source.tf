terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

data "azuresphere_dps" "this" {}

data "azuresphere_catalog" "this" {}

# What goes into app_manifest.json of a device.
output "manifest" {
  value = {
    CmdArgs = ["--ScopeID", data.azuresphere_dps.this.id_scope]
    Capabilities = {
      AllowedConnections   = concat([data.azuresphere_dps.this.provisioning_host], data.azuresphere_dps.this.iot_hubs)
      DeviceAuthentication = data.azuresphere_catalog.this.tenant_id
    }
  }
}
