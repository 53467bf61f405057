// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// unknown is a nested block with one member that is not known.
func unknown(member string) map[string]any { return map[string]any{member: acctest.Unknown} }

// TestConfigure_unknownValuesStopOnlyWhatNeedsThem: in a plan a provider block may
// refer to resources that are only planned. Nothing may be sent to an address, or
// with a token, that is not the configured one.
func TestConfigure_unknownValuesStopOnlyWhatNeedsThem(t *testing.T) {
	t.Parallel()
	const later = "known only after the apply"
	bench := acctest.Start(t, nil)
	token := bench.Info().Applications[0].APIToken
	var (
		group      = map[string]any{"group_id": "x"}
		ofATenant  = map[string]map[string]any{"azuresphere_catalog": nil, "azuresphere_tenant": nil, "azuresphere_tenant_ca": nil, "azuresphere_tenant_cas": nil}
		ofAnApp    = map[string]map[string]any{"iotcentral_application": nil, "iotcentral_enrollment_groups": nil, "iotcentral_enrollment_group": group}
		ofACatalog = map[string]map[string]any{"azuresphere_catalog": nil, "azuresphere_tenant_ca": nil, "azuresphere_tenant_cas": nil}
	)
	for name, test := range map[string]struct {
		block map[string]any
		reads map[string]map[string]any
		want  []string
	}{
		"azure_sphere":              {map[string]any{"azure_sphere": acctest.Unknown}, ofATenant, []string{later, "Name the tenant in this block"}},
		"catalog_id":                {map[string]any{"azure_sphere": unknown("catalog_id")}, ofATenant, []string{later, "-target"}},
		"tenant_id of azure_sphere": {map[string]any{"azure_sphere": unknown("tenant_id")}, ofATenant, []string{later, "Name the tenant in this block"}},
		"iot_central":               {map[string]any{"iot_central": acctest.Unknown}, ofAnApp, []string{later, "Name the application in this block"}},
		"application":               {map[string]any{"iot_central": unknown("application")}, ofAnApp, []string{later, "Name the application in this block"}},
		"client_secret":             {map[string]any{"client_secret": acctest.Unknown}, ofACatalog, []string{later, "(client_secret)"}},
		"use_msi":                   {map[string]any{"use_msi": acctest.Unknown}, ofAnApp, []string{later, "(use_msi)"}},
		"auxiliary tenants":         {map[string]any{"auxiliary_tenant_ids": acctest.Unknown}, ofAnApp, []string{later, "(auxiliary_tenant_ids)"}},
		"one auxiliary tenant":      {map[string]any{"auxiliary_tenant_ids": []any{"contoso.com", acctest.Unknown}}, ofACatalog, []string{later, "(auxiliary_tenant_ids)"}},
		"resource_manager":          {map[string]any{"endpoints": unknown("resource_manager")}, ofACatalog, []string{later, "(endpoints.resource_manager)"}},
		"audience":                  {map[string]any{"endpoints": unknown("iot_central_audience")}, ofAnApp, []string{later, "(endpoints.iot_central_audience)"}},
		"endpoints":                 {map[string]any{"endpoints": acctest.Unknown}, ofACatalog, []string{later, "endpoints.resource_manager"}},
		"DNS suffix":                {map[string]any{"endpoints": unknown("iot_central_dns_suffix")}, ofAnApp, []string{later, "endpoints.iot_central_dns_suffix", "with -target"}},
		"environment and API token": {map[string]any{"environment": acctest.Unknown, "iot_central": map[string]any{"api_token": token}}, ofAnApp, []string{later, "(environment)"}},
		"CA bundle and API token": {
			map[string]any{"ca_bundle_path": acctest.Unknown, "iot_central": map[string]any{"api_token": token}},
			ofAnApp,
			[]string{later, "(ca_bundle_path)"},
		},
		"version and API token": {
			map[string]any{"iot_central": map[string]any{"api_token": token, "api_version": acctest.Unknown}},
			ofAnApp,
			[]string{later, "(iot_central.api_version)"},
		},
	} {
		server, errors := bench.Configure(test.block)
		if len(errors) > 0 {
			t.Errorf("%s: the provider is not configured: %q", name, errors)
			continue
		}
		bench.ResetRequests()
		for typeName, arguments := range test.reads {
			found := server.ReadData(typeName, arguments)
			for _, part := range test.want {
				if len(found.Errors) != 1 || !strings.Contains(found.Errors[0], part) {
					t.Errorf("%s: %s has the errors %q, want one with %q", name, typeName, found.Errors, part)
				}
			}
		}
		if sent := bench.Requests(); len(sent) > 0 {
			t.Errorf("%s: %d requests were sent, the first to %s%s", name, len(sent), sent[0].Host, sent[0].Path)
		}
	}
}

// TestConfigure_apiTokenNeedsNoSecret: what is unknown of the sign-in to Entra does
// not matter to whoever has an API token.
func TestConfigure_apiTokenNeedsNoSecret(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	service := map[string]any{"api_token": bench.Info().Applications[0].APIToken}
	for name, block := range map[string]map[string]any{
		"secret":                  {"client_secret": acctest.Unknown, "iot_central": service},
		"address of Azure Sphere": {"endpoints": unknown("azure_sphere"), "iot_central": service},
		"audience":                {"endpoints": unknown("iot_central_audience"), "iot_central": service},
	} {
		server, errors := bench.Configure(block)
		if found := server.ReadData("iotcentral_application", nil); len(errors)+len(found.Errors) > 0 {
			t.Errorf("%s: got %q, %q", name, errors, found.Errors)
		}
	}
}

// laterBlock is a provider block whose defaults are not known.
var laterBlock = map[string]any{"azure_sphere": acctest.Unknown, "iot_central": unknown("application"), "dps": unknown("id")}

// TestPlan_defaultsThatAreUnknown plans every type while the defaults of the
// provider block are not known, without a request; and what was planned is what
// the apply makes.
func TestPlan_defaultsThatAreUnknown(t *testing.T) {
	t.Parallel()
	e := newEstate(t)
	later, errors := e.Configure(laterBlock)
	if len(errors) > 0 {
		t.Fatal(errors)
	}
	info := e.Info()
	catalog := map[string]any{"catalog_id": info.CatalogID, "tenant_id": nil}
	group := e.Host() + "/enrollmentGroups/" + estateGroup
	server := e.NewServer()
	for _, test := range []struct {
		typeName       string
		planned, after map[string]any
	}{
		{typeTenantCA, map[string]any{"id": acctest.Unknown, "catalog_id": acctest.Unknown, "certificate_pem": acctest.Unknown}, catalog},
		{typeProof, map[string]any{"catalog_id": acctest.Unknown, "thumbprint": acctest.Unknown}, catalog},
		{typeGroup, map[string]any{"id": acctest.Unknown, "application": acctest.Unknown, "group_id": estateGroup}, map[string]any{"id": group, "application": "contoso"}},
		{typeCertificate, map[string]any{"id": group + "/certificates/primary", "thumbprint": e.ActiveCA().Thumbprint().String()}, nil},
		{typeVerification, map[string]any{"verified": true, "subject": acctest.Unknown}, map[string]any{"verified": true, "subject": e.ActiveCA().Subject()}},
		{typeTrust, map[string]any{"primary": acctest.Unknown, "secondary": acctest.Unknown}, map[string]any{"secondary": nil}},
		{typeDPSVerification, map[string]any{"verified": true, "subject": acctest.Unknown, "name": estateCertificate}, map[string]any{"verified": true, "subject": e.ActiveCA().Subject()}},
		{typeDPSGroup, map[string]any{"id": acctest.Unknown, "dps_id": acctest.Unknown}, map[string]any{"id": e.DPSGroupID(estateGroup), "dps_id": e.DPS().ResourceID}},
		{typeDPSTrust, map[string]any{"primary": acctest.Unknown, "secondary": acctest.Unknown}, map[string]any{"secondary": nil}},
	} {
		e.ResetRequests()
		plan := later.PlanCreate(test.typeName, e.arguments[test.typeName])
		sent := e.Requests()
		if test.typeName == typeCertificate { // Its group is known, and read.
			sent = slices.DeleteFunc(sent, func(request emulator.Request) bool {
				return request.Service == "entra" || request.Operation == "EnrollmentGroups_List"
			})
		}
		if len(plan.Errors)+len(sent) > 0 {
			t.Errorf("%s: planned with the errors %q and %d requests, want neither", test.typeName, plan.Errors, len(sent))
		}
		has(t, test.typeName+" as planned", plan.Values, test.planned)
		created := server.Apply(plan)
		if len(created.Errors) > 0 {
			t.Errorf("%s: the apply failed: %q", test.typeName, created.Errors)
		}
		has(t, test.typeName+" after the apply", created.State, test.after)
		for attribute, planned := range plan.Values {
			if planned != acctest.Unknown && !reflect.DeepEqual(created.State[attribute], planned) {
				t.Errorf("%s: %s is %v after the apply, and was planned as %v", test.typeName, attribute, created.State[attribute], planned)
			}
		}
	}
}

// TestApply_whatIsStillUnknownSendsNothing applies plans whose open ends nobody
// closed. Terraform plans once more before; but no request may be made of nothing.
func TestApply_whatIsStillUnknownSendsNothing(t *testing.T) {
	t.Parallel()
	e := newEstate(t, everyType()...)
	server := e.NewServer()
	for _, test := range []struct{ typeName, argument, want string }{
		{typeCertificate, "enrollment_group_id", "is not the ID of an enrollment group"},
		{typeCertificate, "certificate_pem", "Not a certificate"},
		{typeVerification, "certificate_id", "is not the ID of a certificate"},
		{typeCode, "certificate_id", "is not the ID of a certificate"},
		{typeTrust, "enrollment_group_id", "is not the ID of an enrollment group"},
		{typeDPSVerification, "certificate_id", "is not the resource ID of a certificate"},
		{typeDPSTrust, "enrollment_group_id", "is not the ID of an enrollment group"},
	} {
		arguments := e.with(test.typeName, map[string]any{test.argument: acctest.Unknown})
		for what, plan := range map[string]acctest.Plan{
			"create": server.PlanCreate(test.typeName, arguments), "update": server.PlanUpdate(e.resources[test.typeName], arguments),
		} {
			e.ResetRequests()
			after := server.Apply(plan)
			if len(plan.Errors) > 0 || !containsOne(after.Errors, test.want) {
				t.Errorf("%s %s without %s: planned with %q and applied with %q, want %q", what, test.typeName, test.argument, plan.Errors, after.Errors, test.want)
			}
			if kept := after.State != nil; kept != (what == "update") {
				t.Errorf("%s %s without %s: the state is %v", what, test.typeName, test.argument, after.State)
			}
			if sent := e.Requests(); len(sent) > 0 {
				t.Errorf("%s %s without %s: sent %s %s", what, test.typeName, test.argument, sent[0].Method, sent[0].Path)
			}
		}
	}
}

// TestPlan_dnsSuffixThatIsUnknown: a plan must not promise an ID with another host
// than the apply makes.
func TestPlan_dnsSuffixThatIsUnknown(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Setenv("IOTCENTRAL_DNS_SUFFIX", "")
	for name, block := range map[string]map[string]any{
		"suffix":      {"endpoints": unknown("iot_central_dns_suffix")},
		"endpoints":   {"endpoints": acctest.Unknown},
		"environment": {"environment": acctest.Unknown},
	} {
		server, errors := bench.Configure(block)
		plan := server.PlanCreate(typeGroup, map[string]any{"group_id": "later", "display_name": "Azure Sphere"})
		if len(errors)+len(plan.Errors) > 0 || plan.Values["id"] != acctest.Unknown {
			t.Errorf("%s: configured with %q, planned with %q and the ID %v", name, errors, plan.Errors, plan.Values["id"])
		}
	}
}

// TestPlan_subdomainWithoutASuffixIsAnError: in a cloud whose suffix nobody knows,
// waiting does not help.
func TestPlan_subdomainWithoutASuffixIsAnError(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Setenv("IOTCENTRAL_DNS_SUFFIX", "")
	server, errors := bench.Configure(map[string]any{"environment": "china"})
	plan := server.PlanCreate(typeGroup, map[string]any{"display_name": "Azure Sphere"})
	if len(errors) > 0 || !containsOne(plan.Errors, "set endpoints.iot_central_dns_suffix (IOTCENTRAL_DNS_SUFFIX)") {
		t.Errorf("configured with %q, planned with %q", errors, plan.Errors)
	}
}

// has checks some attributes of an object.
func has(t *testing.T, what string, got, want map[string]any) {
	t.Helper()
	for attribute, value := range want {
		if !reflect.DeepEqual(got[attribute], value) {
			t.Errorf("%s: %s is %v, want %v", what, attribute, got[attribute], value)
		}
	}
}

// TestRefresh_defaultsThatAreUnknown: a catalog that is replaced makes the default
// unknown in the plan that replaces it. What was made before stays as it is.
func TestRefresh_defaultsThatAreUnknown(t *testing.T) {
	t.Parallel()
	e := newEstate(t, everyType()...)
	later, _ := e.Configure(laterBlock)
	for _, typeName := range everyType() {
		before := e.resources[typeName]
		e.ResetRequests()
		after := later.Refresh(before)
		if len(after.Errors) > 0 || !reflect.DeepEqual(after.State, before.State) {
			t.Errorf("%s: it is read as\n%v, %q, want\n%v", typeName, after.State, after.Errors, before.State)
		}
		if plan := later.PlanUpdate(after, e.arguments[typeName]); len(plan.Errors)+len(plan.Replaces) > 0 {
			t.Errorf("%s: the plan has the errors %q and replaces it for %q, want neither", typeName, plan.Errors, plan.Replaces)
		}
		if written := e.written(); len(written) > 0 {
			t.Errorf("%s: %v were sent", typeName, written)
		}
		if warned := containsOne(after.Warnings, "The trust was not checked"); warned != (typeName == typeTrust || typeName == typeDPSTrust) {
			t.Errorf("%s: warnings %q", typeName, after.Warnings)
		}
	}
	for _, typeName := range []string{typeTenantCA, typeGroup, typeCertificate, typeDPSGroup} {
		if listed := later.List(typeName, nil, false, 10); len(listed) != 1 || !containsOne(listed[0].Errors, "known only after the apply") {
			t.Errorf("the list of %s is %v, want one error", typeName, listed)
		}
	}
	certificate := map[string]any{"enrollment_group_id": e.arguments[typeCertificate]["enrollment_group_id"], "azure_sphere": map[string]any{}}
	if found := later.ReadData(typeCertificate, certificate); !containsOne(found.Errors, "known only after the apply") {
		t.Errorf("the data source %s is %v, %q", typeCertificate, found.State, found.Errors)
	}
	if opened := later.Open(typeProof, e.arguments[typeProof]); !containsOne(opened.Errors, "known only after the apply") {
		t.Errorf("the ephemeral proof is %v, %q", opened.State, opened.Errors)
	}
}
