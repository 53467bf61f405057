// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"strings"
)

// attribute is one part of a distinguished name.
type attribute struct {
	oid   asn1.ObjectIdentifier
	short string // as .NET writes it, which says S where RFC 2253 says ST
	value string
}

func country(v string) attribute { return attribute{asn1.ObjectIdentifier{2, 5, 4, 6}, "C", v} }
func state(v string) attribute   { return attribute{asn1.ObjectIdentifier{2, 5, 4, 8}, "S", v} }
func locality(v string) attribute {
	return attribute{asn1.ObjectIdentifier{2, 5, 4, 7}, "L", v}
}

func organization(v string) attribute { return attribute{asn1.ObjectIdentifier{2, 5, 4, 10}, "O", v} }

func commonName(v string) attribute { return attribute{asn1.ObjectIdentifier{2, 5, 4, 3}, "CN", v} }

// encodeName encodes a name with its attributes in the given order, which crypto/x509 would not keep. Values become
// PrintableString where they can be, and UTF8String otherwise.
func encodeName(attributes ...attribute) ([]byte, error) {
	var sequence pkix.RDNSequence
	for _, a := range attributes {
		sequence = append(sequence, pkix.RelativeDistinguishedNameSET{{Type: a.oid, Value: a.value}})
	}
	der, err := asn1.Marshal(sequence)
	if err != nil {
		return nil, fmt.Errorf("encoding a distinguished name: %w", err)
	}
	return der, nil
}

// dotNetName writes a name as .NET does, in the reverse of the encoded order: this is how Azure shows subjects.
func dotNetName(attributes ...attribute) string {
	parts := make([]string, 0, len(attributes))
	for i := len(attributes) - 1; i >= 0; i-- {
		parts = append(parts, attributes[i].short+"="+attributes[i].value)
	}
	return strings.Join(parts, ", ")
}

var (
	oidSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidData       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
)

// EncodeChain encodes certificates, in the given order, as the PKCS#7 signedData that Azure Sphere answers: version 1,
// no digest algorithms, an empty content of type data, no CRLs, no signers.
func EncodeChain(certificates ...*x509.Certificate) ([]byte, error) {
	var raw []byte
	for _, c := range certificates {
		raw = append(raw, c.Raw...)
	}
	type contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}
	octets, err := asn1.Marshal([]byte{})
	if err != nil {
		return nil, fmt.Errorf("encoding the content of a chain: %w", err)
	}
	emptySet := asn1.RawValue{Tag: asn1.TagSet, IsCompound: true}
	signed, err := asn1.Marshal(struct {
		Version          int
		DigestAlgorithms asn1.RawValue
		Content          contentInfo
		Certificates     asn1.RawValue
		SignerInfos      asn1.RawValue
	}{
		Version:          1,
		DigestAlgorithms: emptySet,
		Content:          contentInfo{oidData, explicit0(octets)},
		Certificates:     explicit0(raw),
		SignerInfos:      emptySet,
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the signed data of a chain: %w", err)
	}
	der, err := asn1.Marshal(contentInfo{oidSignedData, explicit0(signed)})
	if err != nil {
		return nil, fmt.Errorf("encoding a chain: %w", err)
	}
	return der, nil
}

// explicit0 wraps encoded values into a context-specific, constructed element with tag 0.
func explicit0(content []byte) asn1.RawValue {
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: content}
}
