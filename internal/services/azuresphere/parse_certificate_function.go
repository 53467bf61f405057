// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
)

// parsedCertificate is what the function returns. Times are plain strings: the
// result of a function has no custom types.
type parsedCertificate struct {
	Subject           types.String `tfsdk:"subject"`
	Issuer            types.String `tfsdk:"issuer"`
	SerialNumber      types.String `tfsdk:"serial_number"`
	NotBefore         types.String `tfsdk:"not_before"`
	NotAfter          types.String `tfsdk:"not_after"`
	Thumbprint        types.String `tfsdk:"thumbprint"`
	ThumbprintSHA256  types.String `tfsdk:"thumbprint_sha256"`
	IsCA              types.Bool   `tfsdk:"is_ca"`
	CertificatePEM    types.String `tfsdk:"certificate_pem"`
	CertificateBase64 types.String `tfsdk:"certificate_base64"`
}

// NewParseCertificateFunction returns the function parse_certificate.
func NewParseCertificateFunction() function.Function { return &parseCertificateFunction{} }

type parseCertificateFunction struct{}

// Metadata implements function.Function.
func (*parseCertificateFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "parse_certificate"
}

// Definition implements function.Function.
func (*parseCertificateFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Reads one X.509 certificate",
		MarkdownDescription: "Returns the content of a certificate: `subject` and `issuer` (RFC 2253 strings computed from the certificate itself), `serial_number`, " +
			"`not_before` and `not_after` (RFC 3339 in UTC), `thumbprint` (SHA-1) and `thumbprint_sha256` (upper-case hexadecimal), `is_ca`, " +
			"and the certificate as `certificate_pem` and `certificate_base64`. The function sends no request. Functions require Terraform 1.8 or OpenTofu 1.7, or later.",
		Parameters: []function.Parameter{function.StringParameter{
			Name:                "certificate",
			MarkdownDescription: "One certificate, as PEM or base64 encoded DER (`filebase64` of a `.cer` file). Line endings, indentation and text around the PEM block do not matter.",
		}},
		Return: function.ObjectReturn{AttributeTypes: map[string]attr.Type{
			"subject":            types.StringType,
			"issuer":             types.StringType,
			"serial_number":      types.StringType,
			"not_before":         types.StringType,
			"not_after":          types.StringType,
			"thumbprint":         types.StringType,
			"thumbprint_sha256":  types.StringType,
			"is_ca":              types.BoolType,
			"certificate_pem":    types.StringType,
			"certificate_base64": types.StringType,
		}},
	}
}

// Run implements function.Function.
func (*parseCertificateFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	resp.Error = function.ConcatFuncErrors(resp.Error, req.Arguments.Get(ctx, &text))
	if resp.Error != nil {
		return
	}
	certificate, err := certs.Parse(text)
	if err != nil {
		// Terraform ends the message with a period of its own.
		resp.Error = function.NewArgumentFuncError(0, strings.TrimSuffix(fwtypes.Sentence(err), "."))
		return
	}
	details := fwtypes.NewDetails(certificate)
	resp.Error = resp.Result.Set(ctx, &parsedCertificate{
		Subject:           details.Subject,
		Issuer:            details.Issuer,
		SerialNumber:      details.SerialNumber,
		NotBefore:         types.StringValue(details.NotBefore.ValueString()),
		NotAfter:          types.StringValue(details.NotAfter.ValueString()),
		Thumbprint:        types.StringValue(certificate.Thumbprint().String()),
		ThumbprintSHA256:  types.StringValue(certificate.ThumbprintSHA256()),
		IsCA:              types.BoolValue(certificate.IsCA()),
		CertificatePEM:    types.StringValue(certificate.PEM()),
		CertificateBase64: types.StringValue(certificate.Base64()),
	})
}
