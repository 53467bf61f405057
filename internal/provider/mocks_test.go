// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// mocked has a block of every type that can be mocked.
const mocked = acctest.TrustConfig + `
resource "iotcentral_verification_code" "this" {
  certificate_id = iotcentral_enrollment_group_certificate.primary.id
  thumbprint     = iotcentral_enrollment_group_certificate.primary.thumbprint
}

resource "azuresphere_proof_of_possession" "this" {
  verification_code = iotcentral_verification_code.this.verification_code
}

resource "iotcentral_azure_sphere_trust" "this" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
}

resource "azuresphere_dps_enrollment_group" "sphere" {
  group_id = "sphere-devices"
}

resource "azuresphere_dps_trust" "this" {
  enrollment_group_id = azuresphere_dps_enrollment_group.sphere.id
}

resource "azuresphere_dps_certificate_verification" "this" {
  certificate_id = "${data.azuresphere_dps.this.id}/certificates/mock"
  thumbprint     = azuresphere_tenant_ca.this.thumbprint
  azure_sphere   = {}
}

data "azuresphere_dps" "this" {}

data "azuresphere_dps_enrollment_group" "this" {
  group_id = "sphere-devices"
}

data "azuresphere_dps_trust" "this" {
  enrollment_group_id = azuresphere_dps_enrollment_group.sphere.id
}

data "azuresphere_catalog" "this" {}

data "azuresphere_tenant" "this" {
  name = "contoso"
}

data "azuresphere_tenant_ca" "this" {}

data "azuresphere_tenant_cas" "this" {}

data "iotcentral_application" "this" {}

data "iotcentral_enrollment_group" "this" {
  group_id = iotcentral_enrollment_group.sphere.group_id
}

data "iotcentral_enrollment_groups" "this" {}

data "iotcentral_enrollment_group_certificate" "this" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
  entry               = "primary"
}

data "iotcentral_azure_sphere_trust" "this" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
}
`

// TestMocks_haveValuesForEveryType runs terraform test with the documented mocks, and
// without a service.
func TestMocks_haveValuesForEveryType(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(root, "examples", "mocks", "spheretrust.tfmock.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	_, types := describe(t)
	for _, one := range types {
		kinds, found := map[string][2]string{"resources": {"resource", "mock_resource"}, "data-sources": {"data", "mock_data"}}[one.folder]
		if !found {
			continue
		}
		for text, want := range map[string]string{mocked: kinds[0], string(content): kinds[1]} {
			if block := want + ` "` + one.name + `"`; !strings.Contains(text, block) {
				t.Errorf("there is no %s", block)
			}
		}
	}
	bench := acctest.Start(t, nil)
	cli := bench.NewCLI(mocked)
	if err := os.Mkdir(filepath.Join(cli.Dir, "mocks"), 0o700); err != nil {
		t.Fatal(err)
	}
	cli.Write(filepath.Join("mocks", "spheretrust.tfmock.hcl"), string(content))
	cli.Write("mock.tftest.hcl", `
mock_provider "azuresphere" {
  source = "./mocks"
}

mock_provider "iotcentral" {
  source = "./mocks"
}

run "plans_everything" {}
`)
	if output, code := cli.Run("test"); code != 0 || !saysAll(output, "1 passed, 0 failed") {
		t.Errorf("terraform test exits with %d:\n%s", code, output)
	}
	if sent := bench.Requests(); len(sent) > 0 {
		t.Errorf("%d requests were sent", len(sent))
	}
}
