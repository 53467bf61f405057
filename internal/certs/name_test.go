// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
)

var (
	commonName   = asn1.ObjectIdentifier{2, 5, 4, 3}
	country      = asn1.ObjectIdentifier{2, 5, 4, 6}
	organization = asn1.ObjectIdentifier{2, 5, 4, 10}
	unit         = asn1.ObjectIdentifier{2, 5, 4, 11}
	component    = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}
	email        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
)

// rdn is a relative distinguished name of types and their values by turns.
func rdn(pairs ...any) pkix.RelativeDistinguishedNameSET {
	var set pkix.RelativeDistinguishedNameSET
	for at := 0; at < len(pairs); at += 2 {
		set = append(set, pkix.AttributeTypeAndValue{Type: pairs[at].(asn1.ObjectIdentifier), Value: pairs[at+1]})
	}

	return set
}

func text(tag int, octets string) asn1.RawValue {
	return asn1.RawValue{Tag: tag, Bytes: []byte(octets)}
}

func named(t *testing.T, ca *certstest.CA, name pkix.RDNSequence) *certs.Certificate {
	t.Helper()
	raw, err := asn1.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}

	return mustParseDER(t, ca.Sign(t, &x509.Certificate{RawSubject: raw, NotBefore: certstest.Now, NotAfter: certstest.Now}))
}

func TestCertificate_subjectIsTheRFC2253StringOfTheDER(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	for want, name := range map[string]pkix.RDNSequence{
		"":                                 {},
		"CN=a,O=b,C=US":                    {rdn(country, "US"), rdn(organization, "b"), rdn(commonName, "a")},
		"C=US,O=b,CN=a":                    {rdn(commonName, "a"), rdn(organization, "b"), rdn(country, "US")},
		"OU=2,O=b,OU=1":                    {rdn(unit, "1"), rdn(organization, "b"), rdn(unit, "2")},
		"CN=a,OU=1,OU=2":                   {rdn(unit, "2"), rdn(unit, "1"), rdn(commonName, "a")},
		"CN=a+OU=b,C=US":                   {rdn(country, "US"), rdn(commonName, "a", unit, "b")},
		"CN=a,DC=contoso,DC=com":           {rdn(component, text(asn1.TagIA5String, "com")), rdn(component, text(asn1.TagIA5String, "contoso")), rdn(commonName, "a")},
		`CN=\#1\,\+\"\\\<\>\;#`:            {rdn(commonName, `#1,+"\<>;#`)},
		`CN=\ a  b\ `:                      {rdn(commonName, " a  b ")},
		"CN=Ünïcode 日本":                    {rdn(commonName, "Ünïcode 日本")},
		"CN=\u00dcn":                       {rdn(commonName, text(asn1.TagT61String, "\xdcn"))},
		"CN=日本":                            {rdn(commonName, text(asn1.TagBMPString, "\x65\xe5\x67\x2c"))},
		"CN=1 2":                           {rdn(commonName, text(asn1.TagNumericString, "1 2"))},
		`CN=\1B[2Ja\0D\0Ab\00\7F`:          {rdn(commonName, text(asn1.TagUTF8String, "\x1b[2Ja\r\nb\x00\x7f"))},
		`CN=\C2\9B31m`:                     {rdn(commonName, "\u009b31m")},
		`CN=moc\E2\80\AEcom`:               {rdn(commonName, "moc\u202ecom")},
		"1.2.840.113549.1.9.1=#160361406a": {rdn(email, text(asn1.TagIA5String, "a@j"))},
	} {
		if got := named(t, ca, name).Subject(); got != want {
			t.Errorf("the subject is %q, want %q", got, want)
		}
	}
}

func TestCertificate_orderOfTheSubjectIsThatOfOpenSSL(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	for _, name := range []pkix.RDNSequence{
		{rdn(country, "US"), rdn(organization, "b"), rdn(commonName, "a")},
		{rdn(commonName, "a"), rdn(unit, "1"), rdn(organization, "b"), rdn(unit, "2"), rdn(country, "US")},
		{rdn(component, text(asn1.TagIA5String, "com")), rdn(component, text(asn1.TagIA5String, "contoso")), rdn(commonName, `#a, "b" `)},
		{rdn(commonName, text(asn1.TagUTF8String, "\x1b[2J\r\n"))},
	} {
		certificate := named(t, ca, name)
		if got, want := certificate.Subject(), openssl(t, certificate, "-subject", "-nameopt", "RFC2253"); got != want {
			t.Errorf("the subject is %q, openssl says %q", got, want)
		}
	}
}
