// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// otherGroup makes a group that holds the Active CA.
func otherGroup(bench *acctest.Bench, id string) {
	bench.MustDo("PUT", "enrollmentGroups/"+id, map[string]any{
		"displayName": id, "type": "iot", "attestation": map[string]any{"type": "x509"},
	})
	bench.SwapCertificate(id, iotcentral.Secondary, bench.ActiveCA().DER(), true)
}

// TestConflict_namesTheGroupThatHoldsTheCertificate: IoT Central itself does not.
func TestConflict_namesTheGroupThatHoldsTheCertificate(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	otherGroup(bench, "other")
	holder := bench.Host() + "/enrollmentGroups/other/certificates/secondary"
	for typeName, arguments := range map[string]map[string]any{
		typeCertificate: entryOf(bench, bench.ActiveCA(), false),
		typeTrust:       {"enrollment_group_id": groupID(bench)},
	} {
		created := bench.NewServer().Create(typeName, arguments)
		if !hasOne(created.Errors, "409", holder+" already holds this certificate", "import {", fmt.Sprintf("id = %q", holder)) {
			t.Errorf("%s: errors %q", typeName, created.Errors)
		}
	}
}

// TestConflict_searchIsBounded: an error message must not cost a thousand requests.
func TestConflict_searchIsBounded(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	for i := range 60 {
		bench.MustDo("PUT", fmt.Sprintf("enrollmentGroups/a%02d", i), map[string]any{
			"displayName": "Other", "type": "iot", "attestation": map[string]any{"type": "x509"},
		})
	}
	otherGroup(bench, "z")
	bench.ResetRequests()
	created := bench.NewServer().Create(typeCertificate, entryOf(bench, bench.ActiveCA(), false))
	if !hasOne(created.Errors, "The application "+bench.Host()+" may already use this certificate", "none of the first 50 holds it") {
		t.Errorf("errors %q", created.Errors)
	}
	if reads := bench.Count()["EnrollmentGroups_GetX509"]; reads > 101 {
		t.Errorf("%d entries were read, want 101 at most", reads)
	}
}

// TestConflict_elsewhereIsNotAboutCertificates: a 409 has other reasons there.
func TestConflict_elsewhereIsNotAboutCertificates(t *testing.T) {
	t.Parallel()
	for operation, test := range map[string]struct {
		typeName  string
		arguments func(*acctest.Bench) map[string]any
	}{
		"EnrollmentGroups_Create": {typeGroup, func(*acctest.Bench) map[string]any { return map[string]any{"display_name": "New"} }},
		"EnrollmentGroups_GenerateVerificationCodeX509": {"iotcentral_verification_code", func(bench *acctest.Bench) map[string]any {
			return map[string]any{"certificate_id": groupID(bench) + "/certificates/primary", "thumbprint": bench.ActiveCA().Thumbprint().String()}
		}},
		"EnrollmentGroups_VerifyX509": {typeVerification, func(bench *acctest.Bench) map[string]any {
			return map[string]any{
				"certificate_id": groupID(bench) + "/certificates/primary", "thumbprint": bench.ActiveCA().Thumbprint().String(), "azure_sphere": map[string]any{},
			}
		}},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			portalGroup(bench)
			bench.SwapCertificate(groupName, iotcentral.Primary, bench.ActiveCA().DER(), false)
			bench.Fail(emulator.Fault{Operation: operation, Status: http.StatusConflict})
			created := bench.NewServer().Create(test.typeName, test.arguments(bench))
			if len(created.Errors) != 1 || !strings.Contains(created.Errors[0], "409") || strings.Contains(created.Errors[0], "certificate can be in one group") {
				t.Errorf("errors %q", created.Errors)
			}
		})
	}
}

// TestSymmetricKeyGroup_needsX509 before anything is written.
func TestSymmetricKeyGroup_needsX509(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.MustDo("PUT", "enrollmentGroups/"+groupName, map[string]any{
		"displayName": "Keys", "type": "iot", "attestation": map[string]any{"type": "symmetricKey"},
	})
	server := bench.NewServer()
	for typeName, arguments := range map[string]map[string]any{
		typeCertificate: entryOf(bench, bench.ActiveCA(), false),
		typeTrust:       {"enrollment_group_id": groupID(bench)},
	} {
		if plan := server.PlanCreate(typeName, arguments); !hasOne(plan.Errors, "needs x509", `attestation_type = "x509"`) {
			t.Errorf("%s: errors %q", typeName, plan.Errors)
		}
	}
}
