// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package legacy

import (
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/entra"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// Service is the Azure Sphere (Legacy) public API.
type Service struct {
	rest     *rest.Service[*call]
	tenant   *entra.Tenant
	store    *catalog.Store
	behavior Behavior
}

// call is a request to the Legacy API.
type call struct {
	*rest.Call

	s         *Service
	principal *entra.ServicePrincipal // whom the token belongs to; nil before it was checked
}

// New makes the service. Its tenants are the catalogs of the store.
func New(tenant *entra.Tenant, store *catalog.Store, behavior Behavior, host rest.Host) *Service {
	s := &Service{tenant: tenant, store: store, behavior: behavior}
	s.rest = &rest.Service[*call]{
		Host:   host,
		Call:   func(c *rest.Call) *call { return &call{Call: c, s: s} },
		Locker: store,
		Admit:  admit,
		Shape:  shape,
		After:  func(c *call, a rest.Answer) rest.Answer { return a.With("x-ms-request-id", c.RequestID) },
	}
	const path = "/v2/tenants/{tenant}"
	s.rest.On("GET /v2/tenants", "Tenants_List", "list", listTenants)
	s.rest.On("GET "+path, "Tenants_Get", "read", getTenant)
	s.rest.On("PATCH "+path, "Tenants_Patch", "write", patchTenant)
	s.rest.On("GET "+path+"/cert", "Tenants_GetCertificate", "read", getTenantCertificate)
	s.rest.On("GET "+path+"/certchain", "Tenants_GetCertificateChain", "read", getTenantChain)
	s.rest.On("GET "+path+"/verification/{nonce}", "Tenants_GetProofOfPossession", "write", getTenantProof)
	s.rest.On("GET "+path+"/certificates", "Tenants_ListCertificates", "read", listTenantCertificates)
	s.rest.On("GET "+path+"/certs", "Tenants_GetCertificates", "read", getTenantCertificates)
	s.rest.On("GET "+path+"/certchains", "Tenants_GetCertificateChains", "read", getTenantChains)
	return s
}

// ServeHTTP answers a request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.rest.ServeHTTP(w, r) }

// Routes returns every operation.
func (s *Service) Routes() []rest.Listed { return s.rest.Routes() }

// admit checks the token, the principal's role in the tenant, and that the tenant exists. A proof of possession
// takes more than the Reader role.
func admit(c *call) *rest.Failure {
	c.s.store.Settle(c.Now)
	p, err := c.s.tenant.Bearer(c.Call, entra.AudienceAzureSphere)
	if err != nil {
		return rest.Fail(http.StatusUnauthorized, "Unauthorized", "The request is not authorized: "+err.Error()+".")
	}
	c.principal = p
	if c.Route == nil || c.Route.Action == "list" {
		return nil
	}
	if c.tenant() == nil {
		return rest.Fail(http.StatusNotFound, "NotFound", "The tenant '"+c.Path("tenant")+"' was not found.")
	}
	if p.AzureSphere == entra.Nothing || c.Route.Action == "write" && p.AzureSphere != entra.Everything {
		return rest.Fail(http.StatusForbidden, "Forbidden", "You do not have the role in the tenant that this takes.")
	}
	return nil
}

// tenant returns the catalog of the tenant that the path names, or nil.
func (c *call) tenant() *catalog.Catalog { return c.s.store.Tenant(c.Path("tenant")) }

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

func shape(c *call, f *rest.Failure) rest.Answer {
	return rest.JSON(f.Status, []problemDetails{{
		Detail:     f.Message,
		ErrorCode:  f.Code,
		Extensions: map[string]string{},
		Instance:   c.RequestID,
		Status:     f.Status,
		Title:      http.StatusText(f.Status),
		Type:       "about:blank",
	}})
}

// tenantIdentity is a tenant as the caller sees it, with the roles of the caller.
type tenantIdentity struct {
	ID    string `json:"Id"`
	Name  string
	Roles []string
}

func (c *call) tenantIdentity(cat *catalog.Catalog) tenantIdentity {
	roles := []string{"Reader"}
	if c.principal.AzureSphere == entra.Everything {
		roles = []string{"Administrator", "Contributor"}
	}
	return tenantIdentity{cat.TenantID, cat.TenantName, roles}
}

func listTenants(c *call) (rest.Answer, *rest.Failure) {
	items := []any{}
	if c.principal.AzureSphere != entra.Nothing {
		for _, cat := range c.s.store.Catalogs() {
			items = append(items, c.tenantIdentity(cat))
		}
	}
	return c.listAnswer(items), nil
}

func getTenant(c *call) (rest.Answer, *rest.Failure) {
	return rest.JSON(http.StatusOK, c.tenantIdentity(c.tenant())), nil
}

func patchTenant(c *call) (rest.Answer, *rest.Failure) {
	if !rest.IsMediaType(c.Request, "application/json") {
		return rest.Answer{}, rest.Fail(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "The body must be application/json.")
	}
	body, err := rest.ParseObject(c.Body)
	if err != nil {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "BadRequest", err.Error()+".")
	}
	body.Require("Name")
	name := body.Text("Name")
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "BadRequest", err.Error()+".")
	}
	c.tenant().TenantName = name
	return getTenant(c)
}
