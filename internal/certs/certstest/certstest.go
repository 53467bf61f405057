// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package certstest makes certificates for tests, on the profiles that Azure
// Sphere uses: a tenant CA, and the proofs of possession that it signs. Times are
// given by the test.
package certstest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

// Now is the moment at which the tests of this module take place.
var Now = time.Date(2026, 10, 7, 12, 0, 0, 0, time.UTC)

// CA is a certificate authority with its private key.
type CA struct {
	*certs.Certificate

	Key *ecdsa.PrivateKey
}

// NewCA returns the CA of a tenant on Azure Sphere's profile: EC P-384, issued by
// a Policy CA, with neither subject nor authority key identifier.
func NewCA(tb testing.TB, tenantID string, notBefore, notAfter time.Time) *CA {
	tb.Helper()
	policy := &CA{Key: newKey(tb)}
	policy.Certificate = parse(tb, sign(tb, caTemplate(pkix.Name{
		Country:      []string{"US"},
		Organization: []string{"Microsoft Corporation"},
		CommonName:   "Azure Sphere Policy CA 2022",
	}, notBefore, notAfter), nil, &policy.Key.PublicKey, policy.Key))

	key := newKey(tb)
	der := sign(tb, caTemplate(pkix.Name{
		Country:      []string{"US"},
		Province:     []string{"Washington"},
		Locality:     []string{"Redmond"},
		Organization: []string{"Microsoft Corporation"},
		CommonName:   "Microsoft Azure Sphere " + tenantID,
	}, notBefore, notAfter), policy.X509(), &key.PublicKey, policy.Key)

	return &CA{Certificate: parse(tb, der), Key: key}
}

// Valid returns a CA that is valid from a year before Now until a year after.
func Valid(tb testing.TB) *CA {
	tb.Helper()

	return NewCA(tb, "11111111-2222-3333-4444-555555555555", Now.AddDate(-1, 0, 0), Now.AddDate(1, 0, 0))
}

// Proof returns a proof of possession on Azure Sphere's profile, as the service
// makes it at the given time: the code as its only name, a fresh key, an odd key
// usage, an empty critical extended key usage, and a life of 65 minutes.
func (ca *CA) Proof(tb testing.TB, code string, made time.Time) *certs.Certificate {
	tb.Helper()

	return parse(tb, ca.Sign(tb, &x509.Certificate{
		Subject:   pkix.Name{CommonName: code},
		NotBefore: made.Add(-5 * time.Minute),
		NotAfter:  made.Add(time.Hour),
		ExtraExtensions: []pkix.Extension{
			{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Critical: true, Value: []byte{0x03, 0x02, 0x00, 0x01}},
			{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: []byte{0x30, 0x00}},
		},
	}))
}

// Leaf returns the certificate of a device, valid as long as its CA.
func (ca *CA) Leaf(tb testing.TB, name string) *certs.Certificate {
	tb.Helper()

	return parse(tb, ca.Sign(tb, &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             ca.NotBefore(),
		NotAfter:              ca.NotAfter(),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}))
}

// Sign returns the DER of what the template says, with a fresh key, signed by the
// CA. Without a serial number in the template it is random.
func (ca *CA) Sign(tb testing.TB, template *x509.Certificate) []byte {
	tb.Helper()

	_, der := ca.SignWithKey(tb, template)

	return der
}

// SignWithKey is Sign for those who need the fresh key as well.
func (ca *CA) SignWithKey(tb testing.TB, template *x509.Certificate) (*ecdsa.PrivateKey, []byte) {
	tb.Helper()
	key := newKey(tb)

	return key, sign(tb, template, ca.X509(), &key.PublicKey, ca.Key)
}

// PEM encodes DER under a label such as CERTIFICATE.
func PEM(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

// Base64 encodes DER as standard padded base64 on one line.
func Base64(der []byte) string { return base64.StdEncoding.EncodeToString(der) }

// caTemplate states the basic constraints as an extra extension, because
// x509.CreateCertificate gives every CA a subject key identifier otherwise.
func caTemplate(subject pkix.Name, notBefore, notAfter time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject:   subject,
		NotBefore: notBefore,
		NotAfter:  notAfter,
		KeyUsage:  x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtraExtensions: []pkix.Extension{
			{Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Critical: true, Value: []byte{0x30, 0x03, 0x01, 0x01, 0xff}},
		},
	}
}

func sign(tb testing.TB, template, parent *x509.Certificate, public *ecdsa.PublicKey, key *ecdsa.PrivateKey) []byte {
	tb.Helper()
	if template.SerialNumber == nil {
		serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
		if err != nil {
			tb.Fatal(err)
		}
		// The top bit of 128 is set, so that DER puts a 00 in front.
		template.SerialNumber = serial.SetBit(serial, 127, 1)
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		tb.Fatal(err)
	}

	return der
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}

	return key
}

func parse(tb testing.TB, der []byte) *certs.Certificate {
	tb.Helper()
	certificate, err := certs.ParseDER(der)
	if err != nil {
		tb.Fatal(err)
	}

	return certificate
}

// Thumbprint returns the thumbprint that the text spells. An empty text is that of
// no certificate.
func Thumbprint(text string) (thumbprint certs.Thumbprint) {
	if err := thumbprint.UnmarshalText([]byte(text)); err != nil {
		panic(text + ": " + err.Error())
	}

	return thumbprint
}
