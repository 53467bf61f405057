// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// TestImport_ofWhatDoesNotExistLeavesNothing: Terraform then says that there is no
// such object. With a state it would take the import for a success.
func TestImport_ofWhatDoesNotExistLeavesNothing(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	server := bench.NewServer()
	catalog, tenant := bench.Info().CatalogID, bench.Info().SphereTenantID
	group := bench.Host() + "/enrollmentGroups/none"
	thumbprint := strings.Repeat("AB", 20)
	imported := map[string]acctest.Resource{
		"CA by serial number":      server.ImportByID(typeTenantCA, catalog+"/certificates/00AB"),
		"CA by Legacy ID":          server.ImportByID(typeTenantCA, "tenants/"+tenant+"/certificates/"+thumbprint),
		"CA by identity":           server.ImportByIdentity(typeTenantCA, map[string]string{"catalog_id": catalog, "thumbprint": thumbprint}),
		"CA of an absent catalog":  server.ImportByID(typeTenantCA, catalog+"-none/certificates/00AB"),
		"group":                    server.ImportByID(typeGroup, group),
		"certificate of the group": server.ImportByID(typeCertificate, group+"/certificates/primary"),
		"verification":             server.ImportByID(typeVerification, group+"/certificates/primary"),
		"verification code":        server.ImportByID(typeCode, group+"/certificates/primary/verificationCodes/code"),
		"trust":                    server.ImportByID(typeTrust, group),
	}
	for what, one := range imported {
		if len(one.Errors) > 0 || one.State != nil {
			t.Errorf("%s: got %v, %q, want nothing", what, one.State, one.Errors)
		}
	}
}

func TestImport_identityOfACAHasOneTenant(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	server := bench.NewServer()
	thumbprint := bench.ActiveCA().Thumbprint()
	for name, identity := range map[string]map[string]string{
		"both": {"thumbprint": thumbprint.String(), "catalog_id": bench.Info().CatalogID, "tenant_id": bench.Info().SphereTenantID},
	} {
		if imported := server.ImportByIdentity(typeTenantCA, identity); !containsOne(imported.Errors, "either catalog_id or tenant_id") {
			t.Errorf("%s: got %v, %q", name, imported.State, imported.Errors)
		}
	}
	neither := map[string]string{"thumbprint": thumbprint.String()}
	if imported := server.ImportByIdentity(typeTenantCA, neither); imported.State["catalog_id"] != bench.Info().CatalogID {
		t.Errorf("the provider's default: got %v, %q", imported.State, imported.Errors)
	}
	bench.Setenv("AZURE_SPHERE_CATALOG_ID", "")
	if imported := bench.NewServer().ImportByIdentity(typeTenantCA, neither); !containsOne(imported.Errors, "the provider block must set a default") {
		t.Errorf("no default: got %v, %q", imported.State, imported.Errors)
	}
	legacy := map[string]string{"thumbprint": thumbprint.String(), "tenant_id": bench.Info().SphereTenantID}
	if imported := server.ImportByIdentity(typeTenantCA, legacy); imported.State["status"] != "Active" {
		t.Errorf("the tenant alone: got %v, %q", imported.State, imported.Errors)
	}
	legacy["tenant_id"] = "contoso"
	if imported := server.ImportByIdentity(typeTenantCA, legacy); !containsOne(imported.Errors, "a UUID") {
		t.Errorf("a malformed tenant: got %v, %q", imported.State, imported.Errors)
	}
}

// TestImport_identityOfACodeSaysWhyItIsNotEnough: the code is no part of it.
func TestImport_identityOfACodeSaysWhyItIsNotEnough(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	identity := map[string]string{"host": bench.Host(), "group_id": "x", "entry": "primary"}
	if imported := bench.NewServer().ImportByIdentity(typeCode, identity); !containsOne(imported.Errors, "/verificationCodes/<code>") {
		t.Errorf("got %v, %q, want an error that says how to import it", imported.State, imported.Errors)
	}
}

// TestApply_withoutADefault plans with defaults that are not known, and applies
// where it turns out that there are none.
func TestApply_withoutADefault(t *testing.T) {
	t.Parallel()
	e := newEstate(t, typeGroup, typeCertificate)
	later, _ := e.Configure(laterBlock)
	e.Setenv("AZURE_SPHERE_CATALOG_ID", "")
	e.Setenv("IOTCENTRAL_APPLICATION", "")
	e.Setenv("AZURE_DPS_ID", "")
	without := e.NewServer()
	for typeName, want := range map[string]string{
		typeTenantCA: "No Azure Sphere tenant", typeProof: "No Azure Sphere tenant", typeVerification: "No Azure Sphere tenant",
		typeTrust: "No Azure Sphere tenant", typeGroup: "No IoT Central application",
		typeDPSVerification: "No Azure Sphere tenant", typeDPSTrust: "No Azure Sphere tenant", typeDPSGroup: "No Device Provisioning Service",
	} {
		plan := later.PlanCreate(typeName, e.arguments[typeName])
		e.ResetRequests()
		created := without.Apply(plan)
		if len(created.Errors) != 1 || !containsOne(created.Errors, want) || created.State != nil {
			t.Errorf("%s: got %v, %q, want only the error %q", typeName, created.State, created.Errors, want)
		}
		if written := e.written(); len(written) > 0 {
			t.Errorf("%s: %v were sent", typeName, written)
		}
		if planned := without.PlanCreate(typeName, e.arguments[typeName]); len(planned.Errors) != 1 || !containsOne(planned.Errors, want) {
			t.Errorf("%s: planned with the errors %q, want %q", typeName, planned.Errors, want)
		}
	}
	for typeName, arguments := range map[string]map[string]any{
		"azuresphere_catalog": nil, "azuresphere_tenant": nil, "azuresphere_tenant_ca": nil, "azuresphere_tenant_cas": nil,
		"azuresphere_dps": nil, typeDPSGroup: {"group_id": "x"},
		"iotcentral_application": nil, "iotcentral_enrollment_groups": nil, "iotcentral_enrollment_group": {"group_id": "x"},
		"iotcentral_enrollment_group_certificate": {
			"enrollment_group_id": e.Host() + "/enrollmentGroups/" + estateGroup, "azure_sphere": map[string]any{},
		},
	} {
		want := "No Azure Sphere"
		if _, app, _ := strings.Cut(typeName, "iotcentral_"); app != "" && arguments["azure_sphere"] == nil {
			want = "No IoT Central application"
		}
		if strings.HasPrefix(typeName, "azuresphere_dps") {
			want = "No Device Provisioning Service"
		}
		if found := without.ReadData(typeName, arguments); len(found.Errors) != 1 || !containsOne(found.Errors, want) {
			t.Errorf("data source %s: got %q, want %q", typeName, found.Errors, want)
		}
	}
	if opened := without.Open(typeProof, e.arguments[typeProof]); !containsOne(opened.Errors, "No Azure Sphere tenant") {
		t.Errorf("the ephemeral proof: got %q", opened.Errors)
	}
}

// TestRefresh_withoutADefault: the tenant of the trust was the provider's, which
// names none any more.
func TestRefresh_withoutADefault(t *testing.T) {
	t.Parallel()
	e := newEstate(t, typeTrust)
	e.Setenv("AZURE_SPHERE_CATALOG_ID", "")
	if after := e.NewServer().Refresh(e.resources[typeTrust]); !containsOne(after.Errors, "No Azure Sphere tenant") || after.State == nil {
		t.Errorf("got %v, %q, want the state and an error", after.State, after.Errors)
	}
}
