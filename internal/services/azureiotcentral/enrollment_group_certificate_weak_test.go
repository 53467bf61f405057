// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"os"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// TestEnrollmentGroupCertificate_weakOneIsRefusedBeforeAnUpload: what is in the
// entry already can be forged or not, and an error would only stand in the way of
// its replacement.
func TestEnrollmentGroupCertificate_weakOneIsRefusedBeforeAnUpload(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		summary string
		refused bool
	}{
		"md5":     {"The CA certificate cannot be used", true},
		"sha1":    {"The CA certificate is weak", false},
		"rsa2047": {"The CA certificate is weak", false},
		"ed25519": {"The CA certificate is weak", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			encoded, err := os.ReadFile("../../certs/testdata/" + name + ".pem")
			if err != nil {
				t.Fatal(err)
			}
			weak, err := certs.Parse(string(encoded))
			if err != nil {
				t.Fatal(err)
			}
			bench := acctest.Start(t, nil)
			portalGroup(bench)
			server := bench.NewServer()
			arguments := entryOf(bench, weak, false)
			plan := server.PlanCreate(typeCertificate, arguments)
			if test.refused != hasOne(plan.Errors, test.summary) || test.refused == hasOne(plan.Warnings, test.summary) {
				t.Errorf("a new one: errors %q, warnings %q", plan.Errors, plan.Warnings)
			}
			bench.SwapCertificate(groupName, iotcentral.Primary, weak.DER(), true)
			server = bench.NewServer() // Another run: the first plan claims the entry.
			plan = server.PlanUpdate(server.ImportByID(typeCertificate, groupID(bench)+"/certificates/primary"), arguments)
			if len(plan.Errors) > 0 || !hasOne(plan.Warnings, test.summary) {
				t.Errorf("the one in the entry: errors %q, warnings %q, want only a warning", plan.Errors, plan.Warnings)
			}
		})
	}
}
