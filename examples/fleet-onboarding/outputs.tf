output "application_url" {
  description = "Address of the IoT Central application."
  value       = "https://${data.iotcentral_application.this.host}"
}

output "device_group_id" {
  description = "Azure resource ID of the device group, into which devices are claimed."
  value       = azapi_resource.device_group.id
}

output "app_manifest" {
  description = "Fragment of the app_manifest.json of the device application."
  value       = module.trust.app_manifest["fleet"]
}

output "device_ids" {
  description = "The device IDs as IoT Central knows them."
  value       = module.trust.device_ids
}

output "trusted_until" {
  description = "Estimate of when devices can no longer enrol if nothing changes."
  value       = module.trust.trusted_until["fleet"]
}

output "id_scope" {
  description = "ID scope that devices send."
  value       = module.trust.id_scope["fleet"]
}
