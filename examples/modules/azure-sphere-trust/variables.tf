variable "trusts" {
  description = "What to trust, by a name of your choice: one enrollment group for each Azure Sphere catalog or Legacy tenant. The target is an IoT Central application (iot_central) or a Device Provisioning Service (dps, which needs a group_id). An argument that is null has the default of the provider block."
  type = map(object({
    target          = optional(string, "iot_central")
    application     = optional(string)
    dps_id          = optional(string)
    catalog_id      = optional(string)
    tenant_id       = optional(string)
    display_name    = optional(string, "Azure Sphere devices")
    group_id        = optional(string)
    enabled         = optional(bool, true)
    replace_foreign = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = length(var.trusts) > 0
    error_message = "Set at least one trust, such as trusts = { contoso = {} }."
  }

  validation {
    condition     = alltrue([for trust in var.trusts : contains(["iot_central", "dps"], trust.target)])
    error_message = "Each target is iot_central or dps."
  }

  validation {
    condition     = alltrue([for trust in var.trusts : trust.target == "dps" ? trust.application == null && trust.group_id != null : trust.dps_id == null])
    error_message = "A trust with target = \"dps\" has a group_id and no application. Any other trust has no dps_id."
  }

  validation {
    condition     = alltrue([for trust in var.trusts : trust.catalog_id == null || trust.tenant_id == null])
    error_message = "Each trust has either a catalog_id or a tenant_id, not both."
  }

  validation {
    condition     = alltrue([for trust in var.trusts : can(regex("(?i)^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.AzureSphere/catalogs/[^/]+$", coalesce(trust.catalog_id, "/subscriptions/x/resourceGroups/x/providers/Microsoft.AzureSphere/catalogs/x")))])
    error_message = "Each catalog_id is an Azure resource ID: /subscriptions/…/resourceGroups/…/providers/Microsoft.AzureSphere/catalogs/…"
  }

  validation {
    condition     = alltrue([for trust in var.trusts : trust.display_name != ""])
    error_message = "Each trust has a display_name."
  }
}

variable "device_ids" {
  description = "IDs of devices, 128 hexadecimal digits each. The output device_ids has them in lower case, as the services know devices that enrol."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.device_ids : can(regex("^[0-9A-Fa-f]{128}$", id))])
    error_message = "Each device ID has 128 hexadecimal digits."
  }
}
