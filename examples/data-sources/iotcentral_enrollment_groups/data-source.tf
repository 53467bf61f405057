terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

data "iotcentral_enrollment_groups" "x509" {
  attestation_type = "x509"
}

# Groups whose devices cannot connect.
output "disabled" {
  value = [
    for group in data.iotcentral_enrollment_groups.x509.enrollment_groups : group.display_name
    if !group.enabled
  ]
}
