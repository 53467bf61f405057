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

var productName = regexp.MustCompile(`^\w[\w\s]{1,48}\w$`)

const (
	productsPath = catalogPath + "/products"
	productPath  = productsPath + "/{product}"
)

func (s *Service) addProducts() {
	const action = "Microsoft.AzureSphere/catalogs/products/"
	s.rest.On("GET "+productsPath, "Products_ListByCatalog", action+"read", listProducts)
	s.rest.On("GET "+productPath, "Products_Get", action+"read", getProduct)
	s.rest.On("PUT "+productPath, "Products_CreateOrUpdate", action+"write", putProduct)
	s.rest.On("PATCH "+productPath, "Products_Update", action+"write", patchProduct)
	s.rest.On("DELETE "+productPath, "Products_Delete", action+"delete", deleteProduct)
	s.rest.On("POST "+productPath+"/countDevices", "Products_CountDevices", action+"countDevices/action", countDevices)
	s.rest.On("POST "+productPath+"/generateDefaultDeviceGroups", "Products_GenerateDefaultDeviceGroups",
		action+"generateDefaultDeviceGroups/action", generateDefaultGroups)
}

// armChild is a resource below a catalog. PUT answers have systemData and a type in lower case; others have neither.
type armChild struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Type       string `json:"type"`
	SystemData any    `json:"systemData,omitempty"`
	Properties any    `json:"properties"`
}

type productProperties struct {
	Description       rest.OptionalText `json:"description"`
	ProvisioningState string            `json:"provisioningState"`
}

func productAnswer(cat *catalog.Catalog, p *catalog.Product) armChild {
	properties := productProperties{rest.Null, p.Provisioning}
	if p.Described {
		properties.Description = rest.Set(p.Description)
	}
	return armChild{ID: cat.ProductID(p), Name: p.Name, Type: "Microsoft.AzureSphere/catalogs/products", Properties: properties}
}

// asPut makes a resource look as it does in answers to PUT.
func (r armChild) asPut(stamp catalog.Stamp) armChild {
	r.Type = strings.ToLower(r.Type)
	r.SystemData = newSystemData(stamp)
	return r
}

// product returns the product that the path names, and its catalog.
func (c *call) product() (*catalog.Catalog, *catalog.Product, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return nil, nil, f
	}
	if p := cat.FindProduct(c.Path("product")); p != nil {
		return cat, p, nil
	}
	return cat, nil, notFound()
}

func listProducts(c *call) (rest.Answer, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	items := []any{}
	for _, p := range cat.Products {
		listed := productAnswer(cat, p)
		if !p.Described {
			listed.Properties = productProperties{rest.Set(""), p.Provisioning} // null everywhere else
		}
		items = append(items, listed)
	}
	return rest.JSON(http.StatusOK, armList{Value: items}), nil
}

func getProduct(c *call) (rest.Answer, *rest.Failure) {
	cat, p, f := c.product()
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, productAnswer(cat, p)), nil
}

func putProduct(c *call) (rest.Answer, *rest.Failure) {
	cat, p, f := c.product()
	if cat == nil {
		return rest.Answer{}, f
	}
	name := c.Path("product")
	if !productName.MatchString(name) {
		return rest.Answer{}, rest.FailOwn(http.StatusBadRequest, "InvalidParameters", "A product cannot be named '"+name+"'.")
	}
	description, described, f := c.description()
	if f != nil {
		return rest.Answer{}, f
	}
	if p == nil {
		p = &catalog.Product{Stamp: catalog.Made(c.principal.ClientID, c.Now), Name: name}
		cat.Products = append(cat.Products, p)
	}
	p.Description, p.Described = description, described
	p.Touch(c.principal.ClientID, c.Now)
	return c.putAnswer("product", cat.ProductID(p), &p.Provisioning, func() any {
		return productAnswer(cat, p).asPut(p.Stamp)
	}), nil
}

func patchProduct(c *call) (rest.Answer, *rest.Failure) {
	cat, p, f := c.product()
	if f != nil {
		return rest.Answer{}, f
	}
	description, described, f := c.description()
	if f != nil {
		return rest.Answer{}, f
	}
	if described {
		p.Description, p.Described = description, true
	}
	p.Touch(c.principal.ClientID, c.Now)
	return rest.JSON(http.StatusOK, productAnswer(cat, p)), nil
}

// description reads the only member that a product's properties have.
func (c *call) description() (string, bool, *rest.Failure) {
	body, f := c.armBody()
	if f != nil {
		return "", false, f
	}
	properties := body.Inner("properties")
	description := properties.Text("description")
	if err := rest.FirstProblem(body, properties); err != nil {
		return "", false, armInvalid(err)
	}
	return description, properties.Given("description"), nil
}

// deleteProduct answers the four bytes null. A product with devices stays.
func deleteProduct(c *call) (rest.Answer, *rest.Failure) {
	cat, p, f := c.product()
	if cat == nil {
		return rest.Answer{}, f
	}
	if p == nil {
		return rest.Empty(http.StatusNoContent), nil
	}
	if count := cat.CountDevices(p, nil); count > 0 {
		// Not recorded; in the manner of a group's.
		return rest.Answer{}, rest.FailOwn(http.StatusBadRequest, "InvalidParameters",
			fmt.Sprintf("The product has '%d' devices associated", count))
	}
	cat.DeleteProduct(p)
	return rest.JSON(http.StatusOK, nil), nil
}
