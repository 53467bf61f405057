// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const catalogs = "Microsoft.AzureSphere/catalogs"

func TestIsResourceID_looksAtEachSegment(t *testing.T) {
	t.Parallel()
	const good = "/subscriptions/961b3938-d02d-4592-8451-eb7c1eb005c1/resourceGroups/rg.(1)/providers/Microsoft.AzureSphere/catalogs/contoso"
	for id, want := range map[string]bool{
		good:                  true,
		strings.ToLower(good): true,
		strings.Replace(good, "contoso", "_-a", 1): true,
		"":                 false,
		good[1:]:           false,
		good + "/":         false,
		good + "/images/a": false,
		good + "?a=b":      false,
		good + "#a":        false,
		strings.Replace(good, "961b3938-d02d-4592-8451-eb7c1eb005c1", "a?b", 1):  false,
		strings.Replace(good, "rg.(1)", "rg%2F..", 1):                            false,
		strings.Replace(good, "rg.(1)", "rg.", 1):                                false,
		strings.Replace(good, "contoso", "..", 1):                                false,
		strings.Replace(good, "contoso", "con toso", 1):                          false,
		strings.Replace(good, "catalogs", "products", 1):                         false,
		strings.Replace(good, "resourceGroups", "resourcegroups//", 1):           false,
		strings.Replace(good, "/providers/", "/providers/Microsoft.Other/a/", 1): false,
	} {
		if got := transport.IsResourceID(id, catalogs); got != want {
			t.Errorf("%q: %t, want %t", id, got, want)
		}
	}
}

func FuzzIsResourceID(f *testing.F) {
	f.Add("/subscriptions/961b3938-d02d-4592-8451-eb7c1eb005c1/resourceGroups/rg/providers/Microsoft.AzureSphere/catalogs/contoso")
	f.Add("/subscriptions/a?b/resourceGroups/rg/providers/Microsoft.AzureSphere/catalogs/contoso")
	f.Fuzz(func(t *testing.T, id string) {
		if !transport.IsResourceID(id, catalogs) {
			return
		}
		address, err := url.Parse("https://management.example" + transport.EscapePath(id) + "/certificates?api-version=1")
		if err != nil || address.Path != id+"/certificates" || address.RawQuery != "api-version=1" || address.Fragment != "" {
			t.Errorf("%q becomes %v, %v", id, address, err)
		}
	})
}
