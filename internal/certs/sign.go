// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Errors of ParseSigningKey. None of them repeats the text.
var (
	ErrKeyText      = errors.New("the text is not PEM; expected the private key of the CA as PEM (PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY)")
	ErrKeyEncrypted = errors.New("the private key is encrypted with a passphrase; decrypt it first, such as with: openssl pkey -in <file>")
	ErrKeyMissing   = errors.New("the PEM holds no private key, but something else")
	ErrKeyDamaged   = errors.New("the private key is damaged, or of an unknown kind")
	ErrKeyEd25519   = errors.New("the private key is Ed25519; the Device Provisioning Service behind IoT Central takes certificates " +
		"with RSA or ECDSA keys only, so that it could not check the signature")
	ErrKeySeveral = errors.New("the PEM holds several private keys; expected that of the CA alone")
)

// SigningKey is the private key of a CA. It prints as a placeholder, so that it
// reaches no log by accident.
type SigningKey struct {
	signer crypto.Signer
}

// String implements fmt.Stringer.
func (*SigningKey) String() string { return "[private key]" }

// GoString implements fmt.GoStringer.
func (*SigningKey) GoString() string { return "[private key]" }

// ParseSigningKey reads an RSA or ECDSA private key from PEM. Other blocks that
// openssl writes beside a key (EC PARAMETERS, a certificate) do not matter.
func ParseSigningKey(text string) (*SigningKey, error) {
	if !isPEM(text) {
		return nil, ErrKeyText
	}
	var (
		rest   = []byte(unindent(text))
		found  *pem.Block
		blocks bool
	)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		blocks = true
		switch {
		case !strings.HasSuffix(block.Type, "PRIVATE KEY"):
		case block.Type == "ENCRYPTED PRIVATE KEY", block.Headers["DEK-Info"] != "":
			return nil, ErrKeyEncrypted
		case found != nil:
			return nil, ErrKeySeveral
		default:
			found = block
		}
	}
	switch {
	case found != nil:
		return parseSigningKey(found.Bytes)
	case blocks:
		return nil, ErrKeyMissing
	default:
		return nil, ErrKeyDamaged
	}
}

// parseSigningKey drops the errors of the standard library: they say to people
// little, and this is the one place where they could repeat a key.
func parseSigningKey(der []byte) (*SigningKey, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return &SigningKey{key}, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return &SigningKey{key}, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, ErrKeyDamaged
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return &SigningKey{key}, nil
	case *ecdsa.PrivateKey:
		return &SigningKey{key}, nil
	case ed25519.PrivateKey:
		return nil, ErrKeyEd25519
	default:
		return nil, ErrKeyDamaged
	}
}

// ErrOtherKey says that a private key is not that of a CA certificate.
var ErrOtherKey = errors.New("the private key does not belong to the CA certificate")

// CheckKey reports whether the key is that of the certificate.
func CheckKey(key *SigningKey, certificate *Certificate) error {
	public, ok := key.signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(certificate.x509.PublicKey) {
		return fmt.Errorf("%w %q, thumbprint %s", ErrOtherKey, certificate.Subject(), certificate.Thumbprint())
	}

	return nil
}

// Life of a proof of possession, the same that Azure Sphere gives one.
const (
	proofBefore = 5 * time.Minute
	proofAfter  = time.Hour
)

// SignProof makes a proof of possession: a certificate whose only name is the
// verification code, signed with the CA's key. It is no CA, can authenticate
// nothing but a client, has a fresh key that is thrown away and a random serial
// number, and lives from five minutes before now until an hour after.
func SignProof(ca *Certificate, key *SigningKey, code string, now time.Time) (*Certificate, error) {
	if err := CheckKey(key, ca); err != nil {
		return nil, err
	}
	fresh, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key for the proof of possession: %w", err)
	}
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{oidClientAuth})
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		Subject:               pkix.Name{CommonName: code},
		NotBefore:             now.Add(-proofBefore).UTC(),
		NotAfter:              now.Add(proofAfter).UTC(),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		// Critical, as in the verification certificates of Microsoft's own tool.
		ExtraExtensions: []pkix.Extension{{Id: oidExtendedKeyUsage, Critical: true, Value: usage}},
	}, ca.x509, &fresh.PublicKey, key.signer)
	if err != nil {
		return nil, fmt.Errorf("sign the proof of possession with the CA's key: %w", err)
	}

	return ParseDER(der)
}

var (
	oidExtendedKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidClientAuth       = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2}
)

// ErrProofIsCA and ErrProofUnnamed say that a certificate is no proof of
// possession, whatever the code is.
var (
	ErrProofIsCA = errors.New("this is the CA certificate itself; expected the proof of possession: " +
		"a certificate with the verification code as its common name, signed by the CA")
	ErrProofUnnamed = errors.New("the certificate has no common name, and the common name of a proof of possession is the verification code")
)

// CheckVerificationCertificate checks a proof of possession that was made elsewhere, for a code
// that is not known here: it is not the CA itself, it has a name, it is signed by
// the CA unless that is nil, and it is valid at the given time.
func CheckVerificationCertificate(proof, ca *Certificate, caThumbprint Thumbprint, now time.Time) error {
	switch {
	case proof.Thumbprint() == caThumbprint:
		return ErrProofIsCA
	case proof.CommonName() == "":
		return ErrProofUnnamed
	case ca != nil:
		return CheckProof(proof, ca, proof.CommonName(), now)
	default:
		return checkProofValidity(proof, now)
	}
}

// NewPlaceholder makes a self-signed CA certificate whose private key nobody has: it is thrown away. It is for services that
// want some certificate where none shall be trusted.
func NewPlaceholder(commonName string, now time.Time) (*Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of a placeholder: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("make the serial number of a placeholder: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: commonName},
		NotBefore: now.Add(-proofBefore), NotAfter: now.Add(24 * time.Hour),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("sign a placeholder: %w", err)
	}

	return ParseDER(der)
}
