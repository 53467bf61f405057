// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// catalog is an Azure Sphere catalog. The Legacy API shows the same thing as a tenant.
type catalog struct {
	id            string // ARM resource ID
	resourceGroup string
	name          string
	tenantID      string
	tenantName    string
	location      string // as it was sent
	tags          map[string]string
	provisioning  string
	created       time.Time
	modified      time.Time
	createdBy     string
	modifiedBy    string
	etag          string

	certificates []*certificate // oldest first
	products     []*product
	devices      []*device
}

var catalogName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,50}$`)

const (
	catalogsPath = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.AzureSphere/catalogs"
	catalogPath  = catalogsPath + "/{catalog}"
)

func (e *Emulator) addCatalogs(s *service) {
	const action = "Microsoft.AzureSphere/catalogs/"
	s.on("GET /subscriptions/{sub}/providers/Microsoft.AzureSphere/catalogs", "Catalogs_ListBySubscription", action+"read",
		listCatalogs)
	s.on("GET "+catalogsPath, "Catalogs_ListByResourceGroup", action+"read", listCatalogs)
	s.on("GET "+catalogPath, "Catalogs_Get", action+"read", getCatalog)
	s.on("PUT "+catalogPath, "Catalogs_CreateOrUpdate", action+"write", putCatalog)
	s.on("PATCH "+catalogPath, "Catalogs_Update", action+"write", patchCatalog)
	s.on("DELETE "+catalogPath, "Catalogs_Delete", action+"delete", deleteCatalog)
	s.on("POST "+catalogPath+"/countDevices", "Catalogs_CountDevices", action+"countDevices/action", countDevices)
	s.on("POST "+catalogPath+"/listDevices", "Catalogs_ListDevices", action+"listDevices/action", listCatalogDevices)
	s.on("POST "+catalogPath+"/listDeviceGroups", "Catalogs_ListDeviceGroups", action+"listDeviceGroups/action",
		listCatalogDeviceGroups)
	s.on("POST "+catalogPath+"/listDeployments", "Catalogs_ListDeployments", action+"listDeployments/action", emptyList)
	s.on("POST "+catalogPath+"/listDeviceInsights", "Catalogs_ListDeviceInsights", action+"listDeviceInsights/action",
		emptyList)
}

// newCatalog makes a catalog whose CA is so old, and lists it.
func (e *Emulator) newCatalog(resourceGroup, name, by string, now time.Time, caAge time.Duration) (*catalog, error) {
	c := &catalog{
		id: fmt.Sprintf("/subscriptions/%s/resourceGroups/%s/providers/Microsoft.AzureSphere/catalogs/%s",
			e.info.SubscriptionID, resourceGroup, name),
		resourceGroup: resourceGroup,
		name:          name,
		tenantID:      uuid.NewString(),
		tenantName:    name,
		location:      "global",
		tags:          map[string]string{},
		provisioning:  "Succeeded",
		created:       now,
		modified:      now,
		createdBy:     by,
		modifiedBy:    by,
		etag:          newResourceETag(),
	}
	if err := e.issueCA(c, now.Add(-caAge-catalogBackoff)); err != nil {
		return nil, err
	}
	c.certificates[0].status = statusActive
	e.catalogs = append(e.catalogs, c)
	return c, nil
}

// catalog returns the catalog that the path names.
func (c *call) catalog() (*catalog, *failure) {
	group, name := c.path("rg"), c.path("catalog")
	for _, found := range c.e.catalogs {
		if strings.EqualFold(found.resourceGroup, group) && strings.EqualFold(found.name, name) {
			return found, nil
		}
	}
	return nil, resourceNotFound("Microsoft.AzureSphere/catalogs/"+name, group)
}

// resourceNotFound is the gateway's answer for a resource that it does not know.
func resourceNotFound(resource, group string) *failure {
	return fail(http.StatusNotFound, "ResourceNotFound", fmt.Sprintf("The Resource '%s' under resource group '%s' was not "+
		"found. For more details please go to https://aka.ms/ARMResourceNotFoundFix", resource, group)).
		with("x-ms-failure-cause", "gateway")
}

func listCatalogs(c *call) (answer, *failure) {
	items := []any{}
	for _, found := range c.e.catalogs {
		if group := c.path("rg"); group == "" || strings.EqualFold(group, found.resourceGroup) {
			items = append(items, found.resource(set(found.tenantID)))
		}
	}
	return jsonAnswer(http.StatusOK, armList{Value: items}), nil
}

func getCatalog(c *call) (answer, *failure) {
	found, f := c.catalog()
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, found.resource(set(found.tenantID))).with("ETag", found.etag), nil
}

// putCatalog creates or updates a catalog. Its answer does not know the tenant yet: it is null there.
func putCatalog(c *call) (answer, *failure) {
	name := c.path("catalog")
	if !catalogName.MatchString(name) {
		return answer{}, fail(http.StatusBadRequest, "InvalidResourceName", "The resource name '"+name+"' is invalid.")
	}
	body, f := c.armBody()
	if f != nil {
		return answer{}, f
	}
	location, tags := body.text("location"), body.texts("tags")
	if err := firstProblem(body); err != nil {
		return answer{}, armInvalid(err)
	}
	if location == "" {
		return answer{}, fail(http.StatusBadRequest, "LocationRequired", "The location property is required for this definition.")
	}
	found, f := c.catalog()
	if f != nil {
		made, err := c.e.newCatalog(c.path("rg"), name, c.principal.ClientID, c.now, 0)
		if err != nil {
			return answer{}, fail(http.StatusInternalServerError, "InternalServerError", err.Error())
		}
		made.certificates[0].visible = c.now.Add(c.behavior().NewCatalogCertificate)
		found = made
	} else if !strings.EqualFold(location, found.location) {
		return answer{}, fail(http.StatusConflict, "InvalidResourceLocation", fmt.Sprintf(
			"The resource '%s' already exists in location '%s'.", found.name, found.location))
	}
	found.location = location
	found.tags = emptyIfNil(tags)
	found.touch(c)
	return c.putAnswer(found.id, &found.provisioning, func() any { return found.resource(null) }).with("ETag", found.etag), nil
}

// patchCatalog changes the tags. Its answer has no tenant at all.
func patchCatalog(c *call) (answer, *failure) {
	found, f := c.catalog()
	if f != nil {
		return answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return answer{}, f
	}
	tags := body.texts("tags")
	if err := firstProblem(body); err != nil {
		return answer{}, armInvalid(err)
	}
	if body.given("tags") {
		found.tags = emptyIfNil(tags)
	}
	found.touch(c)
	return jsonAnswer(http.StatusOK, found.resource(absent)).with("ETag", found.etag), nil
}

func deleteCatalog(c *call) (answer, *failure) {
	found, f := c.catalog()
	if f != nil {
		return emptyAnswer(http.StatusNoContent), nil
	}
	c.e.catalogs = slices.DeleteFunc(c.e.catalogs, func(other *catalog) bool { return other == found })
	return emptyAnswer(http.StatusOK), nil
}

func emptyList(c *call) (answer, *failure) {
	if _, f := c.catalog(); f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, armList{Value: []any{}}), nil
}

func (cat *catalog) touch(c *call) {
	cat.modified, cat.modifiedBy, cat.etag = c.now, c.principal.ClientID, newResourceETag()
}

// resource is the catalog as every answer has it: with its type in lower case and with systemData.
func (cat *catalog) resource(tenantID optionalText) any {
	return catalogResource{
		ID:       cat.id,
		Name:     cat.name,
		Type:     "microsoft.azuresphere/catalogs",
		Location: cat.location,
		Tags:     maps.Clone(cat.tags),
		SystemData: systemData{
			cat.createdBy, "Application", armTime(cat.created), cat.modifiedBy, "Application", armTime(cat.modified),
		},
		Properties: catalogProperties{TenantID: tenantID, ProvisioningState: cat.provisioning},
	}
}

type catalogResource struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Type       string            `json:"type"`
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags"`
	SystemData systemData        `json:"systemData"`
	Properties catalogProperties `json:"properties"`
}

type catalogProperties struct {
	TenantID          optionalText `json:"tenantId,omitzero"`
	ProvisioningState string       `json:"provisioningState"`
}

type systemData struct {
	CreatedBy          string `json:"createdBy"`
	CreatedByType      string `json:"createdByType"`
	CreatedAt          string `json:"createdAt"`
	LastModifiedBy     string `json:"lastModifiedBy"`
	LastModifiedByType string `json:"lastModifiedByType"`
	LastModifiedAt     string `json:"lastModifiedAt"`
}

// armTime writes a time as systemData does: with up to seven digits of a second, and no trailing zeros.
func armTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.9999999Z") }

// newResourceETag makes an ETag in the form of Azure Sphere's: a quoted tag that looks like a GUID.
func newResourceETag() string {
	id := uuid.NewString()
	return fmt.Sprintf("%q", id[:8]+"-0000-0400-0000-"+id[24:32]+"0000")
}

func emptyIfNil(tags map[string]string) map[string]string {
	if tags == nil {
		return map[string]string{}
	}
	return tags
}
