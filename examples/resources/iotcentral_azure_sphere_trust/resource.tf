resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere devices"
}

resource "iotcentral_azure_sphere_trust" "sphere" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
}

# The entry that holds the CA which signs device certificates now.
output "active" {
  value = one([
    for entry in [iotcentral_azure_sphere_trust.sphere.primary, iotcentral_azure_sphere_trust.sphere.secondary] :
    entry.thumbprint if try(entry.role, "") == "active"
  ])
}
