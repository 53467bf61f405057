terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

variable "tenant_name" {
  description = "Name of the Azure Sphere (Legacy) tenant."
  type        = string
}

data "azuresphere_tenant" "this" {
  name = var.tenant_name
}

data "azuresphere_tenant_ca" "active" {
  tenant_id = data.azuresphere_tenant.this.tenant_id
}
