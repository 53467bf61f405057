terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

variable "verification_code" {
  description = "Code that another service generated for the uploaded tenant CA."
  type        = string
  sensitive   = true
}

ephemeral "azuresphere_proof_of_possession" "proof" {
  verification_code = var.verification_code
}
