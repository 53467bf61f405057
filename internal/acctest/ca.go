// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

// Foreign returns a self-signed certificate that is not Azure Sphere's.
func Foreign(t *testing.T, commonName string, isCA bool, notBefore, notAfter time.Time) *certs.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(notAfter.Unix()),
		Subject:               pkix.Name{CommonName: commonName, Organization: []string{"Fabrikam"}},
		NotBefore:             notBefore,
		NotAfter:              notAfter,
		IsCA:                  isCA,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := certs.ParseDER(der)
	if err != nil {
		t.Fatal(err)
	}

	return certificate
}

// ForeignCA is Foreign for a CA that is valid now.
func ForeignCA(t *testing.T, commonName string) *certs.Certificate {
	t.Helper()

	return Foreign(t, commonName, true, time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0))
}
