// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"net/http"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// instanceDiscovery tells which names an authority has. The emulator's has one.
func (t *Tenant) instanceDiscovery(c *rest.Call) (rest.Answer, *rest.Failure) {
	base := t.authorityFor(c)
	host := strings.TrimSuffix(strings.TrimPrefix(base, "https://"), "/"+t.ID)
	return rest.JSON(http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": base + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata": []any{map[string]any{
			"preferred_network": host, "preferred_cache": host, "aliases": []string{host},
		}},
	}), nil
}

func (t *Tenant) openIDConfiguration(c *rest.Call) (rest.Answer, *rest.Failure) {
	if f := t.known(c); f != nil {
		return rest.Answer{}, f
	}
	base := t.authorityFor(c)
	return rest.JSON(http.StatusOK, map[string]any{
		"issuer":                                base + "/v2.0",
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

// authorityFor is the authority as a client knows it. One that came through the proxy knows it by its public name.
func (t *Tenant) authorityFor(c *rest.Call) string {
	if host := strings.TrimSuffix(c.Request.Host, ":443"); host == "login.microsoftonline.com" || host == "login.windows.net" {
		return "https://" + host + "/" + t.ID
	}
	return t.authority()
}

// known refuses every tenant but the emulator's own.
func (t *Tenant) known(c *rest.Call) *rest.Failure {
	if !strings.EqualFold(c.Path("tenant"), t.ID) {
		return rest.Fail(http.StatusBadRequest, "invalid_tenant",
			"AADSTS90002: Tenant '"+c.Path("tenant")+"' not found. Check to make sure you have the correct tenant ID.")
	}
	return nil
}

// entraError is the shape of OAuth 2.0 errors with the members that Entra adds.
func entraError(c *rest.Call, f *rest.Failure) rest.Answer {
	codes := []int{}
	if number, ok := aadstsNumber(f.Message); ok {
		codes = append(codes, number)
	}
	body := map[string]any{
		"error":             f.Code,
		"error_description": f.Message + " Trace ID: " + c.RequestID + " Timestamp: " + entraTime(c.Now),
		"error_codes":       codes,
		"timestamp":         entraTime(c.Now),
		"trace_id":          c.RequestID,
		"correlation_id":    c.RequestID,
	}
	return rest.JSON(f.Status, body).With("x-ms-request-id", c.RequestID)
}

func entraTime(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05Z") }

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
