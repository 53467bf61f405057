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

// product is a product of a catalog.
type product struct {
	name, description string
	described         bool // a description was given; otherwise it is null
	provisioning      string
	created, modified time.Time
	creator, modifier string
	groups            []*deviceGroup
}

var (
	productName = regexp.MustCompile(`^\w[\w\s]{1,48}\w$`)
	systemNames = []string{".default", ".unassigned"}
)

const (
	productsPath = catalogPath + "/products"
	productPath  = productsPath + "/{product}"
)

func (e *Emulator) addProducts(s *service) {
	const action = "Microsoft.AzureSphere/catalogs/products/"
	s.on("GET "+productsPath, "Products_ListByCatalog", action+"read", listProducts)
	s.on("GET "+productPath, "Products_Get", action+"read", getProduct)
	s.on("PUT "+productPath, "Products_CreateOrUpdate", action+"write", putProduct)
	s.on("PATCH "+productPath, "Products_Update", action+"write", patchProduct)
	s.on("DELETE "+productPath, "Products_Delete", action+"delete", deleteProduct)
	s.on("POST "+productPath+"/countDevices", "Products_CountDevices", action+"countDevices/action", countDevices)
	s.on("POST "+productPath+"/generateDefaultDeviceGroups", "Products_GenerateDefaultDeviceGroups",
		action+"generateDefaultDeviceGroups/action", generateDefaultGroups)
}

// armChild is a resource below a catalog. PUT answers have systemData and a type in lower case; others have neither.
type armChild struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	Type       string      `json:"type"`
	SystemData *systemData `json:"systemData,omitempty"`
	Properties any         `json:"properties"`
}

type productProperties struct {
	Description       optionalText `json:"description"`
	ProvisioningState string       `json:"provisioningState"`
}

func (p *product) id(cat *catalog) string { return cat.id + "/products/" + p.name }

func (p *product) resource(cat *catalog) armChild {
	properties := productProperties{null, p.provisioning}
	if p.described {
		properties.Description = set(p.description)
	}
	return armChild{ID: p.id(cat), Name: p.name, Type: "Microsoft.AzureSphere/catalogs/products", Properties: properties}
}

// asPut makes a resource look as it does in answers to PUT.
func (r armChild) asPut(created, modified time.Time, creator, modifier string) armChild {
	r.Type = strings.ToLower(r.Type)
	r.SystemData = &systemData{creator, "Application", armTime(created), modifier, "Application", armTime(modified)}
	return r
}

// product returns the product that the path names, and its catalog.
func (c *call) product() (*catalog, *product, *failure) {
	cat, f := c.catalog()
	if f != nil {
		return nil, nil, f
	}
	if p := cat.findProduct(c.path("product")); p != nil {
		return cat, p, nil
	}
	return cat, nil, failOwn(http.StatusNotFound, "NotFound", "The product '"+c.path("product")+"' was not found.")
}

func (cat *catalog) findProduct(name string) *product {
	for _, p := range cat.products {
		if strings.EqualFold(p.name, name) {
			return p
		}
	}
	return nil
}

func listProducts(c *call) (answer, *failure) {
	cat, f := c.catalog()
	if f != nil {
		return answer{}, f
	}
	items := []any{}
	for _, p := range cat.products {
		items = append(items, p.resource(cat))
	}
	return jsonAnswer(http.StatusOK, armList{Value: items}), nil
}

func getProduct(c *call) (answer, *failure) {
	cat, p, f := c.product()
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, p.resource(cat)), nil
}

func putProduct(c *call) (answer, *failure) {
	cat, p, f := c.product()
	if cat == nil {
		return answer{}, f
	}
	name := c.path("product")
	if !productName.MatchString(name) {
		return answer{}, failOwn(http.StatusBadRequest, "InvalidResourceName", "A product cannot be named '"+name+"'.")
	}
	description, described, f := c.description()
	if f != nil {
		return answer{}, f
	}
	if p == nil {
		p = &product{name: name, created: c.now, creator: c.principal.ClientID}
		cat.products = append(cat.products, p)
	}
	p.description, p.described, p.modified, p.modifier = description, described, c.now, c.principal.ClientID
	return c.putAnswer(p.id(cat), &p.provisioning, func() any {
		return p.resource(cat).asPut(p.created, p.modified, p.creator, p.modifier)
	}), nil
}

func patchProduct(c *call) (answer, *failure) {
	cat, p, f := c.product()
	if f != nil {
		return answer{}, f
	}
	description, described, f := c.description()
	if f != nil {
		return answer{}, f
	}
	if described {
		p.description, p.described = description, true
	}
	p.modified, p.modifier = c.now, c.principal.ClientID
	return jsonAnswer(http.StatusOK, p.resource(cat)), nil
}

// description reads the only member that a product's properties have.
func (c *call) description() (string, bool, *failure) {
	body, f := c.armBody()
	if f != nil {
		return "", false, f
	}
	properties := body.inner("properties")
	description := properties.text("description")
	if err := firstProblem(body, properties); err != nil {
		return "", false, armInvalid(err)
	}
	return description, properties.given("description"), nil
}

// deleteProduct answers the four bytes null. A product with devices stays.
func deleteProduct(c *call) (answer, *failure) {
	cat, p, f := c.product()
	if cat == nil {
		return answer{}, f
	}
	if p == nil {
		return emptyAnswer(http.StatusNoContent), nil
	}
	if slices.ContainsFunc(cat.devices, func(d *device) bool { return d.product == p.name }) {
		return answer{}, failOwn(http.StatusConflict, "Conflict", "The product has devices.")
	}
	cat.products = slices.DeleteFunc(cat.products, func(other *product) bool { return other == p })
	return jsonAnswer(http.StatusOK, nil), nil
}

func (p *product) state() ProductState {
	state := ProductState{Name: p.name, Description: p.description, DeviceGroups: []DeviceGroupState{}}
	for _, g := range p.groups {
		state.DeviceGroups = append(state.DeviceGroups, DeviceGroupState{
			g.name, g.description, g.osFeedType, g.updatePolicy, g.crashDumps, g.dataBoundary,
		})
	}
	return state
}
