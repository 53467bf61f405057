// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/entra"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

const (
	appBuilder  = "344138e9-8de4-4497-8c54-5237e96d6aaf"
	appOperator = "ae2c9854-393b-4f97-8c42-479d70ce626e"
	// groupReader is a custom role: Device connectivity management, read global.
	groupReader = "6f1d1f0c-4f1c-4b57-9b0e-5c1f6c2d7a10"
)

// roles are those of a default application, with the names that the list has, and a custom one.
var roles = []map[string]string{
	{"id": appAdministrator, "displayName": "Administrator"},
	{"id": appBuilder, "displayName": "Builder"},
	{"id": appOperator, "displayName": "Operator"},
	{"id": groupReader, "displayName": "Enrollment group reader"},
}

// addPeople adds what there is to read around the groups: users, roles, and what the emulator has none of.
func addPeople(s *rest.Service[*call]) {
	s.On("GET /api/roles", "Roles_List", "read", func(*call) (rest.Answer, *rest.Failure) {
		return rest.JSON(http.StatusOK, map[string]any{"value": roles}), nil
	})
	s.On("GET /api/roles/{role}", "Roles_Get", "read", func(c *call) (rest.Answer, *rest.Failure) {
		for _, role := range roles {
			if role["id"] == c.Path("role") {
				return rest.JSON(http.StatusOK, role), nil
			}
		}
		return rest.Answer{}, rest.Fail(http.StatusNotFound, "NotFound", "The role '"+c.Path("role")+"' was not found.")
	})
	s.On("GET /api/users", "Users_List", "read", func(c *call) (rest.Answer, *rest.Failure) {
		return rest.JSON(http.StatusOK, map[string]any{"value": c.users()}), nil
	})
	s.On("GET /api/users/{user}", "Users_Get", "read", func(c *call) (rest.Answer, *rest.Failure) {
		for _, user := range c.users() {
			if user.ID == c.Path("user") {
				return rest.JSON(http.StatusOK, user), nil
			}
		}
		return rest.Answer{}, rest.Fail(http.StatusNotFound, "NotFound", "The user '"+c.Path("user")+"' was not found.")
	})
	for path, operation := range map[string]string{
		"organizations": "Organizations_List", "deviceTemplates": "DeviceTemplates_List", "deviceGroups": "DeviceGroups_List",
		"jobs": "Jobs_List", "dataExport/exports": "Exports_List", "dataExport/destinations": "Destinations_List",
	} {
		s.On("GET /api/"+path, operation, "read", func(*call) (rest.Answer, *rest.Failure) {
			return rest.JSON(http.StatusOK, map[string]any{"value": []any{}}), nil
		})
	}
}

// user is a service principal that was added to the application.
type user struct {
	ID       string              `json:"id"`
	Type     string              `json:"type"`
	Roles    []map[string]string `json:"roles"`
	TenantID string              `json:"tenantId"`
	ObjectID string              `json:"objectId"`
}

// users are the principals that have a role in every application.
func (c *call) users() []user {
	list := []user{}
	for _, p := range c.s.tenant.ServicePrincipals() {
		role := map[entra.Level]string{entra.Everything: appAdministrator, entra.Reading: groupReader}[p.IoTCentral]
		if role == "" {
			continue
		}
		list = append(list, user{p.ObjectID, "servicePrincipal", []map[string]string{{"role": role}}, c.s.tenant.ID, p.ObjectID})
	}
	return list
}
