// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
)

// openssl reads a certificate with a program that shares no code with ours.
func openssl(t *testing.T, certificate *certs.Certificate, arguments ...string) string {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("openssl is not installed: CI must have it for a second opinion")
		}
		t.Skip("openssl is not installed; it is a second opinion, and the other tests need nothing but Go")
	}
	command := exec.CommandContext(t.Context(), path, append([]string{"x509", "-noout", "-inform", "DER"}, arguments...)...)
	command.Stdin = bytes.NewReader(certificate.DER())
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("openssl: %v\n%s", err, output)
	}
	_, value, _ := strings.Cut(strings.TrimSpace(string(output)), "=")

	return value
}

func TestCertificate_agreesWithOpenSSL(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	for name, certificate := range map[string]*certs.Certificate{
		"CA":    ca.Certificate,
		"leaf":  ca.Leaf(t, "device-1"),
		"proof": ca.Proof(t, "2F5A0C9E", certstest.Now),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := strings.NewReplacer(":", "")
			for what, pair := range map[string][2]string{
				"SHA-1":         {certificate.Thumbprint().String(), plain.Replace(openssl(t, certificate, "-fingerprint", "-sha1"))},
				"SHA-256":       {certificate.ThumbprintSHA256(), plain.Replace(openssl(t, certificate, "-fingerprint", "-sha256"))},
				"serial number": {certificate.SerialNumber(), "00" + openssl(t, certificate, "-serial")},
				"subject":       {certificate.Subject(), openssl(t, certificate, "-subject", "-nameopt", "RFC2253")},
				"issuer":        {certificate.Issuer(), openssl(t, certificate, "-issuer", "-nameopt", "RFC2253")},
				"notBefore":     {certificate.NotBefore().Format("Jan _2 15:04:05 2006 GMT"), openssl(t, certificate, "-startdate")},
				"notAfter":      {certificate.NotAfter().Format("Jan _2 15:04:05 2006 GMT"), openssl(t, certificate, "-enddate")},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s is %q, openssl says %q", what, pair[0], pair[1])
				}
			}
		})
	}
}

func TestCertificate_subjectIsThatOfPkixForTheNamesThatItMakes(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	for _, name := range []pkix.Name{
		{CommonName: "contoso"},
		{},
		{CommonName: `a, "quoted" + <name>; #1 \`, Organization: []string{"Ünïcode GmbH"}},
		{CommonName: "x", Country: []string{"US"}, Province: []string{"Washington"}, Locality: []string{"Redmond"}, Organization: []string{"Microsoft Corporation"}, OrganizationalUnit: []string{"A", "B"}, SerialNumber: "7"},
	} {
		certificate, err := certs.ParseDER(ca.Sign(t, &x509.Certificate{Subject: name, NotBefore: certstest.Now, NotAfter: certstest.Now}))
		if err != nil {
			t.Fatal(err)
		}
		if certificate.Subject() != name.String() {
			t.Errorf("the subject is %q, want %q", certificate.Subject(), name.String())
		}
		if certificate.Issuer() != ca.X509().Subject.String() {
			t.Errorf("the issuer is %q, want %q", certificate.Issuer(), ca.X509().Subject.String())
		}
		if certificate.CommonName() != name.CommonName {
			t.Errorf("the common name is %q, want %q", certificate.CommonName(), name.CommonName)
		}
	}
	if want := "CN=Microsoft Azure Sphere 11111111-2222-3333-4444-555555555555,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"; ca.Subject() != want {
		t.Errorf("the CA's subject is %q, want %q", ca.Subject(), want)
	}
}

func TestCertificate_serialNumberIsTheContentOfTheDER(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	for serial, want := range map[string]string{
		"1":                                "01",
		"7f":                               "7F",
		"80":                               "0080",
		"ff":                               "00FF",
		"100":                              "0100",
		"a1b2c3d4e5f60718293a4b5c6d7e8f90": "00A1B2C3D4E5F60718293A4B5C6D7E8F90",
		"21b2c3d4e5f60718293a4b5c6d7e8f90": "21B2C3D4E5F60718293A4B5C6D7E8F90",
		"1b2c3d4e5f60718293a4b5c6d7e8f90":  "01B2C3D4E5F60718293A4B5C6D7E8F90",
	} {
		number, _ := new(big.Int).SetString(serial, 16)
		certificate, err := certs.ParseDER(ca.Sign(t, &x509.Certificate{SerialNumber: number, NotBefore: certstest.Now, NotAfter: certstest.Now}))
		if err != nil {
			t.Fatal(err)
		}
		if got := certificate.SerialNumber(); got != want {
			t.Errorf("the serial number %s is shown as %s, want %s", serial, got, want)
		}

		// The same from the encoding, read without math/big.
		var outer struct {
			TBS struct {
				Version asn1.RawValue
				Serial  asn1.RawValue
				Rest    asn1.RawValue
			}
		}
		var tbs, body asn1.RawValue
		if _, err := asn1.Unmarshal(certificate.DER(), &body); err != nil {
			t.Fatal(err)
		}
		if _, err := asn1.Unmarshal(body.Bytes, &tbs); err != nil {
			t.Fatal(err)
		}
		rest, err := asn1.Unmarshal(tbs.Bytes, &outer.TBS.Version)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := asn1.Unmarshal(rest, &outer.TBS.Serial); err != nil {
			t.Fatal(err)
		}
		if content := strings.ToUpper(hex.EncodeToString(outer.TBS.Serial.Bytes)); content != certificate.SerialNumber() {
			t.Errorf("the DER holds %s, shown is %s", content, certificate.SerialNumber())
		}
	}
}

func TestCertificate_serialNumberZero(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	der := ca.Sign(t, &x509.Certificate{SerialNumber: big.NewInt(0x5a), NotBefore: certstest.Now, NotAfter: certstest.Now})
	// Nobody issues it, so it is patched into the first INTEGER after the version.
	at := bytes.Index(der, []byte{0x02, 0x01, 0x5a})
	der[at+2] = 0
	certificate, err := certs.ParseDER(der)
	if err != nil {
		t.Fatal(err)
	}
	if got := certificate.SerialNumber(); got != "00" {
		t.Errorf("the serial number 0 is shown as %q", got)
	}
}

func TestCertificate_encodesForEachReader(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	if ca.PEM() != certstest.PEM("CERTIFICATE", ca.DER()) || strings.Contains(ca.PEM(), "\r") || !strings.HasSuffix(ca.PEM(), "-----\n") {
		t.Errorf("PEM is wrong:\n%s", ca.PEM())
	}
	if ca.Base64() != certstest.Base64(ca.DER()) {
		t.Error("Base64 is not that of the DER")
	}
	if ca.Base64PEM() != certstest.Base64([]byte(ca.PEM())) || strings.ContainsAny(ca.Base64PEM(), "\r\n") {
		t.Error("Base64PEM is not the base64 of the PEM on one line")
	}
}

func TestCertificate_timesAreUTC(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 2*60*60)
	ca := certstest.NewCA(t, "x", certstest.Now.In(east), certstest.Now.Add(time.Hour).In(east))
	if got := ca.NotBefore(); got.Location() != time.UTC || !got.Equal(certstest.Now) {
		t.Errorf("NotBefore is %s", got)
	}
	if got := ca.NotAfter(); got.Location() != time.UTC || !got.Equal(certstest.Now.Add(time.Hour)) {
		t.Errorf("NotAfter is %s", got)
	}
}

func TestCertificate_equalComparesTheDER(t *testing.T) {
	t.Parallel()
	ca, other := certstest.Valid(t).Certificate, certstest.Valid(t).Certificate
	again, err := certs.ParseDER(ca.DER())
	if err != nil {
		t.Fatal(err)
	}
	var none *certs.Certificate
	for name, test := range map[string]struct {
		a, b *certs.Certificate
		want bool
	}{
		"the same":       {ca, ca, true},
		"a copy":         {ca, again, true},
		"another":        {ca, other, false},
		"none":           {ca, nil, false},
		"of none":        {none, ca, false},
		"none with none": {none, nil, false},
	} {
		if got := test.a.Equal(test.b); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestParseThumbprint(t *testing.T) {
	t.Parallel()
	const normal = "0123456789ABCDEF0123456789ABCDEF01234567"
	for input, want := range map[string]string{
		normal:                  normal,
		strings.ToLower(normal): normal,
		"01:23:45:67:89:AB:CD:EF:01:23:45:67:89:ab:cd:ef:01:23:45:67": normal,
		"01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef 01 23 45 67": normal,
		" " + normal:                    normal,
		"":                              "",
		"abc":                           "",
		normal[:39]:                     "",
		normal[:38]:                     "",
		normal + "00":                   "",
		normal[:39] + "G":               "",
		normal[:38] + "é":               "",
		normal + normal[:24]:            "", // SHA-256
		normal[:20] + "-" + normal[20:]: "",
	} {
		parsed, err := certs.ParseThumbprint(input)
		got := parsed.String()
		if got != want || (want == "") != errors.Is(err, certs.ErrThumbprint) {
			t.Errorf("%q: %q, %v; want %q", input, got, err, want)
		}
	}
}

func TestThumbprint_zeroNamesNoCertificate(t *testing.T) {
	t.Parallel()
	var none, read certs.Thumbprint
	text, err := none.MarshalText()
	if err != nil || len(text) > 0 || !none.IsZero() || none.String() != "" {
		t.Errorf("the zero value is written as %q, %v", text, err)
	}
	if err := read.UnmarshalText(nil); err != nil || !read.IsZero() {
		t.Errorf("nothing is read as %s, %v", read, err)
	}
	if err := read.UnmarshalText([]byte("odd")); !errors.Is(err, certs.ErrThumbprint) {
		t.Errorf("an odd text is read as %s, %v", read, err)
	}
	if ca := certstest.Valid(t); ca.Thumbprint().IsZero() {
		t.Error("a certificate has no thumbprint")
	}
}

func TestSameSerialNumber(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		left, right string
		want        bool
	}{
		{"00A1B2", "A1B2", true},
		{"a1b2", "A1B2", true},
		{"0a1b2", "000A1B2", true},
		{"A1B2", "A1B20", false},
		{"A1B2", "A1B3", false},
		{"00", "0", true},
	} {
		if got := certs.SameSerialNumber(test.left, test.right); got != test.want {
			t.Errorf("%q and %q: %v, want %v", test.left, test.right, got, test.want)
		}
	}
}

func TestUnmarshalText_keepsTheCertificateWhenTheTextIsNone(t *testing.T) {
	t.Parallel()
	certificate := *certstest.Valid(t).Certificate
	before := certificate.Thumbprint()
	if err := certificate.UnmarshalText([]byte("no certificate")); err == nil {
		t.Error("it took what is no certificate")
	}
	if after := certificate.Thumbprint(); after != before {
		t.Errorf("it is now %s, want %s", after, before)
	}
	text, err := certificate.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var again certs.Certificate
	if err := again.UnmarshalText(text); err != nil || !again.Equal(&certificate) {
		t.Errorf("written and read: got %s, %v; want %s", again.Thumbprint(), err, before)
	}
}
