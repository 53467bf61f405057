// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// maxNonce is the longest common name that X.520 allows.
const maxNonce = 64

// Certificate status values.
const (
	statusActive   = "Active"
	statusInactive = "Inactive"
	statusExpired  = "Expired"
	statusRevoked  = "Revoked"
)

// certificate is a CA of a catalog.
type certificate struct {
	*issuer
	status  string    // as commanded; statusAt says what it is
	visible time.Time // before, it is not listed
}

// statusAt is the status at a time: whatever was commanded, a certificate whose life is over has expired.
func (c *certificate) statusAt(now time.Time) string {
	if c.status != statusRevoked && !now.Before(c.certificate.NotAfter) {
		return statusExpired
	}
	return c.status
}

// chain is the encoded chain: root, Policy CA, catalog CA.
func (c *certificate) chain() ([]byte, error) {
	return encodeChain(c.parent.parent.certificate, c.parent.certificate, c.certificate)
}

const certificatesPath = catalogPath + "/certificates"

func (e *Emulator) addCertificates(s *service) {
	const action = "Microsoft.AzureSphere/catalogs/certificates/"
	s.on("GET "+certificatesPath, "Certificates_ListByCatalog", action+"read", listCertificates)
	s.on("GET "+certificatesPath+"/{serial}", "Certificates_Get", action+"read", getCertificate)
	s.on("POST "+certificatesPath+"/{serial}/retrieveCertChain", "Certificates_RetrieveCertChain",
		action+"retrieveCertChain/action", retrieveCertChain)
	s.on("POST "+certificatesPath+"/{serial}/retrieveProofOfPossessionNonce", "Certificates_RetrieveProofOfPossessionNonce",
		action+"retrieveProofOfPossessionNonce/action", retrieveProof)
}

func listCertificates(c *call) (answer, *failure) {
	cat, f := c.catalog()
	if f != nil {
		return answer{}, f
	}
	items := []any{}
	for _, cert := range cat.certificatesAt(c.now) {
		items = append(items, c.certificateResource(cat, cert))
	}
	list, f := c.page(items)
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, list), nil
}

func getCertificate(c *call) (answer, *failure) {
	cat, cert, f := c.certificate()
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, c.certificateResource(cat, cert)), nil
}

// retrieveCertChain answers root, Policy CA and catalog CA, in this order. An expired certificate's body can no longer
// be had, and neither can its chain.
func retrieveCertChain(c *call) (answer, *failure) {
	_, cert, f := c.certificate()
	if f != nil {
		return answer{}, f
	}
	chain := null
	if c.bodyShown(cert) {
		der, err := cert.chain()
		if err != nil {
			return answer{}, failOwn(http.StatusInternalServerError, "InternalServerError", err.Error())
		}
		chain = set(base64.StdEncoding.EncodeToString(der))
	}
	return jsonAnswer(http.StatusOK, struct {
		CertificateChain optionalText `json:"certificateChain"`
	}{chain}), nil
}

// retrieveProof signs a new certificate for the nonce at each call. A successor that is not Active yet can do so too:
// rotation needs it.
func retrieveProof(c *call) (answer, *failure) {
	_, cert, f := c.certificate()
	if f != nil {
		return answer{}, f
	}
	body, f := c.armBody()
	if f != nil {
		return answer{}, f
	}
	body.require("proofOfPossessionNonce")
	nonce := body.text("proofOfPossessionNonce")
	if err := firstProblem(body); err != nil {
		return answer{}, armInvalid(err)
	}
	proof, f := c.proof(cert, nonce)
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, struct {
		Certificate string `json:"certificate"`
	}{base64.StdEncoding.EncodeToString(proof)}), nil
}

// proof makes a proof of possession, in DER.
func (c *call) proof(cert *certificate, nonce string) ([]byte, *failure) {
	if nonce == "" || utf8.RuneCountInString(nonce) > maxNonce || !utf8.ValidString(nonce) {
		return nil, failOwn(http.StatusBadRequest, "InvalidProofOfPossessionNonce",
			"The proof of possession nonce must have 1 to 64 characters in UTF-8.")
	}
	status := cert.statusAt(c.now)
	if status == statusExpired || status == statusRevoked || status != statusActive && c.behavior().NonActiveProofRefused {
		return nil, failOwn(http.StatusBadRequest, "InvalidCertificateStatus", "The certificate is "+strings.ToLower(status)+".")
	}
	proof, err := newProof(cert.issuer, nonce, c.now)
	if err != nil {
		return nil, failOwn(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	return proof.Raw, nil
}

// certificate returns the certificate that the path names, by its serial number or by an alias of the active one's.
func (c *call) certificate() (*catalog, *certificate, *failure) {
	cat, f := c.catalog()
	if f != nil {
		return nil, nil, f
	}
	wanted := c.path("serial")
	alias := c.behavior().isAlias(wanted)
	for _, cert := range cat.certificatesAt(c.now) {
		if alias && cert.statusAt(c.now) == statusActive || !alias && sameSerial(serialName(cert.certificate), wanted) {
			return cat, cert, nil
		}
	}
	return nil, nil, failOwn(http.StatusNotFound, "NotFound", "The certificate '"+wanted+"' was not found.")
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

// certificatesAt returns the certificates that are listed at a time.
func (cat *catalog) certificatesAt(now time.Time) []*certificate {
	var list []*certificate
	for _, cert := range cat.certificates {
		if !now.Before(cert.visible) {
			list = append(list, cert)
		}
	}
	return list
}

// bodyShown reports whether the body of a certificate can be had.
func (c *call) bodyShown(cert *certificate) bool {
	status := cert.statusAt(c.now)
	switch c.behavior().NonActiveBody {
	case BodyByLifeCycle:
		return status == statusActive || status == statusInactive
	case BodyPresent:
		return true
	default:
		return status == statusActive
	}
}

func (c *call) certificateResource(cat *catalog, cert *certificate) any {
	body := set(base64.StdEncoding.EncodeToString(cert.certificate.Raw))
	if !c.bodyShown(cert) {
		body = null
		if c.behavior().NonActiveBody == BodyAbsent {
			body = absent
		}
	}
	name := serialName(cert.certificate)
	return certificateResource{
		ID:   cat.id + "/certificates/" + name,
		Name: name,
		Type: "Microsoft.AzureSphere/catalogs/certificates",
		Properties: certificateProperties{
			Certificate:       body,
			Status:            cert.statusAt(c.now),
			Subject:           dotNetName(cert.subject...),
			Thumbprint:        thumbprint(cert.certificate),
			ExpiryUTC:         cert.certificate.NotAfter.UTC().Format(time.RFC3339),
			NotBeforeUTC:      cert.certificate.NotBefore.UTC().Format(time.RFC3339),
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
	Certificate       optionalText `json:"certificate,omitzero"`
	Status            string       `json:"status"`
	Subject           string       `json:"subject"`
	Thumbprint        string       `json:"thumbprint"`
	ExpiryUTC         string       `json:"expiryUtc"`
	NotBeforeUTC      string       `json:"notBeforeUtc"`
	ProvisioningState string       `json:"provisioningState"`
}
