// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

var deviceGroupName = regexp.MustCompile(`^[A-Za-z0-9]{1,2}$|^[A-Za-z0-9][A-Za-z0-9\s]{1,48}[A-Za-z0-9]$`)

// defaultGroups are the device groups that a product can be given, in order.
var defaultGroups = []struct{ name, description, osFeedType, updatePolicy string }{
	{"Development", "Default development device group", "Retail", "No3rdPartyAppUpdates"},
	{"Field Test", "Default test device group", "Retail", "UpdateAll"},
	{"Production", "Default production device group", "Retail", "UpdateAll"},
	{"Production OS Evaluation", "Default Production OS Evaluation device group", "RetailEval", "UpdateAll"},
	{"Field Test OS Evaluation", "Default Field Test OS Evaluation device group", "RetailEval", "UpdateAll"},
}

const (
	groupsPath = productPath + "/deviceGroups"
	groupPath  = groupsPath + "/{group}"
)

func (s *Service) addDeviceGroups() {
	const action = "Microsoft.AzureSphere/catalogs/products/deviceGroups/"
	s.rest.On("GET "+groupsPath, "DeviceGroups_ListByProduct", action+"read", listDeviceGroups)
	s.rest.On("GET "+groupPath, "DeviceGroups_Get", action+"read", getDeviceGroup)
	s.rest.On("PUT "+groupPath, "DeviceGroups_CreateOrUpdate", action+"write", putDeviceGroup)
	s.rest.On("PATCH "+groupPath, "DeviceGroups_Update", action+"write", patchDeviceGroup)
	s.rest.On("DELETE "+groupPath, "DeviceGroups_Delete", action+"delete", deleteDeviceGroup)
	s.rest.On("POST "+groupPath+"/countDevices", "DeviceGroups_CountDevices", action+"countDevices/action", countDevices)
	s.rest.On("POST "+groupPath+"/claimDevices", "DeviceGroups_ClaimDevices", action+"claimDevices/action", claimDevices)
}

type deviceGroupProperties struct {
	Description               rest.OptionalText `json:"description"`
	OSFeedType                string            `json:"osFeedType"`
	UpdatePolicy              string            `json:"updatePolicy"`
	AllowCrashDumpsCollection string            `json:"allowCrashDumpsCollection"`
	RegionalDataBoundary      string            `json:"regionalDataBoundary"`
	HasDeployment             *bool             `json:"hasDeployment"` // null in GET of one group
	ProvisioningState         string            `json:"provisioningState"`
}

// groupAnswer is a device group as every answer has it but GET of one group, which does not tell of deployments.
func groupAnswer(cat *catalog.Catalog, p *catalog.Product, g *catalog.DeviceGroup) armChild {
	deployed := len(g.Deployments) > 0
	return groupResource(cat, p, g, &deployed)
}

func groupResource(cat *catalog.Catalog, p *catalog.Product, g *catalog.DeviceGroup, hasDeployment *bool) armChild {
	properties := deviceGroupProperties{
		rest.Null, g.OSFeedType, g.UpdatePolicy, g.CrashDumps, g.DataBoundary, hasDeployment, g.Provisioning,
	}
	if g.Described {
		properties.Description = rest.Set(g.Description)
	}
	return armChild{
		ID: cat.GroupID(p, g), Name: g.Name, Type: "Microsoft.AzureSphere/catalogs/products/deviceGroups", Properties: properties,
	}
}

// deviceGroup returns the device group that the path names, with its product and catalog.
func (c *call) deviceGroup() (*catalog.Catalog, *catalog.Product, *catalog.DeviceGroup, *rest.Failure) {
	cat, p, f := c.product()
	if f != nil {
		return nil, nil, nil, f
	}
	if g := p.FindGroup(c.Path("group")); g != nil {
		return cat, p, g, nil
	}
	return cat, p, nil, notFound()
}

func listDeviceGroups(c *call) (rest.Answer, *rest.Failure) {
	cat, p, f := c.product()
	if f != nil {
		return rest.Answer{}, f
	}
	items := []any{}
	for _, g := range p.Groups {
		items = append(items, groupAnswer(cat, p, g))
	}
	list, f := c.page(items)
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, list), nil
}

// listCatalogDeviceGroups lists the device groups of every product.
func listCatalogDeviceGroups(c *call) (rest.Answer, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return rest.Answer{}, f
	}
	wanted := body.Text("deviceGroupName")
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, armInvalid(err)
	}
	items := []any{}
	for _, p := range cat.Products {
		for _, g := range p.Groups {
			if wanted == "" || strings.EqualFold(wanted, g.Name) {
				items = append(items, groupAnswer(cat, p, g).asPosted())
			}
		}
	}
	return c.postPage(items)
}

func getDeviceGroup(c *call) (rest.Answer, *rest.Failure) {
	cat, p, g, f := c.deviceGroup()
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, groupResource(cat, p, g, nil)), nil
}

func putDeviceGroup(c *call) (rest.Answer, *rest.Failure) {
	cat, p, g, f := c.deviceGroup()
	if p == nil {
		return rest.Answer{}, f
	}
	name := c.Path("group")
	if !deviceGroupName.MatchString(name) {
		return rest.Answer{}, rest.FailOwn(http.StatusBadRequest, "InvalidParameters", "A device group cannot be named '"+name+"'.")
	}
	made := newDeviceGroup(name, c)
	if f := c.readDeviceGroup(made); f != nil {
		return rest.Answer{}, f
	}
	if g == nil {
		g = made
		p.Groups = append(p.Groups, g)
	} else {
		made.Name, made.Created, made.CreatedBy, made.Deployments = g.Name, g.Created, g.CreatedBy, g.Deployments
		*g = *made
	}
	return c.putAnswer("group", cat.GroupID(p, g), &g.Provisioning, func() any {
		return groupAnswer(cat, p, g).asPut(g.Stamp)
	}), nil
}

// newDeviceGroup makes a device group with the values that an empty body leads to.
func newDeviceGroup(name string, c *call) *catalog.DeviceGroup {
	return &catalog.DeviceGroup{
		Stamp:        catalog.Made(c.principal.ClientID, c.Now),
		Name:         name,
		OSFeedType:   "Retail",
		UpdatePolicy: "UpdateAll",
		CrashDumps:   "Disabled",
		DataBoundary: "None",
		Provisioning: "Succeeded",
	}
}

// readDeviceGroup changes a device group as the body says.
func (c *call) readDeviceGroup(g *catalog.DeviceGroup) *rest.Failure {
	body, f := c.armBody()
	if f != nil {
		return f
	}
	properties := body.Inner("properties")
	changed := *g
	if properties.Given("description") {
		changed.Description, changed.Described = properties.Text("description"), true
	}
	for name, member := range map[string]struct {
		field  *string
		values []string
	}{
		"osFeedType":                {&changed.OSFeedType, []string{"Retail", "RetailEval"}},
		"updatePolicy":              {&changed.UpdatePolicy, []string{"UpdateAll", "No3rdPartyAppUpdates"}},
		"allowCrashDumpsCollection": {&changed.CrashDumps, []string{"Disabled", "Enabled"}},
		"regionalDataBoundary":      {&changed.DataBoundary, []string{"None", "EU"}},
	} {
		if properties.Given(name) {
			*member.field = properties.OneOf(name, member.values...)
		}
	}
	if err := rest.FirstProblem(body, properties); err != nil {
		return armInvalid(err)
	}
	*g = changed
	return nil
}

func patchDeviceGroup(c *call) (rest.Answer, *rest.Failure) {
	cat, p, g, f := c.deviceGroup()
	if f != nil {
		return rest.Answer{}, f
	}
	if f := c.readDeviceGroup(g); f != nil {
		return rest.Answer{}, f
	}
	g.Touch(c.principal.ClientID, c.Now)
	return rest.JSON(http.StatusOK, groupAnswer(cat, p, g)), nil
}

// deleteDeviceGroup answers the four bytes null. A group with devices stays.
func deleteDeviceGroup(c *call) (rest.Answer, *rest.Failure) {
	cat, p, g, f := c.deviceGroup()
	if p == nil {
		return rest.Answer{}, f
	}
	if g == nil {
		return rest.Empty(http.StatusNoContent), nil
	}
	if count := cat.CountDevices(p, g); count > 0 {
		return rest.Answer{}, rest.FailOwn(http.StatusBadRequest, "InvalidParameters",
			fmt.Sprintf("The device group has '%d' devices associated", count))
	}
	p.DeleteGroup(g)
	return rest.JSON(http.StatusOK, nil), nil
}

func generateDefaultGroups(c *call) (rest.Answer, *rest.Failure) {
	cat, p, f := c.product()
	if f != nil {
		return rest.Answer{}, f
	}
	items := []any{}
	for _, wanted := range defaultGroups {
		g := p.FindGroup(wanted.name)
		if g == nil {
			g = newDeviceGroup(wanted.name, c)
			g.Description, g.Described = wanted.description, true
			g.OSFeedType, g.UpdatePolicy = wanted.osFeedType, wanted.updatePolicy
			p.Groups = append(p.Groups, g)
		}
		items = append(items, groupAnswer(cat, p, g).asPosted())
	}
	return rest.JSON(http.StatusOK, postList{items, rest.Null}), nil
}
