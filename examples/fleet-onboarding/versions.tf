terraform {
  required_version = ">= 1.8"

  required_providers {
    azapi = {
      source  = "Azure/azapi"
      version = ">= 2.0"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.0"
    }
    azuresphere = {
      source = "spheretrust/azuresphere"
    }
    iotcentral = {
      source = "spheretrust/iotcentral"
    }
  }
}

# All providers take the sign-in, and azurerm the subscription, from ARM_* variables.
provider "azapi" {}

provider "azurerm" {
  features {}
}

provider "azuresphere" {}

provider "iotcentral" {}
