// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// tenantCA is what the resource and the data source have in common.
type tenantCA struct {
	fwtypes.Details

	ID                types.String        `tfsdk:"id"`
	CatalogID         types.String        `tfsdk:"catalog_id"`
	TenantID          types.String        `tfsdk:"tenant_id"`
	Thumbprint        fwtypes.Thumbprint  `tfsdk:"thumbprint"`
	ThumbprintSHA256  types.String        `tfsdk:"thumbprint_sha256"`
	Status            types.String        `tfsdk:"status"`
	CertificatePEM    fwtypes.Certificate `tfsdk:"certificate_pem"`
	CertificateBase64 types.String        `tfsdk:"certificate_base64"`
}

// set shows a certificate. When the service no longer gives the body, what is
// nullIfUnknown of it stays.
func (m *tenantCA) set(scope sphere.Scope, certificate sphere.Certificate) {
	m.setScope(scope)
	m.ID = types.StringValue(certificate.ID)
	m.Thumbprint = fwtypes.NewThumbprint(certificate.Thumbprint)
	m.Status = types.StringValue(string(certificate.Status))
	if body := certificate.Body; body != nil {
		m.Details = fwtypes.NewDetails(body)
		m.ThumbprintSHA256 = types.StringValue(body.ThumbprintSHA256())
		m.CertificatePEM = fwtypes.NewCertificate(body)
		m.CertificateBase64 = types.StringValue(body.Base64())
		return
	}
	if m.SerialNumber.IsUnknown() || m.SerialNumber.IsNull() {
		m.clearBody()
		m.NotBefore = fwtypes.NewTime(certificate.NotBefore)
		m.NotAfter = fwtypes.NewTime(certificate.NotAfter)
		if certificate.SerialNumber != "" {
			m.SerialNumber = types.StringValue(certificate.SerialNumber)
		}
	}
}

func (m *tenantCA) clearBody() {
	m.Details = fwtypes.NewDetails(nil)
	m.ThumbprintSHA256 = types.StringNull()
	m.CertificatePEM = fwtypes.NewCertificate(nil)
	m.CertificateBase64 = types.StringNull()
}

func (m *tenantCA) setScope(scope sphere.Scope) {
	m.CatalogID, m.TenantID = types.StringNull(), types.StringNull()
	if scope.TenantID != "" {
		m.TenantID = types.StringValue(scope.TenantID)
	} else {
		m.CatalogID = types.StringValue(scope.CatalogID)
	}
}

func (m *tenantCA) scope() sphere.Scope {
	return sphere.Scope{CatalogID: m.CatalogID.ValueString(), TenantID: m.TenantID.ValueString()}
}

// setUnknown marks all that depends on which certificate it will be.
func (m *tenantCA) setUnknown() {
	m.ID = types.StringUnknown()
	m.Details = fwtypes.NewDetailsUnknown()
	m.ThumbprintSHA256 = types.StringUnknown()
	m.Status = types.StringUnknown()
	m.CertificatePEM = fwtypes.NewCertificateUnknown()
	m.CertificateBase64 = types.StringUnknown()
}

const (
	catalogIDDescription = "Azure resource ID of the catalog (Integrated). Default: the catalog of the provider block. Conflicts with `tenant_id`."
	tenantIDDescription  = "ID of the Azure Sphere (Legacy) tenant, a UUID. Default: the tenant of the provider block. Conflicts with `catalog_id`. Legacy ends on 27 September 2027."
	sha256Description    = "SHA-256 thumbprint of the certificate: 64 upper-case hexadecimal digits."
	statusDescription    = "Status in Azure Sphere: `Active` (it signs device certificates), `Inactive` (a successor that is not yet in use, or a retired CA), `Expired` or `Revoked`."
	pemDescription       = "The certificate as PEM."
	base64Description    = "The certificate as base64 encoded DER, on one line."
)

// catalogIDDataAttribute and tenantIDDataAttribute say which tenant a data source
// reads.
func catalogIDDataAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true, MarkdownDescription: catalogIDDescription,
		Validators: services.CatalogIDValidators(),
	}
}

func tenantIDDataAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true, MarkdownDescription: tenantIDDescription,
		Validators: services.TenantIDValidators(),
	}
}
