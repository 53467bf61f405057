// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/subtle"
	"net/http"
	"strconv"
	"time"
)

// metadataService is what lends a managed identity to a machine (IMDS) and to an App Service app.
//
// The address of IMDS, http://169.254.169.254, is fixed in clients. The metadata listener takes requests for it from
// clients that are told to use it as their HTTP proxy.
func (e *Emulator) metadataService() *service {
	s := newService("metadata")
	s.shape = func(_ *call, f *failure) answer {
		return jsonAnswer(f.status, map[string]string{"error": f.code, "error_description": f.message})
	}
	s.onOpen("GET /metadata/identity/oauth2/token", "IMDSToken", func(c *call) (answer, *failure) {
		if c.r.Header.Get("Metadata") != "true" {
			return answer{}, fail(http.StatusBadRequest, "invalid_request", "Required metadata header not specified")
		}
		if c.query("api-version") == "" {
			return answer{}, fail(http.StatusBadRequest, "invalid_request", "Required api-version parameter not specified")
		}
		return c.managedIdentity()
	})
	s.onOpen("GET /msi/token", "AppServiceToken", func(c *call) (answer, *failure) {
		header := c.r.Header.Get("X-IDENTITY-HEADER")
		if subtle.ConstantTimeCompare([]byte(header), []byte(c.e.info.Identity.AppServiceHeader)) != 1 {
			return answer{}, fail(http.StatusUnauthorized, "invalid_request", "The X-IDENTITY-HEADER is missing or wrong")
		}
		return c.managedIdentity()
	})
	return s
}

// managedIdentity issues a token to the managed identity, the only one that the machine has.
func (c *call) managedIdentity() (answer, *failure) {
	var p *principal
	for _, candidate := range c.e.principals {
		if candidate.Name == managedIdentityName {
			p = candidate
		}
	}
	for name, own := range map[string]string{
		"client_id": p.ClientID, "object_id": p.ObjectID, "principal_id": p.ObjectID, "mi_res_id": "", "msi_res_id": "",
	} {
		if asked := c.query(name); asked != "" && asked != own {
			return answer{}, fail(http.StatusBadRequest, "invalid_request", "Identity not found")
		}
	}
	audience, f := knownResource(c.query("resource"))
	if f != nil {
		return answer{}, f
	}
	token, err := c.e.issue(p, audience)
	if err != nil {
		return answer{}, fail(http.StatusInternalServerError, "server_error", err.Error())
	}
	now := time.Now() // by which clients go, whatever the emulator's clock says
	seconds := strconv.Itoa(int(tokenLife.Seconds()))
	return jsonAnswer(http.StatusOK, map[string]string{
		"access_token":   token,
		"client_id":      p.ClientID,
		"expires_in":     seconds,
		"ext_expires_in": seconds,
		"expires_on":     strconv.FormatInt(now.Add(tokenLife).Unix(), 10),
		"not_before":     strconv.FormatInt(now.Unix(), 10),
		"resource":       c.query("resource"),
		"token_type":     "Bearer",
	}), nil
}
