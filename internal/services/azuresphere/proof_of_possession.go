// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// proofOfPossession is what the resource and the ephemeral resource have in common.
type proofOfPossession struct {
	CatalogID         types.String        `tfsdk:"catalog_id"`
	TenantID          types.String        `tfsdk:"tenant_id"`
	Thumbprint        fwtypes.Thumbprint  `tfsdk:"thumbprint"`
	VerificationCode  types.String        `tfsdk:"verification_code"`
	CertificatePEM    fwtypes.Certificate `tfsdk:"certificate_pem"`
	CertificateBase64 types.String        `tfsdk:"certificate_base64"`
	NotBefore         timetypes.RFC3339   `tfsdk:"not_before"`
	NotAfter          timetypes.RFC3339   `tfsdk:"not_after"`
}

// prove asks for a proof and shows it. It returns the thumbprint of the proof.
func (m *proofOfPossession) prove(ctx context.Context, configured *clients.Clients, diags *diag.Diagnostics) (thumbprint string, ok bool) {
	scope, err := configured.RequireScope(nullIfUnknown(m.CatalogID), nullIfUnknown(m.TenantID))
	if err != nil {
		diags.AddAttributeError(path.Root("catalog_id"), "No Azure Sphere tenant", clients.ExplainMissing(err, "azuresphere", "catalog_id"))
		return "", false
	}
	proof, err := trust.ProvePossession(ctx, configured.Tenant(scope), m.Thumbprint.Value(), m.VerificationCode.ValueString(),
		configured.Now, configured.Backoff)
	if err != nil {
		addProofError(diags, scope, err)
		return "", false
	}
	m.setScope(scope)
	if m.Thumbprint.IsNull() || m.Thumbprint.IsUnknown() {
		m.Thumbprint = fwtypes.NewThumbprint(proof.CA.Thumbprint)
	}
	m.CertificatePEM = fwtypes.NewCertificate(proof.Certificate)
	m.CertificateBase64 = types.StringValue(proof.Certificate.Base64())
	m.NotBefore = fwtypes.NewTime(proof.Certificate.NotBefore())
	m.NotAfter = fwtypes.NewTime(proof.Certificate.NotAfter())

	return proof.Certificate.Thumbprint().String(), true
}

func (m *proofOfPossession) setScope(scope sphere.Scope) {
	m.CatalogID, m.TenantID = types.StringNull(), types.StringNull()
	if scope.TenantID != "" {
		m.TenantID = types.StringValue(scope.TenantID)
	} else {
		m.CatalogID = types.StringValue(scope.CatalogID)
	}
}

func (m *proofOfPossession) scope() sphere.Scope {
	return sphere.Scope{CatalogID: m.CatalogID.ValueString(), TenantID: m.TenantID.ValueString()}
}

func addProofError(diags *diag.Diagnostics, scope sphere.Scope, err error) {
	var (
		unknown *trust.UnknownCAError
		refused *trust.ProofRefusedError
	)
	switch {
	case errors.As(err, &unknown):
		diags.AddAttributeError(path.Root("thumbprint"), "No such tenant CA", clients.Explain(err))
	case errors.Is(err, trust.ErrNoActiveCA):
		diags.AddError("No Active tenant CA", scope.String()+" has no Active CA certificate. Set thumbprint to use another one.")
	case errors.As(err, &refused):
		diags.AddError("The proof of possession is not valid", fwtypes.Sentence(err)+
			"\n\nIt is not kept. Apply again.")
	default:
		clients.AddError(diags, "Cannot get the proof of possession", err)
	}
}

const (
	proofDescription = "A proof that an Azure Sphere tenant possesses the private key of its CA: a certificate whose common name is a verification code, " +
		"signed by the Azure Sphere Security Service with the CA."
	proofCodeDescription       = "The code to sign, such as that of `iotcentral_verification_code`, or of a certificate in an IoT hub or a Device Provisioning Service."
	proofThumbprintDescription = "SHA-1 thumbprint of the CA that signs: 40 hexadecimal digits. Default: that of the Active CA."
	proofPEMDescription        = "The proof as PEM."
	proofBase64Description     = "The proof as base64 encoded DER, on one line."
	proofNotBeforeDescription  = "Start of the validity of the proof, RFC 3339 in UTC."
	proofNotAfterDescription   = "End of the validity of the proof, RFC 3339 in UTC: about an hour after it was made."
)
