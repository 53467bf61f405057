// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package lab

import (
	"fmt"
	"regexp"
)

// RequiredProviders says where a configuration takes the two providers from.
const RequiredProviders = `terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
    iotcentral  = { source = "spheretrust/iotcentral" }
  }
}
`

// Shape is how a Fleet is written.
type Shape string

// The shapes.
const (
	// FourResources are a group, a certificate and a verification for each, and the CA.
	FourResources Shape = "four resources"
	// Trust is a group and a trust for each.
	Trust Shape = "trust"
	// TrustAlone is a trust for each group, which exists: its ID is fleet-<number>.
	TrustAlone Shape = "trust in existing groups"
)

var fleets = map[Shape]string{
	FourResources: `
resource "azuresphere_tenant_ca" "this" {}
` + fleetGroups + `
resource "iotcentral_enrollment_group_certificate" "this" {
  count               = %[1]d
  enrollment_group_id = iotcentral_enrollment_group.this[count.index].id
  entry               = "primary"
  certificate_pem     = azuresphere_tenant_ca.this.certificate_pem
}

resource "iotcentral_certificate_verification" "this" {
  count          = %[1]d
  certificate_id = iotcentral_enrollment_group_certificate.this[count.index].id
  thumbprint     = iotcentral_enrollment_group_certificate.this[count.index].thumbprint
  azure_sphere   = {}
}
`,
	Trust: fleetGroups + `
resource "iotcentral_azure_sphere_trust" "this" {
  count               = %[1]d
  enrollment_group_id = iotcentral_enrollment_group.this[count.index].id
}
`,
	TrustAlone: `
resource "iotcentral_azure_sphere_trust" "this" {
  count               = %[1]d
  enrollment_group_id = "%[2]s/enrollmentGroups/fleet-${count.index}"
}
`,
}

const fleetGroups = `
resource "iotcentral_enrollment_group" "this" {
  count        = %[1]d
  group_id     = "fleet-${count.index}"
  display_name = "Azure Sphere ${count.index}"
}
`

// Fleet is a configuration for n groups of the application with the host, which must
// all trust one tenant.
func Fleet(shape Shape, host string, n int) string {
	return regexp.MustCompile(`%!\(EXTRA.*\)$`).ReplaceAllString(fmt.Sprintf(fleets[shape], n, host), "")
}

// Floor is the same graph of resources that cost nothing: what Terraform itself takes.
func Floor(shape Shape, n int) string {
	levels := map[Shape]int{FourResources: 3, Trust: 2, TrustAlone: 1}[shape]
	config := `
resource "terraform_data" "level_0" {
  input = "CA"
}
`
	for level := 1; level <= levels; level++ {
		before := fmt.Sprintf("terraform_data.level_%d", level-1)
		if level > 1 {
			before += "[count.index]"
		}
		config += fmt.Sprintf(`
resource "terraform_data" "level_%d" {
  count = %d
  input = %s.id
}
`, level, n, before)
	}

	return config
}

// UnderOneName lets the provider azuresphere serve every resource of a configuration.
func UnderOneName(config string) string {
	return regexp.MustCompile(`(resource "iotcentral_\w+" "\w+" \{)`).ReplaceAllString(config, "$1\n  provider = azuresphere")
}
