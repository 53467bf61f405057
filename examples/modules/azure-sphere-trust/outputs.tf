output "trusted" {
  description = "Whether devices can enrol, by the name of the trust."
  value       = { for name, trust in iotcentral_azure_sphere_trust.this : name => trust.trusted }
}

output "trusted_until" {
  description = "Estimate of when devices can no longer enrol if nothing changes, RFC 3339, by the name of the trust."
  value       = { for name, trust in iotcentral_azure_sphere_trust.this : name => trust.trusted_until }
}

output "problems" {
  description = "What is wrong, by the name of the trust: a list of objects with code and message. Empty lists when nothing is."
  value       = { for name, trust in data.iotcentral_azure_sphere_trust.this : name => trust.problems }
}

output "active_ca" {
  description = "The entry with the Active CA, by the name of the trust: an object with thumbprint, subject, not_after, role and verified, or null."
  value = {
    for name, trust in iotcentral_azure_sphere_trust.this : name =>
    trust.active_entry == null ? null : trust.active_entry == "primary" ? trust.primary : trust.secondary
  }
}

output "enrollment_group_ids" {
  description = "ID of the enrollment group, by the name of the trust."
  value       = { for name, group in iotcentral_enrollment_group.this : name => group.id }
}

output "id_scope" {
  description = "ID scope that devices send, by the name of the trust."
  value       = { for name, group in iotcentral_enrollment_group.this : name => group.id_scope }
}

output "app_manifest" {
  description = "Fragment of app_manifest.json, by the name of the trust. Add the IoT hubs of the application to AllowedConnections."
  value = {
    for name, group in iotcentral_enrollment_group.this : name => jsonencode({
      CmdArgs = ["--ScopeID", group.id_scope]
      Capabilities = {
        AllowedConnections   = ["global.azure-devices-provisioning.net"]
        DeviceAuthentication = var.trusts[name].tenant_id != null ? var.trusts[name].tenant_id : data.azuresphere_catalog.this[name].tenant_id
      }
    })
  }
}

output "device_ids" {
  description = "The device IDs in lower case, as IoT Central knows devices that enrol."
  value       = [for id in sort(var.device_ids) : lower(id)]
}
