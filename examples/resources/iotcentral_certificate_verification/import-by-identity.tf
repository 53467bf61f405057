import {
  to = iotcentral_certificate_verification.primary
  identity = {
    host     = "contoso.azureiotcentral.com"
    group_id = "sphere-devices"
    entry    = "primary"
  }
}
