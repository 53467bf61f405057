// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

func TestCheckCatalogID_repeatsTheTextAndSaysWhatItLooksLike(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{
		tenantID:                         "set tenant_id instead",
		"contoso":                        "the name of a catalog",
		catalogID + "/certificates/00A1": "something in a catalog",
		strings.Replace(catalogID, "AzureSphere/catalogs", "IoTCentral/iotApps", 1): "another Azure resource",
		"https://management.azure.com" + catalogID:                                  "leave out everything before /subscriptions/",
		"?": "a catalog is given by its Azure resource ID",
	} {
		if err := sphere.CheckCatalogID(text); err == nil || !strings.Contains(err.Error(), hint) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: got %v, want %q", text, err, hint)
		}
	}
}

func TestCheckTenantID_repeatsTheTextAndSaysWhatItLooksLike(t *testing.T) {
	t.Parallel()
	for text, hint := range map[string]string{catalogID: "set catalog_id instead", "contoso": "a UUID"} {
		if err := sphere.CheckTenantID(text); err == nil || !strings.Contains(err.Error(), hint) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: got %v, want %q", text, err, hint)
		}
	}
}
