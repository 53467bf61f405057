import {
  to = iotcentral_enrollment_group.sphere
  identity = {
    host     = "contoso.azureiotcentral.com"
    group_id = "sphere-devices"
  }
}
