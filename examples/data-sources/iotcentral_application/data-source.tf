terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

variable "application_resource_id" {
  description = "Azure resource ID of the IoT Central application, such as azurerm_iotcentral_application.this.id."
  type        = string
}

data "iotcentral_application" "this" {
  resource_id = var.application_resource_id
}

resource "iotcentral_enrollment_group" "sphere" {
  application  = data.iotcentral_application.this.subdomain
  display_name = "Azure Sphere devices"
}
