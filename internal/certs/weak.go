// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
)

// Errors of CheckStrength.
var (
	ErrNoCertSign = errors.New("the key usage of the certificate does not allow it to sign certificates (keyCertSign); " +
		"no service accepts the certificate of a device that it signed")
	ErrMD5 = errors.New("the certificate is signed with MD2 or MD5, for which signatures can be forged; " +
		"have the CA certificate issued anew with SHA-256 or better")
)

var oidKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 15}

// CheckStrength reports why nobody should rely on a CA certificate: its key usage
// forbids to sign certificates, or its own signature can be forged. A certificate
// without a key usage may sign (RFC 5280, section 4.2.1.3).
func CheckStrength(certificate *Certificate) error {
	for _, extension := range certificate.x509.Extensions {
		if extension.Id.Equal(oidKeyUsage) && certificate.x509.KeyUsage&x509.KeyUsageCertSign == 0 {
			return ErrNoCertSign
		}
	}
	switch certificate.x509.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA:
		return ErrMD5
	default:
		return nil
	}
}

// leastRSA is the least number of bits of an RSA key that is considered safe
// (NIST SP 800-131A).
const leastRSA = 2048

// Weaknesses returns, as sentences for people, what is weak about a certificate
// and no reason to refuse it: a signature with SHA-1, a short RSA key, a key that
// is neither RSA nor ECDSA.
func Weaknesses(certificate *Certificate) []string {
	var found []string
	switch certificate.x509.SignatureAlgorithm {
	case x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		found = append(found, "The certificate is signed with SHA-1, which is no longer considered safe.")
	default:
	}
	switch key := certificate.x509.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < leastRSA {
			found = append(found, fmt.Sprintf("The RSA key of the certificate has %d bits; less than %d are no longer considered safe.", bits, leastRSA))
		}
	case *ecdsa.PublicKey:
	default:
		found = append(found, "The key of the certificate is neither RSA nor ECDSA. The Device Provisioning Service behind IoT Central "+
			"takes no other keys, so that it may be unable to check what this CA signs.")
	}

	return found
}
