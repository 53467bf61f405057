// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

func TestCheckCatalogID(t *testing.T) {
	t.Parallel()
	child := catalogID + "/certificates/00A1"
	for name, test := range map[string]struct {
		id   string
		fine bool
	}{
		"as Azure writes it":          {catalogID, true},
		"in lower case":               {strings.ToLower(catalogID), true},
		"in upper case":               {strings.ToUpper(catalogID), true},
		"the longest name":            {strings.TrimSuffix(catalogID, "contoso") + strings.Repeat("a", 50), true},
		"every kind of character":     {strings.TrimSuffix(catalogID, "contoso") + "A-b_9", true},
		"empty":                       {"", false},
		"a name only":                 {"contoso", false},
		"without the first slash":     {strings.TrimPrefix(catalogID, "/"), false},
		"without a name":              {strings.TrimSuffix(catalogID, "/contoso"), false},
		"a name that is too long":     {strings.TrimSuffix(catalogID, "contoso") + strings.Repeat("a", 51), false},
		"a name with a blank":         {catalogID + " x", false},
		"a name with a query":         {catalogID + "?x=y", false},
		"without a resource group":    {strings.Replace(catalogID, "/resourceGroups/rg", "", 1), false},
		"without a subscription":      {"/providers/Microsoft.AzureSphere/catalogs/contoso", false},
		"a child of a catalog":        {child, false},
		"another type":                {strings.Replace(catalogID, "AzureSphere/catalogs", "IoTCentral/iotApps", 1), false},
		"a longer type":               {strings.Replace(catalogID, "catalogs", "catalogsX", 1), false},
		"an address":                  {"https://management.azure.com" + catalogID, false},
		"a Legacy tenant":             {tenantID, false},
		"a slash at the end":          {catalogID + "/", false},
		"two slashes":                 {"/" + catalogID, false},
		"a line break":                {catalogID + "\n", false},
		"a group with a query":        {strings.Replace(catalogID, "/rg/", "/r?g/", 1), false},
		"a group with a blank":        {strings.Replace(catalogID, "/rg/", "/r g/", 1), false},
		"a group that is dots":        {strings.Replace(catalogID, "/rg/", "/../", 1), false},
		"a subscription with a query": {strings.Replace(catalogID, "/subscriptions/", "/subscriptions/a?b", 1), false},
		"a subscription that is none": {"/subscriptions/a?b/resourceGroups/rg/providers/Microsoft.AzureSphere/catalogs/contoso", false},
		"below another resource":      {strings.Replace(catalogID, "/providers/", "/providers/Microsoft.Devices/IotHubs/hub/providers/", 1), false},
	} {
		err := sphere.CheckCatalogID(test.id)
		if (err == nil) != test.fine || (err != nil && !errors.Is(err, sphere.ErrCatalogID)) {
			t.Errorf("%s (%s): %v", name, test.id, err)
		}
	}
}

func TestCheckTenantID(t *testing.T) {
	t.Parallel()
	for id, fine := range map[string]bool{
		tenantID:                               true,
		"ABCDEFAB-cdef-ABCD-efab-0123456789ab": true,
		"":                                     false,
		"contoso":                              false,
		tenantID[:35]:                          false,
		tenantID[:35] + "g":                    false,
		"{" + tenantID + "}":                   false,
		"urn:uuid:" + tenantID:                 false,
		strings.ReplaceAll(tenantID, "-", ""):  false,
		catalogID:                              false,
	} {
		err := sphere.CheckTenantID(id)
		if (err == nil) != fine || (err != nil && !errors.Is(err, sphere.ErrTenantID)) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestScope_same(t *testing.T) {
	t.Parallel()
	catalog, tenant := sphere.Scope{CatalogID: catalogID}, sphere.Scope{TenantID: tenantID}
	for name, test := range map[string]struct {
		a, b sphere.Scope
		want bool
	}{
		"one catalog":          {catalog, catalog, true},
		"one catalog, cases":   {catalog, sphere.Scope{CatalogID: strings.ToUpper(catalogID)}, true},
		"two catalogs":         {catalog, sphere.Scope{CatalogID: catalogID + "2"}, false},
		"one tenant":           {tenant, tenant, true},
		"two tenants":          {tenant, sphere.Scope{TenantID: tenantID[:35] + "3"}, false},
		"catalog and tenant":   {catalog, tenant, false},
		"catalog and nothing":  {catalog, sphere.Scope{}, false},
		"same text, two kinds": {sphere.Scope{CatalogID: "x"}, sphere.Scope{TenantID: "x"}, false},
	} {
		if got := test.a.Same(test.b); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestScope_string(t *testing.T) {
	t.Parallel()
	if got, want := (sphere.Scope{CatalogID: catalogID}).String(), "Azure Sphere catalog "+catalogID; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := (sphere.Scope{TenantID: tenantID}).String(), "Azure Sphere (Legacy) tenant "+tenantID; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestParseCertificateID_readsWhatCertificateIDWrites(t *testing.T) {
	t.Parallel()
	catalog, tenant := sphere.Scope{CatalogID: catalogID}, sphere.Scope{TenantID: tenantID}
	for _, test := range []struct {
		id    string
		scope sphere.Scope
		name  string
	}{
		{catalogID + "/certificates/00A1", catalog, "00A1"},
		{catalogID + "/Certificates/00a1", catalog, "00a1"},
		{strings.ToUpper(catalogID) + "/CERTIFICATES/00A1", sphere.Scope{CatalogID: strings.ToUpper(catalogID)}, "00A1"},
		{"tenants/" + tenantID + "/certificates/0123456789ABCDEF", tenant, "0123456789ABCDEF"},
	} {
		scope, name, err := sphere.ParseCertificateID(test.id)
		if err != nil || scope != test.scope || name != test.name {
			t.Errorf("%s: %+v, %q, %v", test.id, scope, name, err)
		}
		if again := scope.CertificateID(name); !strings.EqualFold(again, test.id) {
			t.Errorf("%s becomes %s", test.id, again)
		}
	}
}

func TestParseCertificateID_refusesEverythingElse(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"",
		"/certificates/",
		"/certificates/00A1",
		"00A1",
		catalogID,
		catalogID + "/certificates",
		catalogID + "/certificates/",
		catalogID + "/certificates/00A1/",
		catalogID + "/certificates/00A1/more",
		catalogID + "/images/00A1",
		"https://management.azure.com" + catalogID + "/certificates/00A1",
		"tenants/" + tenantID,
		"tenants/" + tenantID + "/certificates/",
		"tenants/" + tenantID + "/certificates/a/b",
		"tenants/contoso/certificates/AB",
		"/tenants/" + tenantID + "/certificates/AB",
		tenantID + "/certificates/AB",
		"contoso.azureiotcentral.com/enrollmentGroups/g/certificates/primary",
		strings.Repeat("Ⱥ", 16) + "/certificates/a", // Lower case is longer.
	} {
		scope, name, err := sphere.ParseCertificateID(id)
		if err == nil {
			t.Errorf("%q is read as %+v and %q", id, scope, name)
		} else if !strings.Contains(err.Error(), "<catalog ID>/certificates/<serial number>") {
			t.Errorf("%q: the error does not say what is expected: %v", id, err)
		}
	}
}

func FuzzParseCertificateID(f *testing.F) {
	f.Add(catalogID + "/certificates/00A1")
	f.Add("tenants/" + tenantID + "/certificates/AB")
	f.Add(strings.Repeat("Ⱥ", 16) + "/certificates/a")
	f.Fuzz(func(t *testing.T, id string) {
		scope, name, err := sphere.ParseCertificateID(id)
		if err == nil && !strings.EqualFold(scope.CertificateID(name), id) {
			t.Errorf("%q is read as %+v and %q", id, scope, name)
		}
	})
}
