// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

const (
	tenant = "11111111-1111-1111-1111-111111111111"
	client = "22222222-2222-2222-2222-222222222222"
)

// What must never appear in an error.
const (
	secret       = "the-client-secret-5f1c"
	otherSecret  = "another-client-secret-77d0"
	password     = "the-certificate-password-90ab"
	idToken      = "the-id-token-e3b7"
	otherIDToken = "another-id-token-a1c4"
	requestToken = "the-request-token-c2d8"
)

func secrets() []string {
	f := testFixtures()
	body := func(text string) string { return strings.Split(text, "\n")[1] }
	return []string{
		secret, otherSecret, password, idToken, otherIDToken, requestToken, accessToken,
		f.bundleBase64[:40], body(f.pem), body(f.keyPEM), body(f.ecPEM),
	}
}

// checkNoSecrets looks at every text of an error that can reach a person.
func checkNoSecrets(t *testing.T, err error) {
	t.Helper()
	texts := []string{err.Error(), fmt.Sprintf("%+v", err), auth.Explain(err)}
	var wrong *auth.ConfigError
	if errors.As(err, &wrong) {
		texts = append(texts, wrong.Problem, wrong.Remedy)
	}
	for _, text := range texts {
		for _, secret := range secrets() {
			if strings.Contains(text, secret) {
				t.Errorf("the error contains the secret %q:\n%s", secret, text)
			}
		}
	}
}

type fixtures struct {
	key          *rsa.PrivateKey
	certificate  *x509.Certificate
	bundle       []byte // PKCS#12 with the password
	bundleBase64 string
	openBundle   []byte // PKCS#12 with an empty password
	oldBundle    []byte // PKCS#12 as Windows and OpenSSL 1 write it
	lateBundle   []byte // PKCS#12 with the leaf behind its issuer
	pem          string // certificate and key
	oldPEM       string // certificate and key in PKCS#1
	certPEM      string
	keyPEM       string
	otherKeyPEM  string
	ecPEM        string // certificate and key on P-256
	oldECPEM     string // the same with the key in SEC 1
}

// testFixtures makes the certificates once: RSA keys are slow.
var testFixtures = sync.OnceValue(func() fixtures {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	certify := func(name string, key crypto.Signer) *x509.Certificate {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1),
			Subject:      pkix.Name{CommonName: name},
			NotBefore:    time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
			NotAfter:     time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC),
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		must(err)
		certificate, err := x509.ParseCertificate(der)
		must(err)
		return certificate
	}
	encode := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	encodeKey := func(key any) string {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		must(err)
		return encode("PRIVATE KEY", der)
	}

	var f fixtures
	var err error
	f.key, err = rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	otherKey, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	f.certificate = certify("provider", f.key)
	issuer := certify("issuer", otherKey)

	f.bundle, err = pkcs12.Modern2023.Encode(f.key, f.certificate, nil, password)
	must(err)
	f.bundleBase64 = base64.StdEncoding.EncodeToString(f.bundle)
	f.openBundle, err = pkcs12.Modern2023.Encode(f.key, f.certificate, nil, "")
	must(err)
	f.oldBundle, err = pkcs12.LegacyRC2.Encode(f.key, f.certificate, nil, password)
	must(err)
	f.lateBundle, err = pkcs12.Modern2023.Encode(f.key, issuer, []*x509.Certificate{f.certificate}, password)
	must(err)

	f.certPEM = encode("CERTIFICATE", f.certificate.Raw)
	f.keyPEM = encodeKey(f.key)
	f.otherKeyPEM = encodeKey(otherKey)
	f.pem = f.keyPEM + f.certPEM
	f.oldPEM = encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(f.key)) + f.certPEM
	ecCertificate := encode("CERTIFICATE", certify("ec", ecKey).Raw)
	f.ecPEM = encodeKey(ecKey) + ecCertificate
	sec1, err := x509.MarshalECPrivateKey(ecKey)
	must(err)
	f.oldECPEM = encode("EC PRIVATE KEY", sec1) + ecCertificate
	return f
})

// writeFile writes a file into the test's own folder and returns its path.
func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
