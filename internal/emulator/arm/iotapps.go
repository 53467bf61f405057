// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

const (
	iotProvider = "/subscriptions/{sub}/providers/Microsoft.IoTCentral"
	iotAppsPath = "/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.IoTCentral/iotApps"
	appLocation = "westeurope"
)

// appName is the name that an application may have as a resource; it may not be a number.
var appName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9-]{1,98}[a-zA-Z0-9]$`)

var (
	onlyDigits = regexp.MustCompile(`^\d+$`)
	dnsLabel   = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// Applications knows the IoT Central applications of the subscription. Its methods may be called from several goroutines.
type Applications interface {
	IoTApps() []IoTApp
	// CreateIoTApp makes an application with the subdomain, which is free.
	CreateIoTApp(resourceID, subdomain string) IoTApp
	DeleteIoTApp(resourceID string)
}

// IoTApp is an IoT Central application as a resource.
type IoTApp struct {
	ResourceID    string
	ApplicationID string
	Subdomain     string
}

// name is the last segment of the resource ID.
func (app IoTApp) name() string { return app.ResourceID[strings.LastIndex(app.ResourceID, "/")+1:] }

// appDetails are what only Resource Manager knows of an application.
type appDetails struct {
	displayName, template, location, sku string
	tags                                 map[string]string
	state                                string // provisioning state
	etag                                 string
}

// addIoTApps adds the ARM side of the IoT Central applications.
func (s *Service) addIoTApps() {
	const action = "Microsoft.IoTCentral/IoTApps/"
	s.rest.On("GET "+iotProvider+"/iotApps", "Apps_ListBySubscription", action+"read", listIoTApps)
	s.rest.On("GET "+iotAppsPath, "Apps_ListByResourceGroup", action+"read", listIoTApps)
	s.rest.On("GET "+iotAppsPath+"/{app}", "Apps_Get", action+"read", getIoTApp)
	s.rest.On("PUT "+iotAppsPath+"/{app}", "Apps_CreateOrUpdate", action+"write", putIoTApp)
	s.rest.On("PATCH "+iotAppsPath+"/{app}", "Apps_Update", action+"write", patchIoTApp)
	s.rest.On("DELETE "+iotAppsPath+"/{app}", "Apps_Delete", action+"delete", deleteIoTApp)
	s.rest.On("POST "+iotProvider+"/checkNameAvailability", "Apps_CheckNameAvailability",
		"Microsoft.IoTCentral/checkNameAvailability/action", checkAppName)
	s.rest.On("POST "+iotProvider+"/checkSubdomainAvailability", "Apps_CheckSubdomainAvailability",
		"Microsoft.IoTCentral/checkSubdomainAvailability/action", checkAppSubdomain)
	s.rest.On("GET "+iotProvider+"/locations/{location}/operationResults/{operation}", "Apps_OperationResult", action+"read",
		getAppOperation)
}

// details returns what Resource Manager keeps of an application, which begins as the portal makes one.
func (s *Service) details(app IoTApp) *appDetails {
	key := strings.ToLower(app.ResourceID)
	if s.apps[key] == nil {
		s.apps[key] = &appDetails{
			displayName: app.Subdomain, template: "iotc-pnp-preview@1.0.0", location: appLocation, sku: "ST2", tags: map[string]string{},
			state: "Succeeded", etag: newWeakETag(),
		}
	}
	return s.apps[key]
}

func newWeakETag() string {
	random := randomBytes(8)
	return fmt.Sprintf(`W/"%x-0000-0100-0000-%x0000"`, random[:4], random[4:])
}

func (c *call) iotApps() []IoTApp { return c.s.config.Applications.IoTApps() }

func listIoTApps(c *call) (rest.Answer, *rest.Failure) {
	items := []any{}
	for _, app := range c.iotApps() {
		items = append(items, c.appAnswer(app))
	}
	return rest.JSON(http.StatusOK, armList{Value: items}), nil
}

// iotApp returns the application that the path names.
func (c *call) iotApp() (IoTApp, *rest.Failure) {
	for _, app := range c.iotApps() {
		if strings.EqualFold(app.name(), c.Path("app")) {
			return app, nil
		}
	}
	return IoTApp{}, resourceNotFound("Microsoft.IoTCentral/iotApps/"+c.Path("app"), c.Path("rg"))
}

func getIoTApp(c *call) (rest.Answer, *rest.Failure) {
	app, f := c.iotApp()
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, c.appAnswer(app)).With("ETag", c.s.details(app).etag), nil
}

// appBody is the body of a PUT or PATCH.
type appBody struct {
	location, sku                    string
	displayName, subdomain, template string
	tags                             map[string]string
}

func (c *call) appBody() (appBody, *rest.Failure) {
	body, f := c.armBody()
	if f != nil {
		return appBody{}, f
	}
	properties, sku := body.Inner("properties"), body.Inner("sku")
	read := appBody{
		location: body.Text("location"), sku: sku.Text("name"), displayName: properties.Text("displayName"),
		subdomain: properties.Text("subdomain"), template: properties.Text("template"), tags: body.Texts("tags"),
	}
	if err := rest.FirstProblem(body, properties, sku); err != nil {
		return appBody{}, iotInvalid(err)
	}
	return read, nil
}

// iotInvalid is IoT Central's failure for a body that it does not take.
func iotInvalid(problem error) *rest.Failure {
	return rest.FailOwn(http.StatusBadRequest, "BadRequest", "The request is invalid: "+problem.Error()+".")
}

// putIoTApp makes an application, which takes a while, or updates one.
func putIoTApp(c *call) (rest.Answer, *rest.Failure) {
	sent, f := c.appBody()
	if f != nil {
		return rest.Answer{}, f
	}
	name := c.Path("app")
	if !appName.MatchString(name) || onlyDigits.MatchString(name) {
		return rest.Answer{}, iotInvalid(fmt.Errorf("an application cannot be named %q", name))
	}
	if sent.location == "" {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "LocationRequired", "The location property is required for this definition.")
	}
	if app, f := c.iotApp(); f == nil {
		return c.updateApp(app, sent)
	}
	if sent.subdomain == "" {
		sent.subdomain = strings.ToLower(name)
	}
	switch {
	case sent.sku == "":
		return rest.Answer{}, iotInvalid(errors.New("sku is required"))
	case !dnsLabel.MatchString(sent.subdomain):
		return rest.Answer{}, iotInvalid(fmt.Errorf("%q cannot be a subdomain", sent.subdomain))
	case c.subdomainTaken(sent.subdomain):
		return rest.Answer{}, rest.FailOwn(http.StatusConflict, "SubdomainNotAvailable", "The subdomain '"+sent.subdomain+"' is taken.")
	}
	id := "/subscriptions/" + c.s.config.SubscriptionID + "/resourceGroups/" + c.s.config.ResourceGroup +
		"/providers/Microsoft.IoTCentral/iotApps/" + name
	delete(c.s.apps, strings.ToLower(id))
	app := c.s.config.Applications.CreateIoTApp(id, sent.subdomain)
	details := c.s.details(app)
	details.change(sent)
	details.state = "Creating"
	location := c.startApp(app, "Creating", "createOrUpdateIotApplication", func() { details.state = "Succeeded" })
	return rest.JSON(http.StatusCreated, c.appAnswer(app)).With("Azure-AsyncOperation", location+"&asyncinfo").With("Retry-After", "1"), nil
}

// change takes over what was sent.
func (d *appDetails) change(sent appBody) {
	for field, value := range map[*string]string{
		&d.displayName: sent.displayName, &d.template: sent.template, &d.location: sent.location, &d.sku: sent.sku,
	} {
		if value != "" {
			*field = value
		}
	}
	if sent.tags != nil {
		d.tags = sent.tags
	}
	d.etag = newWeakETag()
}

func (c *call) updateApp(app IoTApp, sent appBody) (rest.Answer, *rest.Failure) {
	if sent.subdomain != "" && !strings.EqualFold(sent.subdomain, app.Subdomain) {
		return rest.Answer{}, iotInvalid(errors.New("the emulator does not move an application to another subdomain"))
	}
	c.s.details(app).change(sent)
	return rest.JSON(http.StatusOK, c.appAnswer(app)), nil
}

func patchIoTApp(c *call) (rest.Answer, *rest.Failure) {
	app, f := c.iotApp()
	if f != nil {
		return rest.Answer{}, f
	}
	sent, f := c.appBody()
	if f != nil {
		return rest.Answer{}, f
	}
	return c.updateApp(app, sent)
}

// deleteIoTApp removes an application, which takes a while.
func deleteIoTApp(c *call) (rest.Answer, *rest.Failure) {
	app, f := c.iotApp()
	if f != nil {
		return rest.Empty(http.StatusNoContent), nil
	}
	c.s.config.Applications.DeleteIoTApp(app.ResourceID)
	location := c.startApp(app, "Deleting", "deleteIotApplication", func() {})
	return rest.Empty(http.StatusAccepted).With("Azure-AsyncOperation", location+"&asyncinfo").With("Location", location).
		With("Retry-After", "1"), nil // 10 in recordings
}

// subdomainTaken reports whether an application has the subdomain, whatever its name.
func (c *call) subdomainTaken(subdomain string) bool {
	return slices.ContainsFunc(c.iotApps(), func(app IoTApp) bool { return strings.EqualFold(app.Subdomain, subdomain) })
}

func checkAppName(c *call) (rest.Answer, *rest.Failure) {
	return c.availability(func(name string) bool {
		return slices.ContainsFunc(c.iotApps(), func(app IoTApp) bool { return strings.EqualFold(app.name(), name) })
	})
}

func checkAppSubdomain(c *call) (rest.Answer, *rest.Failure) { return c.availability(c.subdomainTaken) }

// availability says whether a name is free.
func (c *call) availability(taken func(name string) bool) (rest.Answer, *rest.Failure) {
	body, f := c.armBody()
	if f != nil {
		return rest.Answer{}, f
	}
	body.Require("name")
	name := body.Text("name")
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, iotInvalid(err)
	}
	if taken(name) {
		return rest.JSON(http.StatusOK, map[string]any{
			"nameAvailable": false, "reason": "AlreadyExists", "message": "The name '" + name + "' is taken.",
		}), nil
	}
	return rest.JSON(http.StatusOK, map[string]any{"nameAvailable": true}), nil
}

// appOperation is a long-running operation on an application.
type appOperation struct {
	id     string
	during string // status until it ends
	polls  int
	effect func()
}

// startApp starts an operation and returns its address.
func (c *call) startApp(app IoTApp, during, kind string, effect func()) string {
	op := &appOperation{id: c.RequestID, during: during, polls: 1, effect: effect}
	c.s.appOperations = append(c.s.appOperations, op)
	location := c.s.details(app).location
	return fmt.Sprintf("%s/subscriptions/%s/providers/Microsoft.IoTCentral/locations/%s/operationResults/%s?api-version=%s&type=%s&x-iot-region=%s",
		strings.TrimSuffix(c.s.config.Endpoint, "/"), c.s.config.SubscriptionID, location, op.id, c.Query("api-version"), kind, location)
}

// getAppOperation answers how far an operation is: its first poll finds it under way.
func getAppOperation(c *call) (rest.Answer, *rest.Failure) {
	i := slices.IndexFunc(c.s.appOperations, func(op *appOperation) bool { return op.id == c.Path("operation") })
	if i < 0 {
		return rest.Answer{}, rest.Fail(http.StatusNotFound, "NotFound", "The operation was not found.")
	}
	op := c.s.appOperations[i]
	status := op.during
	if op.polls == 0 {
		status = "Succeeded"
		op.effect()
	} else {
		op.polls--
	}
	if !c.Request.URL.Query().Has("asyncinfo") { // the address in Location
		if status == op.during {
			return rest.Empty(http.StatusAccepted).With("Location", strings.TrimSuffix(c.s.config.Endpoint, "/")+c.Sent.RequestURI()), nil
		}
		return rest.Empty(http.StatusOK), nil
	}
	a := rest.JSON(http.StatusOK, map[string]string{"status": status})
	if status == op.during {
		a = a.With("Retry-After", "1") // Clients wait for 30 seconds where it is not said.
	}
	return a, nil
}

// appResource is an application, with its members in the order in which they are sent.
type appResource struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Type       string            `json:"type"`
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags"`
	Properties appProperties     `json:"properties"`
	SKU        map[string]string `json:"sku"`
	Identity   map[string]string `json:"identity"`
}

type appProperties struct {
	State             string `json:"state"`
	ProvisioningState string `json:"provisioningState,omitempty"`
	ApplicationID     string `json:"applicationId"`
	DisplayName       string `json:"displayName"`
	Subdomain         string `json:"subdomain"`
	Template          string `json:"template"`

	// In 2021-11-01-preview alone.
	PublicNetworkAccess        string           `json:"publicNetworkAccess,omitempty"`
	NetworkRuleSets            *networkRuleSets `json:"networkRuleSets,omitempty"`
	PrivateEndpointConnections *[]any           `json:"privateEndpointConnections,omitempty"`
}

type networkRuleSets struct {
	DefaultAction     string `json:"defaultAction"`
	ApplyToDevices    bool   `json:"applyToDevices"`
	ApplyToIoTCentral bool   `json:"applyToIoTCentral"`
	IPRules           []any  `json:"ipRules"`
}

// appAnswer is the application as Resource Manager shows it.
func (c *call) appAnswer(app IoTApp) appResource {
	details := c.s.details(app)
	shown := appResource{
		ID: app.ResourceID, Name: app.name(), Type: "Microsoft.IoTCentral/IoTApps", Location: details.location, Tags: details.tags,
		Properties: appProperties{
			State: "created", ApplicationID: app.ApplicationID, DisplayName: details.displayName, Subdomain: app.Subdomain,
			Template: details.template,
		},
		SKU: map[string]string{"name": details.sku}, Identity: map[string]string{"type": "None"},
	}
	if c.Query("api-version") == iotAppsAPIVersions[0] {
		shown.Properties.ProvisioningState = details.state
		shown.Properties.PublicNetworkAccess = "Enabled"
		shown.Properties.NetworkRuleSets = &networkRuleSets{DefaultAction: "Allow", IPRules: []any{}}
		shown.Properties.PrivateEndpointConnections = &[]any{}
	}
	return shown
}
