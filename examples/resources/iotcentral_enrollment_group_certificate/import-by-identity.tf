import {
  to = iotcentral_enrollment_group_certificate.primary
  identity = {
    host     = "contoso.azureiotcentral.com"
    group_id = "sphere-devices"
    entry    = "primary"
  }
}
