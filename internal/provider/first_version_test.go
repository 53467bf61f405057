// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

const firstVersion = "testdata/first-version/"

// placeholders stand in the recorded state for what each emulator has of its own.
func placeholders(bench *acctest.Bench, ca *certs.Certificate) []string {
	return []string{
		"@HOST@", bench.Host(),
		"@CATALOG_ID@", bench.Info().CatalogID,
		"@ID_SCOPE@", bench.Info().Applications[0].IDScope,
		"@THUMBPRINT@", ca.Thumbprint().String(),
		"@THUMBPRINT_SHA256@", ca.ThumbprintSHA256(),
		"@SERIAL_NUMBER@", ca.SerialNumber(),
		"@SUBJECT@", ca.Subject(),
		"@ISSUER@", ca.Issuer(),
		"@NOT_BEFORE@", ca.NotBefore().Format(time.RFC3339),
		"@NOT_AFTER@", ca.NotAfter().Format(time.RFC3339),
		"@CERTIFICATE_PEM@", strings.ReplaceAll(ca.PEM(), "\n", `\n`), // As JSON has it.
		"@CERTIFICATE_BASE64@", ca.Base64(),
	}
}

// TestFirstVersion_itsStateIsReadAndNeedsNoChange: the state that the first
// version wrote, with what it made in the services, plans nothing.
func TestFirstVersion_itsStateIsReadAndNeedsNoChange(t *testing.T) {
	t.Parallel()
	recorded, err := os.ReadFile(firstVersion + "state.json")
	if err != nil {
		t.Fatal(err)
	}
	configuration, err := os.ReadFile(firstVersion + "main.tf")
	if err != nil {
		t.Fatal(err)
	}
	bench := acctest.Start(t, func(options *emulator.Options) { options.Behavior.SharedCertificateAllowed = true })
	ca := bench.ActiveCA()
	for group, attestation := range map[string]string{"sphere-devices": "x509", "rotating-devices": "x509", "key-devices": "symmetricKey"} {
		name := map[string]string{"sphere-devices": "Azure Sphere", "rotating-devices": "Azure Sphere, rotated", "key-devices": "Keys"}[group]
		bench.MustDo("PUT", "enrollmentGroups/"+group, map[string]any{"displayName": name, "type": "iot", "attestation": map[string]any{"type": attestation}})
		if attestation == "x509" {
			bench.SwapCertificate(group, iotcentral.Primary, ca.DER(), true)
		}
	}
	cli := bench.NewCLI("")
	cli.Write("main.tf", string(configuration))
	replaced := placeholders(bench, ca)
	if strings.HasPrefix(cli.MustRun("version"), "OpenTofu") {
		replaced = append(replaced, "registry.terraform.io", "registry.opentofu.org")
	}
	cli.Write("terraform.tfstate", strings.NewReplacer(replaced...).Replace(string(recorded)))
	if output, exitCode := cli.Run("plan", "-detailed-exitcode"); exitCode != 0 {
		t.Errorf("the state of the first version plans a change (exit code %d):\n%s", exitCode, output)
	}
}

// TestFirstVersion_recordedEveryResource makes sure that the fixture covers what
// the first version had.
func TestFirstVersion_recordedEveryResource(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(firstVersion + "state.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Resources []struct {
			Type      string `json:"type"`
			Instances []struct {
				SchemaVersion int `json:"schema_version"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(content, &recorded); err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, one := range recorded.Resources {
		types = append(types, one.Type)
		if len(one.Instances) != 1 || one.Instances[0].SchemaVersion != 0 {
			t.Errorf("%s is not of the first schema version", one.Type)
		}
	}
	slices.Sort(types)
	want := []string{
		"azuresphere_proof_of_possession", "azuresphere_tenant_ca", "iotcentral_azure_sphere_trust", "iotcentral_certificate_verification",
		"iotcentral_enrollment_group", "iotcentral_enrollment_group_certificate", "iotcentral_verification_code",
	}
	if got := slices.Compact(types); !slices.Equal(got, want) {
		t.Errorf("the recorded state has %v, want %v", got, want)
	}
}
