// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// names are the names of the resources in a list.
func names(r *emulatortest.Reply) []string {
	r.T.Helper()
	names := []string{}
	for i := 0; r.At("value", i) != nil; i++ {
		names = append(names, r.Text("value", i, "name"))
	}
	return names
}

// pages follows the links of a list, verbatim, and returns the names on each page.
func pages(s *emulatortest.Session, method, path, body string) [][]string {
	s.T.Helper()
	page := s.ARM(method, path, body).Want(http.StatusOK)
	all := [][]string{names(page)}
	for page.At("nextLink") != nil {
		page = s.Send(method, page.Text("nextLink"), []byte(body), "Content-Type", "application/json",
			"Authorization", s.Token(s.Info.Audiences.ResourceManager)).Want(http.StatusOK)
		all = append(all, names(page))
	}
	return all
}

func TestCatalogs_areListedByScope(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	newCatalog(s)
	group, _, _ := strings.Cut(s.Info.CatalogID, "/providers/")
	subscription, _, _ := strings.Cut(s.Info.CatalogID, "/resourceGroups/")
	for _, scope := range []string{group, strings.ToUpper(group), subscription} {
		list := s.ARM(http.MethodGet, scope+"/providers/Microsoft.AzureSphere/catalogs", "").Want(http.StatusOK)
		if got, want := names(list), []string{"contoso-catalog", "second"}; !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", scope, got, want)
		}
		if member(list, "", "nextLink") != "absent" {
			t.Errorf("a complete list has a link: %s", list.Body)
		}
		if list.Text("value", 0, "properties", "tenantId") != s.Info.SphereTenantID || list.Text("value", 0, "systemData", "createdAt") == "" {
			t.Errorf("%s lists no tenant, or no systemData: %s", scope, list.Body)
		}
	}
	refused(s.ARM(http.MethodGet, group+"x/providers/Microsoft.AzureSphere/catalogs", ""), http.StatusNotFound)
}

func TestCatalogs_aPatchChangesTagsAlone(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	catalog := newCatalog(s)
	s.ARM(http.MethodPatch, catalog, `{"tags":{"a":"b"}}`).Want(http.StatusOK)
	before := s.ARM(http.MethodGet, catalog, "").Want(http.StatusOK)
	clock.Advance(1500 * time.Millisecond)
	patched := s.ARM(http.MethodPatch, catalog, `{}`).Want(http.StatusOK)
	if got := emulatortest.JSON(patched.At("tags")); got != `{"a":"b"}` {
		t.Errorf("a patch without tags leaves %s", got)
	}
	if patched.Text("systemData", "createdAt") != before.Text("systemData", "createdAt") {
		t.Errorf("it was created at %s, and is now of %s", before.Text("systemData", "createdAt"), patched.Text("systemData", "createdAt"))
	}
	// Trailing zeros of the fraction are dropped.
	if got := patched.Text("systemData", "lastModifiedAt"); got != "2026-05-04T06:02:02.5Z" {
		t.Errorf("it was modified at %s", got)
	}
	if before.Header.Get("ETag") == patched.Header.Get("ETag") {
		t.Error("a patch leaves the ETag")
	}
	if got := emulatortest.JSON(s.ARM(http.MethodPatch, catalog, `{"tags":{}}`).Want(http.StatusOK).At("tags")); got != `{}` {
		t.Errorf("a patch with no tags leaves %s", got)
	}
}

func TestLists_visitEverythingOnce(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	product := s.Info.CatalogID + "/products/Coffee"
	for _, group := range []string{"Office", "Hall"} {
		s.ARM(http.MethodPut, product+"/deviceGroups/"+group, `{}`).Want(http.StatusOK)
	}
	for _, digit := range []string{"B", "C"} {
		s.Settled(http.MethodPut, product+"/deviceGroups/Hall/devices/"+emulatortest.DeviceID(digit), `{}`)
	}
	if err := s.Emulator.Rotate("", emulator.StageIssue); err != nil {
		t.Fatal(err)
	}
	const largest = "9223372036854775807"
	for _, list := range []struct{ method, path, body string }{
		{http.MethodGet, s.Info.CatalogID + "/certificates", ""},
		{http.MethodGet, product + "/deviceGroups", ""},
		{http.MethodPost, s.Info.CatalogID + "/listDeviceGroups", `{}`},
		{http.MethodPost, s.Info.CatalogID + "/listDevices", ""},
	} {
		t.Run(list.path, func(t *testing.T) {
			s := s.In(t)
			all := names(s.ARM(list.method, list.path, list.body).Want(http.StatusOK))
			if len(all) < 2 {
				t.Fatalf("listed %v, want more than one", all)
			}
			paged := pages(s, list.method, list.path+"?$maxpagesize=1", list.body)
			if got := slices.Concat(paged...); !slices.Equal(got, all) || len(paged) != len(all) {
				t.Errorf("the pages are %v, want %v one by one", paged, all)
			}
			for query, want := range map[string][]string{
				"$skip=1": all[1:], "$top=1": all[:1], "$skip=100": {}, "$skip=1&$top=" + largest: all[1:], "$skip=" + largest: {},
			} {
				if got := names(s.ARM(list.method, list.path+"?"+query, list.body).Want(http.StatusOK)); !slices.Equal(got, want) {
					t.Errorf("%s lists %v, want %v", query, got, want)
				}
			}
			for _, query := range []string{"$top=x", "$top=-1", "$skip=1.5", "$maxpagesize=many"} {
				refused(s.ARM(list.method, list.path+"?"+query, list.body), http.StatusBadRequest)
			}
		})
	}
}
