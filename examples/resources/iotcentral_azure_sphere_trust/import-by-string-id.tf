import {
  to = iotcentral_azure_sphere_trust.sphere
  id = "contoso.azureiotcentral.com/enrollmentGroups/sphere-devices"
}
