// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"net/http"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// addSubscriptions adds what clients look around with when they sign in, and what every resource provider has.
func (s *Service) addSubscriptions() {
	s.rest.On("GET /tenants", "Tenants_List", "Microsoft.Resources/tenants/list", listTenants)
	s.rest.On("GET /subscriptions", "Subscriptions_List", "Microsoft.Resources/subscriptions/list", listSubscriptions)
	s.rest.On("GET /subscriptions/{sub}", "Subscriptions_Get", "Microsoft.Resources/subscriptions/read", getSubscription)
	s.rest.On("GET /subscriptions/{sub}/locations", "Subscriptions_ListLocations", "Microsoft.Resources/subscriptions/locations/read",
		listLocations)
	s.rest.On("GET /subscriptions/{sub}/providers", "Providers_List", "Microsoft.Resources/subscriptions/providers/read", listProviders)
	s.rest.On("GET /subscriptions/{sub}/resourceGroups", "ResourceGroups_List", "Microsoft.Resources/subscriptions/resourceGroups/read",
		listResourceGroups)
	s.rest.On("GET /subscriptions/{sub}/resourceGroups/{rg}", "ResourceGroups_Get",
		"Microsoft.Resources/subscriptions/resourceGroups/read", getResourceGroup)
	s.rest.On("GET /subscriptions/{sub}/providers/{namespace}", "Providers_Get", "Microsoft.Resources/subscriptions/providers/read",
		getProvider)
	s.rest.On("GET /providers/Microsoft.AzureSphere/operations", "Operations_List", "Microsoft.AzureSphere/operations/list", listOperations)
}

type tenantBody struct {
	ID             string   `json:"id"`
	TenantID       string   `json:"tenantId"`
	CountryCode    string   `json:"countryCode"`
	DisplayName    string   `json:"displayName"`
	Domains        []string `json:"domains"`
	TenantCategory string   `json:"tenantCategory"`
	DefaultDomain  string   `json:"defaultDomain"`
	TenantType     string   `json:"tenantType"`
}

func listTenants(c *call) (rest.Answer, *rest.Failure) {
	id := c.s.config.Tenant.ID
	return rest.JSON(http.StatusOK, armList{Value: []any{tenantBody{
		ID: "/tenants/" + id, TenantID: id, CountryCode: "US", DisplayName: "Contoso", Domains: []string{"contoso.onmicrosoft.com"},
		TenantCategory: "Home", DefaultDomain: "contoso.onmicrosoft.com", TenantType: "AAD",
	}}}), nil
}

type subscriptionBody struct {
	ID                   string               `json:"id"`
	AuthorizationSource  string               `json:"authorizationSource"`
	ManagedByTenants     []any                `json:"managedByTenants"`
	SubscriptionID       string               `json:"subscriptionId"`
	TenantID             string               `json:"tenantId"` // of Entra
	DisplayName          string               `json:"displayName"`
	State                string               `json:"state"`
	SubscriptionPolicies subscriptionPolicies `json:"subscriptionPolicies"`
}

type subscriptionPolicies struct {
	LocationPlacementID string `json:"locationPlacementId"`
	QuotaID             string `json:"quotaId"`
	SpendingLimit       string `json:"spendingLimit"`
}

func (c *call) subscription() subscriptionBody {
	id := c.s.config.SubscriptionID
	return subscriptionBody{
		ID: "/subscriptions/" + id, AuthorizationSource: "RoleBased", ManagedByTenants: []any{}, SubscriptionID: id,
		TenantID: c.s.config.Tenant.ID, DisplayName: "Contoso", State: "Enabled",
		SubscriptionPolicies: subscriptionPolicies{"Public_2014-09-01", "PayAsYouGo_2014-09-01", "Off"},
	}
}

// listSubscriptions lists the subscription to those who have a role in it.
func listSubscriptions(c *call) (rest.Answer, *rest.Failure) {
	list := armList{Value: []any{}}
	if mayDo(c.principal, "Microsoft.Resources/subscriptions/read") {
		list.Value = append(list.Value, c.subscription())
	}
	return rest.JSON(http.StatusOK, list), nil
}

func getSubscription(c *call) (rest.Answer, *rest.Failure) {
	return rest.JSON(http.StatusOK, c.subscription()), nil
}

type resourceGroupBody struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Type       string            `json:"type"`
	Location   string            `json:"location"`
	Properties map[string]string `json:"properties"`
}

// resourceGroup is the one resource group that there is.
func (c *call) resourceGroup() resourceGroupBody {
	return resourceGroupBody{
		ID: "/subscriptions/" + c.s.config.SubscriptionID + "/resourceGroups/" + c.s.config.ResourceGroup, Name: c.s.config.ResourceGroup,
		Type: "Microsoft.Resources/resourceGroups", Location: appLocation, Properties: map[string]string{"provisioningState": "Succeeded"},
	}
}

func listResourceGroups(c *call) (rest.Answer, *rest.Failure) {
	return rest.JSON(http.StatusOK, armList{Value: []any{c.resourceGroup()}}), nil
}

func getResourceGroup(c *call) (rest.Answer, *rest.Failure) {
	return rest.JSON(http.StatusOK, c.resourceGroup()), nil
}

// listLocations lists the one place where the emulator is.
func listLocations(c *call) (rest.Answer, *rest.Failure) {
	return rest.JSON(http.StatusOK, armList{Value: []any{map[string]any{
		"id": "/subscriptions/" + c.s.config.SubscriptionID + "/locations/" + appLocation, "name": appLocation, "type": "Region",
		"displayName": "West Europe", "regionalDisplayName": "(Europe) West Europe",
		"metadata": map[string]any{"regionType": "Physical", "regionCategory": "Recommended", "geographyGroup": "Europe"},
	}}}), nil
}

// providerBody is a resource provider of the subscription.
type providerBody struct {
	ID                 string         `json:"id"`
	Namespace          string         `json:"namespace"`
	RegistrationPolicy string         `json:"registrationPolicy"`
	RegistrationState  string         `json:"registrationState"`
	ResourceTypes      []resourceType `json:"resourceTypes"`
}

// providers says that the emulated resource providers are registered. Generic commands look up their API versions here.
func (c *call) providers() []providerBody {
	made := func(namespace string, kind resourceType) providerBody {
		return providerBody{
			ID: "/subscriptions/" + c.s.config.SubscriptionID + "/providers/" + namespace, Namespace: namespace,
			RegistrationPolicy: "RegistrationRequired", RegistrationState: "Registered", ResourceTypes: []resourceType{kind},
		}
	}
	return []providerBody{
		made("Microsoft.AzureSphere", resourceType{"catalogs", []string{"global"}, []string{sphereAPIVersion}}),
		made("Microsoft.IoTCentral", resourceType{"IoTApps", []string{appLocation}, iotAppsAPIVersions}),
	}
}

func listProviders(c *call) (rest.Answer, *rest.Failure) {
	items := []any{}
	for _, p := range c.providers() {
		items = append(items, p)
	}
	return rest.JSON(http.StatusOK, armList{Value: items}), nil
}

func getProvider(c *call) (rest.Answer, *rest.Failure) {
	for _, p := range c.providers() {
		if strings.EqualFold(p.Namespace, c.Path("namespace")) {
			return rest.JSON(http.StatusOK, p), nil
		}
	}
	return rest.Answer{}, rest.Fail(http.StatusNotFound, "InvalidResourceNamespace", "The resource namespace '"+c.Path("namespace")+"' is invalid.")
}

type resourceType struct {
	ResourceType string   `json:"resourceType"`
	Locations    []string `json:"locations"`
	APIVersions  []string `json:"apiVersions"`
}

// listOperations lists the actions of Azure Sphere's roles, which is what the operations are called. Not recorded.
func listOperations(c *call) (rest.Answer, *rest.Failure) {
	type display struct {
		Provider    string `json:"provider"`
		Resource    string `json:"resource"`
		Operation   string `json:"operation"`
		Description string `json:"description"`
	}
	type operation struct {
		Name    string  `json:"name"`
		Display display `json:"display"`
	}
	items := []any{}
	for _, action := range c.s.rest.Actions() {
		named, found := strings.CutPrefix(action, "Microsoft.AzureSphere/")
		if !found || strings.HasSuffix(action, "/list") {
			continue
		}
		resource, verb := named[:strings.LastIndex(named, "/")], named[strings.LastIndex(named, "/")+1:]
		items = append(items, operation{action, display{
			"Microsoft Azure Sphere", resource, verb, "Lets the caller use " + action + ".",
		}})
	}
	return rest.JSON(http.StatusOK, armList{Value: items}), nil
}
