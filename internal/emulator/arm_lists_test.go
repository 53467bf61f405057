// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// names are the names of the resources in a list.
func (r *reply) names() []string {
	r.t.Helper()
	names := []string{}
	for i := 0; r.at("value", i) != nil; i++ {
		names = append(names, r.text("value", i, "name"))
	}
	return names
}

// pages follows the links of a list, verbatim, and returns the names on each page.
func (s *session) pages(method, path, body string) [][]string {
	s.t.Helper()
	page := s.arm(method, path, body).want(http.StatusOK)
	all := [][]string{page.names()}
	for page.at("nextLink") != nil {
		page = s.send(method, page.text("nextLink"), []byte(body), "Content-Type", "application/json",
			"Authorization", s.token(s.info.Audiences.ResourceManager)).want(http.StatusOK)
		all = append(all, page.names())
	}
	return all
}

func TestCatalogs_areListedByScope(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	s.newCatalog()
	group, _, _ := strings.Cut(s.info.CatalogID, "/providers/")
	subscription, _, _ := strings.Cut(s.info.CatalogID, "/resourceGroups/")
	for _, scope := range []string{group, strings.ToUpper(group), subscription} {
		list := s.arm(http.MethodGet, scope+"/providers/Microsoft.AzureSphere/catalogs", "").want(http.StatusOK)
		if got, want := list.names(), []string{"contoso-catalog", "second"}; !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", scope, got, want)
		}
		if member(list, "", "nextLink") != "absent" {
			t.Errorf("a complete list has a link: %s", list.body)
		}
		if list.text("value", 0, "properties", "tenantId") != s.info.SphereTenantID || list.text("value", 0, "systemData", "createdAt") == "" {
			t.Errorf("%s lists no tenant, or no systemData: %s", scope, list.body)
		}
	}
	s.arm(http.MethodGet, group+"x/providers/Microsoft.AzureSphere/catalogs", "").refused(http.StatusNotFound)
}

func TestCatalogs_aPatchChangesTagsAlone(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now})
	catalog := s.newCatalog()
	s.arm(http.MethodPatch, catalog, `{"tags":{"a":"b"}}`).want(http.StatusOK)
	before := s.arm(http.MethodGet, catalog, "").want(http.StatusOK)
	clock.advance(1500 * time.Millisecond)
	patched := s.arm(http.MethodPatch, catalog, `{}`).want(http.StatusOK)
	if got := jsonText(patched.at("tags")); got != `{"a":"b"}` {
		t.Errorf("a patch without tags leaves %s", got)
	}
	if patched.text("systemData", "createdAt") != before.text("systemData", "createdAt") {
		t.Errorf("it was created at %s, and is now of %s", before.text("systemData", "createdAt"), patched.text("systemData", "createdAt"))
	}
	// Trailing zeros of the fraction are dropped.
	if got := patched.text("systemData", "lastModifiedAt"); got != "2026-05-04T06:02:02.5Z" {
		t.Errorf("it was modified at %s", got)
	}
	if before.header.Get("ETag") == patched.header.Get("ETag") {
		t.Error("a patch leaves the ETag")
	}
	if got := jsonText(s.arm(http.MethodPatch, catalog, `{"tags":{}}`).want(http.StatusOK).at("tags")); got != `{}` {
		t.Errorf("a patch with no tags leaves %s", got)
	}
}

func TestLists_visitEverythingOnce(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	product := s.info.CatalogID + "/products/Coffee"
	for _, group := range []string{"Office", "Hall"} {
		s.arm(http.MethodPut, product+"/deviceGroups/"+group, `{}`).want(http.StatusOK)
	}
	for _, digit := range []string{"B", "C"} {
		s.arm(http.MethodPut, product+"/deviceGroups/Hall/devices/"+deviceID(digit), `{}`).want(http.StatusOK)
	}
	if err := s.e.Rotate("", emulator.StageIssue); err != nil {
		t.Fatal(err)
	}
	const largest = "9223372036854775807"
	for _, list := range []struct{ method, path, body string }{
		{http.MethodGet, s.info.CatalogID + "/certificates", ""},
		{http.MethodGet, product + "/deviceGroups", ""},
		{http.MethodPost, s.info.CatalogID + "/listDeviceGroups", `{}`},
		{http.MethodPost, s.info.CatalogID + "/listDevices", ""},
	} {
		t.Run(list.path, func(t *testing.T) {
			s := s.in(t)
			all := s.arm(list.method, list.path, list.body).want(http.StatusOK).names()
			if len(all) < 2 {
				t.Fatalf("listed %v, want more than one", all)
			}
			paged := s.pages(list.method, list.path+"?$maxpagesize=1", list.body)
			if got := slices.Concat(paged...); !slices.Equal(got, all) || len(paged) != len(all) {
				t.Errorf("the pages are %v, want %v one by one", paged, all)
			}
			for query, want := range map[string][]string{
				"$skip=1": all[1:], "$top=1": all[:1], "$skip=100": {}, "$skip=1&$top=" + largest: all[1:], "$skip=" + largest: {},
			} {
				if got := s.arm(list.method, list.path+"?"+query, list.body).want(http.StatusOK).names(); !slices.Equal(got, want) {
					t.Errorf("%s lists %v, want %v", query, got, want)
				}
			}
			for _, query := range []string{"$top=x", "$top=-1", "$skip=1.5", "$maxpagesize=many"} {
				s.arm(list.method, list.path+"?"+query, list.body).refused(http.StatusBadRequest)
			}
		})
	}
}
