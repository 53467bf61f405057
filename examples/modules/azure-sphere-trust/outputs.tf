output "trusted" {
  description = "Whether devices can enrol, by the name of the trust."
  value       = { for name, trust in local.trusts : name => trust.trusted }
}

output "trusted_until" {
  description = "Estimate of when devices can no longer enrol if nothing changes, RFC 3339, by the name of the trust."
  value       = { for name, trust in local.trusts : name => trust.trusted_until }
}

output "problems" {
  description = "What is wrong, by the name of the trust: a list of objects with code and message. Empty lists when nothing is."
  value       = local.problems
}

output "active_ca" {
  description = "The entry with the Active CA, by the name of the trust: an object with thumbprint, subject, not_after, role and verified, or null."
  value = {
    for name, trust in local.trusts : name =>
    trust.active_entry == null ? null : trust.active_entry == "primary" ? trust.primary : trust.secondary
  }
}

output "enrollment_group_ids" {
  description = "ID of the enrollment group, by the name of the trust."
  value       = { for name, group in merge(iotcentral_enrollment_group.this, azuresphere_dps_enrollment_group.this) : name => group.id }
}

output "id_scope" {
  description = "ID scope that devices send, by the name of the trust."
  value       = { for name, target in merge(iotcentral_enrollment_group.this, data.azuresphere_dps.this) : name => target.id_scope }
}

output "app_manifest" {
  description = "Fragment of app_manifest.json, by the name of the trust. Add the IoT hubs of an IoT Central application to AllowedConnections; those of a Device Provisioning Service are there."
  value = {
    for name, target in merge(iotcentral_enrollment_group.this, data.azuresphere_dps.this) : name => jsonencode({
      CmdArgs = ["--ScopeID", target.id_scope]
      Capabilities = {
        AllowedConnections   = concat(["global.azure-devices-provisioning.net"], try(target.iot_hubs, []))
        DeviceAuthentication = var.trusts[name].tenant_id != null ? var.trusts[name].tenant_id : data.azuresphere_catalog.this[name].tenant_id
      }
    })
  }
}

output "device_ids" {
  description = "The device IDs in lower case, as the services know devices that enrol."
  value       = [for id in sort(var.device_ids) : lower(id)]
}
