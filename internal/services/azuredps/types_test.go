// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// fullGroup has every argument of a group.
const fullGroup = `
resource "azuresphere_dps_enrollment_group" "sphere" {
  group_id            = "sphere-devices"
  provisioning_status = "disabled"
  allocation_policy   = "custom"
  reprovision_policy  = "never"
  iot_hubs            = ["contoso-dps-hub-2.azure-devices.net"]

  custom_allocation = {
    webhook_url = "https://contoso.example/allocate"
    api_version = "2021-10-01"
  }

  initial_twin = jsonencode({ properties = { desired = { interval = 60 } }, tags = { floor = "2" } })

  ca_references = {
    primary   = "one"
    secondary = "two"
  }
}
`

func TestEnrollmentGroup_hasEveryArgumentAndKeepsThem(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.UploadDPS("one", bench.ActiveCA().DER(), true)
	bench.UploadDPS("two", acctest.ForeignCA(t).DER(), true)
	small := "resource \"azuresphere_dps_enrollment_group\" \"sphere\" {\n  group_id = \"sphere-devices\"\n}\n"
	shows := func(status, policy, references string) func(*terraform.State) error {
		return func(*terraform.State) error {
			group := bench.DPSState().EnrollmentGroups[0]
			if got := group.PrimaryReference + " " + group.SecondaryReference; group.ProvisioningStatus != status || group.AllocationPolicy != policy || got != references {
				t.Errorf("the service has %+v", group)
			}
			return nil
		}
	}
	bench.Run(
		resource.TestStep{Config: fullGroup, Check: shows("disabled", "custom", "one two")},
		resource.TestStep{Config: fullGroup, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		resource.TestStep{ResourceName: groupAt, ImportState: true, ImportStateVerify: true},
		// Without ca_references they stay: a trust may keep them.
		resource.TestStep{Config: small, Check: shows("enabled", "hashed", "one two")},
		resource.TestStep{Config: fullGroup, Check: shows("disabled", "custom", "one two")},
		// Drift shows, and one apply repairs it.
		resource.TestStep{
			PreConfig: func() { bench.ReferDPS(group, "one") }, Config: fullGroup, Check: shows("disabled", "custom", "one two"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(groupAt, plancheck.ResourceActionUpdate)}},
		},
	)
}

func TestEnrollmentGroup_withKeys(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	config := "resource \"azuresphere_dps_enrollment_group\" \"sphere\" {\n  group_id = \"keys\"\n  attestation_type = \"symmetricKey\"\n}\n" +
		"data \"azuresphere_dps_enrollment_group\" \"sphere\" {\n  group_id = azuresphere_dps_enrollment_group.sphere.group_id\n}\n"
	bench.Run(resource.TestStep{Config: config, ConfigStateChecks: []statecheck.StateCheck{
		statecheck.ExpectKnownValue(groupAt, tfjsonpath.New("primary_key"), knownvalue.NotNull()),
		statecheck.ExpectKnownValue("data."+groupAt, tfjsonpath.New("secondary_key"), knownvalue.NotNull()),
	}}, resource.TestStep{ResourceName: groupAt, ImportState: true, ImportStateVerify: true})
}

func TestEnrollmentGroup_refusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.UploadDPS("unverified", bench.ActiveCA().DER(), false)
	server := bench.NewServer()
	for name, test := range map[string]struct {
		arguments map[string]any
		want      string
	}{
		"not verified": {map[string]any{"group_id": "a", "ca_references": map[string]any{"primary": "unverified"}}, "The certificate is not verified"},
		"not there":    {map[string]any{"group_id": "a", "ca_references": map[string]any{"primary": "nothing"}}, "The certificate does not exist"},
	} {
		if created := server.Create(groupType, test.arguments); created.State != nil || !containsOne(created.Errors, test.want) {
			t.Errorf("%s: got %v, %q, want %q", name, created.State, created.Errors, test.want)
		}
	}
	if groups := bench.DPSState().EnrollmentGroups; len(groups) > 0 {
		t.Errorf("the service has %v", groups)
	}
	for name, config := range map[string]struct{ arguments, want string }{
		"custom without a webhook": {`allocation_policy = "custom"`, "The webhook is missing"},
		"a webhook alone":          {`custom_allocation = { webhook_url = "https://a", api_version = "1" }`, "No custom allocation"},
		"keys and certificates":    {"attestation_type = \"symmetricKey\"\n  ca_references = { primary = \"a\" }", "No certificates here"},
		"an ID that is none":       {`dps_id = "contoso"`, "Not the ID of a Device Provisioning Service"},
		"a twin that is no JSON":   {`initial_twin = "{"`, "JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Start(t, nil).Run(resource.TestStep{
				Config:      fmt.Sprintf("resource \"azuresphere_dps_enrollment_group\" \"sphere\" {\n  group_id = \"a\"\n  %s\n}\n", config.arguments),
				ExpectError: regexp.MustCompile(config.want),
			})
		})
	}
}

func TestEnrollmentGroup_anExistingOneIsNotTakenOver(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.UploadDPS("one", bench.ActiveCA().DER(), true)
	bench.ReferDPS(group, "one")
	server := bench.NewServer()
	arguments := map[string]any{"group_id": group}
	plan := server.PlanCreate(groupType, arguments)
	created := server.Apply(plan)
	if !containsOne(plan.Warnings, "already exists") || created.State != nil || !containsOne(created.Errors, "import {") || !containsOne(created.Errors, bench.DPSGroupID(group)) {
		t.Errorf("planned with %q, created with %q", plan.Warnings, created.Errors)
	}
	if trusted := bench.TrustedByDPS(group); len(trusted) != 1 {
		t.Errorf("the group trusts %q", trusted)
	}
}

// TestEnrollmentGroup_withReferencesAndATrustConflict: they would undo the changes of each other.
func TestEnrollmentGroup_withReferencesAndATrustConflict(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.UploadDPS("one", bench.ActiveCA().DER(), true)
	server := bench.NewServer()
	server.MustCreate(groupType, map[string]any{"group_id": group, "ca_references": map[string]any{"primary": "one"}})
	created := server.Create(trustType, map[string]any{"enrollment_group_id": bench.DPSGroupID(group)})
	if created.State != nil || !containsOne(created.Errors, "would undo the changes of each other") {
		t.Errorf("got %v, %q", created.State, created.Errors)
	}
}

const verificationAt = "azuresphere_dps_certificate_verification.this"

func TestVerification_provesPossession(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	own := acctest.ForeignCA(t)
	key, err := x509.MarshalPKCS8PrivateKey(own.Key)
	if err != nil {
		t.Fatal(err)
	}
	bench.UploadDPS("sphere", bench.ActiveCA().DER(), false)
	bench.UploadDPS("own", own.DER(), false)
	sphere := fmt.Sprintf("resource \"azuresphere_dps_certificate_verification\" \"this\" {\n  certificate_id = %q\n  thumbprint = %q\n  azure_sphere = {}\n}\n",
		bench.DPSCertificateID("sphere"), bench.ActiveCA().Thumbprint())
	keyed := fmt.Sprintf("resource \"azuresphere_dps_certificate_verification\" \"own\" {\n  certificate_id = %q\n  thumbprint = %q\n  ca_certificate_pem = %q\n"+
		"  ca_private_key_pem_wo = %q\n  ca_private_key_wo_version = 1\n}\n",
		bench.DPSCertificateID("own"), own.Thumbprint(), own.PEM(), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	verified := func(names ...string) func(*terraform.State) error {
		return func(*terraform.State) error {
			for _, one := range bench.DPSState().Certificates {
				if one.Verified != slices.Contains(names, one.Name) {
					t.Errorf("%s is verified: %t", one.Name, one.Verified)
				}
			}
			return nil
		}
	}
	bench.Run(
		resource.TestStep{Config: sphere, Check: verified("sphere"), ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(verificationAt, tfjsonpath.New("name"), knownvalue.StringExact("sphere")),
			statecheck.ExpectKnownValue(verificationAt, tfjsonpath.New("subject"), knownvalue.StringExact(bench.ActiveCA().Subject())),
		}},
		resource.TestStep{ResourceName: verificationAt, ImportState: true, ImportStateVerify: true},
		resource.TestStep{
			PreConfig: func() { bench.UploadDPS("sphere", bench.ActiveCA().DER(), false) }, Config: sphere, Check: verified("sphere"),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(verificationAt, plancheck.ResourceActionUpdate)}},
		},
		resource.TestStep{Config: sphere + keyed, Check: verified("sphere", "own")},
	)
}

// TestVerification_anotherCertificateIsNeverVerified also tells the two ways in which there is nothing to verify.
func TestVerification_anotherCertificateIsNeverVerified(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.UploadDPS("foreign", acctest.ForeignCA(t).DER(), false)
	server := bench.NewServer()
	arguments := func(name string) map[string]any {
		return map[string]any{
			"certificate_id": bench.DPSCertificateID(name), "thumbprint": bench.ActiveCA().Thumbprint().String(), "azure_sphere": map[string]any{},
		}
	}
	for name, want := range map[string]string{"foreign": "holds another certificate", "nothing": "azurerm_iothub_dps_certificate"} {
		if created := server.Create("azuresphere_dps_certificate_verification", arguments(name)); created.State != nil || !containsOne(created.Errors, want) {
			t.Errorf("%s: got %v, %q", name, created.State, created.Errors)
		}
	}
	for _, request := range bench.Requests() {
		if request.Operation == "DpsCertificate_GenerateVerificationCode" {
			t.Error("a code was generated")
		}
	}
}

func TestService_tellsWhatDevicesNeed(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	const at = "data.azuresphere_dps.this"
	bench.Run(resource.TestStep{Config: "data \"azuresphere_dps\" \"this\" {}\n", ConfigStateChecks: []statecheck.StateCheck{
		statecheck.ExpectKnownValue(at, tfjsonpath.New("id_scope"), knownvalue.StringExact(bench.DPS().IDScope)),
		statecheck.ExpectKnownValue(at, tfjsonpath.New("provisioning_host"), knownvalue.StringExact("global.azure-devices-provisioning.net")),
		statecheck.ExpectKnownValue(at, tfjsonpath.New("iot_hubs"), knownvalue.ListExact([]knownvalue.Check{
			knownvalue.StringExact(bench.DPS().Hubs[0]), knownvalue.StringExact(bench.DPS().Hubs[1]),
		})),
	}})
}

func TestList_showsGroupsByTheirAttestation(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.UploadDPS("one", bench.ActiveCA().DER(), true)
	bench.ReferDPS(group, "one")
	bench.MustDoDPS(http.MethodPut, "enrollmentGroups/keys", map[string]any{"enrollmentGroupId": "keys", "attestation": map[string]any{"type": "symmetricKey"}})
	server := bench.NewServer()
	if all := server.List(groupType, nil, true, 10); len(all) != 2 {
		t.Errorf("listed %v", all)
	}
	if some := server.List(groupType, map[string]string{"attestation_type": "x509"}, true, 10); len(some) != 1 || len(some[0].Errors) > 0 {
		t.Errorf("listed %v", some)
	}
}

// TestTrust_isRefusedWithoutARoleOfTheDataPlane: who owns the service in Azure Resource Manager may have no right there.
func TestTrust_isRefusedWithoutARoleOfTheDataPlane(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	for _, principal := range bench.Info().Principals {
		if principal.Name == "contributor" {
			bench.Setenv("ARM_CLIENT_ID", principal.ClientID)
			bench.Setenv("ARM_CLIENT_SECRET", principal.ClientSecret)
		}
	}
	plan := bench.NewServer().PlanCreate(groupType, map[string]any{"group_id": group})
	if !containsOne(plan.Errors, "Device Provisioning Service Data Contributor") || !containsOne(plan.Errors, "401002") {
		t.Errorf("planned with %q", plan.Errors)
	}
}

func containsOne(texts []string, part string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, part) })
}
