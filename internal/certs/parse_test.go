// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/smallstep/pkcs7"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
)

// wrap breaks a text into lines.
func wrap(text string, width int, newline string) string {
	var lines []string
	for len(text) > width {
		lines, text = append(lines, text[:width]), text[width:]
	}

	return strings.Join(append(lines, text), newline)
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ") + "\n  "
}

// paddedDER returns a certificate whose base64 ends with padding, so that leaving
// it out makes a difference.
func paddedDER(tb testing.TB) *certs.Certificate {
	tb.Helper()
	for name := "a"; ; name += "a" {
		leaf := certstest.Valid(tb).Leaf(tb, name)
		if len(leaf.DER())%3 != 0 {
			return leaf
		}
	}
}

func TestParse_readsEverySpellingOfOneCertificate(t *testing.T) {
	t.Parallel()
	certificate := paddedDER(t)
	text := certstest.PEM("CERTIFICATE", certificate.DER())
	der := certstest.Base64(certificate.DER())
	if !strings.HasSuffix(der, "=") {
		t.Fatal("the fixture has no padding")
	}
	crlf := strings.ReplaceAll(text, "\n", "\r\n")

	for name, input := range map[string]string{
		"PEM with LF":                     text,
		"PEM with CRLF":                   crlf,
		"PEM with CR":                     strings.ReplaceAll(text, "\n", "\r"),
		"PEM without a last line ending":  strings.TrimSuffix(text, "\n"),
		"PEM in an indented heredoc":      indent(text),
		"PEM indented by tabs, with CRLF": strings.ReplaceAll(indent(crlf), "    ", "\t\t"),
		"PEM with blanks behind lines":    strings.ReplaceAll(text, "\n", "  \n"),
		"PEM between blank lines":         "\n\n" + text + "\n\n",
		"PEM with text around":            "subject=CN = contoso\nissuer=CN = policy\n" + text + "that was it\n",
		"PEM behind a byte order mark":    "\ufeff" + text,
		"PEM behind mark, with CRLF":      "\ufeff" + crlf,
		"DER":                             der,
		"DER without padding":             strings.TrimRight(der, "="),
		"DER in lines of 64":              wrap(der, 64, "\n") + "\n",
		"DER in lines of 76 with CRLF":    wrap(der, 76, "\r\n"),
		"DER in lines, without padding":   wrap(strings.TrimRight(der, "="), 64, "\n"),
		"DER in an indented heredoc":      indent(wrap(der, 64, "\n")),
		"DER behind a byte order mark":    "\ufeff" + der,
		"base64 of PEM":                   base64.StdEncoding.EncodeToString([]byte(text)),
		"base64 of PEM with CRLF":         base64.StdEncoding.EncodeToString([]byte(crlf)),
		"base64 of PEM, in lines":         wrap(base64.StdEncoding.EncodeToString([]byte(text)), 76, "\n"),
		"base64 of PEM without padding":   base64.RawStdEncoding.EncodeToString([]byte(text)),
		"its own PEM":                     certificate.PEM(),
		"its own Base64":                  certificate.Base64(),
		"its own Base64PEM":               certificate.Base64PEM(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parsed, err := certs.Parse(input)
			if err != nil {
				t.Fatal(err)
			}
			if !parsed.Equal(certificate) {
				t.Error("it is another certificate")
			}
		})
	}
}

// secretLines are parts of an input that would reveal it: every run of base64 that
// is long enough not to be there by chance.
func secretLines(text string) []string {
	var found []string
	for _, line := range strings.Fields(text) {
		if strings.Contains(line, "-----") || len(line) < 12 {
			continue
		}
		found = append(found, line[:12], line[len(line)-12:])
	}

	return found
}

func TestParse_refusesAndNamesWhatItGot(t *testing.T) {
	t.Parallel()
	must := func(der []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}

		return der
	}
	ca, other := certstest.Valid(t), certstest.Valid(t)
	certificate := certstest.PEM("CERTIFICATE", ca.DER())

	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PrivateKey(rsaKey)
	pkcs8 := must(x509.MarshalPKCS8PrivateKey(rsaKey))
	pkcs8EC := must(x509.MarshalPKCS8PrivateKey(ecKey))
	pkcs8Ed := must(x509.MarshalPKCS8PrivateKey(edKey))
	sec1 := must(x509.MarshalECPrivateKey(ecKey))
	request := must(x509.CreateCertificateRequest(rand.Reader,
		&x509.CertificateRequest{Subject: pkix.Name{CommonName: "contoso"}}, ecKey))
	chain := must(pkcs7.DegenerateCertificate(append(append([]byte{}, other.DER()...), ca.DER()...)))
	single := must(pkcs7.DegenerateCertificate(ca.DER()))
	pfx := must(pkcs12.Modern2023.Encode(ecKey, ca.X509(), nil, "secret"))
	oldPFX := must(pkcs12.LegacyRC2.Encode(rsaKey, ca.X509(), []*x509.Certificate{other.X509()}, "secret"))
	damage := func(text string) string { return strings.Replace(text, "\n", "\n!!!", 1) }

	is := func(want error) func(error) bool {
		return func(err error) bool { return errors.Is(err, want) }
	}
	bundleOf := func(count int) func(error) bool {
		return func(err error) bool {
			var bundle *certs.BundleError
			return errors.As(err, &bundle) && bundle.Count == count
		}
	}
	says := func(text string) func(error) bool {
		return func(err error) bool { return strings.Contains(err.Error(), text) }
	}

	for name, test := range map[string]struct {
		input string
		right func(error) bool
	}{
		"nothing":            {"", is(certs.ErrEmpty)},
		"blanks":             {" \r\n\t ", is(certs.ErrEmpty)},
		"a byte order mark":  {"\ufeff", is(certs.ErrEmpty)},
		"a sentence":         {"This is not a certificate.", is(certs.ErrText)},
		"a path":             {"${path.module}/ca-certificate.pem", is(certs.ErrText)},
		"base64 of nonsense": {certstest.Base64([]byte("nonsense, but long enough")), is(certs.ErrText)},
		"a word":             {"contoso1", is(certs.ErrText)},

		"PKCS#1 key in PEM":       {certstest.PEM("RSA PRIVATE KEY", pkcs1), is(certs.ErrPrivateKey)},
		"PKCS#8 key in PEM":       {certstest.PEM("PRIVATE KEY", pkcs8), is(certs.ErrPrivateKey)},
		"EC key in PEM":           {certstest.PEM("EC PRIVATE KEY", sec1), is(certs.ErrPrivateKey)},
		"EC key in PEM with CRLF": {strings.ReplaceAll(certstest.PEM("EC PRIVATE KEY", sec1), "\n", "\r\n"), is(certs.ErrPrivateKey)},
		"encrypted key in PEM":    {certstest.PEM("ENCRYPTED PRIVATE KEY", pkcs8), is(certs.ErrPrivateKey)},
		"OpenSSH key":             {certstest.PEM("OPENSSH PRIVATE KEY", pkcs8), is(certs.ErrPrivateKey)},
		"damaged key in a bundle": {certificate + damage(certstest.PEM("PRIVATE KEY", pkcs8)), is(certs.ErrPrivateKey)},
		"damaged key, no END":     {certificate + strings.Split(certstest.PEM("EC PRIVATE KEY", sec1), "-----END")[0], is(certs.ErrPrivateKey)},
		"key after parameters":    {certstest.PEM("EC PARAMETERS", []byte{6, 1, 1}) + certstest.PEM("EC PRIVATE KEY", sec1), is(certs.ErrPrivateKey)},
		"damaged bundle":          {certificate + damage(certificate), says("damaged")},
		"damaged key in PEM":      {damage(certstest.PEM("PRIVATE KEY", pkcs8)), is(certs.ErrPrivateKey)},
		"PKCS#1 key in DER":       {certstest.Base64(pkcs1), is(certs.ErrPrivateKey)},
		"PKCS#8 RSA key in DER":   {certstest.Base64(pkcs8), is(certs.ErrPrivateKey)},
		"PKCS#8 EC key in DER":    {certstest.Base64(pkcs8EC), is(certs.ErrPrivateKey)},
		"PKCS#8 Ed25519 in DER":   {certstest.Base64(pkcs8Ed), is(certs.ErrPrivateKey)},
		"EC key in DER":           {certstest.Base64(sec1), is(certs.ErrPrivateKey)},
		"base64 of a key in PEM":  {certstest.Base64([]byte(certstest.PEM("PRIVATE KEY", pkcs8))), is(certs.ErrPrivateKey)},
		"DER key labelled CERTIFICATE": {
			certstest.PEM("CERTIFICATE", pkcs8), is(certs.ErrPrivateKey),
		},
		"certificate, then key": {certificate + certstest.PEM("PRIVATE KEY", pkcs8), is(certs.ErrPrivateKey)},
		"key, then certificate": {certstest.PEM("PRIVATE KEY", pkcs8) + certificate, is(certs.ErrPrivateKey)},

		"request in PEM":       {certstest.PEM("CERTIFICATE REQUEST", request), is(certs.ErrRequest)},
		"request, old label":   {certstest.PEM("NEW CERTIFICATE REQUEST", request), is(certs.ErrRequest)},
		"request in DER":       {certstest.Base64(request), is(certs.ErrRequest)},
		"PKCS#7 in PEM":        {certstest.PEM("PKCS7", chain), is(certs.ErrPKCS7)},
		"CMS in PEM":           {certstest.PEM("CMS", chain), is(certs.ErrPKCS7)},
		"PKCS#7 in DER":        {certstest.Base64(chain), is(certs.ErrPKCS7)},
		"PKCS#7 with one, DER": {certstest.Base64(single), is(certs.ErrPKCS7)},
		"PKCS#7 as CERTIFICATE": {
			certstest.PEM("CERTIFICATE", chain), is(certs.ErrPKCS7),
		},
		"PKCS#12":         {certstest.Base64(pfx), is(certs.ErrPKCS12)},
		"PKCS#12 of old":  {certstest.Base64(oldPFX), is(certs.ErrPKCS12)},
		"PKCS#12 wrapped": {wrap(certstest.Base64(pfx), 76, "\r\n"), is(certs.ErrPKCS12)},

		"bundle of two":    {certificate + certstest.PEM("CERTIFICATE", other.DER()), bundleOf(2)},
		"bundle of three":  {certificate + certificate + certificate, bundleOf(3)},
		"bundle in base64": {certstest.Base64([]byte(certificate + certificate)), bundleOf(2)},
		"bundle in DER":    {certstest.Base64(append(append([]byte{}, ca.DER()...), other.DER()...)), bundleOf(2)},

		"damaged base64 in PEM":   {damage(certificate), says("damaged")},
		"PEM without its END":     {strings.Split(certificate, "-----END")[0], says("damaged")},
		"PEM with a wrong END":    {strings.Replace(certificate, "END CERTIFICATE", "END CERTIFICATES", 1), says("damaged")},
		"PEM of half the DER":     {certstest.PEM("CERTIFICATE", ca.DER()[:200]), says("not an X.509 certificate")},
		"PEM with a byte behind":  {certstest.PEM("CERTIFICATE", append(append([]byte{}, ca.DER()...), 0)), says("not an X.509 certificate")},
		"PEM without a body":      {"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", says("not an X.509 certificate")},
		"another DER container":   {certstest.Base64([]byte{0x30, 0x05, 0x06, 0x03, 0x55, 0x04, 0x03}), says("not an X.509 certificate")},
		"half of the base64":      {certstest.Base64(ca.DER()[:300]), says("not an X.509 certificate")},
		"a public key in PEM":     {certstest.PEM("PUBLIC KEY", pkcs8[:80]), says(`"PUBLIC KEY"`)},
		"a revocation list":       {certstest.PEM("X509 CRL", []byte{0x30, 0x00}), says(`"X509 CRL"`)},
		"base64 in URL alphabet":  {base64.URLEncoding.EncodeToString(ca.DER()) + "_-", is(certs.ErrText)},
		"DER as text, not base64": {string(ca.DER()), is(certs.ErrText)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parsed, err := certs.Parse(test.input)
			if err == nil {
				t.Fatalf("accepted as %s", parsed.Subject())
			}
			if !test.right(err) {
				t.Errorf("wrong error: %v", err)
			}
			for _, part := range secretLines(test.input) {
				if strings.Contains(err.Error(), part) && name != "a path" {
					t.Errorf("the error repeats the input: %v", err)
				}
			}
		})
	}
}

func TestParseDER_refusesWhatIsNoCertificate(t *testing.T) {
	t.Parallel()
	for _, der := range [][]byte{nil, {0}, {0x30, 0x00}} {
		if _, err := certs.ParseDER(der); err == nil {
			t.Errorf("%x is accepted", der)
		}
	}
}

// FuzzParse looks for a panic, for a certificate that does not survive its own
// encodings, and for an error that repeats the input, which may be a key.
func FuzzParse(f *testing.F) {
	ca := certstest.Valid(f)
	key, err := x509.MarshalPKCS8PrivateKey(ca.Key)
	if err != nil {
		f.Fatal(err)
	}
	chain, err := pkcs7.DegenerateCertificate(ca.DER())
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		"", "\ufeff", "contoso", "not a certificate", "-----BEGIN ", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nKey: value\n\nAAAA\n-----END CERTIFICATE-----",
		ca.PEM(), ca.Base64(), ca.Base64PEM(), ca.PEM() + ca.PEM(), indent(ca.PEM()), strings.ReplaceAll(ca.PEM(), "\n", "\r\n"),
		ca.Proof(f, "code", certstest.Now).PEM(),
		certstest.PEM("PRIVATE KEY", key), certstest.Base64(key), certstest.PEM("PRIVATE KEY", key) + ca.PEM(),
		certstest.PEM("PKCS7", chain), certstest.Base64(chain), certstest.Base64(ca.DER()[:100]),
		strings.ToLower(ca.PEM()), strings.Repeat("-----BEGIN CERTIFICATE-----\n", 10),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := certs.Parse(text)
		if err == nil {
			for _, again := range []string{parsed.PEM(), parsed.Base64(), parsed.Base64PEM()} {
				second, err := certs.Parse(again)
				if err != nil || !second.Equal(parsed) {
					t.Fatalf("its own encoding is refused or another: %v", err)
				}
			}
			_, _, _, _ = parsed.Subject(), parsed.Issuer(), parsed.SerialNumber(), certs.CheckCA(parsed, certstest.Now)
			return
		}
		for _, fixed := range []error{
			certs.ErrEmpty, certs.ErrText, certs.ErrPrivateKey, certs.ErrRequest, certs.ErrPKCS7, certs.ErrPKCS12,
		} {
			if err == fixed { //nolint:errorlint // Identity is the point: nothing was added.
				return
			}
		}
		if !utf8.ValidString(err.Error()) {
			t.Errorf("the error is not text: %q", err)
		}
		if strings.HasPrefix(err.Error(), "the PEM block is a ") || strings.HasPrefix(err.Error(), "this is a bundle of ") {
			return // These name the label or the count, and nothing else.
		}
		for _, part := range secretLines(text) {
			if strings.Contains(err.Error(), part) && !strings.Contains("not an X.509 certificate: the PEM block is damaged", part) {
				t.Errorf("the error repeats %q of the input: %v", part, err)
			}
		}
	})
}
