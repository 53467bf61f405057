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
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// change is a plan, and all the requests that it takes, each of which may be
// refused.
type change struct {
	typeName string
	// needs are the types that must be there before.
	needs []string
	// operations are those of the apply, in their order. tolerated are those without
	// which it succeeds as well.
	operations, tolerated []string
	// plan makes the plan while nothing is refused.
	plan func(t *testing.T, e *estate) acctest.Plan
}

// create plans the resource that the estate is without.
func create(typeName string) func(*testing.T, *estate) acctest.Plan {
	return func(_ *testing.T, e *estate) acctest.Plan {
		return e.NewServer().PlanCreate(typeName, e.arguments[typeName])
	}
}

// remove plans to destroy a resource of the estate.
func remove(typeName string) func(*testing.T, *estate) acctest.Plan {
	return func(_ *testing.T, e *estate) acctest.Plan { return e.NewServer().PlanDelete(e.resources[typeName]) }
}

// handshake are the requests that verify a certificate.
var handshake = []string{
	"EnrollmentGroups_GetX509", "EnrollmentGroups_GenerateVerificationCodeX509",
	"Certificates_RetrieveProofOfPossessionNonce", "EnrollmentGroups_VerifyX509",
}

// verifying are the requests of the verification, trusting those of the trust.
var (
	verifying = append([]string{"Certificates_ListByCatalog"}, handshake...)
	trusting  = append([]string{"EnrollmentGroups_CreateX509"}, verifying...)
)

// dpsVerifying are the requests that verify a certificate of a Device Provisioning
// Service, dpsTrusting those of a trust there, and dpsTidying those that delete a
// certificate: without these a trust is there all the same.
var (
	dpsVerifying = []string{
		"Certificates_ListByCatalog", "DpsCertificate_Get", "DpsCertificate_GenerateVerificationCode",
		"Certificates_RetrieveProofOfPossessionNonce", "DpsCertificate_VerifyCertificate",
	}
	dpsTrusting = []string{
		"EnrollmentGroup_Get", "Certificates_ListByCatalog", "DpsCertificate_Get", "DpsCertificate_CreateOrUpdate", "DpsCertificate_GenerateVerificationCode",
		"Certificates_RetrieveProofOfPossessionNonce", "DpsCertificate_VerifyCertificate", "EnrollmentGroup_CreateOrUpdate",
	}
	dpsTidying = []string{"EnrollmentGroup_Query", "DpsCertificate_Get", "DpsCertificate_Delete"}
)

var creations = map[string]change{
	"DPS verification": {typeDPSVerification, nil, dpsVerifying, nil, create(typeDPSVerification)},
	"DPS group":        {typeDPSGroup, nil, []string{"EnrollmentGroup_CreateOrUpdate"}, nil, create(typeDPSGroup)},
	"DPS group that refers": {typeDPSGroup, []string{typeDPSVerification}, []string{"DpsCertificate_List", "EnrollmentGroup_CreateOrUpdate"}, nil, func(_ *testing.T, e *estate) acctest.Plan {
		return e.NewServer().PlanCreate(typeDPSGroup, e.with(typeDPSGroup, map[string]any{"ca_references": map[string]any{"primary": estateCertificate}}))
	}},
	"DPS trust": {typeDPSTrust, nil, dpsTrusting, nil, create(typeDPSTrust)},

	"tenant CA":         {typeTenantCA, nil, []string{"Certificates_ListByCatalog"}, nil, create(typeTenantCA)},
	"proof":             {typeProof, nil, []string{"Certificates_ListByCatalog", "Certificates_RetrieveProofOfPossessionNonce"}, nil, create(typeProof)},
	"group":             {typeGroup, nil, []string{"EnrollmentGroups_Get", "EnrollmentGroups_Create"}, []string{"EnrollmentGroups_List"}, create(typeGroup)},
	"group certificate": {typeCertificate, []string{typeGroup}, []string{"EnrollmentGroups_GetX509", "EnrollmentGroups_CreateX509"}, nil, create(typeCertificate)},
	"verification":      {typeVerification, []string{typeGroup, typeCertificate}, verifying, nil, create(typeVerification)},
	"verification code": {typeCode, []string{typeGroup}, handshake[:2], nil, create(typeCode)},
	"trust":             {typeTrust, nil, trusting, nil, create(typeTrust)},
}

var changes = map[string]change{
	"DPS lost verification": {typeDPSVerification, []string{typeDPSVerification}, dpsVerifying, nil, func(_ *testing.T, e *estate) acctest.Plan {
		e.UploadDPS(estateCertificate, e.ActiveCA().DER(), false)
		e.resources[typeDPSVerification] = e.NewServer().Refresh(e.resources[typeDPSVerification])
		return e.NewServer().PlanUpdate(e.resources[typeDPSVerification], e.arguments[typeDPSVerification])
	}},
	"DPS group disabled": {typeDPSGroup, []string{typeDPSGroup}, []string{"EnrollmentGroup_Get", "EnrollmentGroup_CreateOrUpdate"}, nil, func(_ *testing.T, e *estate) acctest.Plan {
		return e.NewServer().PlanUpdate(e.resources[typeDPSGroup], e.with(typeDPSGroup, map[string]any{"provisioning_status": "disabled"}))
	}},
	"DPS renewed CA": {typeDPSTrust, []string{typeDPSTrust}, append([]string{"DpsCertificate_List"}, dpsTrusting...), nil, func(t *testing.T, e *estate) acctest.Plan {
		t.Helper()
		rotate(t, e.Bench, emulator.StageIssue)
		rotate(t, e.Bench, emulator.StageActivate)
		e.resources[typeDPSTrust] = e.NewServer().Refresh(e.resources[typeDPSTrust])
		return e.NewServer().PlanUpdate(e.resources[typeDPSTrust], e.arguments[typeDPSTrust])
	}},

	"tenant CA with a thumbprint that was unknown": {typeTenantCA, []string{typeTenantCA}, []string{"Certificates_ListByCatalog"}, nil, func(_ *testing.T, e *estate) acctest.Plan {
		return e.NewServer().PlanUpdate(e.resources[typeTenantCA], map[string]any{"thumbprint": acctest.Unknown})
	}},
	"display name": {typeGroup, []string{typeGroup}, []string{"EnrollmentGroups_Update"}, nil, func(_ *testing.T, e *estate) acctest.Plan {
		return e.NewServer().PlanUpdate(e.resources[typeGroup], e.with(typeGroup, map[string]any{"display_name": "Renamed"}))
	}},
	"another certificate": {typeCertificate, []string{typeGroup, typeCertificate}, []string{"EnrollmentGroups_GetX509", "EnrollmentGroups_CreateX509"}, nil, func(t *testing.T, e *estate) acctest.Plan {
		t.Helper()
		return e.NewServer().PlanUpdate(e.resources[typeCertificate], e.with(typeCertificate, map[string]any{"certificate_pem": acctest.ForeignCA(t).PEM()}))
	}},
	"attested": {typeCertificate, []string{typeGroup, typeCertificate}, []string{"EnrollmentGroups_GetX509", "EnrollmentGroups_CreateX509"}, nil, func(_ *testing.T, e *estate) acctest.Plan {
		return e.NewServer().PlanUpdate(e.resources[typeCertificate], e.with(typeCertificate, map[string]any{"attested": true}))
	}},
	"lost verification": {typeVerification, []string{typeGroup, typeCertificate, typeVerification}, verifying, nil, func(_ *testing.T, e *estate) acctest.Plan {
		e.SwapCertificate(estateGroup, iotcentral.Primary, e.ActiveCA().DER(), false)
		e.resources[typeVerification] = e.NewServer().Refresh(e.resources[typeVerification])
		return e.NewServer().PlanUpdate(e.resources[typeVerification], e.arguments[typeVerification])
	}},
	"renewed CA": {typeTrust, []string{typeTrust}, trusting, nil, func(t *testing.T, e *estate) acctest.Plan {
		t.Helper()
		rotate(t, e.Bench, emulator.StageIssue)
		rotate(t, e.Bench, emulator.StageActivate)
		e.resources[typeTrust] = e.NewServer().Refresh(e.resources[typeTrust])
		return e.NewServer().PlanUpdate(e.resources[typeTrust], e.arguments[typeTrust])
	}},
}

var removals = map[string]change{
	"DPS group": {typeDPSGroup, []string{typeDPSGroup}, []string{"EnrollmentGroup_Get", "EnrollmentGroup_Delete"}, nil, remove(typeDPSGroup)},
	"DPS trust": {typeDPSTrust, []string{typeDPSTrust}, []string{"EnrollmentGroup_Get", "DpsCertificate_List", "EnrollmentGroup_CreateOrUpdate"}, append([]string{"Certificates_ListByCatalog"}, dpsTidying...), remove(typeDPSTrust)},

	"group":             {typeGroup, []string{typeGroup}, []string{"EnrollmentGroups_Remove"}, nil, remove(typeGroup)},
	"group certificate": {typeCertificate, []string{typeGroup, typeCertificate}, []string{"EnrollmentGroups_RemoveX509"}, nil, remove(typeCertificate)},
	"trust":             {typeTrust, []string{typeTrust}, []string{"EnrollmentGroups_GetX509", "EnrollmentGroups_RemoveX509"}, []string{"Certificates_ListByCatalog"}, remove(typeTrust)},
}

func TestCreating_refusedLeavesNoState(t *testing.T) {
	t.Parallel()
	refuseAll(t, creations)
}

func TestCreating_coversEveryType(t *testing.T) {
	t.Parallel()
	covered := map[string]bool{}
	for _, creation := range creations {
		covered[creation.typeName] = true
	}
	for typeName := range acctest.Start(t, nil).NewServer().Schemas.ResourceSchemas {
		if !covered[typeName] {
			t.Errorf("no refused creation of %s is tested", typeName)
		}
	}
}

func TestUpdating_refusedKeepsTheState(t *testing.T) {
	t.Parallel()
	refuseAll(t, changes)
}

func TestDeleting_refusedKeepsTheState(t *testing.T) {
	t.Parallel()
	refuseAll(t, removals)
}

// TestPlanning_refusedIsAnError: a plan that has to look, and cannot, decides
// nothing.
func TestPlanning_refusedIsAnError(t *testing.T) {
	t.Parallel()
	e := newEstate(t, typeTenantCA)
	legacy := map[string]any{"tenant_id": e.Info().SphereTenantID}
	trust := newEstate(t, typeTrust)
	for name, test := range map[string]struct {
		estate     *estate
		operations []string
		plan       func(*acctest.Server) acctest.Plan
	}{
		"trust in a group": {e, []string{"EnrollmentGroups_GetX509", "Certificates_ListByCatalog"}, func(server *acctest.Server) acctest.Plan {
			return server.PlanCreate(typeTrust, e.arguments[typeTrust])
		}},
		"trust in another tenant": {trust, []string{"Tenants_ListCertificates"}, func(server *acctest.Server) acctest.Plan {
			return server.PlanUpdate(trust.resources[typeTrust], trust.with(typeTrust, map[string]any{
				"azure_sphere": map[string]any{"tenant_id": trust.Info().SphereTenantID},
			}))
		}},
		"CA of another tenant": {e, []string{"Tenants_ListCertificates"}, func(server *acctest.Server) acctest.Plan {
			return server.PlanUpdate(e.resources[typeTenantCA], legacy)
		}},
	} {
		for _, operation := range test.operations {
			for want, fault := range refusals() {
				fault.Operation = operation
				test.estate.Fail(fault)
				plan := test.plan(test.estate.NewServer())
				test.estate.ClearFaults()
				if !containsOne(plan.Errors, want) {
					t.Errorf("%s, %s answers %d: errors %q, want one with %q", name, operation, fault.Status, plan.Errors, want)
				}
			}
		}
		if plan := test.plan(test.estate.NewServer()); len(plan.Errors) > 0 {
			t.Errorf("%s, without a fault: %q", name, plan.Errors)
		}
	}
}

// refuseAll refuses each of the changes in an estate of its own.
func refuseAll(t *testing.T, all map[string]change) {
	t.Helper()
	for name, one := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuse(t, newEstate(t, one.needs...), one)
		})
	}
}

// refuse makes the change with each of its requests refused in each way. The state
// must be the one before; and when nothing is refused any more, the same plan must
// lead to the end.
func refuse(t *testing.T, e *estate, change change) {
	t.Helper()
	plan := change.plan(t, e)
	if len(plan.Errors) > 0 {
		t.Fatalf("the plan: %v", plan.Errors)
	}
	before := e.resources[change.typeName] // The plan may have refreshed it.
	for _, operation := range change.operations {
		for want, fault := range refusals() {
			if fault.Status == 401 || fault.Status == 429 {
				continue // They are refused as 403 is, which the reads show.
			}
			fault.Operation = operation
			e.Fail(fault)
			e.ResetRequests()
			after := e.NewServer().Apply(plan) // One that remembers nothing.
			e.ClearFaults()
			what := fmt.Sprintf("%s answers %d %s", operation, fault.Status, fault.Body)
			if !containsOne(after.Errors, want) || !strings.HasPrefix(after.Errors[0], "Cannot ") {
				t.Errorf("%s: errors %q, want one with %q", what, after.Errors, want)
			}
			switch {
			case change.typeName == typeDPSTrust:
				showsTheDPSGroup(t, e, what, after)
			case change.typeName == typeTrust && !isRead(operation) && change.operations[0] != "EnrollmentGroups_GetX509":
				showsTheGroup(t, e, what, after)
			case !reflect.DeepEqual(after.State, before.State):
				t.Errorf("%s: the state became\n%v, want as before\n%v", what, after.State, before.State)
			}
			if written := e.written(); len(written) > 0 && isRead(operation) {
				t.Errorf("%s: sent %v, want nothing", what, written)
			}
		}
	}
	for _, operation := range change.tolerated {
		e.Fail(emulator.Fault{Operation: operation, Status: 403})
	}
	e.ResetRequests()
	if after := e.NewServer().Apply(plan); len(after.Errors) > 0 {
		t.Errorf("without a fault: %v", after.Errors)
	}
	for _, request := range e.Requests() {
		if request.Operation != "" && request.Service != "entra" && !slices.Contains(slices.Concat(change.operations, change.tolerated), request.Operation) {
			t.Errorf("%s was sent, and it was never refused", request.Operation)
		}
	}
}

// showsTheGroup checks the state of a trust after a failure: there is one once
// something was written, and it shows what the group holds.
func showsTheGroup(t *testing.T, e *estate, what string, after acctest.Resource) {
	t.Helper()
	if after.State == nil && e.Count()["EnrollmentGroups_CreateX509"] == 0 {
		return // What is there was there before.
	}
	for _, entry := range iotcentral.Entries() {
		thumbprint, verified := e.Entry("trust", entry)
		shown, _ := after.State[string(entry)].(map[string]any)
		if thumbprint == "" && shown != nil || thumbprint != "" && (shown["thumbprint"] != thumbprint || shown["verified"] != verified) {
			t.Errorf("%s: the %s entry holds %q, verified %t; the state is %v", what, entry, thumbprint, verified, after.State)
		}
	}
}

// showsTheDPSGroup is showsTheGroup for the trust in a Device Provisioning Service.
// What it has uploaded is no part of the state until the group refers to it.
func showsTheDPSGroup(t *testing.T, e *estate, what string, after acctest.Resource) {
	t.Helper()
	trusted := map[string]bool{}
	for _, thumbprint := range e.TrustedByDPS(trustGroup) {
		trusted[thumbprint] = true
	}
	if after.State == nil && len(trusted) == 0 {
		return
	}
	for _, entry := range iotcentral.Entries() {
		shown, _ := after.State[string(entry)].(map[string]any)
		if thumbprint, _ := shown["thumbprint"].(string); shown != nil && shown["verified"] == true && !trusted[thumbprint] {
			t.Errorf("%s: the state has %v, the group trusts %v", what, after.State, trusted)
		}
	}
}

func isRead(operation string) bool {
	return strings.Contains(operation, "_Get") || strings.Contains(operation, "_List")
}
