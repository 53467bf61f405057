// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const (
	sphereAPIVersion  = "2024-04-01"
	iotAppsAPIVersion = "2021-06-01"
)

// armService is Azure Resource Manager with the resource providers Microsoft.AzureSphere and Microsoft.IoTCentral.
func (e *Emulator) armService() *service {
	s := newService("arm")
	s.canon = canonicalARMPath
	s.admit = admitARM
	s.shape = armError
	s.after = armHeaders
	e.addCatalogs(s)
	e.addCertificates(s)
	e.addProducts(s)
	e.addDeviceGroups(s)
	e.addDevices(s)
	e.addOperations(s)
	e.addIoTApps(s)
	return s
}

// armWords are the words of resource paths as their resource providers spell them. Resource Manager takes them in any
// case.
var armWords = []string{
	"subscriptions", "resourceGroups", "providers", "Microsoft.AzureSphere", "Microsoft.IoTCentral", "iotApps",
	"catalogs", "certificates", "retrieveCertChain", "retrieveProofOfPossessionNonce", "countDevices",
	"listDeployments", "listDeviceGroups", "listDeviceInsights", "listDevices", "products",
	"generateDefaultDeviceGroups", "deviceGroups", "claimDevices", "devices", "generateCapabilityImage",
	"locations", "operationStatuses", "operations",
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
func admitARM(c *call) *failure {
	c.e.settle(c.now)
	p, err := c.bearer(armAudiences...)
	if err != nil {
		return armTokenFailure(c, err)
	}
	c.principal = p
	if c.route == nil {
		return nil
	}
	supported := sphereAPIVersion
	if strings.HasPrefix(c.route.action, "Microsoft.IoTCentral/") {
		supported = iotAppsAPIVersion
	}
	switch version := c.query("api-version"); {
	case version == "":
		return fail(http.StatusBadRequest, "MissingApiVersionParameter",
			"The api-version query parameter (?api-version=) is required for all requests.")
	case version != supported:
		return fail(http.StatusBadRequest, "NoRegisteredProviderFound", fmt.Sprintf(
			"No registered resource provider found for API version '%s'. The supported api-versions are '%s'.", version, supported))
	}
	if id := c.path("sub"); !strings.EqualFold(id, c.e.info.SubscriptionID) {
		return fail(http.StatusNotFound, "SubscriptionNotFound", "The subscription '"+id+"' could not be found.")
	}
	if !p.mayARM(c.route.action) {
		return fail(http.StatusForbidden, "AuthorizationFailed", fmt.Sprintf(
			"The client '%s' with object id '%s' does not have authorization to perform action '%s' over scope '%s' or the "+
				"scope is invalid. If access was recently granted, please refresh your credentials.",
			p.ClientID, p.ObjectID, c.route.action, c.sent.Path))
	}
	// Making resource groups is not emulated: there is one.
	if group := c.path("rg"); group != "" && !strings.EqualFold(group, c.e.info.ResourceGroup) {
		return fail(http.StatusNotFound, "ResourceGroupNotFound", "Resource group '"+group+"' could not be found.")
	}
	if len(c.body) > 0 && !isMediaType(c.r, "application/json") {
		return fail(http.StatusUnsupportedMediaType, "UnsupportedMediaType", fmt.Sprintf(
			"The content media type '%s' is not supported. Only 'application/json' is supported.", c.r.Header.Get("Content-Type")))
	}
	return nil
}

// mayARM reports whether the principal may do an action. Azure Sphere Reader has the read actions and no others: POST
// actions, retrieveProofOfPossessionNonce among them, want more.
func (p *principal) mayARM(action string) bool {
	return p.arm == everything || p.arm == reading && strings.HasSuffix(action, "/read")
}

func armTokenFailure(c *call, err error) *failure {
	f := fail(http.StatusUnauthorized, "InvalidAuthenticationToken", "The access token is invalid.")
	switch {
	case errors.Is(err, errTokenMissing):
		f.code, f.message = "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
	case errors.Is(err, errTokenExpired):
		f.code, f.message = "ExpiredAuthenticationToken", "The access token expiry is earlier than the current time."
	case errors.Is(err, errTokenIssuer):
		f.code, f.message = "InvalidAuthenticationTokenTenant", "The access token is from the wrong issuer."
	case errors.Is(err, errTokenAudience):
		f.code, f.message = "InvalidAuthenticationTokenAudience", fmt.Sprintf(
			"The access token has been obtained for wrong audience or resource. It should exactly match with one of the "+
				"allowed audiences '%s'.", strings.Join(armAudiences, "','"))
	}
	return f.with("WWW-Authenticate", fmt.Sprintf(
		"Bearer authorization_uri=%q, error=\"invalid_token\", error_description=%q",
		c.e.info.Endpoints.AuthorityHost+c.e.info.TenantID, f.message))
}

// armError is the error shape of Resource Manager. The Azure Sphere resource provider may leave its own errors without
// a body.
func armError(c *call, f *failure) answer {
	if f.own && c.behavior().ErrorBodyAbsent {
		return emptyAnswer(f.status)
	}
	return jsonAnswer(f.status, map[string]any{"error": map[string]any{"code": f.code, "message": f.message}})
}

// armHeaders adds the headers of every answer, which count down what is left of a subscription's requests. POST counts
// as a write, even where it changes nothing.
func armHeaders(c *call, a answer) answer {
	a = a.with("x-ms-request-id", c.requestID).
		with("x-ms-correlation-request-id", c.requestID).
		with("x-ms-routing-request-id", "EMULATOR:"+c.now.UTC().Format("20060102T150405Z")+":"+c.requestID).
		with("Cache-Control", "no-cache").
		with("Strict-Transport-Security", "max-age=31536000; includeSubDomains").
		with("X-Content-Type-Options", "nosniff")
	if c.principal == nil {
		return a
	}
	kind, limit := "writes", 1200
	switch c.r.Method {
	case http.MethodGet, http.MethodHead:
		kind, limit = "reads", 12000
	case http.MethodDelete:
		kind, limit = "deletes", 15000
	}
	c.e.quota[kind]++
	return a.with("x-ms-ratelimit-remaining-subscription-"+kind, strconv.Itoa(max(0, limit-c.e.quota[kind])))
}

// armBody reads the JSON object of a request.
func (c *call) armBody() (*object, *failure) {
	o, err := parseObject(c.body)
	if err != nil {
		return nil, fail(http.StatusBadRequest, "InvalidRequestContent",
			"The request content was invalid and could not be deserialized: '"+err.Error()+"'.")
	}
	return o, nil
}

// armInvalid is the failure for a body whose members have wrong types or values.
func armInvalid(problem error) *failure {
	return failOwn(http.StatusBadRequest, "ValidationError", "The request is invalid: "+problem.Error()+".")
}

// armList is an ARM list. A nextLink is left out when the list is complete.
type armList struct {
	Value    []any  `json:"value"`
	NextLink string `json:"nextLink,omitempty"`
}

// page cuts a list by $skip, $top and $maxpagesize. Resource providers do not say what $filter may hold, and it is
// ignored here.
func (c *call) page(items []any) (armList, *failure) {
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
		next := *c.sent
		query := next.Query()
		query.Set("$skip", strconv.Itoa(start+size))
		query.Set("$top", strconv.Itoa(end-start-size))
		next.Scheme, next.Host, next.RawQuery = "https", c.r.Host, query.Encode()
		list.NextLink = next.String()
	}
	return list, nil
}

func (c *call) count(name string, unset int) (int, *failure) {
	value := c.query(name)
	if value == "" {
		return unset, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return 0, fail(http.StatusBadRequest, "InvalidQueryParameter", "The query parameter "+name+" is not a number.")
	}
	return n, nil
}
