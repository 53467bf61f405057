// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/entra"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

const (
	sphereAPIVersion  = "2024-04-01"
	iotAppsAPIVersion = "2021-06-01"
)

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
	operations []*operation
	quota      map[string]int
}

// call is a request to Resource Manager.
type call struct {
	*rest.Call

	s         *Service
	principal *entra.ServicePrincipal // whom the token belongs to; nil before it was checked
}

// New makes the service.
func New(config Config, host rest.Host) *Service {
	s := &Service{config: config, quota: map[string]int{}}
	s.rest = &rest.Service[*call]{
		Host:   host,
		Call:   func(c *rest.Call) *call { return &call{Call: c, s: s} },
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
	s.addOperations()
	s.addIoTApps()
	s.addProviders()
	return s
}

// ServeHTTP answers a request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.rest.ServeHTTP(w, r) }

// armWords are the words of resource paths as their resource providers spell them. Resource Manager takes them in any
// case.
var armWords = []string{
	"subscriptions", "resourceGroups", "providers", "Microsoft.AzureSphere", "Microsoft.IoTCentral", "iotApps",
	"catalogs", "certificates", "retrieveCertChain", "retrieveProofOfPossessionNonce", "countDevices",
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
	supported := []string{sphereAPIVersion}
	if strings.HasPrefix(c.Route.Action, "Microsoft.IoTCentral/") {
		supported = []string{iotAppsAPIVersion}
	}
	if provider := c.provider(); provider != nil {
		supported = provider.APIVersions
	}
	switch version := c.Query("api-version"); {
	case version == "":
		return rest.Fail(http.StatusBadRequest, "MissingApiVersionParameter",
			"The api-version query parameter (?api-version=) is required for all requests.")
	case !slices.Contains(supported, version):
		return rest.Fail(http.StatusBadRequest, "NoRegisteredProviderFound", fmt.Sprintf(
			"No registered resource provider found for API version '%s'. The supported api-versions are '%s'.",
			version, strings.Join(supported, ", ")))
	}
	if id := c.Path("sub"); !strings.EqualFold(id, c.s.config.SubscriptionID) {
		return rest.Fail(http.StatusNotFound, "SubscriptionNotFound", "The subscription '"+id+"' could not be found.")
	}
	if !mayDo(p, c.Route.Action) {
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

// armError is the error shape of Resource Manager. The Azure Sphere resource provider may leave its own errors without
// a body.
func armError(c *call, f *rest.Failure) rest.Answer {
	if provider := c.provider(); f.Own && provider != nil {
		return provider.Shape(f)
	}
	if f.Own && c.s.config.Behavior.ErrorBodyAbsent {
		return rest.Empty(f.Status)
	}
	return rest.JSON(f.Status, map[string]any{"error": map[string]any{"code": f.Code, "message": f.Message}})
}

// armHeaders adds the headers of every answer, which count down what is left of a subscription's requests. POST counts
// as a write, even where it changes nothing.
func armHeaders(c *call, a rest.Answer) rest.Answer {
	a = a.With("x-ms-request-id", c.RequestID).
		With("x-ms-correlation-request-id", c.RequestID).
		With("x-ms-routing-request-id", "EMULATOR:"+c.Now.UTC().Format("20060102T150405Z")+":"+c.RequestID).
		With("Cache-Control", "no-cache").
		With("Strict-Transport-Security", "max-age=31536000; includeSubDomains").
		With("X-Content-Type-Options", "nosniff")
	if c.principal == nil {
		return a
	}
	kind, limit := "writes", 1200
	switch c.Request.Method {
	case http.MethodGet, http.MethodHead:
		kind, limit = "reads", 12000
	case http.MethodDelete:
		kind, limit = "deletes", 15000
	}
	c.s.quota[kind]++
	return a.With("x-ms-ratelimit-remaining-subscription-"+kind, strconv.Itoa(max(0, limit-c.s.quota[kind])))
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
	return rest.FailOwn(http.StatusBadRequest, "ValidationError", "The request is invalid: "+problem.Error()+".")
}

// armList is an ARM list. A nextLink is left out when the list is complete.
type armList struct {
	Value    []any  `json:"value"`
	NextLink string `json:"nextLink,omitempty"`
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
