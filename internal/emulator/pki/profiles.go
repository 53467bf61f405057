// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package pki

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"time"
)

const (
	// CatalogBackoff is how long before its issue a catalog CA becomes valid.
	CatalogBackoff = 3 * time.Hour

	catalogCALife = 2              // years
	policyCALife  = 5              // years
	rootCALife    = 20             // years
	deviceLife    = 24 * time.Hour // Azure Sphere renews them about every day
	proofBefore   = 5 * time.Minute
	proofAfter    = 60 * time.Minute
)

// Hierarchy is the Azure Sphere PKI above the catalogs: one root and Policy CAs below it. A Policy CA lives for five
// years, so catalog CAs issued at very different times have different ones.
type Hierarchy struct {
	root     *Issuer
	policies []*Issuer
}

// policyFor returns a Policy CA whose validity covers the given one, and makes it when there is none.
func (h *Hierarchy) policyFor(notBefore, notAfter time.Time) (*Issuer, error) {
	for _, p := range h.policies {
		if !p.Certificate.NotBefore.After(notBefore) && !p.Certificate.NotAfter.Before(notAfter) {
			return p, nil
		}
	}
	from := notBefore.AddDate(-1, 0, 0)
	until := from.AddDate(policyCALife, 0, 0)
	if h.root == nil || h.root.Certificate.NotBefore.After(from) || h.root.Certificate.NotAfter.Before(until) {
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
func newRoot(from, until time.Time) (*Issuer, error) {
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

func newPolicyCA(root *Issuer, from, until time.Time) (*Issuer, error) {
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

// NewCatalogCA makes the CA of a catalog. It has neither a subject nor an authority key identifier, and spaces in the
// address of its CRL, as the real ones do.
func (h *Hierarchy) NewCatalogCA(tenantID string, notBefore time.Time) (*Issuer, error) {
	notBefore = notBefore.UTC().Truncate(time.Second)
	notAfter := notBefore.AddDate(catalogCALife, 0, 0)
	policy, err := h.policyFor(notBefore, notAfter)
	if err != nil {
		return nil, err
	}
	year := policy.Certificate.NotBefore.Year()
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

// NewProof makes a proof of possession: a certificate for a fresh key, which nobody keeps, with the nonce as its whole
// subject. Its key usage reads as encipherOnly, and its extended key usage is critical and empty.
func NewProof(ca *Issuer, nonce string, now time.Time) (*x509.Certificate, error) {
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
	return proof.Certificate, nil
}

// NewDeviceCertificate makes the certificate of a device and its key, as if the device had got it just now. The chain is
// what the device presents: its own certificate, and those above it but the root.
func NewDeviceCertificate(ca *Issuer, deviceID string, now time.Time) (tls.Certificate, error) {
	leaf, err := newIssuer(withoutKeyID(ca), []attribute{commonName(deviceID)}, 16, &x509.Certificate{
		NotBefore: now.Add(-time.Minute),
		NotAfter:  now.Add(deviceLife),
		KeyUsage:  x509.KeyUsageDigitalSignature,
	})
	if err != nil {
		return tls.Certificate{}, err
	}
	presented := tls.Certificate{PrivateKey: leaf.key, Leaf: leaf.Certificate}
	for link := leaf; link.parent != nil; link = link.parent {
		presented.Certificate = append(presented.Certificate, link.Certificate.Raw)
	}
	return presented, nil
}
