terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

data "azuresphere_catalog" "this" {}

# For DeviceAuthentication in the app_manifest.json of the device's application.
output "device_authentication" {
  value = data.azuresphere_catalog.this.tenant_id
}
