// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// TenantIdentity is a Legacy tenant as the caller sees it.
type TenantIdentity struct {
	// ID is the UUID of the tenant.
	ID string
	// Name is its friendly name, which need not be unique.
	Name string
	// Roles are those of the caller: Administrator, Contributor, Reader.
	Roles []string
}

// Directory lists the Legacy tenants that the caller can see.
type Directory struct {
	client   *transport.Client
	endpoint string
}

// NewDirectory returns the directory of the public API with the address.
func NewDirectory(client *transport.Client, endpoint string) *Directory {
	return &Directory{client: client, endpoint: strings.TrimSuffix(endpoint, "/")}
}

// Tenants lists all tenants that the caller has a role in.
func (d *Directory) Tenants(ctx context.Context) ([]TenantIdentity, error) {
	return listLegacy[TenantIdentity](ctx, d.client, transport.Call{
		Operation: "list the tenants",
		Method:    http.MethodGet,
		URL:       d.endpoint + "/v2/tenants",
	})
}

// Tenant reads one tenant.
func (d *Directory) Tenant(ctx context.Context, id string) (TenantIdentity, error) {
	var tenant TenantIdentity
	err := d.client.Send(ctx, transport.Call{
		Operation: "read the tenant",
		Method:    http.MethodGet,
		URL:       d.endpoint + "/v2/tenants/" + url.PathEscape(id),
	}, &tenant)

	return tenant, err
}

// TenantNameError says that a name does not mean exactly one tenant.
type TenantNameError struct {
	// Name is what was looked for.
	Name string
	// Candidates are the tenants that have the name, or, when none has it, all
	// that the caller can see.
	Candidates []TenantIdentity
	// Ambiguous is true when several tenants have the name.
	Ambiguous bool
}

// Error implements error. It lists the candidates.
func (e *TenantNameError) Error() string {
	var text strings.Builder
	switch {
	case e.Ambiguous:
		fmt.Fprintf(&text, "%d Azure Sphere (Legacy) tenants are called %q; use tenant_id to choose one:", len(e.Candidates), e.Name)
	case len(e.Candidates) == 0:
		fmt.Fprintf(&text, "no Azure Sphere (Legacy) tenant is called %q, and the principal has no role in any tenant", e.Name)
	default:
		fmt.Fprintf(&text, "no Azure Sphere (Legacy) tenant is called %q; the principal has a role in:", e.Name)
	}
	for _, candidate := range e.Candidates {
		fmt.Fprintf(&text, "\n  %s  %s", candidate.ID, candidate.Name)
	}

	return text.String()
}

// FindTenant returns the tenant with the name. Case does not matter.
func FindTenant(tenants []TenantIdentity, name string) (TenantIdentity, error) {
	var named []TenantIdentity
	for _, tenant := range tenants {
		if strings.EqualFold(strings.TrimSpace(tenant.Name), strings.TrimSpace(name)) {
			named = append(named, tenant)
		}
	}
	switch len(named) {
	case 0:
		return TenantIdentity{}, &TenantNameError{Name: name, Candidates: tenants}
	case 1:
		return named[0], nil
	default:
		return TenantIdentity{}, &TenantNameError{Name: name, Candidates: named, Ambiguous: true}
	}
}
