terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

data "iotcentral_enrollment_group" "sphere" {
  group_id = "sphere-devices"
}

data "iotcentral_azure_sphere_trust" "sphere" {
  enrollment_group_id = data.iotcentral_enrollment_group.sphere.id
}

check "trust" {
  assert {
    condition     = data.iotcentral_azure_sphere_trust.sphere.trusted
    error_message = "Azure Sphere devices cannot enrol. Run terraform apply."
  }

  assert {
    condition     = length(data.iotcentral_azure_sphere_trust.sphere.problems) == 0
    error_message = join("\n", data.iotcentral_azure_sphere_trust.sphere.problems[*].message)
  }
}

output "trusted_until" {
  value = data.iotcentral_azure_sphere_trust.sphere.trusted_until
}
