// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

func withDefaults(defaults clients.Defaults) *clients.Clients {
	configured, _, _ := configure(func(config *clients.Config) { config.Defaults = defaults })

	return configured
}

func TestScope_isTheBlocksOrTheProviders(t *testing.T) {
	t.Parallel()
	null, unknown, text := types.StringNull(), types.StringUnknown(), types.StringValue
	none := clients.Defaults{CatalogID: null, TenantID: null}
	catalog := clients.Defaults{CatalogID: text("default-catalog"), TenantID: null}
	legacy := clients.Defaults{CatalogID: null, TenantID: text("default-tenant")}
	later := clients.Defaults{CatalogID: unknown, TenantID: null}
	for name, test := range map[string]struct {
		defaults            clients.Defaults
		catalogID, tenantID types.String
		want                sphere.Scope
		known               bool
		err                 error
	}{
		"catalog of the block":            {none, text("c"), null, sphere.Scope{CatalogID: "c"}, true, nil},
		"tenant of the block":             {none, null, text("t"), sphere.Scope{TenantID: "t"}, true, nil},
		"catalog of the provider":         {catalog, null, null, sphere.Scope{CatalogID: "default-catalog"}, true, nil},
		"tenant of the provider":          {legacy, null, null, sphere.Scope{TenantID: "default-tenant"}, true, nil},
		"catalog overrides catalog":       {catalog, text("c"), null, sphere.Scope{CatalogID: "c"}, true, nil},
		"tenant overrides catalog":        {catalog, null, text("t"), sphere.Scope{TenantID: "t"}, true, nil},
		"catalog overrides tenant":        {legacy, text("c"), null, sphere.Scope{CatalogID: "c"}, true, nil},
		"catalog overrides the unknown":   {later, text("c"), null, sphere.Scope{CatalogID: "c"}, true, nil},
		"catalog is not known yet":        {catalog, unknown, null, sphere.Scope{}, false, nil},
		"tenant is not known yet":         {catalog, null, unknown, sphere.Scope{}, false, nil},
		"the default is not known yet":    {later, null, null, sphere.Scope{}, false, nil},
		"nothing anywhere":                {none, null, null, sphere.Scope{}, true, clients.ErrNoTenant},
		"an empty text is nothing either": {none, text(""), null, sphere.Scope{}, true, clients.ErrNoTenant},
		"zero values are null":            {clients.Defaults{}, types.String{}, types.String{}, sphere.Scope{}, true, clients.ErrNoTenant},
	} {
		scope, known, err := withDefaults(test.defaults).Scope(test.catalogID, test.tenantID)
		if scope != test.want || known != test.known || !errors.Is(err, test.err) {
			t.Errorf("%s: %+v, %v, %v", name, scope, known, err)
		}
	}
}

func TestApplication_isTheBlocksOrTheProviders(t *testing.T) {
	t.Parallel()
	null, unknown, text := types.StringNull(), types.StringUnknown(), types.StringValue
	for name, test := range map[string]struct {
		fallback, configured types.String
		want                 string
		known                bool
		err                  error
	}{
		"of the block":         {null, text("contoso"), "contoso", true, nil},
		"of the provider":      {text("contoso"), null, "contoso", true, nil},
		"block over provider":  {text("fabrikam"), text("contoso"), "contoso", true, nil},
		"block over unknown":   {unknown, text("contoso"), "contoso", true, nil},
		"not known yet":        {text("fabrikam"), unknown, "", false, nil},
		"default unknown":      {unknown, null, "", false, nil},
		"nothing anywhere":     {null, null, "", true, clients.ErrNoApplication},
		"empty in the block":   {null, text(""), "", true, clients.ErrNoApplication},
		"empty in the default": {text(""), null, "", true, clients.ErrNoApplication},
		"as it is written":     {null, text(" HTTPS://Contoso"), " HTTPS://Contoso", true, nil},
	} {
		application, known, err := withDefaults(clients.Defaults{Application: test.fallback}).Application(test.configured)
		if application != test.want || known != test.known || !errors.Is(err, test.err) {
			t.Errorf("%s: %q, %v, %v", name, application, known, err)
		}
	}
}

// TestKnown_whatIsNotKnownYetIsAnError: without it a request would go to no tenant,
// or to no application.
func TestKnown_whatIsNotKnownYetIsAnError(t *testing.T) {
	t.Parallel()
	null, unknown, text := types.StringNull(), types.StringUnknown(), types.StringValue
	later := withDefaults(clients.Defaults{CatalogID: unknown, Application: unknown})
	none := withDefaults(clients.Defaults{})
	for _, test := range []struct {
		configured *clients.Clients
		given      types.String
		tenant     error
		host       error
	}{
		{later, null, clients.ErrTenantLater, clients.ErrApplicationLater},
		{later, unknown, clients.ErrTenantLater, clients.ErrApplicationLater},
		{none, null, clients.ErrNoTenant, clients.ErrNoApplication},
		{later, text("contoso"), nil, nil},
	} {
		if scope, err := test.configured.RequireScope(test.given, null); !errors.Is(err, test.tenant) || err == nil && scope.CatalogID != "contoso" {
			t.Errorf("the tenant %s: got %v, %v, want %v", test.given, scope, err, test.tenant)
		}
		application, host, err := test.configured.RequireHost(test.given)
		if !errors.Is(err, test.host) || err == nil && (application != "contoso" || !strings.HasPrefix(host, "contoso.")) {
			t.Errorf("the application %s: got %q on %q, %v, want %v", test.given, application, host, err, test.host)
		}
	}
	if _, _, err := none.RequireHost(text("/a")); err == nil {
		t.Error("/a is taken for an application")
	}
}

func TestExplainMissing_saysWhichBlockLacksWhatInTheWordsOfTheType(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err                error
		provider, argument string
		parts              []string
	}{
		{clients.ErrNoTenant, "iotcentral", "azure_sphere = { catalog_id = … }", []string{
			"- azure_sphere = { catalog_id = … } in this block", `- azure_sphere = { catalog_id = … } in provider "iotcentral", which is the provider block of this type.`,
			`What provider "azuresphere" sets does not apply to it`, "AZURE_SPHERE_CATALOG_ID", "tenant_id and AZURE_SPHERE_TENANT_ID", `If provider "iotcentral" sets it already`,
		}},
		{clients.ErrNoTenant, "azuresphere", "catalog_id", []string{
			"- catalog_id in this block", `in provider "azuresphere", which`, `What provider "iotcentral" sets does not`,
		}},
		{fmt.Errorf("again: %w", clients.ErrNoApplication), "iotcentral", "application", []string{
			"- application in this block", `- iot_central = { application = … } in provider "iotcentral"`, "IOTCENTRAL_APPLICATION", "spheretrust/azuresphere", "spheretrust/iotcentral",
		}},
	} {
		got := clients.ExplainMissing(test.err, test.provider, test.argument)
		for _, part := range test.parts {
			if !strings.Contains(got, part) {
				t.Errorf("the text lacks %q:\n%s", part, got)
			}
		}
		if errors.Is(test.err, clients.ErrNoApplication) && strings.Contains(got, "Legacy") {
			t.Errorf("an application is not Legacy:\n%s", got)
		}
	}
	if got := clients.ExplainMissing(clients.ErrTenantLater, "iotcentral", "x"); strings.Contains(got, "Set one of these") {
		t.Errorf("another error: %q", got)
	}
}
