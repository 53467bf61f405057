output "subject" {
  description = "Subject of the tenant CA."
  value       = azuresphere_tenant_ca.this.subject
}

output "thumbprint" {
  description = "SHA-1 thumbprint of the tenant CA, as the portal shows it."
  value       = azuresphere_tenant_ca.this.thumbprint
}

output "not_after" {
  description = "When the tenant CA expires."
  value       = azuresphere_tenant_ca.this.not_after
}

output "id_scope" {
  description = "ID scope for CmdArgs in the device's app_manifest.json."
  value       = iotcentral_enrollment_group.sphere.id_scope
}

output "verified" {
  description = "Whether devices of the tenant can enrol."
  value       = iotcentral_certificate_verification.primary.verified
}
