// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central_test

import (
	"net/http"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestPeople_areListedWithTheirRoles(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	roles := s.Central(http.MethodGet, "/roles", "").Want(http.StatusOK)
	for i, want := range []struct{ id, name string }{
		{"ca310b8d-2f4a-44e0-a36e-957c202cd8d4", "Administrator"},
		{"344138e9-8de4-4497-8c54-5237e96d6aaf", "Builder"},
		{"ae2c9854-393b-4f97-8c42-479d70ce626e", "Operator"},
	} {
		if roles.Text("value", i, "id") != want.id || roles.Text("value", i, "displayName") != want.name {
			t.Errorf("the role %d is %v, want %v", i, roles.At("value", i), want)
		}
		if got := s.Central(http.MethodGet, "/roles/"+want.id, "").Want(http.StatusOK).Text("displayName"); got != want.name {
			t.Errorf("the role is %s, want %s", got, want.name)
		}
	}
	users := s.Central(http.MethodGet, "/users", "").Want(http.StatusOK)
	seen := map[string]string{}
	for i := 0; users.At("value", i) != nil; i++ {
		if users.Text("value", i, "type") != "servicePrincipal" || users.Text("value", i, "tenantId") != s.Info.TenantID {
			t.Errorf("a user is %v", users.At("value", i))
		}
		seen[users.Text("value", i, "objectId")] = users.Text("value", i, "roles", 0, "role")
	}
	for _, p := range s.Info.Principals {
		want := map[string]string{"stranger": "", "reader": roles.Text("value", 3, "id")}
		role, special := want[p.Name]
		if !special {
			role = "ca310b8d-2f4a-44e0-a36e-957c202cd8d4"
		}
		if seen[p.ObjectID] != role {
			t.Errorf("%s has the role %q, want %q", p.Name, seen[p.ObjectID], role)
		}
	}
	s.Central(http.MethodGet, "/users/"+s.Info.Principals[0].ObjectID, "").Want(http.StatusOK)
	s.Central(http.MethodGet, "/users/nobody", "").Want(http.StatusNotFound)
	s.Central(http.MethodGet, "/roles/none", "").Want(http.StatusNotFound)
	for _, path := range []string{"/organizations", "/deviceTemplates", "/deviceGroups", "/jobs", "/dataExport/exports", "/dataExport/destinations"} {
		if got := s.Central(http.MethodGet, path, "").Want(http.StatusOK); string(got.Body) != `{"value":[]}` {
			t.Errorf("%s lists %s", path, got.Body)
		}
	}
}
