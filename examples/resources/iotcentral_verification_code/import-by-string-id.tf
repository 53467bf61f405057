terraform {
  required_providers {
    iotcentral = { source = "spheretrust/iotcentral" }
  }
}

import {
  to = iotcentral_verification_code.primary
  id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices/certificates/primary/verificationCodes/9F3C1A5E7B2D4F60"
}

resource "iotcentral_verification_code" "primary" {
  certificate_id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices/certificates/primary"
  thumbprint     = "0123456789ABCDEF0123456789ABCDEF01234567"
}
