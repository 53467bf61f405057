// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

const certificatesPath = catalogPath + "/certificates"

func (s *Service) addCertificates() {
	const action = "Microsoft.AzureSphere/catalogs/certificates/"
	s.rest.On("GET "+certificatesPath, "Certificates_ListByCatalog", action+"read", listCertificates)
	s.rest.On("GET "+certificatesPath+"/{serial}", "Certificates_Get", action+"read", getCertificate)
	s.rest.On("POST "+certificatesPath+"/{serial}/retrieveCertChain", "Certificates_RetrieveCertChain",
		action+"retrieveCertChain/action", retrieveCertChain)
	s.rest.On("POST "+certificatesPath+"/{serial}/retrieveProofOfPossessionNonce", "Certificates_RetrieveProofOfPossessionNonce",
		action+"retrieveProofOfPossessionNonce/action", retrieveProof)
}

func listCertificates(c *call) (rest.Answer, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	items := []any{}
	for _, cert := range cat.Certificates(c.Now) {
		items = append(items, c.certificateResource(cat, cert))
	}
	list, f := c.page(items)
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, list), nil
}

func getCertificate(c *call) (rest.Answer, *rest.Failure) {
	cat, cert, f := c.certificate()
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, c.certificateResource(cat, cert)), nil
}

// retrieveCertChain answers root, Policy CA and catalog CA, in this order. An expired certificate's body can no longer
// be had, and neither can its chain.
func retrieveCertChain(c *call) (rest.Answer, *rest.Failure) {
	_, cert, f := c.certificate()
	if f != nil {
		return rest.Answer{}, f
	}
	chain := rest.Null
	if c.s.config.Store.BodyShown(cert, c.Now) {
		der, err := cert.Chain()
		if err != nil {
			return rest.Answer{}, rest.FailOwn(http.StatusInternalServerError, "InternalServerError", err.Error())
		}
		chain = rest.Set(base64.StdEncoding.EncodeToString(der))
	}
	return rest.JSON(http.StatusOK, struct {
		CertificateChain rest.OptionalText `json:"certificateChain"`
	}{chain}), nil
}

// retrieveProof signs a new certificate for the nonce at each call. A successor that is not Active yet can do so too:
// rotation needs it.
func retrieveProof(c *call) (rest.Answer, *rest.Failure) {
	_, cert, f := c.certificate()
	if f != nil {
		return rest.Answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return rest.Answer{}, f
	}
	body.Require("proofOfPossessionNonce")
	nonce := body.Text("proofOfPossessionNonce")
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, armInvalid(err)
	}
	proof, err := c.s.config.Store.Proof(cert, nonce, c.Now)
	if err != nil {
		return rest.Answer{}, proofFailure(err)
	}
	return rest.JSON(http.StatusOK, struct {
		Certificate string `json:"certificate"`
	}{base64.StdEncoding.EncodeToString(proof)}), nil
}

// proofFailure is the failure for a proof that cannot be made.
func proofFailure(err error) *rest.Failure {
	var refused *catalog.ProofError
	if errors.As(err, &refused) {
		return rest.FailOwn(http.StatusBadRequest, "InvalidParameters", refused.Message)
	}
	return rest.FailOwn(http.StatusInternalServerError, "InternalServerError", err.Error())
}

// certificate returns the certificate that the path names, by its serial number or by an alias of the active one's.
func (c *call) certificate() (*catalog.Catalog, *catalog.Certificate, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return nil, nil, f
	}
	wanted := c.Path("serial")
	alias := c.s.config.Behavior.isAlias(wanted)
	for _, cert := range cat.Certificates(c.Now) {
		if alias && cert.StatusAt(c.Now) == catalog.StatusActive || !alias && sameSerial(cert.SerialName(), wanted) {
			return cat, cert, nil
		}
	}
	return nil, nil, notFound()
}

// isAlias reports whether a name stands for the serial number of the active certificate.
func (b *Behavior) isAlias(name string) bool {
	switch name = strings.ToLower(name); b.Aliases {
	case AliasesAll:
		return name == ".default" || name == "active" || name == "default"
	case AliasesNone:
		return false
	default:
		return name == string(b.Aliases)
	}
}

// sameSerial compares serial numbers whatever their case and leading zeros.
func sameSerial(a, b string) bool {
	return strings.EqualFold(strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0"))
}

func (c *call) certificateResource(cat *catalog.Catalog, cert *catalog.Certificate) any {
	body := rest.Set(base64.StdEncoding.EncodeToString(cert.X509().Raw))
	if !c.s.config.Store.BodyShown(cert, c.Now) {
		body = rest.Null
		if c.s.config.Store.BodyLeftOut() {
			body = rest.Absent
		}
	}
	name := cert.SerialName()
	return certificateResource{
		ID:   cat.ID + "/certificates/" + name,
		Name: name,
		Type: "Microsoft.AzureSphere/catalogs/certificates",
		Properties: certificateProperties{
			Certificate:       body,
			Status:            cert.StatusAt(c.Now),
			Subject:           cert.Subject(),
			Thumbprint:        cert.Thumbprint(),
			ExpiryUTC:         cert.X509().NotAfter.UTC().Format(time.RFC3339),
			NotBeforeUTC:      cert.X509().NotBefore.UTC().Format(time.RFC3339),
			ProvisioningState: "Succeeded",
		},
	}
}

type certificateResource struct {
	ID         string                `json:"id"`
	Name       string                `json:"name"`
	Type       string                `json:"type"`
	Properties certificateProperties `json:"properties"`
}

type certificateProperties struct {
	Certificate       rest.OptionalText `json:"certificate,omitzero"`
	Status            string            `json:"status"`
	Subject           string            `json:"subject"`
	Thumbprint        string            `json:"thumbprint"`
	ExpiryUTC         string            `json:"expiryUtc"`
	NotBeforeUTC      string            `json:"notBeforeUtc"`
	ProvisioningState string            `json:"provisioningState"`
}
