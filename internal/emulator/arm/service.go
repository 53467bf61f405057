// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/entra"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

const sphereAPIVersion = "2024-04-01"

// iotAppsAPIVersions are what clients of today send, which alone has network members, and the newest stable one.
var iotAppsAPIVersions = []string{"2021-11-01-preview", "2021-06-01"}

// resourcesAPIVersion is the form of the versions of Resource Manager's own calls. Any will do: they differ little.
var resourcesAPIVersion = regexp.MustCompile(`^20\d\d-\d\d-\d\d$`)

// Config says what [New] makes.
type Config struct {
	SubscriptionID string
	ResourceGroup  string
	Endpoint       string // https://HOST/
	Tenant         *entra.Tenant
	Store          *catalog.Store
	Applications   Applications
	Providers      []Provider // emulated elsewhere
	Behavior       Behavior
}

// Service is Azure Resource Manager with the resource providers Microsoft.AzureSphere and Microsoft.IoTCentral.
type Service struct {
	config Config
	rest   *rest.Service[*call]

	// The lock of the store guards what follows, too.
	operations    []*operation
	quota         map[string]int
	apps          map[string]*appDetails // by resource ID in lower case
	appOperations []*appOperation
}

// call is a request to Resource Manager.
type call struct {
	*rest.Call

	s           *Service
	principal   *entra.ServicePrincipal // whom the token belongs to; nil before it was checked
	correlation string                  // ID of what the call is part of
}

// New makes the service.
func New(config Config, host rest.Host) *Service {
	s := &Service{config: config, quota: map[string]int{}, apps: map[string]*appDetails{}}
	s.rest = &rest.Service[*call]{
		Host:   host,
		Call:   func(c *rest.Call) *call { return &call{Call: c, s: s, correlation: uuid.NewString()} },
		Locker: config.Store,
		Canon:  canonicalARMPath,
		Admit:  admitARM,
		Shape:  armError,
		After:  armHeaders,
	}
	s.addCatalogs()
	s.addCertificates()
	s.addProducts()
	s.addDeviceGroups()
	s.addDevices()
	s.addImages()
	s.addDeployments()
	s.addSubscriptions()
	s.addOperations()
	s.addIoTApps()
	s.addProviders()
	return s
}

// ServeHTTP answers a request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.rest.ServeHTTP(w, r) }

// Forget ends all operations, and forgets what only Resource Manager knows of the applications.
func (s *Service) Forget() {
	s.config.Store.Lock()
	defer s.config.Store.Unlock()
	s.operations, s.appOperations = nil, nil
	clear(s.quota)
	clear(s.apps)
}

// Routes returns every operation.
func (s *Service) Routes() []rest.Listed { return s.rest.Routes() }

// armWords are the words of resource paths as their resource providers spell them. Resource Manager takes them in any
// case.
var armWords = []string{
	"subscriptions", "resourceGroups", "providers", "Microsoft.AzureSphere", "Microsoft.IoTCentral", "iotApps",
	"tenants", "catalogs", "images", "uploadImage", "deployments", "operationResults", "checkNameAvailability",
	"checkSubdomainAvailability", "certificates", "retrieveCertChain", "retrieveProofOfPossessionNonce", "countDevices",
	"listDeployments", "listDeviceGroups", "listDeviceInsights", "listDevices", "products",
	"generateDefaultDeviceGroups", "deviceGroups", "claimDevices", "devices", "generateCapabilityImage",
	"locations", "operationStatuses", "operations",
	"Microsoft.Devices", "provisioningServices", "generateVerificationCode", "verify",
}

// canonicalARMPath spells the words of a resource path as the routes do, and leaves names as they are. Words and names
// take turns; only after "providers" do two words follow each other.
func canonicalARMPath(path string) string {
	segments := strings.Split(path, "/")
	word := true
	for i := 1; i < len(segments); i++ {
		if !word {
			word = true
			continue
		}
		for _, spelling := range armWords {
			if strings.EqualFold(segments[i], spelling) {
				segments[i] = spelling
			}
		}
		word = segments[i-1] == "providers" || segments[i] == "providers"
	}
	return strings.Join(segments, "/")
}

// admitARM does what Resource Manager does before a resource provider sees a request: it checks the token, the API
// version, the subscription and whether the principal may do what the operation does.
func admitARM(c *call) *rest.Failure {
	c.s.config.Store.Settle(c.Now)
	p, err := c.s.config.Tenant.Bearer(c.Call, entra.ResourceManagerAudiences...)
	if err != nil {
		return tokenFailure(c, err)
	}
	c.principal = p
	if c.Route == nil {
		return nil
	}
	if f := c.checkVersion(); f != nil {
		return f
	}
	if id := c.Path("sub"); id != "" && !strings.EqualFold(id, c.s.config.SubscriptionID) {
		return rest.Fail(http.StatusNotFound, "SubscriptionNotFound", "The subscription '"+id+"' could not be found.")
	}
	if !forAll(c.Route.Action) && !mayDo(p, c.Route.Action) {
		return rest.Fail(http.StatusForbidden, "AuthorizationFailed", fmt.Sprintf(
			"The client '%s' with object id '%s' does not have authorization to perform action '%s' over scope '%s' or the "+
				"scope is invalid. If access was recently granted, please refresh your credentials.",
			p.ClientID, p.ObjectID, c.Route.Action, c.Sent.Path))
	}
	// Making resource groups is not emulated: there is one.
	if group := c.Path("rg"); group != "" && !strings.EqualFold(group, c.s.config.ResourceGroup) {
		return rest.Fail(http.StatusNotFound, "ResourceGroupNotFound", "Resource group '"+group+"' could not be found.")
	}
	if len(c.Body) > 0 && !rest.IsMediaType(c.Request, "application/json") {
		return rest.Fail(http.StatusUnsupportedMediaType, "UnsupportedMediaType", fmt.Sprintf(
			"The content media type '%s' is not supported. Only 'application/json' is supported.", c.Request.Header.Get("Content-Type")))
	}
	return nil
}

// checkVersion refuses an API version that the resource provider does not have.
func (c *call) checkVersion() *rest.Failure {
	version, supported := c.Query("api-version"), []string{sphereAPIVersion}
	if strings.HasPrefix(c.Route.Action, "Microsoft.IoTCentral/") {
		supported = iotAppsAPIVersions
	}
	if provider := c.provider(); provider != nil {
		supported = provider.APIVersions
	}
	switch {
	case version == "":
		return rest.Fail(http.StatusBadRequest, "MissingApiVersionParameter",
			"The api-version query parameter (?api-version=) is required for all requests.")
	case strings.HasPrefix(c.Route.Action, "Microsoft.Resources/"):
		if !resourcesAPIVersion.MatchString(version) {
			return rest.Fail(http.StatusBadRequest, "InvalidApiVersionParameter", "The api-version '"+version+"' is invalid.")
		}
	case !slices.Contains(supported, version):
		return rest.Fail(http.StatusBadRequest, "NoRegisteredProviderFound", fmt.Sprintf(
			"No registered resource provider found for API version '%s'. The supported api-versions are '%s'.", version,
			strings.Join(supported, ", ")))
	}
	return nil
}

// forAll reports whether everybody with a token may do something: look for tenants and subscriptions, and read what operations
// a resource provider has.
func forAll(action string) bool { return strings.HasSuffix(action, "/list") }

// readerActions are those that Azure Sphere Reader has beside the read actions, by their ends. Azure Sphere Publisher lacks
// listDeployments and has publisherActions. From the role definitions.
var (
	readerActions = []string{
		"/catalogs/countDevices/action", "/catalogs/listDeviceGroups/action", "/catalogs/listDeviceInsights/action",
		"/catalogs/listDevices/action", "/products/countDevices/action", "/deviceGroups/countDevices/action",
		"/certificates/retrieveCertChain/action",
	}
	readerOnlyActions = []string{"/catalogs/listDeployments/action"}
	publisherActions  = []string{
		"/certificates/retrieveProofOfPossessionNonce/action", "/images/write", "/catalogs/uploadImage/action",
	}
)

// mayDo reports whether the role of the principal has an action.
func mayDo(p *entra.ServicePrincipal, action string) bool {
	ends := func(ends ...string) bool {
		return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(strings.ToLower(action), strings.ToLower(end)) })
	}
	switch p.ResourceManager {
	case entra.Everything:
		return true
	case entra.Reading:
		return ends("/read") || ends(readerActions...) || ends(readerOnlyActions...)
	case entra.Publishing:
		return ends("/read") || ends(readerActions...) || ends(publisherActions...)
	default:
		return false
	}
}

func tokenFailure(c *call, err error) *rest.Failure {
	f := rest.Fail(http.StatusUnauthorized, "InvalidAuthenticationToken", "The access token is invalid.")
	switch {
	case errors.Is(err, entra.ErrTokenMissing):
		f.Code, f.Message = "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
	case errors.Is(err, entra.ErrTokenExpired):
		f.Code, f.Message = "ExpiredAuthenticationToken", "The access token expiry is earlier than the current time."
	case errors.Is(err, entra.ErrTokenIssuer):
		f.Code, f.Message = "InvalidAuthenticationTokenTenant", "The access token is from the wrong issuer."
	case errors.Is(err, entra.ErrTokenAudience):
		f.Code, f.Message = "InvalidAuthenticationTokenAudience", fmt.Sprintf(
			"The access token has been obtained for wrong audience or resource. It should exactly match with one of the "+
				"allowed audiences '%s'.", strings.Join(entra.ResourceManagerAudiences, "','"))
	}
	return f.With("WWW-Authenticate", c.s.config.Tenant.Challenge(f.Message))
}

// armBody reads the JSON object of a request.
func (c *call) armBody() (*rest.Object, *rest.Failure) {
	o, err := rest.ParseObject(c.Body)
	if err != nil {
		return nil, rest.Fail(http.StatusBadRequest, "InvalidRequestContent",
			"The request content was invalid and could not be deserialized: '"+err.Error()+"'.")
	}
	return o, nil
}

// armInvalid is the failure for a body whose members have wrong types or values.
func armInvalid(problem error) *rest.Failure {
	return rest.FailOwn(http.StatusBadRequest, "InvalidParameters", "The request is invalid: "+problem.Error()+".")
}

// armList is an ARM list. A nextLink is left out when the list is complete.
type armList struct {
	Value    []any  `json:"value"`
	NextLink string `json:"nextLink,omitempty"`
}

// postList is the answer to a POST that lists: unlike that of a GET, it has a nextLink that is null.
type postList struct {
	Value    []any             `json:"value"`
	NextLink rest.OptionalText `json:"nextLink"`
}

// posted is a resource in the answer to a POST: its properties come first, and its systemData is null.
type posted struct {
	Properties any     `json:"properties"`
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	Type       string  `json:"type"`
	SystemData *string `json:"systemData"`
}

func (r armChild) asPosted() posted {
	return posted{Properties: r.Properties, ID: r.ID, Name: r.Name, Type: r.Type}
}

// postPage is page for the answer to a POST.
func (c *call) postPage(items []any) (rest.Answer, *rest.Failure) {
	list, f := c.page(items)
	if f != nil {
		return rest.Answer{}, f
	}
	next := rest.Null
	if list.NextLink != "" {
		next = rest.Set(list.NextLink)
	}
	return rest.JSON(http.StatusOK, postList{list.Value, next}), nil
}

// notFound is what the resource provider says of a resource that it does not know. Its wording is that of recordings.
func notFound() *rest.Failure {
	return rest.FailOwn(http.StatusNotFound, "ResourceNotFound", "Resource not found")
}

// page cuts a list by $skip, $top and $maxpagesize. Resource providers do not say what $filter may hold, and it is
// ignored here.
func (c *call) page(items []any) (armList, *rest.Failure) {
	skip, f := c.count("$skip", 0)
	if f != nil {
		return armList{}, f
	}
	top, f := c.count("$top", len(items))
	if f != nil {
		return armList{}, f
	}
	size, f := c.count("$maxpagesize", len(items))
	if f != nil {
		return armList{}, f
	}
	start := min(skip, len(items))
	end := start + min(top, len(items)-start)
	list := armList{Value: items[start:end]}
	if size > 0 && end-start > size {
		list.Value = items[start : start+size]
		next := *c.Sent
		query := next.Query()
		query.Set("$skip", strconv.Itoa(start+size))
		query.Set("$top", strconv.Itoa(end-start-size))
		next.Scheme, next.Host, next.RawQuery = "https", c.Request.Host, query.Encode()
		list.NextLink = next.String()
	}
	return list, nil
}

func (c *call) count(name string, unset int) (int, *rest.Failure) {
	value := c.Query(name)
	if value == "" {
		return unset, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return 0, rest.Fail(http.StatusBadRequest, "InvalidQueryParameter", "The query parameter "+name+" is not a number.")
	}
	return n, nil
}
