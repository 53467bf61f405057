// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

var deviceGroupName = regexp.MustCompile(`^[A-Za-z0-9]{1,2}$|^[A-Za-z0-9][A-Za-z0-9\s]{1,48}[A-Za-z0-9]$`)

// defaultGroups are the device groups that a product can be given.
var defaultGroups = []string{
	"Development", "Field Test", "Production", "Production OS Evaluation", "Field Test OS Evaluation",
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
	HasDeployment             *bool             `json:"hasDeployment"` // null when read, false when written
	ProvisioningState         string            `json:"provisioningState"`
}

func groupAnswer(cat *catalog.Catalog, p *catalog.Product, g *catalog.DeviceGroup, hasDeployment *bool) armChild {
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
	return cat, p, nil, rest.FailOwn(http.StatusNotFound, "NotFound", "The device group '"+c.Path("group")+"' was not found.")
}

func listDeviceGroups(c *call) (rest.Answer, *rest.Failure) {
	cat, p, f := c.product()
	if f != nil {
		return rest.Answer{}, f
	}
	items := []any{}
	for _, g := range p.Groups {
		items = append(items, groupAnswer(cat, p, g, nil))
	}
	list, f := c.page(items)
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, list), nil
}

// listCatalogDeviceGroups lists the device groups of every product. Unlike GET lists, it has a nextLink and systemData
// that are null, and properties come first.
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
	type listed struct {
		Properties any     `json:"properties"`
		ID         string  `json:"id"`
		Name       string  `json:"name"`
		Type       string  `json:"type"`
		SystemData *string `json:"systemData"`
	}
	items := []any{}
	for _, p := range cat.Products {
		for _, g := range p.Groups {
			if wanted == "" || strings.EqualFold(wanted, g.Name) {
				r := groupAnswer(cat, p, g, nil)
				items = append(items, listed{Properties: r.Properties, ID: r.ID, Name: r.Name, Type: r.Type})
			}
		}
	}
	list, f := c.page(items)
	if f != nil {
		return rest.Answer{}, f
	}
	next := rest.Null
	if list.NextLink != "" {
		next = rest.Set(list.NextLink)
	}
	return rest.JSON(http.StatusOK, struct {
		Value    []any             `json:"value"`
		NextLink rest.OptionalText `json:"nextLink"`
	}{list.Value, next}), nil
}

func getDeviceGroup(c *call) (rest.Answer, *rest.Failure) {
	cat, p, g, f := c.deviceGroup()
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, groupAnswer(cat, p, g, nil)), nil
}

func putDeviceGroup(c *call) (rest.Answer, *rest.Failure) {
	cat, p, g, f := c.deviceGroup()
	if p == nil {
		return rest.Answer{}, f
	}
	name := c.Path("group")
	if !deviceGroupName.MatchString(name) {
		return rest.Answer{}, rest.FailOwn(http.StatusBadRequest, "InvalidResourceName", "A device group cannot be named '"+name+"'.")
	}
	made := newDeviceGroup(name, c)
	if f := c.readDeviceGroup(made); f != nil {
		return rest.Answer{}, f
	}
	if g == nil {
		g = made
		p.Groups = append(p.Groups, g)
	} else {
		made.Name, made.Created, made.CreatedBy = g.Name, g.Created, g.CreatedBy
		*g = *made
	}
	hasDeployment := false
	return c.putAnswer(cat.GroupID(p, g), &g.Provisioning, func() any {
		return groupAnswer(cat, p, g, &hasDeployment).asPut(g.Stamp)
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
	hasDeployment := false
	return rest.JSON(http.StatusOK, groupAnswer(cat, p, g, &hasDeployment)), nil
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
	if cat.HasDevices(p, g) {
		return rest.Answer{}, rest.FailOwn(http.StatusConflict, "Conflict", "The device group has devices.")
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
	for _, name := range defaultGroups {
		g := p.FindGroup(name)
		if g == nil {
			g = newDeviceGroup(name, c)
			if strings.HasSuffix(name, "OS Evaluation") {
				g.OSFeedType = "RetailEval"
			}
			p.Groups = append(p.Groups, g)
		}
		items = append(items, groupAnswer(cat, p, g, nil))
	}
	return rest.JSON(http.StatusOK, armList{Value: items}), nil
}
