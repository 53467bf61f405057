// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"strings"
	"time"
)

// entraService is the part of Microsoft Entra ID that signs applications in.
func (e *Emulator) entraService() *service {
	s := newService("entra")
	s.shape = entraError
	s.onOpen("GET /common/discovery/instance", "InstanceDiscovery", instanceDiscovery)
	s.onOpen("GET /{tenant}/v2.0/.well-known/openid-configuration", "OpenIDConfiguration", openIDConfiguration)
	s.onOpen("GET /{tenant}/discovery/v2.0/keys", "Keys", func(c *call) (answer, *failure) {
		return keySet(c.e.tokenKey)
	})
	s.onOpen("POST /{tenant}/oauth2/v2.0/token", "Token", token)
	return s
}

// instanceDiscovery tells which names an authority has. The emulator's has one.
func instanceDiscovery(c *call) (answer, *failure) {
	host := strings.TrimSuffix(strings.TrimPrefix(c.e.info.Endpoints.AuthorityHost, "https://"), "/")
	return jsonAnswer(http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": c.e.issuer() + "/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []any{map[string]any{
			"preferred_network": host, "preferred_cache": host, "aliases": []string{host},
		}},
	}), nil
}

func openIDConfiguration(c *call) (answer, *failure) {
	if f := knownTenant(c); f != nil {
		return answer{}, f
	}
	base := c.e.info.Endpoints.AuthorityHost + c.e.info.TenantID
	return jsonAnswer(http.StatusOK, map[string]any{
		"issuer":                                c.e.issuer(),
		"authorization_endpoint":                base + "/oauth2/v2.0/authorize",
		"token_endpoint":                        base + "/oauth2/v2.0/token",
		"device_authorization_endpoint":         base + "/oauth2/v2.0/devicecode",
		"end_session_endpoint":                  base + "/oauth2/v2.0/logout",
		"jwks_uri":                              base + "/discovery/v2.0/keys",
		"response_types_supported":              []string{"code", "id_token", "token"},
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"ES256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic", "private_key_jwt"},
	}), nil
}

func keySet(key *signingKey) (answer, *failure) {
	set, err := key.public()
	if err != nil {
		return answer{}, fail(http.StatusInternalServerError, "server_error", err.Error())
	}
	return jsonAnswer(http.StatusOK, set), nil
}

// knownTenant refuses every tenant but the emulator's own.
func knownTenant(c *call) *failure {
	if !strings.EqualFold(c.path("tenant"), c.e.info.TenantID) {
		return fail(http.StatusBadRequest, "invalid_tenant",
			"AADSTS90002: Tenant '"+c.path("tenant")+"' not found. Check to make sure you have the correct tenant ID.")
	}
	return nil
}

// entraError is the shape of OAuth 2.0 errors with the members that Entra adds.
func entraError(c *call, f *failure) answer {
	codes := []int{}
	if number, ok := aadstsNumber(f.message); ok {
		codes = append(codes, number)
	}
	body := map[string]any{
		"error":             f.code,
		"error_description": f.message + " Trace ID: " + c.requestID + " Timestamp: " + entraTime(c.now),
		"error_codes":       codes,
		"timestamp":         entraTime(c.now),
		"trace_id":          c.requestID,
		"correlation_id":    c.requestID,
	}
	return jsonAnswer(f.status, body).with("x-ms-request-id", c.requestID)
}

func entraTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

// aadstsNumber reads the number at the beginning of an Entra message, "AADSTS7000215: …".
func aadstsNumber(message string) (int, bool) {
	digits, found := strings.CutPrefix(message, "AADSTS")
	if !found {
		return 0, false
	}
	number := 0
	for _, digit := range digits {
		if digit < '0' || digit > '9' {
			break
		}
		number = number*10 + int(digit-'0')
	}
	return number, true
}
