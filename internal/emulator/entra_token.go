// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// token is the token endpoint, for the client credentials grant: with a secret, in the body or as Basic authentication,
// or with an assertion signed by the client's certificate or by a federated issuer.
func token(c *call) (answer, *failure) {
	if f := knownTenant(c); f != nil {
		return answer{}, f
	}
	if !isMediaType(c.r, "application/x-www-form-urlencoded") {
		return answer{}, fail(http.StatusBadRequest, "invalid_request",
			"AADSTS900144: The request body must contain the following parameter: 'grant_type'.")
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return answer{}, fail(http.StatusBadRequest, "invalid_request", "AADSTS9000411: The request is not properly formatted.")
	}
	for _, name := range []string{"grant_type", "scope"} {
		if form.Get(name) == "" {
			return answer{}, fail(http.StatusBadRequest, "invalid_request",
				"AADSTS900144: The request body must contain the following parameter: '"+name+"'.")
		}
	}
	if grant := form.Get("grant_type"); grant != "client_credentials" {
		return answer{}, fail(http.StatusBadRequest, "unsupported_grant_type",
			"AADSTS70003: The app requested an unsupported grant type '"+grant+"'.")
	}
	p, f := c.client(form)
	if f != nil {
		return answer{}, f
	}
	audience, f := audienceOf(form.Get("scope"))
	if f != nil {
		return answer{}, f
	}
	accessToken, err := c.e.issue(p, audience)
	if err != nil {
		return answer{}, fail(http.StatusInternalServerError, "server_error", err.Error())
	}
	return jsonAnswer(http.StatusOK, map[string]any{
		"token_type":     "Bearer",
		"expires_in":     int(tokenLife.Seconds()) - 1,
		"ext_expires_in": int(tokenLife.Seconds()) - 1,
		"access_token":   accessToken,
	}).with("Cache-Control", "no-store").with("x-ms-request-id", c.requestID), nil
}

// client returns the principal that the request authenticates as.
func (c *call) client(form url.Values) (*principal, *failure) {
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if user, password, ok := c.r.BasicAuth(); ok {
		id, secret = unescaped(user), unescaped(password)
	}
	if id == "" {
		return nil, fail(http.StatusBadRequest, "invalid_request",
			"AADSTS900144: The request body must contain the following parameter: 'client_id'.")
	}
	p := c.e.principalByClientID(id)
	if p == nil {
		return nil, fail(http.StatusBadRequest, "unauthorized_client",
			"AADSTS700016: Application with identifier '"+id+"' was not found in the directory.")
	}
	switch {
	case form.Get("client_assertion") != "":
		if form.Get("client_assertion_type") != assertionType {
			return nil, fail(http.StatusBadRequest, "invalid_request",
				"AADSTS50027: The client assertion type must be '"+assertionType+"'.")
		}
		if f := c.checkAssertion(p, form.Get("client_assertion")); f != nil {
			return nil, f
		}
	case secret == "":
		return nil, fail(http.StatusUnauthorized, "invalid_client",
			"AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	case p.ClientSecret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(p.ClientSecret)) != 1:
		return nil, fail(http.StatusUnauthorized, "invalid_client",
			"AADSTS7000215: Invalid client secret provided for app '"+id+"'.")
	}
	return p, nil
}

// audienceOf returns the resource that a scope of the form "RESOURCE/.default" names. MSAL adds scopes of OpenID Connect
// to it, which say nothing here.
func audienceOf(scopes string) (string, *failure) {
	var resource string
	for scope := range strings.FieldsSeq(scopes) {
		switch scope {
		case "openid", "profile", "offline_access", "email":
			continue
		}
		named, found := strings.CutSuffix(scope, "/.default")
		if !found || resource != "" {
			return "", fail(http.StatusBadRequest, "invalid_scope", "AADSTS1002012: The provided value for scope "+scope+
				" is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.")
		}
		resource = named
	}
	return knownResource(resource)
}

// knownResource refuses resources that no emulated service has.
func knownResource(resource string) (string, *failure) {
	switch trimmed := strings.TrimRight(resource, "/"); trimmed {
	case audienceSphere, audienceCentral, armAudiences[0], armAudiences[1]:
		return trimmed, nil
	}
	return "", fail(http.StatusBadRequest, "invalid_resource",
		"AADSTS500011: The resource principal named "+resource+" was not found in the tenant.")
}

// unescaped undoes the form encoding that OAuth 2.0 asks for in Basic authentication.
func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
