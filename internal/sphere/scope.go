// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const catalogType = "Microsoft.AzureSphere/catalogs"

var catalogName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,50}$`)

// ErrCatalogID and ErrTenantID are the errors for malformed IDs.
var (
	ErrCatalogID = errors.New("a catalog is given by its Azure resource ID: /subscriptions/<subscription ID>" +
		"/resourceGroups/<resource group>/providers/Microsoft.AzureSphere/catalogs/<name>")
	ErrTenantID = errors.New("an Azure Sphere (Legacy) tenant is given by its ID, a UUID; azsphere tenant list shows it")
)

// Scope identifies a tenant: exactly one field is set.
type Scope struct {
	// CatalogID is the Azure resource ID of a catalog (Integrated).
	CatalogID string
	// TenantID is the UUID of an Azure Sphere (Legacy) tenant.
	TenantID string
}

// CheckCatalogID reports whether a text is the resource ID of a catalog. Azure
// compares resource IDs without case.
func CheckCatalogID(id string) error {
	if !transport.IsResourceID(id, catalogType) || !catalogName.MatchString(id[strings.LastIndexByte(id, '/')+1:]) {
		return fmt.Errorf("%q is not the ID of a catalog: %w%s", id, ErrCatalogID, insteadOfCatalog(id))
	}

	return nil
}

// insteadOfCatalog is a hint where a text looks like something else.
func insteadOfCatalog(text string) string {
	lower := strings.ToLower(text)
	switch {
	case transport.IsUUID(text):
		return ". This is a UUID. For an Azure Sphere (Legacy) tenant, set tenant_id instead"
	case strings.HasPrefix(lower, "https://"):
		return ". This is an address: leave out everything before /subscriptions/"
	case strings.Contains(lower, "/microsoft.azuresphere/catalogs/") && strings.Count(text, "/") > resourceIDSlashes:
		return ". This is the ID of something in a catalog, or has a slash too many: end it after the name of the catalog"
	case strings.HasPrefix(lower, "/subscriptions/") && strings.Contains(lower, "/providers/") && !strings.Contains(lower, "/microsoft.azuresphere/catalogs/"):
		return ". This is the ID of another Azure resource"
	case catalogName.MatchString(text):
		return ". This looks like the name of a catalog. The Azure CLI prints the ID: az sphere catalog show"
	default:
		return ""
	}
}

// resourceIDSlashes are the slashes of a catalog ID.
const resourceIDSlashes = 8

// CheckTenantID reports whether a text is the ID of a Legacy tenant.
func CheckTenantID(id string) error {
	if transport.IsUUID(id) {
		return nil
	}
	hint := ""
	if strings.HasPrefix(strings.ToLower(id), "/subscriptions/") {
		hint = ". This is an Azure resource ID. For a catalog, set catalog_id instead"
	}

	return fmt.Errorf("%q is not the ID of a tenant: %w%s", id, ErrTenantID, hint)
}

// Same reports whether both identify the same tenant in the same generation.
func (s Scope) Same(other Scope) bool {
	return strings.EqualFold(s.CatalogID, other.CatalogID) && strings.EqualFold(s.TenantID, other.TenantID)
}

// String names the tenant in messages.
func (s Scope) String() string {
	if s.TenantID != "" {
		return "Azure Sphere (Legacy) tenant " + s.TenantID
	}

	return "Azure Sphere catalog " + s.CatalogID
}

const certificatesSegment = "/certificates/"

// CertificateID returns the ID of a certificate. name is the serial number in a
// catalog and the thumbprint in a Legacy tenant.
func (s Scope) CertificateID(name string) string {
	if s.TenantID != "" {
		return "tenants/" + s.TenantID + certificatesSegment + name
	}

	return s.CatalogID + certificatesSegment + name
}

// ParseCertificateID reads "<catalog ID>/certificates/<serial number>" or
// "tenants/<tenant ID>/certificates/<thumbprint>".
func ParseCertificateID(id string) (Scope, string, error) {
	segments := strings.Split(id, "/")
	if last := len(segments) - 1; last > 1 && strings.EqualFold(segments[last-1], "certificates") {
		parent, name := strings.Join(segments[:last-1], "/"), segments[last]
		if tenant, found := strings.CutPrefix(parent, "tenants/"); found && CheckTenantID(tenant) == nil && name != "" {
			return Scope{TenantID: tenant}, name, nil
		}
		if CheckCatalogID(parent) == nil && name != "" {
			return Scope{CatalogID: parent}, name, nil
		}
	}

	return Scope{}, "", fmt.Errorf("%q is not the ID of a tenant CA; expected <catalog ID>/certificates/<serial number> "+
		"or tenants/<tenant ID>/certificates/<thumbprint>", id)
}
