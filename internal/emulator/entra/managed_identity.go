// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"crypto/subtle"
	"net/http"
	"strconv"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// Metadata serves what lends a managed identity to a machine (IMDS) and to an App Service app.
//
// The address of IMDS, http://169.254.169.254, is fixed in clients. The metadata listener takes requests for it from
// clients that are told to use it as their HTTP proxy.
func (t *Tenant) Metadata(host rest.Host) http.Handler {
	s := newService(host, func(_ *rest.Call, f *rest.Failure) rest.Answer {
		return rest.JSON(f.Status, map[string]string{"error": f.Code, "error_description": f.Message})
	})
	s.On("GET /metadata/identity/oauth2/token", "IMDSToken", "", func(c *rest.Call) (rest.Answer, *rest.Failure) {
		if c.Request.Header.Get("Metadata") != "true" {
			return rest.Answer{}, rest.Fail(http.StatusBadRequest, "invalid_request", "Required metadata header not specified")
		}
		if c.Query("api-version") == "" {
			return rest.Answer{}, rest.Fail(http.StatusBadRequest, "invalid_request", "Required api-version parameter not specified")
		}
		return t.managedIdentity(c)
	})
	s.On("GET /msi/token", "AppServiceToken", "", func(c *rest.Call) (rest.Answer, *rest.Failure) {
		header := c.Request.Header.Get("X-IDENTITY-HEADER")
		if subtle.ConstantTimeCompare([]byte(header), []byte(t.Identity.AppServiceHeader)) != 1 {
			return rest.Answer{}, rest.Fail(http.StatusUnauthorized, "invalid_request", "The X-IDENTITY-HEADER is missing or wrong")
		}
		return t.managedIdentity(c)
	})
	return s
}

// managedIdentity issues a token to the managed identity, the only one that the machine has.
func (t *Tenant) managedIdentity(c *rest.Call) (rest.Answer, *rest.Failure) {
	var p *ServicePrincipal
	for _, candidate := range t.principals {
		if candidate.Name == managedIdentityName {
			p = candidate
		}
	}
	for name, own := range map[string]string{
		"client_id": p.ClientID, "object_id": p.ObjectID, "principal_id": p.ObjectID, "mi_res_id": "", "msi_res_id": "",
	} {
		if asked := c.Query(name); asked != "" && asked != own {
			return rest.Answer{}, rest.Fail(http.StatusBadRequest, "invalid_request", "Identity not found")
		}
	}
	audience, f := knownResource(c.Query("resource"))
	if f != nil {
		return rest.Answer{}, f
	}
	token, err := t.issue(p, audience)
	if err != nil {
		return rest.Answer{}, rest.Fail(http.StatusInternalServerError, "server_error", err.Error())
	}
	now := time.Now() // by which clients go, whatever the emulator's clock says
	seconds := strconv.Itoa(int(tokenLife.Seconds()))
	return rest.JSON(http.StatusOK, map[string]string{
		"access_token":   token,
		"client_id":      p.ClientID,
		"expires_in":     seconds,
		"ext_expires_in": seconds,
		"expires_on":     strconv.FormatInt(now.Add(tokenLife).Unix(), 10),
		"not_before":     strconv.FormatInt(now.Unix(), 10),
		"resource":       c.Query("resource"),
		"token_type":     "Bearer",
	}), nil
}
