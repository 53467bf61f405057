// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // thumbprints are SHA-1 by definition
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"time"
)

const (
	catalogCALife  = 2  // years
	policyCALife   = 5  // years
	rootCALife     = 20 // years
	proofBefore    = 5 * time.Minute
	proofAfter     = 60 * time.Minute
	catalogBackoff = 3 * time.Hour // how long before its issue a catalog CA becomes valid
)

// issuer is a certification authority: a certificate and its key.
type issuer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	subject     []attribute
	parent      *issuer // nil when it signed itself
}

// hierarchy is the Azure Sphere PKI above the catalogs: one root and Policy CAs below it. A Policy CA lives for five
// years, so catalog CAs issued at very different times have different ones.
type hierarchy struct {
	root     *issuer
	policies []*issuer
}

// policyFor returns a Policy CA whose validity covers the given one, and makes it when there is none.
func (h *hierarchy) policyFor(notBefore, notAfter time.Time) (*issuer, error) {
	for _, p := range h.policies {
		if !p.certificate.NotBefore.After(notBefore) && !p.certificate.NotAfter.Before(notAfter) {
			return p, nil
		}
	}
	from := notBefore.AddDate(-1, 0, 0)
	until := from.AddDate(policyCALife, 0, 0)
	if h.root == nil || h.root.certificate.NotBefore.After(from) || h.root.certificate.NotAfter.Before(until) {
		root, err := newRoot(from, until)
		if err != nil {
			return nil, err
		}
		h.root = root
	}
	policy, err := newPolicyCA(h.root, from, until)
	if err != nil {
		return nil, err
	}
	h.policies = append(h.policies, policy)
	return policy, nil
}

// newRoot makes a root valid for at least the given time: the real one's dates where they do, earlier or later ones
// where the emulator's clock is far off.
func newRoot(from, until time.Time) (*issuer, error) {
	notBefore := time.Date(2020, time.February, 26, 19, 4, 57, 0, time.UTC)
	if notBefore.After(from) || notBefore.AddDate(rootCALife, 0, 0).Before(until) {
		notBefore = from.AddDate(-2, 0, 0)
	}
	// Microsoft's CA-version extension (szOID_CERTSRV_CA_VERSION), version 0.
	version := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 21, 1}, Value: []byte{0x02, 0x01, 0x00}}
	subject := []attribute{
		country("US"), organization("Microsoft Corporation"),
		commonName(fmt.Sprintf("Azure Sphere Root Certificate Authority %d", notBefore.Year())),
	}
	return newIssuer(nil, subject, 16, &x509.Certificate{
		NotBefore:             notBefore,
		NotAfter:              notBefore.AddDate(rootCALife, 0, 0),
		KeyUsage:              caKeyUsage,
		BasicConstraintsValid: true,
		IsCA:                  true,
		ExtraExtensions:       []pkix.Extension{version},
	})
}

func newPolicyCA(root *issuer, from, until time.Time) (*issuer, error) {
	subject := []attribute{
		country("US"), organization("Microsoft Corporation"),
		commonName(fmt.Sprintf("Azure Sphere Policy CA %d", from.Year())),
	}
	return newIssuer(root, subject, 19, &x509.Certificate{
		NotBefore:             from,
		NotAfter:              until,
		KeyUsage:              caKeyUsage,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLen:            1,
		CRLDistributionPoints: []string{
			"http://www.microsoft.com/pkiops/crl/Azure%20Sphere%20Root%20Certificate%20Authority%202020.crl",
		},
		IssuingCertificateURL: []string{
			"http://www.microsoft.com/pkiops/certs/Azure%20Sphere%20Root%20Certificate%20Authority%202020.crt",
		},
	})
}

// newCatalogCA makes the CA of a catalog. It has neither a subject nor an authority key identifier, and spaces in the
// address of its CRL, as the real ones do.
func (h *hierarchy) newCatalogCA(tenantID string, notBefore time.Time) (*issuer, error) {
	notBefore = notBefore.UTC().Truncate(time.Second)
	notAfter := notBefore.AddDate(catalogCALife, 0, 0)
	policy, err := h.policyFor(notBefore, notAfter)
	if err != nil {
		return nil, err
	}
	year := policy.certificate.NotBefore.Year()
	subject := []attribute{
		country("US"), state("Washington"), locality("Redmond"), organization("Microsoft Corporation"),
		commonName("Microsoft Azure Sphere " + tenantID),
	}
	return newIssuer(withoutKeyID(policy), subject, 16, &x509.Certificate{
		NotBefore: notBefore,
		NotAfter:  notAfter,
		KeyUsage:  caKeyUsage,
		// Spelled out, because crypto/x509 gives a subject key identifier to whatever it knows to be a CA.
		ExtraExtensions: []pkix.Extension{{
			Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Critical: true, Value: []byte{0x30, 0x03, 0x01, 0x01, 0xff},
		}},
		CRLDistributionPoints: []string{
			fmt.Sprintf("http://crl.sphere.azure.net/Microsoft Azure Sphere Policy%d.crl", year),
		},
		IssuingCertificateURL: []string{
			fmt.Sprintf("http://pki.sphere.azure.net/certificates/MicrosoftAzureSpherePolicy%d.cer", year),
		},
	})
}

// newProof makes a proof of possession: a certificate for a fresh key, which nobody keeps, with the nonce as its whole
// subject. Its key usage reads as encipherOnly, and its extended key usage is critical and empty.
func newProof(ca *issuer, nonce string, now time.Time) (*x509.Certificate, error) {
	proof, err := newIssuer(withoutKeyID(ca), []attribute{commonName(nonce)}, 16, &x509.Certificate{
		NotBefore: now.Add(-proofBefore),
		NotAfter:  now.Add(proofAfter),
		ExtraExtensions: []pkix.Extension{
			{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Critical: true, Value: []byte{0x03, 0x02, 0x00, 0x01}},
			{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: []byte{0x30, 0x00}},
		},
	})
	if err != nil {
		return nil, err
	}
	return proof.certificate, nil
}

const caKeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign | x509.KeyUsageCRLSign

// newIssuer completes the template with a fresh P-384 key, a serial number of so many bytes and the subject, and has it
// signed by the parent, or by itself when that is nil.
func newIssuer(parent *issuer, subject []attribute, serialBytes int, template *x509.Certificate) (*issuer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	if template.RawSubject, err = encodeName(subject...); err != nil {
		return nil, err
	}
	serial := randomBytes(serialBytes)
	// With its top bit set, a serial number is encoded with a leading zero byte, which Azure shows in its names.
	serial[0] |= 0x80
	template.SerialNumber = new(big.Int).SetBytes(serial)
	template.SignatureAlgorithm = x509.ECDSAWithSHA384
	template.NotBefore = template.NotBefore.UTC().Truncate(time.Second)
	template.NotAfter = template.NotAfter.UTC().Truncate(time.Second)
	signer, signerKey := template, key
	if parent != nil {
		signer, signerKey = parent.certificate, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, key.Public(), signerKey)
	if err != nil {
		return nil, fmt.Errorf("signing the certificate of %s: %w", dotNetName(subject...), err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate of %s: %w", dotNetName(subject...), err)
	}
	return &issuer{certificate, key, subject, parent}, nil
}

// withoutKeyID returns the issuer without its subject key identifier, so that what it signs gets no authority key
// identifier.
func withoutKeyID(i *issuer) *issuer {
	certificate := *i.certificate
	certificate.SubjectKeyId = nil
	return &issuer{&certificate, i.key, i.subject, i.parent}
}

// thumbprint is the SHA-1 of the DER in upper-case hex.
func thumbprint(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw) //nolint:gosec // see above
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// serialName is the serial number as Azure names it: the content bytes of the DER integer in upper-case hex, with the
// leading zero byte where there is one.
func serialName(c *x509.Certificate) string {
	raw := c.SerialNumber.Bytes()
	if len(raw) == 0 || raw[0]&0x80 != 0 {
		raw = append([]byte{0}, raw...)
	}
	return strings.ToUpper(hex.EncodeToString(raw))
}
