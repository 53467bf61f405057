import {
  to = iotcentral_enrollment_group.sphere
  id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices"
}
