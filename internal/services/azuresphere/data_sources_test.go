// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func TestCatalogDataSource_readsTheCatalog(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	catalog := bench.State().Catalogs[0]
	const address = "data.azuresphere_catalog.this"
	spelled := strings.ToUpper(catalog.ID)
	bench.Run(
		resource.TestStep{
			Config: `data "azuresphere_catalog" "this" {}`,
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(address, "id", knownvalue.StringExact(catalog.ID)),
				attribute(address, "catalog_id", knownvalue.StringExact(catalog.ID)),
				attribute(address, "tenant_id", knownvalue.StringExact(catalog.TenantID)),
				attribute(address, "resource_group_name", knownvalue.StringExact(bench.Info().ResourceGroup)),
				attribute(address, "subscription_id", knownvalue.StringExact(bench.Info().SubscriptionID)),
				attribute(address, "name", knownvalue.StringExact(catalog.ID[strings.LastIndex(catalog.ID, "/")+1:])),
				attribute(address, "location", knownvalue.StringExact(catalog.Location)),
				attribute(address, "provisioning_state", knownvalue.StringExact("Succeeded")),
				attribute(address, "tags", knownvalue.MapSizeExact(len(catalog.Tags))),
			},
		},
		resource.TestStep{
			Config: fmt.Sprintf(`data "azuresphere_catalog" "this" { catalog_id = %q }`, spelled),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(address, "catalog_id", knownvalue.StringExact(spelled)),
				attribute(address, "tenant_id", knownvalue.StringExact(catalog.TenantID)),
			},
		},
		resource.TestStep{
			Config:      fmt.Sprintf(`data "azuresphere_catalog" "this" { catalog_id = "%s-not" }`, catalog.ID),
			ExpectError: regexp.MustCompile(`(?s)Cannot read the catalog.*404.*ResourceNotFound.*request\s+ID.*Check\s+the\s+catalog's\s+resource\s+ID`),
		},
		resource.TestStep{
			PreConfig:   func() { bench.Fail(emulator.Fault{Operation: "Catalogs_Get", Status: 403}) },
			Config:      `data "azuresphere_catalog" "this" {}`,
			ExpectError: regexp.MustCompile(`(?s)Cannot read the catalog.*403.*Azure\s+Sphere\s+Publisher`),
		},
	)
}

func TestCatalogDataSource_legacyDefaultIsNoCatalog(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Setenv("AZURE_SPHERE_CATALOG_ID", "")
	bench.Setenv("AZURE_SPHERE_TENANT_ID", bench.Info().SphereTenantID)
	bench.Run(resource.TestStep{
		Config:      `data "azuresphere_catalog" "this" {}`,
		ExpectError: regexp.MustCompile(`(?s)No Azure Sphere catalog.*azuresphere_tenant`),
	})
}

func TestTenantDataSource_findsByNameIDOrDefault(t *testing.T) {
	t.Parallel()
	for name, wrapped := range map[string]bool{"bare array": false, "Items": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, func(options *emulator.Options) { options.Behavior.LegacyListWrapped = wrapped })
			catalog := bench.State().Catalogs[0]
			bench.Setenv("AZURE_SPHERE_CATALOG_ID", "")
			bench.Setenv("AZURE_SPHERE_TENANT_ID", catalog.TenantID)
			const address = "data.azuresphere_tenant.this"
			checks := func(name string) []statecheck.StateCheck {
				return []statecheck.StateCheck{
					attribute(address, "id", knownvalue.StringExact(catalog.TenantID)),
					attribute(address, "tenant_id", knownvalue.StringExact(catalog.TenantID)),
					attribute(address, "name", knownvalue.StringExact(name)),
					attribute(address, "roles", knownvalue.ListExact([]knownvalue.Check{
						knownvalue.StringExact("Administrator"), knownvalue.StringExact("Contributor"),
					})),
				}
			}
			bench.Run(
				resource.TestStep{Config: `data "azuresphere_tenant" "this" {}`, ConfigStateChecks: checks(catalog.TenantName)},
				resource.TestStep{
					Config:            fmt.Sprintf(`data "azuresphere_tenant" "this" { tenant_id = %q }`, catalog.TenantID),
					ConfigStateChecks: checks(catalog.TenantName),
				},
				resource.TestStep{
					Config:            fmt.Sprintf(`data "azuresphere_tenant" "this" { name = %q }`, strings.ToUpper(catalog.TenantName)),
					ConfigStateChecks: checks(strings.ToUpper(catalog.TenantName)),
				},
			)
		})
	}
}

func TestTenantDataSource_failuresListWhatCouldBeMeant(t *testing.T) {
	t.Parallel()
	const two = `[{"Id":"11111111-2222-3333-4444-555555555555","Name":"Contoso"},{"Id":"66666666-7777-8888-9999-000000000000","Name":"CONTOSO"},` +
		`{"Id":"aaaaaaaa-7777-8888-9999-000000000000","Name":"Fabrikam"}]`
	for name, test := range map[string]struct {
		arguments, list, want string
	}{
		"ambiguous":          {`name = "contoso"`, two, `(?s)Several tenants have this name.*11111111-2222-3333-4444-555555555555  Contoso.*66666666-7777-8888-9999-000000000000  CONTOSO`},
		"unknown":            {`name = "northwind"`, two, `(?s)No such tenant.*aaaaaaaa-7777-8888-9999-000000000000  Fabrikam`},
		"none at all":        {`name = "northwind"`, `[]`, `(?s)No such tenant.*has\s+no\s+role\s+in\s+any`},
		"name and ID":        {"name = \"contoso\"\ntenant_id = \"11111111-2222-3333-4444-555555555555\"", two, `(?s)tenant_id.*"name" cannot be specified`},
		"malformed ID":       {`tenant_id = "contoso"`, two, `Not the ID of a tenant`},
		"unknown ID":         {`tenant_id = "11111111-2222-3333-4444-555555555555"`, two, `(?s)Cannot read the Azure Sphere \(Legacy\) tenant.*404`},
		"catalog as default": {"", two, `(?s)No Azure Sphere \(Legacy\) tenant.*AZURE_SPHERE_TENANT_ID`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			bench.Fail(emulator.Fault{Operation: "Tenants_List", Status: 200, Body: test.list})
			bench.Run(resource.TestStep{
				Config:      "data \"azuresphere_tenant\" \"this\" {\n" + test.arguments + "\n}\n",
				ExpectError: regexp.MustCompile(test.want),
			})
		})
	}
}

// TestDataSources_absentMembersAreEmpty: neither service promises all of these.
func TestDataSources_absentMembersAreEmpty(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	server := bench.NewServer()
	bench.Fail(emulator.Fault{Operation: "Catalogs_Get", Status: 200, Body: `{"location":"global"}`})
	bench.Fail(emulator.Fault{Operation: "Tenants_Get", Status: 200, Body: `{"Id":"` + bench.Info().SphereTenantID + `"}`})
	catalog := server.ReadData("azuresphere_catalog", nil)
	if tags, isMap := catalog.State["tags"].(map[string]any); !isMap || len(tags) > 0 || catalog.State["id"] != bench.Info().CatalogID || catalog.State["tenant_id"] != nil {
		t.Errorf("the catalog: got %v, %q, want no tags and no tenant", catalog.State, catalog.Errors)
	}
	tenant := server.ReadData("azuresphere_tenant", map[string]any{"tenant_id": bench.Info().SphereTenantID})
	if roles, isList := tenant.State["roles"].([]any); !isList || len(roles) > 0 || tenant.State["name"] != nil {
		t.Errorf("the tenant: got %v, %q, want no roles and no name", tenant.State, tenant.Errors)
	}
}
