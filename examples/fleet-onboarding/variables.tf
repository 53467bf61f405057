variable "resource_group" {
  description = "Name of the resource group, which exists."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the catalog and of the application. The application's address begins with it, so nobody else may have it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,29}$", var.name))
    error_message = "The name has 3 to 30 lower-case letters and digits, and begins with a letter."
  }
}

variable "product" {
  description = "Name of the product: what the devices are."
  type        = string
  default     = "Coffee maker"
  nullable    = false
}

variable "device_group" {
  description = "Name of the device group, whose devices get the same software."
  type        = string
  default     = "Production"
  nullable    = false
}

variable "device_ids" {
  description = "IDs of the devices that you claim. The output device_ids has them as IoT Central knows devices."
  type        = set(string)
  default     = []
  nullable    = false
}
