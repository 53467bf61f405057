# From nothing to devices that may enrol: azure.tf makes an Azure Sphere catalog and an
# IoT Central application, and this file makes the application trust the catalog.

# The subdomain of the application, from its ID, which is not known before it exists. The name alone would
# have the first plan look for an application that is not there yet.
data "iotcentral_application" "this" {
  resource_id = azurerm_iotcentral_application.this.id
}

module "trust" {
  source = "../modules/azure-sphere-trust"

  trusts = {
    fleet = {
      application = data.iotcentral_application.this.subdomain
      catalog_id  = azapi_resource.catalog.id
    }
  }
  device_ids = var.device_ids
}
