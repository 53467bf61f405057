// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package pki

import (
	"crypto/ecdsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
)

// Stored is an issuer as text, with which it can be had again.
type Stored struct {
	Certificate string `json:"certificate_pem"`
	PrivateKey  string `json:"private_key_pem"` // PKCS#8
}

// Store returns the issuer as text.
func (i *Issuer) Store() Stored {
	key, err := x509.MarshalPKCS8PrivateKey(i.key)
	if err != nil {
		panic("emulator: the key of an issuer cannot be encoded: " + err.Error())
	}
	return Stored{
		Certificate: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Certificate.Raw})),
		PrivateKey:  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
	}
}

// Issuers returns the issuers of the hierarchy, each after the one that signed it.
func (h *Hierarchy) Issuers() []*Issuer {
	var roots []*Issuer
	for _, policy := range h.policies {
		if !slices.Contains(roots, policy.parent) {
			roots = append(roots, policy.parent)
		}
	}
	return append(roots, h.policies...)
}

// Restore returns a hierarchy of the issuers, each of which stands after the one that signed it.
func Restore(stored []Stored) (Hierarchy, error) {
	var h Hierarchy
	for _, one := range stored {
		read, err := h.Read(one)
		switch {
		case err != nil:
			return Hierarchy{}, err
		case read.parent == nil:
			h.root = read
		default:
			h.policies = append(h.policies, read)
		}
	}
	return h, nil
}

// Read reads an issuer. It reports an error when the text is not that of a certificate and its key, or when neither the
// issuer itself nor one of the hierarchy signed it.
func (h *Hierarchy) Read(stored Stored) (*Issuer, error) {
	block, _ := pem.Decode([]byte(stored.Certificate))
	if block == nil {
		return nil, errors.New("certificate_pem is not a certificate in PEM")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("certificate_pem: %w", err)
	}
	if block, _ = pem.Decode([]byte(stored.PrivateKey)); block == nil {
		return nil, errors.New("private_key_pem is not a private key in PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("private_key_pem: %w", err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || !key.PublicKey.Equal(certificate.PublicKey) {
		return nil, errors.New("private_key_pem is not the key of certificate_pem")
	}
	subject, err := readName(certificate.RawSubject)
	if err != nil {
		return nil, err
	}
	read := &Issuer{Certificate: certificate, key: key, subject: subject}
	if signedBy(certificate, certificate) {
		return read, nil
	}
	for _, parent := range slices.Concat([]*Issuer{h.root}, h.policies) {
		if parent != nil && signedBy(certificate, parent.Certificate) {
			read.parent = parent
			return read, nil
		}
	}
	return nil, fmt.Errorf("none of the authorities has signed the certificate of %s", certificate.Subject)
}

// signedBy looks at the signature alone: some CAs of Azure Sphere lack what crypto/x509 wants to see of an issuer.
func signedBy(certificate, issuer *x509.Certificate) bool {
	return issuer.CheckSignature(certificate.SignatureAlgorithm, certificate.RawTBSCertificate, certificate.Signature) == nil
}

// readName reads a name that encodeName wrote.
func readName(der []byte) ([]attribute, error) {
	var sequence pkix.RDNSequence
	if _, err := asn1.Unmarshal(der, &sequence); err != nil {
		return nil, fmt.Errorf("reading a distinguished name: %w", err)
	}
	known := []attribute{country(""), state(""), locality(""), organization(""), commonName("")}
	var name []attribute
	for _, set := range sequence {
		for _, part := range set {
			at := slices.IndexFunc(known, func(a attribute) bool { return a.oid.Equal(part.Type) })
			value, isText := part.Value.(string)
			if at < 0 || !isText {
				return nil, fmt.Errorf("the distinguished name has the attribute %s, which no CA of Azure Sphere has", part.Type)
			}
			name = append(name, attribute{known[at].oid, known[at].short, value})
		}
	}
	return name, nil
}
