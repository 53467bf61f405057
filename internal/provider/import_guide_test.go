// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// TestImportGuide_writesToNeitherService follows the guide "Import what exists".
func TestImportGuide_writesToNeitherService(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	setUp := bench.NewCLI(keepTrust)
	setUp.MustRun("apply", "-auto-approve")
	group := bench.Host() + "/enrollmentGroups/" + acctest.Group
	ca := bench.Info().CatalogID + "/certificates/" + bench.ActiveCA().SerialNumber()
	imports := ""
	for to, id := range map[string]string{
		"iotcentral_enrollment_group.sphere": group, "iotcentral_azure_sphere_trust.sphere": group, "azuresphere_tenant_ca.sphere": ca,
	} {
		imports += "import {\n  to = " + to + "\n  id = \"" + id + "\"\n}\n"
	}
	cli := bench.NewCLI(imports)
	bench.ResetRequests()
	cli.MustRun("plan", "-generate-config-out=generated.tf")
	generated := cli.Read("generated.tf")
	for _, written := range []string{"= null", "thumbprint = ", "application ", "enrollment_group_id = \"" + group} {
		if !strings.Contains(generated, written) {
			t.Errorf("Terraform does not write %q, which the guide wants changed:\n%s", written, generated)
		}
	}
	edited := regexp.MustCompile(`(?m)^.*= null.*\n|^ +(thumbprint|catalog_id|application) .*\n`).ReplaceAllString(generated, "")
	edited = strings.Replace(edited, `"`+group+`"`+"\n  replace_foreign", "iotcentral_enrollment_group.sphere.id\n  replace_foreign", 1)
	cli.Write("generated.tf", edited)
	if output, code := cli.Run("apply", "-auto-approve"); code != 0 || !saysAll(output, "3 to import, 0 to add, 0 to change, 0 to destroy") {
		t.Errorf("apply exits with %d:\n%s\n%s", code, edited, output)
	}
	for _, request := range bench.Requests() {
		if request.Service != "entra" && request.Method != http.MethodGet {
			t.Errorf("%s %s was sent", request.Method, request.Path)
		}
	}
	if output, code := cli.Run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the next plan exits with %d:\n%s", code, output)
	}
}

// TestList_leavesKeysOut: a query prints what it finds in clear.
func TestList_leavesKeysOut(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.MustDo(http.MethodPut, "enrollmentGroups/keys", map[string]any{
		"displayName": "Keys", "type": "iot", "attestation": map[string]any{"type": "symmetricKey"},
	})
	listed := bench.NewServer().List(typeGroup, nil, true, 10)
	if len(listed) != 1 || listed[0].Resource["attestation_type"] != "symmetricKey" || listed[0].Resource["primary_key"] != nil || listed[0].Resource["secondary_key"] != nil {
		t.Errorf("listed %v", listed)
	}
}
