import {
  to = iotcentral_azure_sphere_trust.sphere
  identity = {
    host     = "contoso.azureiotcentral.com"
    group_id = "sphere-devices"
  }
}
