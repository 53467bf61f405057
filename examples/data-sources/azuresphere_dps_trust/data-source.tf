terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
  }
}

data "azuresphere_dps_enrollment_group" "sphere" {
  group_id = "sphere-devices"
}

data "azuresphere_dps_trust" "sphere" {
  enrollment_group_id = data.azuresphere_dps_enrollment_group.sphere.id
}

check "trust" {
  assert {
    condition     = data.azuresphere_dps_trust.sphere.trusted
    error_message = "Azure Sphere devices cannot register. Run terraform apply."
  }

  assert {
    condition     = length(data.azuresphere_dps_trust.sphere.problems) == 0
    error_message = join("\n", data.azuresphere_dps_trust.sphere.problems[*].message)
  }
}
