import {
  to = iotcentral_verification_code.primary
  id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices/certificates/primary/verificationCodes/9F3C1A5E7B2D4F60"
}
