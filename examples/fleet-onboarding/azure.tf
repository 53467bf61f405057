data "azurerm_resource_group" "this" {
  name = var.resource_group
}

# Azure Sphere

resource "azapi_resource" "catalog" {
  type      = "Microsoft.AzureSphere/catalogs@2024-04-01"
  parent_id = data.azurerm_resource_group.this.id
  name      = var.name
  location  = "global"

  # Devices are claimed into this catalog for good, and another catalog has another CA.
  lifecycle {
    prevent_destroy = true
  }
}

resource "azapi_resource" "product" {
  type      = "Microsoft.AzureSphere/catalogs/products@2024-04-01"
  parent_id = azapi_resource.catalog.id
  name      = var.product

  body = {
    properties = {
      description = "Managed by Terraform"
    }
  }
}

resource "azapi_resource" "device_group" {
  type      = "Microsoft.AzureSphere/catalogs/products/deviceGroups@2024-04-01"
  parent_id = azapi_resource.product.id
  name      = var.device_group

  body = {
    properties = {
      description               = "Managed by Terraform"
      osFeedType                = "Retail"
      updatePolicy              = "UpdateAll"
      allowCrashDumpsCollection = "Disabled"
      regionalDataBoundary      = "None"
    }
  }
}

# IoT Central

resource "azurerm_iotcentral_application" "this" {
  name                = var.name
  resource_group_name = data.azurerm_resource_group.this.name
  location            = data.azurerm_resource_group.this.location
  sub_domain          = var.name
  display_name        = var.name
  sku                 = "ST2"
  template            = "iotc-pnp-preview@1.0.0"
}
