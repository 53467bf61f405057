import {
  to = iotcentral_certificate_verification.primary
  id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices/certificates/primary"
}
