terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

variable "verification_code" {
  description = "Code that a Device Provisioning Service generated for the uploaded tenant CA."
  type        = string
  sensitive   = true
}

resource "azuresphere_tenant_ca" "this" {}

resource "azuresphere_proof_of_possession" "hub" {
  thumbprint        = azuresphere_tenant_ca.this.thumbprint
  verification_code = var.verification_code
}

output "proof" {
  value = azuresphere_proof_of_possession.hub.certificate_pem
}
