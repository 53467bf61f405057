// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// group is an enrollment group.
type group struct {
	attestation

	id                 string
	provisioningStatus string
	reprovision        reprovisionPolicy
	allocation         string
	custom             json.RawMessage // nil: none
	hubs               []string
	hubHost            string
	twin               json.RawMessage // nil: none
	edge               *bool
	created, updated   time.Time
	etag               string
}

type reprovisionPolicy struct {
	UpdateHubAssignment bool `json:"updateHubAssignment"`
	MigrateDeviceData   bool `json:"migrateDeviceData"`
}

func addGroups(s *rest.Service[*call]) {
	const path = "/enrollmentGroups/{group}"
	s.On("GET "+path, "EnrollmentGroup_Get", "read", getGroup)
	s.On("PUT "+path, "EnrollmentGroup_CreateOrUpdate", "write", putGroup)
	s.On("DELETE "+path, "EnrollmentGroup_Delete", "write", deleteGroup)
	s.On("POST /enrollmentGroups/query", "EnrollmentGroup_Query", "read", queryGroups)
	s.On("POST "+path+"/attestationmechanism", "EnrollmentGroup_GetAttestationMechanism", "keys", getAttestation)
}

func (c *call) group() (*group, *rest.Failure) {
	if g := c.findGroup(c.Path("group")); g != nil {
		return g, nil
	}
	return nil, rest.Fail(http.StatusNotFound, "404201", "EnrollmentGroup not found.")
}

func (c *call) findGroup(id string) *group {
	for _, g := range c.dps.groups {
		if g.id == id {
			return g
		}
	}
	return nil
}

func getGroup(c *call) (rest.Answer, *rest.Failure) {
	g, f := c.group()
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, g.body()), nil
}

func queryGroups(c *call) (rest.Answer, *rest.Failure) {
	body, f := c.readBody()
	if f != nil {
		return rest.Answer{}, f
	}
	body.Require("query")
	query := body.Text("query")
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, invalid(err)
	}
	if !strings.HasPrefix(strings.ToUpper(strings.Join(strings.Fields(query), " ")), "SELECT *") {
		return rest.Answer{}, invalid(errors.New("the query is not SELECT *"))
	}
	items := []any{}
	for _, g := range c.dps.groups {
		items = append(items, g.body())
	}
	return c.page(items, "EnrollmentGroup")
}

// putGroup creates a group, or replaces the whole record when the caller sends its etag. Without If-Match it only creates.
func putGroup(c *call) (rest.Answer, *rest.Failure) {
	body, f := c.readBody()
	if f != nil {
		return rest.Answer{}, f
	}
	old := c.findGroup(c.Path("group"))
	header := c.Request.Header.Get("If-Match")
	switch {
	case old != nil && header == "":
		return rest.Answer{}, rest.Fail(http.StatusConflict, "409202", "EnrollmentGroup already exists.")
	case old == nil && header != "":
		return rest.Answer{}, rest.Fail(http.StatusNotFound, "404201", "EnrollmentGroup not found.")
	case old != nil && !c.s.matches(header, old.etag):
		return rest.Answer{}, rest.Fail(http.StatusPreconditionFailed, "412001", "Precondition failed.")
	}
	g, f := c.readGroup(body, old)
	if f != nil {
		return rest.Answer{}, f
	}
	g.etag, g.created, g.updated = c.s.etags.New(c.Now), c.Now, c.Now
	if old != nil {
		g.created = old.created
		*old = *g
	} else {
		c.dps.groups = append(c.dps.groups, g)
	}
	return rest.JSON(http.StatusOK, g.body()), nil
}

// readGroup reads a group. What was left out has its default.
func (c *call) readGroup(body *rest.Object, old *group) (*group, *rest.Failure) {
	body.Require("enrollmentGroupId", "attestation")
	policy := body.Inner("reprovisionPolicy")
	g := &group{
		id:                 body.Text("enrollmentGroupId"),
		provisioningStatus: body.OneOf("provisioningStatus", "enabled", "disabled"),
		allocation:         body.OneOf("allocationPolicy", "hashed", "geoLatency", "static", "custom"),
		hubs:               body.List("iotHubs"),
		hubHost:            body.Text("iotHubHostName"),
		reprovision:        reprovisionPolicy{true, true},
		twin:               rest.Member[json.RawMessage](body, "initialTwin", "an object"),
		custom:             rest.Member[json.RawMessage](body, "customAllocationDefinition", "an object"),
	}
	if body.Given("reprovisionPolicy") {
		policy.Require("updateHubAssignment", "migrateDeviceData")
		g.reprovision = reprovisionPolicy{policy.Boolean("updateHubAssignment"), policy.Boolean("migrateDeviceData")}
	}
	capabilities := body.Inner("capabilities")
	if body.Given("capabilities") {
		edge := capabilities.Boolean("iotEdge")
		g.edge = &edge
	}
	if err := rest.FirstProblem(body, policy, capabilities); err != nil {
		return nil, invalid(err)
	}
	if g.id != c.Path("group") {
		return nil, invalid(errors.New("enrollmentGroupId is not that of the address"))
	}
	if g.allocation == "custom" && g.custom == nil {
		return nil, invalid(errors.New("customAllocationDefinition is required for the allocation policy custom"))
	}
	for _, host := range g.hubs {
		if !slices.Contains(c.dps.Hubs, host) {
			return nil, invalid(fmt.Errorf("the IoT hub %s is not linked to the service", host))
		}
	}
	var f *rest.Failure
	if g.attestation, f = c.readAttestation(body.Inner("attestation"), old); f != nil {
		return nil, f
	}
	return g, c.checkShared(g)
}

func deleteGroup(c *call) (rest.Answer, *rest.Failure) {
	g, f := c.group()
	if f != nil {
		return rest.Answer{}, f
	}
	if header := c.Request.Header.Get("If-Match"); header != "" && !c.s.matches(header, g.etag) {
		return rest.Answer{}, rest.Fail(http.StatusPreconditionFailed, "412001", "Precondition failed.")
	}
	c.dps.groups = slices.DeleteFunc(c.dps.groups, func(other *group) bool { return other == g })
	return rest.Empty(http.StatusNoContent), nil
}

// body is a group as answers show it: members that are not set are left out.
func (g *group) body() map[string]any {
	body := map[string]any{
		"enrollmentGroupId":      g.id,
		"attestation":            g.shown(),
		"etag":                   g.etag,
		"provisioningStatus":     g.provisioningStatus,
		"reprovisionPolicy":      g.reprovision,
		"allocationPolicy":       g.allocation,
		"createdDateTimeUtc":     dataTime(g.created),
		"lastUpdatedDateTimeUtc": dataTime(g.updated),
	}
	if len(g.hubs) > 0 {
		body["iotHubs"] = g.hubs
	}
	if g.hubHost != "" {
		body["iotHubHostName"] = g.hubHost
	}
	if g.twin != nil {
		body["initialTwin"] = g.twin
	}
	if g.custom != nil {
		body["customAllocationDefinition"] = g.custom
	}
	if g.edge != nil {
		body["capabilities"] = map[string]bool{"iotEdge": *g.edge}
	}
	return body
}

// dataTime writes a time as the data plane does: with seven digits of a second.
func dataTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
