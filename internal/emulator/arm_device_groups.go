// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// deviceGroup is a device group of a product.
type deviceGroup struct {
	name, description string
	described         bool
	osFeedType        string
	updatePolicy      string
	crashDumps        string
	dataBoundary      string
	provisioning      string
	created, modified time.Time
	creator, modifier string
}

var deviceGroupName = regexp.MustCompile(`^[A-Za-z0-9]{1,2}$|^[A-Za-z0-9][A-Za-z0-9\s]{1,48}[A-Za-z0-9]$`)

// defaultGroups are the device groups that a product can be given.
var defaultGroups = []string{
	"Development", "Field Test", "Production", "Production OS Evaluation", "Field Test OS Evaluation",
}

const (
	groupsPath = productPath + "/deviceGroups"
	groupPath  = groupsPath + "/{group}"
)

func (e *Emulator) addDeviceGroups(s *service) {
	const action = "Microsoft.AzureSphere/catalogs/products/deviceGroups/"
	s.on("GET "+groupsPath, "DeviceGroups_ListByProduct", action+"read", listDeviceGroups)
	s.on("GET "+groupPath, "DeviceGroups_Get", action+"read", getDeviceGroup)
	s.on("PUT "+groupPath, "DeviceGroups_CreateOrUpdate", action+"write", putDeviceGroup)
	s.on("PATCH "+groupPath, "DeviceGroups_Update", action+"write", patchDeviceGroup)
	s.on("DELETE "+groupPath, "DeviceGroups_Delete", action+"delete", deleteDeviceGroup)
	s.on("POST "+groupPath+"/countDevices", "DeviceGroups_CountDevices", action+"countDevices/action", countDevices)
	s.on("POST "+groupPath+"/claimDevices", "DeviceGroups_ClaimDevices", action+"claimDevices/action", claimDevices)
}

type deviceGroupProperties struct {
	Description               optionalText `json:"description"`
	OSFeedType                string       `json:"osFeedType"`
	UpdatePolicy              string       `json:"updatePolicy"`
	AllowCrashDumpsCollection string       `json:"allowCrashDumpsCollection"`
	RegionalDataBoundary      string       `json:"regionalDataBoundary"`
	HasDeployment             *bool        `json:"hasDeployment"` // null when read, false when written
	ProvisioningState         string       `json:"provisioningState"`
}

func (g *deviceGroup) id(cat *catalog, p *product) string {
	return p.id(cat) + "/deviceGroups/" + g.name
}

func (g *deviceGroup) resource(cat *catalog, p *product, hasDeployment *bool) armChild {
	properties := deviceGroupProperties{
		null, g.osFeedType, g.updatePolicy, g.crashDumps, g.dataBoundary, hasDeployment, g.provisioning,
	}
	if g.described {
		properties.Description = set(g.description)
	}
	return armChild{
		ID: g.id(cat, p), Name: g.name, Type: "Microsoft.AzureSphere/catalogs/products/deviceGroups", Properties: properties,
	}
}

// deviceGroup returns the device group that the path names, with its product and catalog.
func (c *call) deviceGroup() (*catalog, *product, *deviceGroup, *failure) {
	cat, p, f := c.product()
	if f != nil {
		return nil, nil, nil, f
	}
	if g := p.findGroup(c.path("group")); g != nil {
		return cat, p, g, nil
	}
	return cat, p, nil, failOwn(http.StatusNotFound, "NotFound", "The device group '"+c.path("group")+"' was not found.")
}

func (p *product) findGroup(name string) *deviceGroup {
	for _, g := range p.groups {
		if strings.EqualFold(g.name, name) {
			return g
		}
	}
	return nil
}

func listDeviceGroups(c *call) (answer, *failure) {
	cat, p, f := c.product()
	if f != nil {
		return answer{}, f
	}
	items := []any{}
	for _, g := range p.groups {
		items = append(items, g.resource(cat, p, nil))
	}
	list, f := c.page(items)
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, list), nil
}

// listCatalogDeviceGroups lists the device groups of every product. Unlike GET lists, it has a nextLink and systemData
// that are null, and properties come first.
func listCatalogDeviceGroups(c *call) (answer, *failure) {
	cat, f := c.catalog()
	if f != nil {
		return answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return answer{}, f
	}
	wanted := body.text("deviceGroupName")
	if err := firstProblem(body); err != nil {
		return answer{}, armInvalid(err)
	}
	type listed struct {
		Properties any     `json:"properties"`
		ID         string  `json:"id"`
		Name       string  `json:"name"`
		Type       string  `json:"type"`
		SystemData *string `json:"systemData"`
	}
	items := []any{}
	for _, p := range cat.products {
		for _, g := range p.groups {
			if wanted == "" || strings.EqualFold(wanted, g.name) {
				r := g.resource(cat, p, nil)
				items = append(items, listed{Properties: r.Properties, ID: r.ID, Name: r.Name, Type: r.Type})
			}
		}
	}
	list, f := c.page(items)
	if f != nil {
		return answer{}, f
	}
	next := null
	if list.NextLink != "" {
		next = set(list.NextLink)
	}
	return jsonAnswer(http.StatusOK, struct {
		Value    []any        `json:"value"`
		NextLink optionalText `json:"nextLink"`
	}{list.Value, next}), nil
}

func getDeviceGroup(c *call) (answer, *failure) {
	cat, p, g, f := c.deviceGroup()
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, g.resource(cat, p, nil)), nil
}

func putDeviceGroup(c *call) (answer, *failure) {
	cat, p, g, f := c.deviceGroup()
	if p == nil {
		return answer{}, f
	}
	name := c.path("group")
	if !deviceGroupName.MatchString(name) {
		return answer{}, failOwn(http.StatusBadRequest, "InvalidResourceName", "A device group cannot be named '"+name+"'.")
	}
	made := newDeviceGroup(name, c)
	if f := c.readDeviceGroup(made); f != nil {
		return answer{}, f
	}
	if g == nil {
		g = made
		p.groups = append(p.groups, g)
	} else {
		made.name, made.created, made.creator = g.name, g.created, g.creator
		*g = *made
	}
	hasDeployment := false
	return c.putAnswer(g.id(cat, p), &g.provisioning, func() any {
		return g.resource(cat, p, &hasDeployment).asPut(g.created, g.modified, g.creator, g.modifier)
	}), nil
}

// newDeviceGroup makes a device group with the values that an empty body leads to.
func newDeviceGroup(name string, c *call) *deviceGroup {
	return &deviceGroup{
		name:         name,
		osFeedType:   "Retail",
		updatePolicy: "UpdateAll",
		crashDumps:   "Disabled",
		dataBoundary: "None",
		provisioning: "Succeeded",
		created:      c.now, modified: c.now, creator: c.principal.ClientID, modifier: c.principal.ClientID,
	}
}

// readDeviceGroup changes a device group as the body says.
func (c *call) readDeviceGroup(g *deviceGroup) *failure {
	body, f := c.armBody()
	if f != nil {
		return f
	}
	properties := body.inner("properties")
	changed := *g
	if properties.given("description") {
		changed.description, changed.described = properties.text("description"), true
	}
	for name, member := range map[string]struct {
		field  *string
		values []string
	}{
		"osFeedType":                {&changed.osFeedType, []string{"Retail", "RetailEval"}},
		"updatePolicy":              {&changed.updatePolicy, []string{"UpdateAll", "No3rdPartyAppUpdates"}},
		"allowCrashDumpsCollection": {&changed.crashDumps, []string{"Disabled", "Enabled"}},
		"regionalDataBoundary":      {&changed.dataBoundary, []string{"None", "EU"}},
	} {
		if properties.given(name) {
			*member.field = properties.oneOf(name, member.values...)
		}
	}
	if err := firstProblem(body, properties); err != nil {
		return armInvalid(err)
	}
	*g = changed
	return nil
}

func patchDeviceGroup(c *call) (answer, *failure) {
	cat, p, g, f := c.deviceGroup()
	if f != nil {
		return answer{}, f
	}
	if f := c.readDeviceGroup(g); f != nil {
		return answer{}, f
	}
	g.modified, g.modifier = c.now, c.principal.ClientID
	hasDeployment := false
	return jsonAnswer(http.StatusOK, g.resource(cat, p, &hasDeployment)), nil
}

// deleteDeviceGroup answers the four bytes null. A group with devices stays.
func deleteDeviceGroup(c *call) (answer, *failure) {
	cat, p, g, f := c.deviceGroup()
	if p == nil {
		return answer{}, f
	}
	if g == nil {
		return emptyAnswer(http.StatusNoContent), nil
	}
	if slices.ContainsFunc(cat.devices, func(d *device) bool { return d.product == p.name && d.group == g.name }) {
		return answer{}, failOwn(http.StatusConflict, "Conflict", "The device group has devices.")
	}
	p.groups = slices.DeleteFunc(p.groups, func(other *deviceGroup) bool { return other == g })
	return jsonAnswer(http.StatusOK, nil), nil
}

func generateDefaultGroups(c *call) (answer, *failure) {
	cat, p, f := c.product()
	if f != nil {
		return answer{}, f
	}
	items := []any{}
	for _, name := range defaultGroups {
		g := p.findGroup(name)
		if g == nil {
			g = newDeviceGroup(name, c)
			if strings.HasSuffix(name, "OS Evaluation") {
				g.osFeedType = "RetailEval"
			}
			p.groups = append(p.groups, g)
		}
		items = append(items, g.resource(cat, p, nil))
	}
	return jsonAnswer(http.StatusOK, armList{Value: items}), nil
}
