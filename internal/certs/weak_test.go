// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
)

// weakFile reads a CA that today's libraries no longer make.
func weakFile(t *testing.T, name string) *certs.Certificate {
	t.Helper()
	encoded, err := os.ReadFile("testdata/" + name + ".pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(encoded)

	return mustParseDER(t, block.Bytes)
}

func withKeyUsage(t *testing.T, ca *certstest.CA, bits ...byte) *certs.Certificate {
	t.Helper()
	template := &x509.Certificate{NotBefore: ca.NotBefore(), NotAfter: ca.NotAfter(), IsCA: true, BasicConstraintsValid: true}
	if bits != nil {
		template.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Value: bits}}
	}

	return mustParseDER(t, ca.Sign(t, template))
}

func TestCheckStrength(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	for name, test := range map[string]struct {
		certificate *certs.Certificate
		want        error
	}{
		"Azure Sphere's":        {ca.Certificate, nil},
		"without key usage":     {withKeyUsage(t, ca), nil},
		"keyCertSign":           {withKeyUsage(t, ca, 3, 2, 2, 4), nil},
		"cRLSign":               {withKeyUsage(t, ca, 3, 2, 1, 2), certs.ErrNoCertSign},
		"a key usage of nought": {withKeyUsage(t, ca, 3, 1, 0), certs.ErrNoCertSign},
		"MD5":                   {weakFile(t, "md5"), certs.ErrMD5},
		"SHA-1":                 {weakFile(t, "sha1"), nil},
	} {
		if err := certs.CheckStrength(test.certificate); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestWeaknesses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		certificate *certs.Certificate
		want        []string
	}{
		"Azure Sphere's":    {certstest.Valid(t).Certificate, nil},
		"RSA with 2048 bit": {weakFile(t, "rsa2048"), nil},
		"RSA with 2047 bit": {weakFile(t, "rsa2047"), []string{"2047 bits"}},
		"SHA-1":             {weakFile(t, "sha1"), []string{"SHA-1"}},
		"SHA-1 and ECDSA":   {weakFile(t, "ecdsa-sha1"), []string{"SHA-1"}},
		"SHA-1 and RSA":     {weakFile(t, "rsa1024-sha1"), []string{"SHA-1", "1024 bits"}},
		"Ed25519":           {weakFile(t, "ed25519"), []string{"neither RSA nor ECDSA"}},
		"an unknown key":    {weakFile(t, "ed448"), []string{"neither RSA nor ECDSA"}},
	} {
		got := certs.Weaknesses(test.certificate)
		if len(got) != len(test.want) {
			t.Errorf("%s: %q", name, got)
			continue
		}
		for at, want := range test.want {
			if !strings.Contains(got[at], want) {
				t.Errorf("%s: %q, want %q", name, got[at], want)
			}
		}
	}
}
