import {
  to = iotcentral_enrollment_group_certificate.primary
  id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices/certificates/primary"
}
