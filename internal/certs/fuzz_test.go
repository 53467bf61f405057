// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs_test

import (
	"crypto/x509"
	"fmt"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
)

func FuzzParseThumbprint(f *testing.F) {
	for _, seed := range []string{"", "ab", strings.Repeat("aB", 20), strings.Repeat("aB:", 19) + "aB", strings.Repeat("ſ", 40)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := certs.ParseThumbprint(text)
		if err != nil || parsed.IsZero() {
			return
		}
		written := parsed.String()
		for _, spelled := range []string{written, strings.ToLower(written)} {
			if again, err := certs.ParseThumbprint(spelled); err != nil || again != parsed || len(spelled) != 40 {
				t.Fatalf("%q becomes %q, and that %v, %v", text, spelled, again, err)
			}
		}
	})
}

func FuzzParseSigningKey(f *testing.F) {
	ca := certstest.Valid(f)
	der, err := x509.MarshalPKCS8PrivateKey(ca.Key)
	if err != nil {
		f.Fatal(err)
	}
	key := certstest.PEM("PRIVATE KEY", der)
	for _, seed := range []string{"", "-----BEGIN ", ca.PEM(), key, key + key, ca.PEM() + key, certstest.PEM("ENCRYPTED PRIVATE KEY", der), certstest.PEM("EC PRIVATE KEY", der[:40])} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := certs.ParseSigningKey(text)
		if (parsed == nil) != (err != nil) {
			t.Fatalf("got %v and %v", parsed, err)
		}
		if parsed != nil {
			if shown := fmt.Sprintf("%v %+v %#v %s", parsed, parsed, parsed, parsed); strings.Trim(strings.ReplaceAll(shown, "[private key]", ""), " ") != "" {
				t.Fatal("the key prints")
			}
			_ = certs.CheckKey(parsed, ca.Certificate)
		}
	})
}

func FuzzCheckProof(f *testing.F) {
	ca := certstest.Valid(f)
	const code = "2F5A0C9E"
	right := ca.Proof(f, code, certstest.Now)
	for _, seed := range [][]byte{right.DER(), ca.DER(), ca.Leaf(f, code).DER(), ca.Proof(f, "", certstest.Now).DER()} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		proof, err := certs.ParseDER(der)
		if err != nil {
			return
		}
		for _, err := range []error{
			certs.CheckProof(proof, ca.Certificate, code, certstest.Now),
			certs.CheckVerificationCertificate(proof, ca.Certificate, ca.Thumbprint(), certstest.Now),
			certs.CheckVerificationCertificate(proof, nil, ca.Thumbprint(), certstest.Now),
		} {
			if err != nil && !printable(err.Error()) {
				t.Fatalf("the error has control characters: %q", err)
			}
		}
		if certs.CheckProof(proof, ca.Certificate, code, certstest.Now) == nil && proof.CommonName() != code {
			t.Fatalf("a proof with the name %q was taken", proof.CommonName())
		}
	})
}
