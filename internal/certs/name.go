// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs

import (
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// attributeNames are the attribute types of RFC 2253, and two more that the
// hashicorp/tls provider names. Others are shown as OID and hexadecimal DER.
var attributeNames = map[string]string{
	"2.5.4.3":                    "CN",
	"2.5.4.5":                    "SERIALNUMBER",
	"2.5.4.6":                    "C",
	"2.5.4.7":                    "L",
	"2.5.4.8":                    "ST",
	"2.5.4.9":                    "STREET",
	"2.5.4.10":                   "O",
	"2.5.4.11":                   "OU",
	"2.5.4.17":                   "POSTALCODE",
	"0.9.2342.19200300.100.1.1":  "UID",
	"0.9.2342.19200300.100.1.25": "DC",
}

type nameAttribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue
}

// The suffix makes encoding/asn1 expect a SET instead of a SEQUENCE.
type nameAttributesSET []nameAttribute

// formatName returns the DER of a name as an RFC 2253 string: the last relative
// distinguished name first, the members of one with several in the order of the
// DER. What could move the cursor of a terminal or hide text is escaped.
func formatName(der []byte) (string, error) {
	var sequence []nameAttributesSET
	if _, err := asn1.Unmarshal(der, &sequence); err != nil {
		return "", err
	}
	names := make([]string, 0, len(sequence))
	for _, set := range slices.Backward(sequence) {
		attributes := make([]string, 0, len(set))
		for _, attribute := range set {
			attributes = append(attributes, attribute.format())
		}
		names = append(names, strings.Join(attributes, "+"))
	}

	return strings.Join(names, ","), nil
}

func (a nameAttribute) format() string {
	oid := a.Type.String()
	if name, known := attributeNames[oid]; known {
		if text, ok := attributeText(a.Value); ok {
			return name + "=" + escapeName(text)
		}
		oid = name
	}

	return oid + "=#" + hex.EncodeToString(a.Value.FullBytes)
}

// attributeText returns the text of a string type, and whether the value is one.
func attributeText(value asn1.RawValue) (string, bool) {
	if value.Class != asn1.ClassUniversal || value.IsCompound {
		return "", false
	}
	text := string(value.Bytes)
	switch value.Tag {
	case asn1.TagUTF8String, asn1.TagPrintableString, asn1.TagIA5String, asn1.TagNumericString:
	case asn1.TagT61String:
		// Certificates hold Latin-1 here, whatever T.61 says; openssl and
		// crypto/x509 read it so.
		runes := make([]rune, 0, len(value.Bytes))
		for _, octet := range value.Bytes {
			runes = append(runes, rune(octet))
		}
		text = string(runes)
	case asn1.TagBMPString:
		units := make([]uint16, 0, len(value.Bytes)/2)
		for pair := range slices.Chunk(value.Bytes, 2) {
			if len(pair) != 2 {
				return "", false
			}
			units = append(units, uint16(pair[0])<<8|uint16(pair[1]))
		}
		text = string(utf16.Decode(units))
	default:
		return "", false
	}

	return text, utf8.ValidString(text)
}

// escapeName escapes what RFC 2253 says must be, and as pairs of hexadecimal
// digits, which it allows for everything, what does not print.
func escapeName(text string) string {
	var escaped strings.Builder
	for at, char := range text {
		end := at+utf8.RuneLen(char) == len(text)
		switch {
		case strings.ContainsRune(`,+"\<>;`, char),
			at == 0 && char == '#',
			(at == 0 || end) && char == ' ':
			escaped.WriteByte('\\')
			escaped.WriteRune(char)
		case !unicode.IsPrint(char):
			for _, octet := range []byte(string(char)) {
				fmt.Fprintf(&escaped, `\%02X`, octet)
			}
		default:
			escaped.WriteRune(char)
		}
	}

	return escaped.String()
}
