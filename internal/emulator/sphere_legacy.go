// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"slices"
	"strings"
)

// sphereService is the Azure Sphere (Legacy) public API. Its tenants are the catalogs, as after a migration: both APIs
// show the same CAs.
func (e *Emulator) sphereService() *service {
	const tenant = "/v2/tenants/{tenant}"
	s := newService("sphere")
	s.admit = admitSphere
	s.shape = sphereError
	s.after = func(c *call, a answer) answer { return a.with("x-ms-request-id", c.requestID) }
	s.on("GET /v2/tenants", "Tenants_List", "list", listTenants)
	s.on("GET "+tenant, "Tenants_Get", "read", getTenant)
	s.on("PATCH "+tenant, "Tenants_Patch", "write", patchTenant)
	s.on("GET "+tenant+"/cert", "Tenants_GetCertificate", "read", getTenantCertificate)
	s.on("GET "+tenant+"/certchain", "Tenants_GetCertificateChain", "read", getTenantChain)
	s.on("GET "+tenant+"/verification/{nonce}", "Tenants_GetProofOfPossession", "write", getTenantProof)
	s.on("GET "+tenant+"/certificates", "Tenants_ListCertificates", "read", listTenantCertificates)
	s.on("GET "+tenant+"/certs", "Tenants_GetCertificates", "read", getTenantCertificates)
	s.on("GET "+tenant+"/certchains", "Tenants_GetCertificateChains", "read", getTenantChains)
	return s
}

// admitSphere checks the token, the principal's role in the tenant, and that the tenant exists. A proof of possession
// takes more than the Reader role.
func admitSphere(c *call) *failure {
	c.e.settle(c.now)
	p, err := c.bearer(audienceSphere)
	if err != nil {
		return fail(http.StatusUnauthorized, "Unauthorized", "The request is not authorized: "+err.Error()+".")
	}
	c.principal = p
	if c.route == nil || c.route.action == "list" {
		return nil
	}
	if c.tenant() == nil {
		return fail(http.StatusNotFound, "NotFound", "The tenant '"+c.path("tenant")+"' was not found.")
	}
	if p.sphere == nothing || c.route.action == "write" && p.sphere != everything {
		return fail(http.StatusForbidden, "Forbidden", "You do not have the role in the tenant that this takes.")
	}
	return nil
}

// tenant returns the catalog of the tenant that the path names, or nil.
func (c *call) tenant() *catalog {
	for _, cat := range c.e.catalogs {
		if strings.EqualFold(cat.tenantID, c.path("tenant")) {
			return cat
		}
	}
	return nil
}

// problemDetails is an error of the Legacy API, which answers arrays of them.
type problemDetails struct {
	Detail     string
	ErrorCode  string
	Extensions map[string]string
	Instance   string
	Status     int
	Title      string
	Type       string
}

func sphereError(c *call, f *failure) answer {
	return jsonAnswer(f.status, []problemDetails{{
		Detail:     f.message,
		ErrorCode:  f.code,
		Extensions: map[string]string{},
		Instance:   c.requestID,
		Status:     f.status,
		Title:      http.StatusText(f.status),
		Type:       "about:blank",
	}})
}

// tenantIdentity is a tenant as the caller sees it, with the roles of the caller.
type tenantIdentity struct {
	ID    string `json:"Id"`
	Name  string
	Roles []string
}

func (c *call) tenantIdentity(cat *catalog) tenantIdentity {
	roles := []string{"Reader"}
	if c.principal.sphere == everything {
		roles = []string{"Administrator", "Contributor"}
	}
	return tenantIdentity{cat.tenantID, cat.tenantName, roles}
}

func listTenants(c *call) (answer, *failure) {
	items := []any{}
	if c.principal.sphere != nothing {
		for _, cat := range c.e.catalogs {
			items = append(items, c.tenantIdentity(cat))
		}
	}
	return c.legacyList(items), nil
}

func getTenant(c *call) (answer, *failure) {
	return jsonAnswer(http.StatusOK, c.tenantIdentity(c.tenant())), nil
}

func patchTenant(c *call) (answer, *failure) {
	if !isMediaType(c.r, mediaJSON) {
		return answer{}, fail(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "The body must be application/json.")
	}
	body, err := parseObject(c.body)
	if err != nil {
		return answer{}, fail(http.StatusBadRequest, "BadRequest", err.Error()+".")
	}
	body.require("Name")
	name := body.text("Name")
	if err := firstProblem(body); err != nil {
		return answer{}, fail(http.StatusBadRequest, "BadRequest", err.Error()+".")
	}
	c.tenant().tenantName = name
	return getTenant(c)
}

func getTenantCertificate(c *call) (answer, *failure) {
	return c.withTenantCertificate(func(cert *certificate) (answer, *failure) {
		return c.legacyCertificate(cert.certificate.Raw), nil
	})
}

func getTenantChain(c *call) (answer, *failure) {
	return c.withTenantCertificate(func(cert *certificate) (answer, *failure) {
		der, err := cert.chain()
		if err != nil {
			return answer{}, fail(http.StatusInternalServerError, "InternalServerError", err.Error())
		}
		return c.legacyText(base64.StdEncoding.EncodeToString(der)), nil
	})
}

func getTenantProof(c *call) (answer, *failure) {
	return c.withTenantCertificate(func(cert *certificate) (answer, *failure) {
		der, f := c.proof(cert, c.path("nonce"))
		if f != nil {
			return answer{}, f
		}
		return c.legacyCertificate(der), nil
	})
}

// withTenantCertificate has the certificate handled that the thumbprint in the query selects, or the active one. For a
// certificate that is unknown, or whose body can no longer be had, it answers 404, or null.
func (c *call) withTenantCertificate(handle func(*certificate) (answer, *failure)) (answer, *failure) {
	cat, wanted := c.tenant(), c.query("thumbprint")
	for _, cert := range cat.certificatesAt(c.now) {
		selected := strings.EqualFold(thumbprint(cert.certificate), wanted)
		if wanted == "" {
			selected = cert.statusAt(c.now) == statusActive
		}
		if selected && c.bodyShown(cert) {
			return handle(cert)
		}
	}
	if c.behavior().LegacyMissingCertificate {
		return jsonAnswer(http.StatusOK, nil), nil
	}
	return answer{}, fail(http.StatusNotFound, "NotFound", "The certificate was not found.")
}

// certificateStatus is the metadata of a tenant CA: without dates, and without a serial number.
type certificateStatus struct {
	Certificate optionalText
	IsActive    bool
	IsRevoked   bool
	Thumbprint  string
}

func listTenantCertificates(c *call) (answer, *failure) {
	items := []any{}
	for _, cert := range c.tenant().certificatesAt(c.now) {
		status := certificateStatus{
			Certificate: null,
			IsActive:    cert.statusAt(c.now) == statusActive,
			IsRevoked:   cert.statusAt(c.now) == statusRevoked,
			Thumbprint:  thumbprint(cert.certificate),
		}
		if c.bodyShown(cert) {
			status.Certificate = set(c.legacyEncoding(cert.certificate.Raw))
		}
		items = append(items, status)
	}
	return c.legacyList(items), nil
}

// getTenantCertificates answers every tenant CA in one PKCS#7.
func getTenantCertificates(c *call) (answer, *failure) {
	var all []*x509.Certificate
	for _, cert := range c.tenant().certificatesAt(c.now) {
		if c.bodyShown(cert) {
			all = append(all, cert.certificate)
		}
	}
	return c.legacyBundle(all)
}

// getTenantChains answers every tenant CA with those above it in one PKCS#7.
func getTenantChains(c *call) (answer, *failure) {
	var all []*x509.Certificate
	for _, cert := range c.tenant().certificatesAt(c.now) {
		if !c.bodyShown(cert) {
			continue
		}
		for _, link := range []*issuer{cert.parent.parent, cert.parent, cert.issuer} {
			if !slices.ContainsFunc(all, link.certificate.Equal) {
				all = append(all, link.certificate)
			}
		}
	}
	return c.legacyBundle(all)
}

func (c *call) legacyBundle(certificates []*x509.Certificate) (answer, *failure) {
	der, err := encodeChain(certificates...)
	if err != nil {
		return answer{}, fail(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	return c.legacyText(base64.StdEncoding.EncodeToString(der)), nil
}

func (c *call) legacyList(items []any) answer {
	if c.behavior().LegacyListWrapped {
		return jsonAnswer(http.StatusOK, map[string]any{"Items": items, "ContinuationToken": nil})
	}
	return jsonAnswer(http.StatusOK, items)
}

func (c *call) legacyCertificate(der []byte) answer { return c.legacyText(c.legacyEncoding(der)) }

func (c *call) legacyEncoding(der []byte) string {
	if c.behavior().LegacyPEM {
		der = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	return base64.StdEncoding.EncodeToString(der)
}

func (c *call) legacyText(text string) answer {
	if c.behavior().LegacyStringsBare {
		return answer{status: http.StatusOK, body: []byte(text), contentType: "text/plain; charset=utf-8"}
	}
	return jsonAnswer(http.StatusOK, text)
}
