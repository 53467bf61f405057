// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// token is the token endpoint, for the client credentials grant: with a secret, in the body or as Basic authentication,
// or with an assertion signed by the client's certificate or by a federated issuer.
func (t *Tenant) token(c *rest.Call) (rest.Answer, *rest.Failure) {
	if f := t.known(c); f != nil {
		return rest.Answer{}, f
	}
	if !rest.IsMediaType(c.Request, "application/x-www-form-urlencoded") {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "invalid_request",
			"AADSTS900144: The request body must contain the following parameter: 'grant_type'.")
	}
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "invalid_request", "AADSTS9000411: The request is not properly formatted.")
	}
	for _, name := range []string{"grant_type", "scope"} {
		if form.Get(name) == "" {
			return rest.Answer{}, rest.Fail(http.StatusBadRequest, "invalid_request",
				"AADSTS900144: The request body must contain the following parameter: '"+name+"'.")
		}
	}
	if grant := form.Get("grant_type"); grant != "client_credentials" {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "unsupported_grant_type",
			"AADSTS70003: The app requested an unsupported grant type '"+grant+"'.")
	}
	p, f := t.client(c, form)
	if f != nil {
		return rest.Answer{}, f
	}
	audience, f := audienceOf(form.Get("scope"))
	if f != nil {
		return rest.Answer{}, f
	}
	accessToken, err := t.issue(p, audience)
	if err != nil {
		return rest.Answer{}, rest.Fail(http.StatusInternalServerError, "server_error", err.Error())
	}
	return rest.JSON(http.StatusOK, map[string]any{
		"token_type":     "Bearer",
		"expires_in":     int(tokenLife.Seconds()) - 1,
		"ext_expires_in": int(tokenLife.Seconds()) - 1,
		"access_token":   accessToken,
	}).With("Cache-Control", "no-store").With("x-ms-request-id", c.RequestID), nil
}

// client returns the principal that the request authenticates as.
func (t *Tenant) client(c *rest.Call, form url.Values) (*ServicePrincipal, *rest.Failure) {
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if user, password, ok := c.Request.BasicAuth(); ok {
		id, secret = unescaped(user), unescaped(password)
	}
	if id == "" {
		return nil, rest.Fail(http.StatusBadRequest, "invalid_request",
			"AADSTS900144: The request body must contain the following parameter: 'client_id'.")
	}
	p := t.principal(id)
	if p == nil {
		return nil, rest.Fail(http.StatusBadRequest, "unauthorized_client",
			"AADSTS700016: Application with identifier '"+id+"' was not found in the directory.")
	}
	switch {
	case form.Get("client_assertion") != "":
		if form.Get("client_assertion_type") != assertionType {
			return nil, rest.Fail(http.StatusBadRequest, "invalid_request",
				"AADSTS50027: The client assertion type must be '"+assertionType+"'.")
		}
		if f := t.checkAssertion(c, p, form.Get("client_assertion")); f != nil {
			return nil, f
		}
	case secret == "":
		return nil, rest.Fail(http.StatusUnauthorized, "invalid_client",
			"AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	case p.ClientSecret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(p.ClientSecret)) != 1:
		return nil, rest.Fail(http.StatusUnauthorized, "invalid_client",
			"AADSTS7000215: Invalid client secret provided for app '"+id+"'.")
	}
	return p, nil
}

// audienceOf returns the resource that a scope of the form "RESOURCE/.default" names. MSAL adds scopes of OpenID Connect
// to it, which say nothing here.
func audienceOf(scopes string) (string, *rest.Failure) {
	var resource string
	for scope := range strings.FieldsSeq(scopes) {
		switch scope {
		case "openid", "profile", "offline_access", "email":
			continue
		}
		named, found := strings.CutSuffix(scope, "/.default")
		if !found || resource != "" {
			return "", rest.Fail(http.StatusBadRequest, "invalid_scope", "AADSTS1002012: The provided value for scope "+scope+
				" is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.")
		}
		resource = named
	}
	return knownResource(resource)
}

// knownResource refuses resources that no emulated service has.
func knownResource(resource string) (string, *rest.Failure) {
	switch trimmed := strings.TrimRight(resource, "/"); trimmed {
	case AudienceAzureSphere, AudienceIoTCentral, AudienceDPS, ResourceManagerAudiences[0], ResourceManagerAudiences[1]:
		return trimmed, nil
	}
	return "", rest.Fail(http.StatusBadRequest, "invalid_resource",
		"AADSTS500011: The resource principal named "+resource+" was not found in the tenant.")
}

// unescaped undoes the form encoding that OAuth 2.0 asks for in Basic authentication.
func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
