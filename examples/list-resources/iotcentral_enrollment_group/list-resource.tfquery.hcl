list "iotcentral_enrollment_group" "x509" {
  provider = iotcentral

  config {
    attestation_type = "x509"
  }
}
