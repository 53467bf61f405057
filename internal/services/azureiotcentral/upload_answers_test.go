// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

const (
	putCertificate = "EnrollmentGroups_CreateX509"
	getCertificate = "EnrollmentGroups_GetX509"
)

// entryOf are the arguments of a certificate in the primary entry.
func entryOf(bench *acctest.Bench, ca *certs.Certificate, attested bool) map[string]any {
	return map[string]any{"enrollment_group_id": groupID(bench), "certificate_pem": ca.PEM(), "attested": attested}
}

// shown is an answer that shows a certificate in an entry.
func shown(thumbprint string, verified bool) string {
	return fmt.Sprintf(`{"verified":%t,"info":{"sha1Thumbprint":%q},"etag":"x"}`, verified, thumbprint)
}

// TestEnrollmentGroupCertificate_answerToTheUploadIsChecked: what was sent stays in
// the state, tainted or not, wherever it may be in the entry.
func TestEnrollmentGroupCertificate_answerToTheUploadIsChecked(t *testing.T) {
	t.Parallel()
	ca := acctest.ForeignCA(t)
	other := strings.Repeat("AB", 20)
	absent := emulator.Fault{Operation: getCertificate, Status: 404, Times: 1}
	for name, test := range map[string]struct {
		attested bool
		faults   []emulator.Fault
		want     []string // None: there is no error.
		kept     bool
	}{
		"another certificate is shown": {
			faults: []emulator.Fault{{Operation: putCertificate, Status: 200, AfterEffect: true, Body: shown(other, false)}},
			want:   []string{"IoT Central stored another certificate", ca.Thumbprint().String(), other, "apply again"}, kept: true,
		},
		"attested, and not shown as verified": {
			attested: true,
			faults:   []emulator.Fault{{Operation: putCertificate, Status: 200, AfterEffect: true, Body: shown(ca.Thumbprint().String(), false)}},
			want:     []string{"The certificate is not verified", "attested = false"}, kept: true,
		},
		"lost answer, and the entry holds it": {
			faults: []emulator.Fault{{Operation: putCertificate, Drop: true, AfterEffect: true}}, kept: true,
		},
		"lost answer, and the entry is empty": {
			faults: []emulator.Fault{{Operation: putCertificate, Drop: true}},
			want:   []string{"Cannot put the certificate", "did not answer"},
		},
		"lost answer, and another certificate is there": {
			faults: []emulator.Fault{{Operation: putCertificate, Drop: true}, absent, {Operation: getCertificate, Status: 200, Body: shown(other, false)}},
			want:   []string{"Cannot put the certificate", "did not answer"},
		},
		"lost answer, and the entry cannot be read": {
			faults: []emulator.Fault{{Operation: putCertificate, Drop: true, AfterEffect: true}, absent, {Operation: getCertificate, Status: 403}},
			want:   []string{"Cannot put the certificate", "did not answer"}, kept: true,
		},
		"a login page instead of an answer": {
			faults: []emulator.Fault{{Operation: putCertificate, Status: 200, Body: acctest.LoginPage}},
			want:   []string{"Cannot put the certificate", "cannot be understood"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			portalGroup(bench)
			for _, fault := range test.faults {
				bench.Fail(fault)
			}
			server := bench.NewServer()
			created := server.Create(typeCertificate, entryOf(bench, ca.Certificate, test.attested))
			if test.want == nil && len(created.Errors) > 0 || test.want != nil && !hasOne(created.Errors, test.want...) {
				t.Errorf("errors %q, want one with %q", created.Errors, test.want)
			}
			if kept := created.State != nil; kept != test.kept {
				t.Errorf("kept %v, want %t", created.State, test.kept)
			}
			if test.kept && created.State["thumbprint"] != ca.Thumbprint().String() {
				t.Errorf("the state holds %v, want %s", created.State["thumbprint"], ca.Thumbprint().String())
			}
		})
	}
}

// TestEnrollmentGroupCertificate_verifiedMeanwhileIsNotUploadedAgain: an upload
// would take the verification away.
func TestEnrollmentGroupCertificate_verifiedMeanwhileIsNotUploadedAgain(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	ca := acctest.ForeignCA(t)
	created := bench.NewServer().MustCreate(typeCertificate, entryOf(bench, ca.Certificate, false))
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), true)
	bench.ResetRequests()
	updated := bench.NewServer().Update(created, entryOf(bench, ca.Certificate, true))
	if len(updated.Errors) > 0 || updated.State["attested"] != true || bench.Count()[putCertificate] != 0 {
		t.Errorf("got %v, %q and %d uploads, want none", updated.State, updated.Errors, bench.Count()[putCertificate])
	}
}

// TestEnrollmentGroup_answerToTheCreationIsChecked: a group that may be there stays
// in the state, and one that is not ours does not.
func TestEnrollmentGroup_answerToTheCreationIsChecked(t *testing.T) {
	t.Parallel()
	const group = `{"id":"sphere-devices","displayName":%q,"type":"iot","enabled":true,"attestation":{"type":"x509"},"idScope":"0ne","etag":"x"}`
	absent := emulator.Fault{Operation: "EnrollmentGroups_Get", Status: 404, Times: 1}
	found := func(name string) emulator.Fault {
		return emulator.Fault{Operation: "EnrollmentGroups_Get", Status: 200, Body: fmt.Sprintf(group, name)}
	}
	lost, conflict := emulator.Fault{Operation: "EnrollmentGroups_Create", Drop: true}, emulator.Fault{Operation: "EnrollmentGroups_Create", Status: 409}
	for name, test := range map[string]struct {
		faults []emulator.Fault
		want   string
		kept   bool
	}{
		"lost answer, and it is there":      {[]emulator.Fault{lost, absent, found("Azure Sphere")}, "", true},
		"lost answer, and another is there": {[]emulator.Fault{lost, absent, found("Other")}, "did not answer", false},
		"lost answer, and it is not there":  {[]emulator.Fault{lost}, "did not answer", false},
		"lost answer, and nobody can tell":  {[]emulator.Fault{lost, absent, {Operation: "EnrollmentGroups_Get", Status: 403}}, "did not answer", true},
		"nothing in the answer, and it is there": {
			[]emulator.Fault{{Operation: "EnrollmentGroups_Create", Status: 200, AfterEffect: true, Body: acctest.Nothing}}, "", true,
		},
		"nothing in the answer, and it is not shown yet": {[]emulator.Fault{
			{Operation: "EnrollmentGroups_Create", Status: 201, AfterEffect: true, Body: acctest.Nothing},
			{Operation: "EnrollmentGroups_Get", Status: 404, Times: 2},
		}, "does not tell the type", true},
		"nothing in any answer": {[]emulator.Fault{
			{Operation: "EnrollmentGroups_Create", Status: 200, AfterEffect: true, Body: acctest.Nothing},
			absent,
			{Operation: "EnrollmentGroups_Get", Status: 200, Body: acctest.Nothing},
		}, "does not tell the type", true},
		"conflict with itself":                  {[]emulator.Fault{conflict, absent, found("Azure Sphere")}, "", true},
		"conflict with another":                 {[]emulator.Fault{conflict, absent, found("Other")}, "409", false},
		"conflict, and nobody can tell":         {[]emulator.Fault{conflict, absent, {Operation: "EnrollmentGroups_Get", Status: 403}}, "409", false},
		"a login page, and it is there already": {[]emulator.Fault{{Operation: "EnrollmentGroups_Create", Status: 200, AfterEffect: true, Body: acctest.LoginPage}}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			for _, fault := range test.faults {
				bench.Fail(fault)
			}
			created := bench.NewServer().Create(typeGroup, map[string]any{"group_id": groupName, "display_name": "Azure Sphere"})
			if test.want == "" && len(created.Errors) > 0 || test.want != "" && !hasOne(created.Errors, "Cannot create the enrollment group", test.want) {
				t.Errorf("errors %q, want %q", created.Errors, test.want)
			}
			if kept := created.State != nil; kept != test.kept {
				t.Errorf("kept %v, want %t", created.State, test.kept)
			}
		})
	}
}
