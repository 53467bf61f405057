// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// refusals are the answers that say nothing about what was asked for. Each comes
// with a part of the error that it must lead to.
func refusals() map[string]emulator.Fault {
	return map[string]emulator.Fault{
		"401":               {Status: 401},
		"403":               {Status: 403},
		"429":               {Status: 429},
		"500":               {Status: 500},
		"cannot be underst": {Status: 200, Body: acctest.LoginPage},
	}
}

// refuseReads makes an operation fail, and the list of groups as well, which would serve
// for it.
func refuseReads(bench *acctest.Bench, fault emulator.Fault) {
	bench.Fail(fault)
	if strings.HasPrefix(fault.Operation, "EnrollmentGroups_") {
		fault.Operation = "EnrollmentGroups_List"
		bench.Fail(fault)
	}
}

// refreshReads are the operations with which each resource type is read.
var refreshReads = map[string][]string{
	typeTenantCA:     {"Certificates_ListByCatalog"},
	typeGroup:        {"EnrollmentGroups_Get"},
	typeCertificate:  {"EnrollmentGroups_GetX509"},
	typeVerification: {"EnrollmentGroups_GetX509"},
	typeCode:         {"EnrollmentGroups_GetX509"},
	typeTrust:        {"EnrollmentGroups_GetX509", "Certificates_ListByCatalog"},
	typeProof:        nil, // Nobody keeps it but the state.

	typeDPSVerification: {"DpsCertificate_Get"},
	typeDPSGroup:        {"EnrollmentGroup_Get"},
	typeDPSTrust:        {"EnrollmentGroup_Get", "DpsCertificate_List", "Certificates_ListByCatalog"},
}

// TestReading_refusedKeepsTheState: whatever takes a refusal for an absence makes
// Terraform create again what exists.
func TestReading_refusedKeepsTheState(t *testing.T) {
	t.Parallel()
	e := newEstate(t, everyType()...)
	for typeName := range e.NewServer().Schemas.ResourceSchemas {
		operations, listed := refreshReads[typeName]
		if !listed {
			t.Errorf("%s has no test of its reading", typeName)
		}
		before := e.resources[typeName]
		for _, operation := range operations {
			for want, fault := range refusals() {
				fault.Operation = operation
				e.ClearFaults()
				refuseReads(e.Bench, fault)
				e.ResetRequests()
				after := e.NewServer().Refresh(before)
				what := fmt.Sprintf("%s, %s answers %d %s", typeName, operation, fault.Status, fault.Body)
				if !containsOne(after.Errors, want) || !strings.HasPrefix(after.Errors[0], "Cannot ") {
					t.Errorf("%s: errors %q, want one with %q", what, after.Errors, want)
				}
				if !reflect.DeepEqual(after.State, before.State) || !reflect.DeepEqual(after.Identity, before.Identity) {
					t.Errorf("%s: the state became\n%v\n%v, want as before\n%v\n%v", what, after.State, after.Identity, before.State, before.Identity)
				}
				if written := e.written(); len(written) > 0 || len(after.Warnings) > 0 {
					t.Errorf("%s: sent %v and warned %q, want neither", what, written, after.Warnings)
				}
			}
		}
		e.ClearFaults()
		if after := e.NewServer().Refresh(before); len(after.Errors)+len(after.Warnings) > 0 || !reflect.DeepEqual(after.State, before.State) {
			t.Errorf("%s: without a fault it is read as\n%v %q %q, want\n%v", typeName, after.State, after.Errors, after.Warnings, before.State)
		}
	}
}

// TestReading_aListThatIsRefusedIsDoneWithout: it only saves requests. It is asked for
// once.
func TestReading_aListThatIsRefusedIsDoneWithout(t *testing.T) {
	t.Parallel()
	e := newEstate(t, everyType()...)
	for _, fault := range refusals() {
		fault.Operation = "EnrollmentGroups_List"
		e.ClearFaults()
		e.Fail(fault)
		server := e.NewServer()
		for _, typeName := range []string{typeGroup, typeCertificate, typeVerification, typeTrust} {
			before := e.resources[typeName]
			if after := server.Refresh(before); len(after.Errors)+len(after.Warnings) > 0 || !reflect.DeepEqual(after.State, before.State) {
				t.Errorf("%s, the list answers %d: got\n%v, %q, %q, want\n%v", typeName, fault.Status, after.State, after.Errors, after.Warnings, before.State)
			}
		}
	}
	e.ClearFaults()
	e.Fail(emulator.Fault{Operation: "EnrollmentGroups_List", Status: 403})
	e.ResetRequests()
	server := e.NewServer()
	for range 3 {
		server.Refresh(e.resources[typeTrust])
		server.Refresh(e.resources[typeGroup])
	}
	if got := e.Count(); got["EnrollmentGroups_List"] != 1 || got["EnrollmentGroups_Get"] != 2 || got["EnrollmentGroups_GetX509"] != 2 {
		t.Errorf("three refreshes of a group and a trust sent %v, want one list and one read of each thing", got)
	}
}

// TestReading_aListAloneDoesNotSayThatTrustIsLost: whether it lags is not known.
func TestReading_aListAloneDoesNotSayThatTrustIsLost(t *testing.T) {
	t.Parallel()
	e := newEstate(t, typeTrust)
	foreign := acctest.ForeignCA(t).Thumbprint()
	shown := fmt.Sprintf(`{"id":%q,"displayName":"T","enabled":true,"type":"iot","idScope":"0ne1","attestation":{"type":"x509",`+
		`"x509":{"signingCertificates":{"primary":{"verified":true,"info":{"sha1Thumbprint":"%s"}}}}}}`, trustGroup, foreign)
	e.Fail(emulator.Fault{Operation: "EnrollmentGroups_List", Status: 200, Body: `{"value":[` + shown + `]}`})
	before := e.resources[typeTrust]
	after := e.NewServer().Refresh(before)
	if len(after.Errors)+len(after.Warnings) > 0 || !reflect.DeepEqual(after.State, before.State) {
		t.Errorf("got\n%v, %q, %q, want\n%v", after.State, after.Errors, after.Warnings, before.State)
	}
	found := e.NewServer().ReadData(typeTrust, map[string]any{"enrollment_group_id": before.State["enrollment_group_id"]})
	if len(found.Errors) > 0 || found.State["trusted"] != true {
		t.Errorf("the data source has %v, %q, want trust", found.State, found.Errors)
	}
}

// TestReading_anAnswerThatSaysNothingKeepsTheState: taken for a group, it would
// plan to replace the group and all devices in it.
func TestReading_anAnswerThatSaysNothingKeepsTheState(t *testing.T) {
	t.Parallel()
	e := newEstate(t, everyType()...)
	for _, service := range []string{"iotcentral", "arm", "sphere"} {
		e.Fail(emulator.Fault{Service: service, Method: "GET", Status: 200, Body: acctest.Nothing})
	}
	group := e.Host() + "/enrollmentGroups/" + estateGroup
	server := e.NewServer()
	for typeName, want := range map[string]string{
		typeGroup: "does not contain the type", typeCertificate: "does not contain the thumbprint",
		typeVerification: "does not contain the thumbprint", typeCode: "does not contain the thumbprint", typeTrust: "does not contain the type",
		typeTenantCA: "there is no list in it",
	} {
		before := e.resources[typeName]
		after := server.Refresh(before)
		if len(after.Errors) != 1 || !containsOne(after.Errors, want) || len(after.Warnings) > 0 || !reflect.DeepEqual(after.State, before.State) {
			t.Errorf("%s: got\n%v, %q, %q, want an error with %q and\n%v", typeName, after.State, after.Errors, after.Warnings, want, before.State)
		}
	}
	for typeName, arguments := range map[string]map[string]any{
		typeGroup: {"group_id": estateGroup}, typeCertificate: {"enrollment_group_id": group},
		"iotcentral_enrollment_groups": nil, "iotcentral_application": nil, "azuresphere_tenant": {"name": "contoso"},
		"azuresphere_tenant_cas": nil, typeTenantCA: {"tenant_id": e.Info().SphereTenantID},
	} {
		if found := server.ReadData(typeName, arguments); !containsOne(found.Errors, "cannot be understood") {
			t.Errorf("data source %s: got %v, %q", typeName, found.State, found.Errors)
		}
	}
}

// TestReading_anAnswerWithoutAListIsNoTenantWithoutCAs: the active CA would seem to
// be a foreign certificate.
func TestReading_anAnswerWithoutAListIsNoTenantWithoutCAs(t *testing.T) {
	t.Parallel()
	e := newEstate(t, typeTrust)
	e.Fail(emulator.Fault{Operation: "Certificates_ListByCatalog", Status: 200, Body: acctest.Nothing})
	before := e.resources[typeTrust]
	after := e.NewServer().Refresh(before)
	if !containsOne(after.Errors, "there is no list in it") || !reflect.DeepEqual(after.State, before.State) {
		t.Errorf("got\n%v, %q, want an error and\n%v", after.State, after.Errors, before.State)
	}
}

// TestReading_emptyEntriesDoNotProveThatTheGroupIsGone: the trust asks for the group
// itself, and takes a refusal there for what it is.
func TestReading_emptyEntriesDoNotProveThatTheGroupIsGone(t *testing.T) {
	t.Parallel()
	e := newEstate(t, typeTrust)
	before := e.resources[typeTrust]
	e.DeleteCertificate(trustGroup, "primary")
	for want, fault := range refusals() {
		fault.Operation = "EnrollmentGroups_Get"
		e.ClearFaults()
		refuseReads(e.Bench, fault)
		if after := e.NewServer().Refresh(before); !containsOne(after.Errors, want) || !reflect.DeepEqual(after.State, before.State) {
			t.Errorf("%d: errors %q and the state %v, want one with %q and %v", fault.Status, after.Errors, after.State, want, before.State)
		}
	}
	e.ClearFaults()
	if after := e.NewServer().Refresh(before); len(after.Errors) > 0 || after.State == nil || after.State["primary"] != nil {
		t.Errorf("the group without certificates is read as %v, %q", after.State, after.Errors)
	}
	e.MustDo("DELETE", "enrollmentGroups/"+trustGroup, nil)
	if after := e.NewServer().Refresh(before); after.State != nil || !containsOne(after.Warnings, "The enrollment group is gone") {
		t.Errorf("the group that is gone is read as %v, %q", after.State, after.Warnings)
	}
}

// TestDataSources_refusedIsAnError goes through every request of every data source.
func TestDataSources_refusedIsAnError(t *testing.T) {
	t.Parallel()
	e := newEstate(t, typeGroup, typeCertificate, typeDPSTrust)
	group := e.Host() + "/enrollmentGroups/" + estateGroup
	info := e.Info()
	for typeName, reads := range map[string][]struct {
		arguments  map[string]any
		operations []string
	}{
		"azuresphere_catalog": {{nil, []string{"Catalogs_Get"}}},
		"azuresphere_tenant": {
			{map[string]any{"tenant_id": info.SphereTenantID}, []string{"Tenants_Get"}},
			{map[string]any{"name": e.State().Catalogs[0].TenantName}, []string{"Tenants_List"}},
		},
		"azuresphere_tenant_ca": {
			{nil, []string{"Certificates_ListByCatalog"}},
			{map[string]any{"tenant_id": info.SphereTenantID}, []string{"Tenants_ListCertificates"}},
		},
		"azuresphere_tenant_cas": {{nil, []string{"Certificates_ListByCatalog"}}},
		"iotcentral_application": {
			{nil, []string{"EnrollmentGroups_List"}},
			{map[string]any{"resource_id": info.Applications[0].ResourceID}, []string{"Apps_Get"}},
		},
		"azuresphere_dps": {{nil, []string{"IotDpsResource_Get"}}},
		typeDPSGroup:      {{map[string]any{"group_id": trustGroup}, []string{"EnrollmentGroup_Get"}}},
		typeDPSTrust: {{
			map[string]any{"enrollment_group_id": e.DPSGroupID(trustGroup)},
			[]string{"EnrollmentGroup_Get", "DpsCertificate_List", "Certificates_ListByCatalog"},
		}},
		"iotcentral_enrollment_groups": {{nil, []string{"EnrollmentGroups_List"}}},
		"iotcentral_enrollment_group":  {{map[string]any{"group_id": estateGroup}, []string{"EnrollmentGroups_Get"}}},
		"iotcentral_enrollment_group_certificate": {{
			map[string]any{"enrollment_group_id": group, "azure_sphere": map[string]any{}},
			[]string{"EnrollmentGroups_GetX509", "Certificates_ListByCatalog"},
		}},
	} {
		for _, read := range reads {
			if found := e.NewServer().ReadData(typeName, read.arguments); len(found.Errors) > 0 || found.State == nil {
				t.Errorf("%s %v: without a fault got %v, %q", typeName, read.arguments, found.State, found.Errors)
			}
			for _, operation := range read.operations {
				for want, fault := range refusals() {
					fault.Operation = operation
					refuseReads(e.Bench, fault)
					found := e.NewServer().ReadData(typeName, read.arguments)
					e.ClearFaults()
					if !containsOne(found.Errors, want) || found.State != nil {
						t.Errorf("%s %v, %s answers %d: got %v, %q, want only an error with %q",
							typeName, read.arguments, operation, fault.Status, found.State, found.Errors, want)
					}
				}
			}
		}
	}
}

// containsOne reports whether one of the texts contains the part.
func containsOne(texts []string, part string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, part) })
}

// TestEphemeralProof_refusedIsAnError: nothing is kept of it, so nothing is lost.
func TestEphemeralProof_refusedIsAnError(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	for _, operation := range []string{"Certificates_ListByCatalog", "Certificates_RetrieveProofOfPossessionNonce"} {
		for want, fault := range refusals() {
			fault.Operation = operation
			bench.Fail(fault)
			opened := bench.NewServer().Open(typeProof, map[string]any{"verification_code": "code"})
			bench.ClearFaults()
			if !containsOne(opened.Errors, want) {
				t.Errorf("%s answers %d: got %v, %q, want an error with %q", operation, fault.Status, opened.State, opened.Errors, want)
			}
		}
	}
}
