data "iotcentral_enrollment_groups" "x509" {
  attestation_type = "x509"
}

# Groups whose devices may not connect.
output "disabled" {
  value = [
    for group in data.iotcentral_enrollment_groups.x509.enrollment_groups : group.display_name
    if !group.enabled
  ]
}
