// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulatortest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"
)

// CA is a CA of no service.
type CA struct {
	Certificate *x509.Certificate
	Key         *ecdsa.PrivateKey
}

// NewCA makes a CA, or a certificate that is none.
func NewCA(t *testing.T, subject pkix.Name, isCA bool) CA {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: subject,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		BasicConstraintsValid: true, IsCA: isCA,
	}
	return CA{sign(t, template, template, key, key), key}
}

// Renamed is a CA of another name with the same key.
func (ca CA) Renamed(t *testing.T, name string) CA {
	t.Helper()
	template := *ca.Certificate
	template.RawSubject, template.Subject = nil, pkix.Name{CommonName: name}
	return CA{sign(t, &template, &template, ca.Key, ca.Key), ca.Key}
}

// Proof is a proof of possession that the CA signs itself.
func (ca CA) Proof(t *testing.T, code string, notAfter time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return PEM(sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: code},
		NotBefore: notAfter.Add(-time.Hour), NotAfter: notAfter,
	}, ca.Certificate, key, ca.Key))
}

// Issue signs the certificate of a device.
func (ca CA) Issue(t *testing.T, name string, key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	return sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour),
	}, ca.Certificate, key, ca.Key)
}

func sign(t *testing.T, template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}
