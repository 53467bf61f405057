// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// VerificationTarget is a certificate that a verification is about, in IoT Central or
// in a service like it.
type VerificationTarget struct {
	// TypeName is that of the resource.
	TypeName string
	// Service is its name. HowToUpload says how the certificate gets there, and NewCode
	// how a new verification code is had, as part of a sentence.
	Service, HowToUpload, NewCode string
	// Begin returns a handshake without a prover.
	Begin func(configured *clients.Clients, thumbprint fwtypes.Thumbprint) trust.Handshake
	// Prove runs the handshake, and Submit sends a proof that was made elsewhere.
	Prove  func(ctx context.Context, handshake *trust.Handshake, thumbprint certs.Thumbprint) (*certs.Certificate, error)
	Submit func(ctx context.Context, handshake *trust.Handshake, thumbprint certs.Thumbprint, proof, ca *certs.Certificate) error
}

// newProof says how a certificate is verified again with a proof that is made
// elsewhere, as the end of a sentence.
func (t VerificationTarget) newProof() string {
	return "generate a new code (" + t.NewCode + ") and have it signed by the CA."
}

// centralVerification is about an entry of IoT Central.
func centralVerification(id iotcentral.CertificateID) VerificationTarget {
	return VerificationTarget{
		TypeName: verificationType, Service: centralServiceName, NewCode: newCodeRemedy,
		Begin: func(configured *clients.Clients, thumbprint fwtypes.Thumbprint) trust.Handshake {
			return newHandshake(configured, id, thumbprint)
		},
		HowToUpload: "Put the certificate there with iotcentral_enrollment_group_certificate, and refer to its id here.",
		Prove: func(ctx context.Context, handshake *trust.Handshake, thumbprint certs.Thumbprint) (*certs.Certificate, error) {
			return handshake.Run(ctx, id, thumbprint)
		},
		Submit: func(ctx context.Context, handshake *trust.Handshake, thumbprint certs.Thumbprint, proof, ca *certs.Certificate) error {
			return handshake.Submit(ctx, id, thumbprint, proof, ca)
		},
	}
}

// newHandshake returns a handshake without a prover.
func newHandshake(configured *clients.Clients, id iotcentral.CertificateID, thumbprint fwtypes.Thumbprint) trust.Handshake {
	answer, _ := configured.IoTCentral().Uploaded(id)

	return trust.Handshake{
		Verifier: configured.IoTCentral(), Now: configured.Now, Backoff: configured.Backoff,
		Uploaded: configured.UploadedCertificate(thumbprint.Value()) != nil, Answer: answer,
	}
}

// Provers are the arguments of a verification that say who makes the proof of
// possession.
type Provers = provers

// ProverAttributes are the attributes of Provers. codeSource says where the code in a
// proof that is made elsewhere comes from.
func ProverAttributes(codeSource string) map[string]schema.Attribute {
	attributes := proverAttributesFor(codeSource)
	attributes[proverAzureSphere] = AzureSphereAttribute(azureSphereDescription + " Azure Sphere signs the verification code with this CA. Default: none.")

	return attributes
}

// AzureSphereAttribute is the attribute azure_sphere of a resource.
func AzureSphereAttribute(description string) schema.Attribute {
	return schema.SingleNestedAttribute{Optional: true, MarkdownDescription: description, Attributes: azureSphereAttributes()}
}

// AzureSphereDefault is azure_sphere = {}.
func AzureSphereDefault() attr.Value { return azureSphereDefault() }

// Check reports what is wrong with the arguments, as far as they are known.
func (p *provers) Check(thumbprint fwtypes.Thumbprint, diags *diag.Diagnostics) {
	p.check(thumbprint, diags)
}

// Run verifies the certificate of the target with the prover that is configured, and
// returns the subject of the CA.
func (p *provers) Run(ctx context.Context, configured *clients.Clients, target VerificationTarget, thumbprint fwtypes.Thumbprint, diags *diag.Diagnostics) (subject string, ok bool) {
	return p.run(ctx, configured, target, thumbprint, diags)
}

// CheckTenant reports when azure_sphere means no tenant.
func CheckTenant(ctx context.Context, configured *clients.Clients, typeName string, argument types.Object, diags *diag.Diagnostics) {
	if argument.IsNull() {
		return
	}
	if _, _, err := scopeOf(ctx, configured, argument, diags); err != nil {
		addNoTenant(typeName, err, diags)
	}
}

// CheckProofDates warns when a given proof, which is about to be sent, is not valid now.
func (p *provers) CheckProofDates(configured *clients.Clients, target VerificationTarget, diags *diag.Diagnostics) {
	proof := parseKnown(p.VerificationCertificatePEM)
	if proof == nil {
		return
	}
	if err := certs.CheckVerificationCertificate(proof, nil, certs.Thumbprint{}, configured.Now()); err != nil {
		diags.AddAttributeWarning(proverCertificatePath, "The proof of possession is not valid now", fwtypes.Sentence(err)+
			"\n\nUnless the certificate is verified already, the apply will fail. To verify again, "+target.newProof())
	}
}

// SubjectOf returns the subject of a certificate of the tenant that azure_sphere
// means, or null.
func SubjectOf(ctx context.Context, configured *clients.Clients, argument types.Object, thumbprint certs.Thumbprint) types.String {
	resource := verificationResource{}
	resource.Clients = configured

	return resource.subject(ctx, argument, thumbprint)
}
