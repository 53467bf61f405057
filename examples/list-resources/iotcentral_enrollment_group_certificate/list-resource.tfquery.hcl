list "iotcentral_enrollment_group_certificate" "all" {
  provider = iotcentral
}
