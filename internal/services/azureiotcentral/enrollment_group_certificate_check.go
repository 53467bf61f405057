// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
)

// checkCA refuses to upload what cannot work or can be forged, and warns of what
// is weak. A certificate that is in the entry already only gets warnings: an error
// would stand in the way of its replacement elsewhere in the configuration.
func (r *groupCertificateResource) checkCA(certificate *certs.Certificate, inEntry fwtypes.Thumbprint, diags *diag.Diagnostics) {
	at := path.Root("certificate_pem")
	report := diags.AddAttributeError
	if certificate.Thumbprint() == inEntry.Value() {
		report = diags.AddAttributeWarning
	}
	err := certs.CheckCA(certificate, r.Now())
	var expired *certs.ExpiredError
	switch {
	case err == nil:
	case errors.As(err, &expired):
		report(at, "The CA certificate has expired", fwtypes.Sentence(err))
	default:
		report(at, "Not a CA certificate", fwtypes.Sentence(err))
		return
	}
	if err := certs.CheckStrength(certificate); err != nil {
		report(at, "The CA certificate cannot be used", fwtypes.Sentence(err))
	}
	for _, weakness := range certs.Weaknesses(certificate) {
		diags.AddAttributeWarning(at, "The CA certificate is weak", weakness)
	}
}
