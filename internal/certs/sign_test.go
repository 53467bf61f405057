// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
)

// signingKeys are keys of every kind that a CA of IoT Central can have.
func signingKeys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	keys := map[string]crypto.Signer{}
	for name, curve := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys[name] = key
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	keys["RSA"] = key

	return keys
}

func pkcs8(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}

	return certstest.PEM("PRIVATE KEY", der)
}

// selfSigned returns a CA certificate for the key.
func selfSigned(t *testing.T, key crypto.Signer) *certs.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "Own CA"},
		NotBefore:             certstest.Now.AddDate(-1, 0, 0),
		NotAfter:              certstest.Now.AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := certs.ParseDER(der)
	if err != nil {
		t.Fatal(err)
	}

	return ca
}

func TestSignProof_convincesTheRelyingServiceWithEveryKindOfKey(t *testing.T) {
	t.Parallel()
	const code = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"
	for name, signer := range signingKeys(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ca := selfSigned(t, signer)
			key, err := certs.ParseSigningKey(pkcs8(t, signer))
			if err != nil {
				t.Fatal(err)
			}
			proof, err := certs.SignProof(ca, key, code, certstest.Now)
			if err != nil {
				t.Fatal(err)
			}
			if err := certs.CheckProof(proof, ca, code, certstest.Now); err != nil {
				t.Errorf("the proof is refused: %v", err)
			}
			if proof.Subject() != "CN="+code || proof.Issuer() != ca.Subject() {
				t.Errorf("subject %q, issuer %q", proof.Subject(), proof.Issuer())
			}
			if proof.IsCA() {
				t.Error("the proof is a CA")
			}
			from, until := certstest.Now.Add(-5*time.Minute), certstest.Now.Add(time.Hour)
			if !proof.NotBefore().Equal(from) || !proof.NotAfter().Equal(until) {
				t.Errorf("the proof lives from %s until %s, want %s until %s", proof.NotBefore(), proof.NotAfter(), from, until)
			}
			parsed := proof.X509()
			if parsed.KeyUsage != x509.KeyUsageDigitalSignature || len(parsed.ExtKeyUsage) != 1 || parsed.ExtKeyUsage[0] != x509.ExtKeyUsageClientAuth {
				t.Errorf("key usage %v, extended key usage %v", parsed.KeyUsage, parsed.ExtKeyUsage)
			}
			if equal, _ := parsed.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); equal.Equal(signer.Public()) {
				t.Error("the proof has the CA's own key")
			}
		})
	}
}

func TestParseSigningKey_readsWhatToolsWrite(t *testing.T) {
	t.Parallel()
	keys := signingKeys(t)
	ec, err := x509.MarshalECPrivateKey(keys["P-256"].(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"PKCS#1":               certstest.PEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(keys["RSA"].(*rsa.PrivateKey))),
		"SEC 1":                certstest.PEM("EC PRIVATE KEY", ec),
		"with its parameters":  certstest.PEM("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}) + certstest.PEM("EC PRIVATE KEY", ec),
		"with its certificate": selfSigned(t, keys["RSA"]).PEM() + pkcs8(t, keys["RSA"]),
		"CRLF":                 strings.ReplaceAll(pkcs8(t, keys["RSA"]), "\n", "\r\n"),
		"indented":             strings.ReplaceAll(pkcs8(t, keys["RSA"]), "\n", "\n    "),
	} {
		if _, err := certs.ParseSigningKey(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestParseSigningKey_errorsSayWhyWithoutTheKey also checks that no error repeats
// a piece of the text.
func TestParseSigningKey_errorsSayWhyWithoutTheKey(t *testing.T) {
	t.Parallel()
	_, ed25519Key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	agreementKey, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey := pkcs8(t, signingKeys(t)["RSA"])
	legacy := "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n" +
		"c2VjcmV0c2VjcmV0c2VjcmV0\n-----END RSA PRIVATE KEY-----\n"
	for name, test := range map[string]struct {
		text string
		want error
	}{
		"Ed25519":          {pkcs8(t, ed25519Key), certs.ErrKeyEd25519},
		"signs nothing":    {pkcs8(t, agreementKey), certs.ErrKeyDamaged},
		"encrypted":        {certstest.PEM("ENCRYPTED PRIVATE KEY", []byte("secretsecret")), certs.ErrKeyEncrypted},
		"encrypted before": {legacy, certs.ErrKeyEncrypted},
		"text":             {"c2VjcmV0c2VjcmV0c2VjcmV0", certs.ErrKeyText},
		"empty":            {"", certs.ErrKeyText},
		"certificate":      {certstest.Valid(t).PEM(), certs.ErrKeyMissing},
		"public key":       {certstest.PEM("PUBLIC KEY", []byte("secretsecret")), certs.ErrKeyMissing},
		"damaged":          {certstest.PEM("PRIVATE KEY", []byte("secretsecret")), certs.ErrKeyDamaged},
		"cut off":          {rsaKey[:len(rsaKey)/2], certs.ErrKeyDamaged},
		"two":              {rsaKey + rsaKey, certs.ErrKeySeveral},
	} {
		_, err := certs.ParseSigningKey(test.text)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", name, err, test.want)
			continue
		}
		for line := range strings.Lines(test.text) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "-----") && strings.Contains(err.Error(), line) {
				t.Errorf("%s: the error repeats %q", name, line)
			}
		}
	}
}

func TestSigningKey_printsAsAPlaceholder(t *testing.T) {
	t.Parallel()
	key, err := certs.ParseSigningKey(pkcs8(t, signingKeys(t)["P-256"]))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, key); got != "[private key]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

func TestSignProof_refusesTheKeyOfAnotherCA(t *testing.T) {
	t.Parallel()
	keys := signingKeys(t)
	for name, other := range map[string]crypto.Signer{"same kind": signingKeys(t)["P-256"], "other kind": keys["RSA"]} {
		key, err := certs.ParseSigningKey(pkcs8(t, other))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := certs.SignProof(selfSigned(t, keys["P-256"]), key, "code", certstest.Now); !errors.Is(err, certs.ErrOtherKey) {
			t.Errorf("%s: error %v, want %v", name, err, certs.ErrOtherKey)
		}
	}
}

func TestCheckVerificationCertificate_findsWhatCannotWork(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	proof := ca.Proof(t, "code", certstest.Now)
	unnamed, err := certs.ParseDER(ca.Sign(t, &x509.Certificate{NotBefore: certstest.Now, NotAfter: certstest.Now.Add(time.Hour)}))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		proof, ca *certs.Certificate
		now       time.Time
		want      error
	}{
		"a proof":                   {proof, ca.Certificate, certstest.Now, nil},
		"a proof of an unknown CA":  {proof, nil, certstest.Now, nil},
		"the CA itself":             {ca.Certificate, nil, certstest.Now, certs.ErrProofIsCA},
		"no name":                   {unnamed, nil, certstest.Now, certs.ErrProofUnnamed},
		"of another CA":             {certstest.Valid(t).Proof(t, "code", certstest.Now), ca.Certificate, certstest.Now, certs.ErrProofSignature},
		"expired":                   {proof, ca.Certificate, certstest.Now.Add(2 * time.Hour), certs.ErrProofValidity},
		"expired, of an unknown CA": {proof, nil, certstest.Now.Add(2 * time.Hour), certs.ErrProofValidity},
		"not valid yet":             {proof, nil, certstest.Now.Add(-2 * time.Hour), certs.ErrProofValidity},
	} {
		if err := certs.CheckVerificationCertificate(test.proof, test.ca, ca.Thumbprint(), test.now); !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", name, err, test.want)
		}
	}
}

func TestNewPlaceholder_isACAOfItsOwnForADay(t *testing.T) {
	t.Parallel()
	one, err := certs.NewPlaceholder("No CA is trusted", certstest.Now)
	other, otherErr := certs.NewPlaceholder("No CA is trusted", certstest.Now)
	if err != nil || otherErr != nil {
		t.Fatal(err, otherErr)
	}
	if !one.IsCA() || one.CommonName() != "No CA is trusted" || one.X509().CheckSignatureFrom(one.X509()) != nil {
		t.Errorf("made %s, a CA: %t", one.Subject(), one.IsCA())
	}
	if one.Thumbprint() == other.Thumbprint() || one.ExpiredAt(certstest.Now) || !one.ExpiredAt(certstest.Now.AddDate(0, 0, 2)) {
		t.Error("it is not new, or not valid for a day")
	}
}
