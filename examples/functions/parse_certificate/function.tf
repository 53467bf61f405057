terraform {
  required_providers {
    azuresphere = {
      source = "spheretrust/azuresphere"
    }
  }
}

variable "ca_certificate" {
  description = "A CA certificate, PEM."
  type        = string
}

output "thumbprint" {
  value = provider::azuresphere::parse_certificate(var.ca_certificate).thumbprint
}
