import {
  to = azuresphere_dps_certificate_verification.sphere
  identity = {
    dps_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.Devices/provisioningServices/contoso"
    name   = "sphere"
  }
}
