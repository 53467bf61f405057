terraform {
  required_providers {
    azuresphere = {
      source = "spheretrust/azuresphere"
    }
    iotcentral = {
      source = "spheretrust/iotcentral"
    }
  }
}

variable "catalog_id" {
  description = "Azure resource ID of the Azure Sphere catalog."
  type        = string
}

variable "application" {
  description = "Subdomain of the IoT Central application."
  type        = string
}

locals {
  azure_sphere = { catalog_id = var.catalog_id }
  iot_central  = { application = var.application }
}

provider "azuresphere" {
  azure_sphere = local.azure_sphere
  iot_central  = local.iot_central
}

provider "iotcentral" {
  azure_sphere = local.azure_sphere
  iot_central  = local.iot_central
}
