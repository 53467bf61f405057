// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

var catalogName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,50}$`)

const (
	catalogsPath = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.AzureSphere/catalogs"
	catalogPath  = catalogsPath + "/{catalog}"
)

func (s *Service) addCatalogs() {
	const action = "Microsoft.AzureSphere/catalogs/"
	s.rest.On("GET /subscriptions/{sub}/providers/Microsoft.AzureSphere/catalogs", "Catalogs_ListBySubscription", action+"read",
		listCatalogs)
	s.rest.On("GET "+catalogsPath, "Catalogs_ListByResourceGroup", action+"read", listCatalogs)
	s.rest.On("GET "+catalogPath, "Catalogs_Get", action+"read", getCatalog)
	s.rest.On("PUT "+catalogPath, "Catalogs_CreateOrUpdate", action+"write", putCatalog)
	s.rest.On("PATCH "+catalogPath, "Catalogs_Update", action+"write", patchCatalog)
	s.rest.On("DELETE "+catalogPath, "Catalogs_Delete", action+"delete", deleteCatalog)
	s.rest.On("POST "+catalogPath+"/countDevices", "Catalogs_CountDevices", action+"countDevices/action", countDevices)
	s.rest.On("POST "+catalogPath+"/listDevices", "Catalogs_ListDevices", action+"listDevices/action", listCatalogDevices)
	s.rest.On("POST "+catalogPath+"/listDeviceGroups", "Catalogs_ListDeviceGroups", action+"listDeviceGroups/action",
		listCatalogDeviceGroups)
	s.rest.On("POST "+catalogPath+"/listDeployments", "Catalogs_ListDeployments", action+"listDeployments/action", listCatalogDeployments)
	s.rest.On("POST "+catalogPath+"/listDeviceInsights", "Catalogs_ListDeviceInsights", action+"listDeviceInsights/action",
		listDeviceInsights)
}

// catalog returns the catalog that the path names.
func (c *call) catalog() (*catalog.Catalog, *rest.Failure) {
	group, name := c.Path("rg"), c.Path("catalog")
	if found := c.s.config.Store.Find(group, name); found != nil {
		return found, nil
	}
	return nil, resourceNotFound("Microsoft.AzureSphere/catalogs/"+name, group)
}

// resourceNotFound is the gateway's answer for a resource that it does not know.
func resourceNotFound(resource, group string) *rest.Failure {
	return rest.Fail(http.StatusNotFound, "ResourceNotFound", fmt.Sprintf("The Resource '%s' under resource group '%s' was not "+
		"found. For more details please go to https://aka.ms/ARMResourceNotFoundFix", resource, group)).
		With(causeHeader, "gateway")
}

func listCatalogs(c *call) (rest.Answer, *rest.Failure) {
	items := []any{}
	for _, found := range c.s.config.Store.Catalogs() {
		if group := c.Path("rg"); group == "" || strings.EqualFold(group, found.ResourceGroup) {
			items = append(items, catalogAnswer(found, rest.Set(found.TenantID)))
		}
	}
	return rest.JSON(http.StatusOK, armList{Value: items}), nil
}

func getCatalog(c *call) (rest.Answer, *rest.Failure) {
	found, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, catalogAnswer(found, rest.Set(found.TenantID))).With("ETag", found.ETag), nil
}

// putCatalog creates or updates a catalog. Its answer does not know the tenant yet: it is null there.
func putCatalog(c *call) (rest.Answer, *rest.Failure) {
	name := c.Path("catalog")
	if !catalogName.MatchString(name) {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "InvalidResourceName", "The resource name '"+name+"' is invalid.")
	}
	body, f := c.armBody()
	if f != nil {
		return rest.Answer{}, f
	}
	location, tags := body.Text("location"), body.Texts("tags")
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, armInvalid(err)
	}
	if location == "" {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "LocationRequired", "The location property is required for this definition.")
	}
	found, f := c.catalog()
	if f != nil {
		made, err := c.s.config.Store.Create(c.Path("rg"), name, c.principal.ClientID, c.Now, 0)
		if err != nil {
			return rest.Answer{}, rest.Fail(http.StatusInternalServerError, "InternalServerError", err.Error())
		}
		c.s.config.Store.AwaitCertificate(made, c.Now)
		found = made
	} else if !strings.EqualFold(location, found.Location) {
		return rest.Answer{}, rest.Fail(http.StatusConflict, "InvalidResourceLocation", fmt.Sprintf(
			"The resource '%s' already exists in location '%s'.", found.Name, found.Location))
	}
	found.Location = location
	found.Tags = tags
	found.Touch(c.principal.ClientID, c.Now)
	return c.putAnswer("catalog", found.ID, &found.Provisioning, func() any { return catalogAnswer(found, rest.Null) }).With("ETag", found.ETag), nil
}

// patchCatalog changes the tags. Its answer has no tenant at all.
func patchCatalog(c *call) (rest.Answer, *rest.Failure) {
	found, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return rest.Answer{}, f
	}
	tags := body.Texts("tags")
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, armInvalid(err)
	}
	if body.Given("tags") {
		found.Tags = tags
	}
	found.Touch(c.principal.ClientID, c.Now)
	return rest.JSON(http.StatusOK, catalogAnswer(found, rest.Absent)).With("ETag", found.ETag), nil
}

func deleteCatalog(c *call) (rest.Answer, *rest.Failure) {
	found, f := c.catalog()
	if f != nil {
		return rest.Empty(http.StatusNoContent), nil
	}
	c.s.config.Store.Delete(found)
	return rest.Empty(http.StatusOK), nil
}

// listDeviceInsights finds none: devices of the emulator report nothing.
func listDeviceInsights(c *call) (rest.Answer, *rest.Failure) {
	if _, f := c.catalog(); f != nil {
		return rest.Answer{}, f
	}
	return c.postPage([]any{})
}

// catalogAnswer is the catalog as every answer has it: with its type in lower case and with systemData, and without tags where
// it was never given any.
func catalogAnswer(cat *catalog.Catalog, tenantID rest.OptionalText) any {
	return catalogResource{
		ID:         cat.ID,
		Name:       cat.Name,
		Type:       "microsoft.azuresphere/catalogs",
		Location:   cat.Location,
		Tags:       maps.Clone(cat.Tags),
		SystemData: *newSystemData(cat.Stamp),
		Properties: catalogProperties{TenantID: tenantID, ProvisioningState: cat.Provisioning},
	}
}

type catalogResource struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Type       string            `json:"type"`
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags,omitzero"`
	SystemData systemData        `json:"systemData"`
	Properties catalogProperties `json:"properties"`
}

type catalogProperties struct {
	TenantID          rest.OptionalText `json:"tenantId,omitzero"`
	ProvisioningState string            `json:"provisioningState"`
}

type systemData struct {
	CreatedBy          string `json:"createdBy"`
	CreatedByType      string `json:"createdByType"`
	CreatedAt          string `json:"createdAt"`
	LastModifiedBy     string `json:"lastModifiedBy"`
	LastModifiedByType string `json:"lastModifiedByType"`
	LastModifiedAt     string `json:"lastModifiedAt"`
}

func newSystemData(stamp catalog.Stamp) *systemData {
	return &systemData{
		stamp.CreatedBy, "Application", armTime(stamp.Created), stamp.ModifiedBy, "Application", armTime(stamp.Modified),
	}
}

// armTime writes a time as systemData does: with up to seven digits of a second, and no trailing zeros.
func armTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.9999999Z") }
