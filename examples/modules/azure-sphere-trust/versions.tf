terraform {
  required_version = ">= 1.8"

  required_providers {
    azuresphere = {
      source  = "spheretrust/azuresphere"
      version = ">= 0.0.1"
    }
    iotcentral = {
      source  = "spheretrust/iotcentral"
      version = ">= 0.0.1"
    }
  }
}
