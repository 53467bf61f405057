// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

// Group is the ID of the enrollment group in TrustConfig.
const Group = "sphere-devices"

// TrustConfig is the main job: the CA, the group, the certificate, the
// verification.
const TrustConfig = `
resource "azuresphere_tenant_ca" "this" {}

resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere"
}

resource "iotcentral_enrollment_group_certificate" "primary" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
  entry               = "primary"
  certificate_pem     = azuresphere_tenant_ca.this.certificate_pem
}

resource "iotcentral_certificate_verification" "primary" {
  certificate_id = iotcentral_enrollment_group_certificate.primary.id
  thumbprint     = iotcentral_enrollment_group_certificate.primary.thumbprint
  azure_sphere   = {}
}
`

// Addresses of the resources in TrustConfig.
const (
	TenantCA     = "azuresphere_tenant_ca.this"
	GroupAddress = "iotcentral_enrollment_group.sphere"
	Certificate  = "iotcentral_enrollment_group_certificate.primary"
	Verification = "iotcentral_certificate_verification.primary"
)
