variable "trusts" {
  description = "What to trust, by a name of your choice: one enrollment group in an IoT Central application for each Azure Sphere catalog or Legacy tenant. An argument that is null has the default of the provider block."
  type = map(object({
    application     = optional(string)
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
  description = "IDs of devices, 128 hexadecimal digits each. The output device_ids has them in lower case, as IoT Central knows devices that enrol."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.device_ids : can(regex("^[0-9A-Fa-f]{128}$", id))])
    error_message = "Each device ID has 128 hexadecimal digits."
  }
}
