list "azuresphere_dps_enrollment_group" "x509" {
  provider = azuresphere

  config {
    attestation_type = "x509"
  }
}
