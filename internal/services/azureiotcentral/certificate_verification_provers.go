// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// The three provers of a verification: who makes the proof of possession.
const (
	proverAzureSphere = "azure_sphere"
	proverCertificate = "verification_certificate_pem"
	proverPrivateKey  = "ca_private_key_pem_wo"

	keyVersion    = "ca_private_key_wo_version"
	caCertificate = "ca_certificate_pem"
)

var proverCertificatePath = path.Root(proverCertificate)

// provers are the arguments that say who makes the proof of possession.
type provers struct {
	AzureSphere                types.Object        `tfsdk:"azure_sphere"`
	VerificationCertificatePEM fwtypes.Certificate `tfsdk:"verification_certificate_pem"`
	CAPrivateKeyPEMWO          types.String        `tfsdk:"ca_private_key_pem_wo"`
	CAPrivateKeyWOVersion      types.Int64         `tfsdk:"ca_private_key_wo_version"`
	CACertificatePEM           fwtypes.Certificate `tfsdk:"ca_certificate_pem"`
}

// proverAttributes are the attributes of provers, but for azure_sphere.
func proverAttributes() map[string]schema.Attribute {
	return proverAttributesFor("`iotcentral_verification_code`")
}

// proverAttributesFor are proverAttributes where codes come from elsewhere.
func proverAttributesFor(codeSource string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		proverCertificate: schema.StringAttribute{
			Optional: true, CustomType: fwtypes.CertificateType{},
			MarkdownDescription: "A proof of possession from outside Terraform, as PEM or base64 encoded DER: a certificate whose common name is the code of " +
				codeSource + ", signed by the CA. For a `.cer` file use `filebase64`. Once the certificate is verified, the proof may expire. " +
				"To verify again, generate a new code and a new proof. Default: none.",
			PlanModifiers: []planmodifier.String{fwtypes.KeepSameCertificate()},
		},
		proverPrivateKey: schema.StringAttribute{
			Optional: true, Sensitive: true, WriteOnly: true,
			MarkdownDescription: "Private key of a CA of your own: PEM, RSA or ECDSA, not encrypted. The provider signs the verification code with it. " +
				"The key is in neither the plan nor the state. Requires `ca_private_key_wo_version`, `ca_certificate_pem`, and Terraform 1.11 or later. Default: none.",
		},
		keyVersion: schema.Int64Attribute{
			Optional: true, MarkdownDescription: "Any number. Change it together with `ca_private_key_pem_wo`, whose changes Terraform cannot see. Default: none.",
		},
		caCertificate: schema.StringAttribute{
			Optional: true, CustomType: fwtypes.CertificateType{},
			MarkdownDescription: "The CA certificate with `thumbprint`, as PEM or base64 encoded DER. Required with `ca_private_key_pem_wo`. " +
				"With `verification_certificate_pem` it is optional: the provider then checks the signature before it sends the proof. Default: none.",
			PlanModifiers: []planmodifier.String{fwtypes.KeepSameCertificate()},
		},
	}
}

// check reports what is wrong with the arguments, as far as they are known.
func (p *provers) check(thumbprint fwtypes.Thumbprint, diags *diag.Diagnostics) {
	p.checkChoice(diags)
	p.checkKeyArguments(diags)
	if diags.HasError() {
		return
	}
	ca := p.checkCA(thumbprint, diags)
	if proof := parseKnown(p.VerificationCertificatePEM); proof != nil && !thumbprint.IsUnknown() {
		// Whether it is valid is a question for the moment when it is sent.
		if err := certs.CheckVerificationCertificate(proof, ca, thumbprint.Value(), proof.NotBefore()); err != nil {
			diags.AddAttributeError(path.Root(proverCertificate), "Not a proof of possession of this CA", fwtypes.Sentence(err))
		}
	}
	if _, err := p.key(ca); err != nil {
		addKeyError(diags, err)
	}
}

// checkChoice makes sure that there is exactly one prover.
func (p *provers) checkChoice(diags *diag.Diagnostics) {
	var chosen []string
	undecided := false
	for _, prover := range []struct {
		name  string
		value attr.Value
	}{
		{proverAzureSphere, p.AzureSphere},
		{proverCertificate, p.VerificationCertificatePEM},
		{proverPrivateKey, p.CAPrivateKeyPEMWO},
	} {
		switch {
		case prover.value.IsUnknown():
			undecided = true // It may turn out to be null.
		case !prover.value.IsNull():
			chosen = append(chosen, prover.name)
		}
	}
	switch {
	case len(chosen) > 1:
		// The first is never the key, at which no error points: see addKeyError.
		diags.AddAttributeError(path.Root(chosen[0]), "Two provers", fmt.Sprintf("%s and %s are both set, and one of them makes the proof of possession. "+
			"Keep one of azure_sphere, verification_certificate_pem and ca_private_key_pem_wo.", chosen[0], chosen[1]))
	case len(chosen) == 0 && !undecided:
		diags.AddError("No prover", "No argument says who makes the proof of possession. Set azure_sphere = {} when the CA is that of an Azure Sphere tenant, "+
			"ca_private_key_pem_wo when you have its private key, or verification_certificate_pem when the proof is made elsewhere.")
	}
}

// checkKeyArguments makes sure that the arguments around the key come together.
func (p *provers) checkKeyArguments(diags *diag.Diagnostics) {
	missing := func(name, why string) {
		diags.AddAttributeError(path.Root(name), "Missing "+name, why) // Not at the key: see addKeyError.
	}
	if keyIsSet := !p.CAPrivateKeyPEMWO.IsNull() && !p.CAPrivateKeyPEMWO.IsUnknown(); keyIsSet {
		if p.CAPrivateKeyWOVersion.IsNull() {
			missing(keyVersion, "ca_private_key_pem_wo needs ca_private_key_wo_version, such as 1: Terraform does not store the key, "+
				"and detects a change only by this number.")
		}
		if p.CACertificatePEM.IsNull() {
			missing(caCertificate, "ca_private_key_pem_wo needs ca_certificate_pem: the proof names the CA as its issuer, and IoT Central never returns the certificate.")
		}
	}
	if p.CAPrivateKeyPEMWO.IsNull() && !p.CAPrivateKeyWOVersion.IsNull() && !p.CAPrivateKeyWOVersion.IsUnknown() {
		diags.AddAttributeError(path.Root(keyVersion), "Missing "+proverPrivateKey, "ca_private_key_wo_version is the version of ca_private_key_pem_wo, which is not set.")
	}
	if sphereIsSet := !p.AzureSphere.IsNull() && !p.AzureSphere.IsUnknown(); sphereIsSet && !p.CACertificatePEM.IsNull() && !p.CACertificatePEM.IsUnknown() {
		diags.AddAttributeError(path.Root(caCertificate), "Superfluous "+caCertificate, "With azure_sphere the CA certificate is read from the tenant. Remove ca_certificate_pem.")
	}
}

// checkCA returns the configured CA certificate, or nil while it is not known.
func (p *provers) checkCA(thumbprint fwtypes.Thumbprint, diags *diag.Diagnostics) *certs.Certificate {
	ca := parseKnown(p.CACertificatePEM)
	if ca == nil {
		return nil
	}
	if !ca.IsCA() {
		diags.AddAttributeError(path.Root(caCertificate), "Not a CA certificate", fwtypes.Sentence(certs.ErrNotCA))
	}
	if !thumbprint.IsUnknown() && ca.Thumbprint() != thumbprint.Value() {
		diags.AddAttributeError(path.Root(caCertificate), "Another CA certificate", fmt.Sprintf("ca_certificate_pem has the thumbprint %s, and thumbprint says %s. "+
			"Both must be the certificate to verify.", ca.Thumbprint(), thumbprint.Value()))
	}

	return ca
}

// key returns the private key, or nil while it is not known. A nil ca leaves open
// whether it is the key of the CA.
func (p *provers) key(ca *certs.Certificate) (*certs.SigningKey, error) {
	if p.CAPrivateKeyPEMWO.IsNull() || p.CAPrivateKeyPEMWO.IsUnknown() {
		return nil, nil
	}
	key, err := certs.ParseSigningKey(p.CAPrivateKeyPEMWO.ValueString())
	if err == nil && ca != nil {
		err = certs.CheckKey(key, ca)
	}

	return key, err
}

// addKeyError names the argument, but does not point at it: Terraform would print
// the lines of the configuration, and with them a key that is written there.
func addKeyError(diags *diag.Diagnostics, err error) {
	diags.AddError("Unusable private key", "ca_private_key_pem_wo: "+err.Error()+".")
}

// parseKnown returns a certificate, or nil for null, for unknown, and for what is
// no certificate, which the type of the attribute reports.
func parseKnown(value fwtypes.Certificate) *certs.Certificate {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	certificate, err := value.Parse()
	if err != nil {
		return nil
	}

	return certificate
}

// run verifies the certificate with the prover that is configured, and returns the
// subject of the CA.
func (p *provers) run(ctx context.Context, configured *clients.Clients, target VerificationTarget, thumbprint fwtypes.Thumbprint, diags *diag.Diagnostics) (subject string, ok bool) {
	// Once more, now that everything is known.
	p.check(thumbprint, diags)
	if diags.HasError() {
		return "", false
	}
	handshake := target.Begin(configured, thumbprint)
	ca := parseKnown(p.CACertificatePEM)
	if proof := parseKnown(p.VerificationCertificatePEM); proof != nil {
		if ca == nil {
			ca = configured.UploadedCertificate(thumbprint.Value())
		}
		if err := target.Submit(ctx, &handshake, thumbprint.Value(), proof, ca); err != nil {
			addVerificationCertificateError(diags, target, err)
			return "", false
		}
		return proof.Issuer(), true
	}
	if key, err := p.key(ca); err != nil {
		addKeyError(diags, err)
		return "", false
	} else if key != nil {
		handshake.Prover = trust.KeyProver{Certificate: ca, Key: key, Now: configured.Now}
	} else {
		scope, ok := knownScopeOf(ctx, configured, target.TypeName, p.AzureSphere, diags)
		if !ok {
			return "", false
		}
		handshake.Prover = trust.SphereProver{Tenant: configured.Tenant(scope), Uploaded: configured.UploadedCertificate}
	}
	verified, err := target.Prove(ctx, &handshake, thumbprint.Value())
	if err != nil {
		addHandshakeError(diags, target, err)
		return "", false
	}

	return fwtypes.NewDetails(verified).Subject.ValueString(), true
}

const (
	newCodeRemedy      = "terraform apply -replace=<address of the iotcentral_verification_code>"
	centralServiceName = "IoT Central"
)

// addVerificationCertificateError is addHandshakeError for a proof that was made elsewhere,
// where another apply alone does not help.
func addVerificationCertificateError(diags *diag.Diagnostics, target VerificationTarget, err error) {
	var (
		refused *trust.ProofRefusedError
		void    *trust.CodeVoidError
	)
	switch {
	case errors.As(err, &refused):
		diags.AddAttributeError(path.Root(proverCertificate), "The proof of possession is not valid", fwtypes.Sentence(err)+
			"\n\nIt was not sent to "+target.Service+". To verify again, "+target.newProof())
	case errors.As(err, &void):
		diags.AddAttributeError(path.Root(proverCertificate), target.Service+" refuses the proof of possession", clients.Explain(err)+
			"\n\nThe code in it is not the current one: a new code voids the code before it, and so does a new certificate in the entry. To verify again, "+target.newProof())
	default:
		addHandshakeError(diags, target, err)
	}
}
