// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

const pemCertificate = "CERTIFICATE"

// Errors of Parse that say what the text is instead of one certificate.
var (
	ErrEmpty      = errors.New("the text is empty; expected one certificate as PEM or base64 encoded DER")
	ErrText       = errors.New("the text is neither PEM nor base64; expected one certificate as PEM or base64 encoded DER")
	ErrPrivateKey = errors.New("this is a private key; expected a certificate. " +
		"Remove it from the configuration, and replace the key if the configuration was shared")
	ErrRequest = errors.New("this is a certificate signing request; expected the certificate that was issued for it")
	ErrPKCS7   = errors.New("this is a PKCS#7 container (.p7b), such as a certificate chain; " +
		"expected one certificate. Extract it with: openssl pkcs7 -print_certs")
	ErrPKCS12 = errors.New("this is a PKCS#12 container (.pfx); expected one certificate. " +
		"Extract it with: openssl pkcs12 -nokeys")
)

var errDamaged = errors.New("the PEM is damaged: the base64 or the END line of a block is missing or wrong")

// BundleError says that a text holds several certificates where one is wanted.
type BundleError struct {
	// Count is the number of certificates found.
	Count int
}

// Error implements error.
func (e *BundleError) Error() string {
	return fmt.Sprintf("this is a bundle of %d certificates; expected exactly one: the CA itself, "+
		"without its chain", e.Count)
}

// Parse reads exactly one certificate from PEM, from base64 encoded DER, or from
// base64 encoded PEM (what filebase64 makes of a PEM file). Line endings,
// indentation and text around the PEM block do not matter. The errors say what
// was found instead, and never repeat the text: it could be a key.
func Parse(text string) (*Certificate, error) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	if text == "" {
		return nil, ErrEmpty
	}
	if isPEM(text) {
		return parsePEM(text)
	}
	der, err := decodeBase64(text)
	if err != nil {
		return nil, wrongText(text)
	}
	if isPEM(string(der)) {
		return parsePEM(string(der))
	}
	if der[0] != derSequence {
		return nil, wrongText(text) // A word that happens to be base64 as well.
	}
	certificate, err := ParseDER(der)
	if err != nil {
		return nil, classify(der, err)
	}

	return certificate, nil
}

// certificateFile is a path, and nothing that could be a key.
var certificateFile = regexp.MustCompile(`(?i)^[^\n]{0,200}\.(cer|crt|der|pem|p7b|pfx)$`)

// wrongText says what a text looks like that is no certificate.
func wrongText(text string) error {
	if found := certificateFile.FindStringSubmatch(text); found != nil {
		function := "filebase64"
		if strings.EqualFold(found[1], "pem") {
			function = "file"
		}
		return fmt.Errorf("%w. %q is a path: read the file with %s(%q)", ErrText, text, function, text)
	}
	if _, err := ParseThumbprint(text); err == nil {
		return fmt.Errorf("%w. This is a thumbprint: the certificate itself is wanted, such as the attribute certificate_pem of azuresphere_tenant_ca", ErrText)
	}

	return ErrText
}

// derSequence is the first byte of every certificate, key and container.
const derSequence = 0x30

func isPEM(text string) bool { return strings.Contains(text, "-----BEGIN ") }

func parsePEM(text string) (*Certificate, error) {
	if strings.Contains(text, "PRIVATE KEY-----") {
		// The decoder skips blocks that are damaged, and a key must not slip through.
		return nil, ErrPrivateKey
	}
	var (
		rest  = []byte(unindent(text))
		found []*pem.Block
	)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch {
		case strings.HasSuffix(block.Type, "CERTIFICATE REQUEST"):
			return nil, ErrRequest
		case block.Type == "PKCS7", block.Type == "CMS":
			return nil, ErrPKCS7
		case block.Type != pemCertificate:
			return nil, fmt.Errorf("the PEM block is a %q; expected a %q", block.Type, pemCertificate)
		}
		found = append(found, block)
	}
	if len(found) != strings.Count(text, "-----BEGIN ") {
		return nil, errDamaged
	}
	if len(found) > 1 {
		return nil, &BundleError{Count: len(found)}
	}
	certificate, err := ParseDER(found[0].Bytes)
	if err != nil {
		return nil, classify(found[0].Bytes, err)
	}

	return certificate, nil
}

// unindent makes one LF of every kind of line ending and drops the white space
// that an indented heredoc leaves around the lines; the decoder accepts neither.
func unindent(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}

	return strings.Join(lines, "\n") + "\n"
}

func decodeBase64(text string) ([]byte, error) {
	text = strings.Join(strings.Fields(text), "")
	if der, err := base64.StdEncoding.DecodeString(text); err == nil {
		return der, nil
	}

	return base64.RawStdEncoding.DecodeString(text)
}

// oidSignedData marks PKCS#7 signed data, the container of a .p7b file.
var oidSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}

// classify turns the failure to read DER as a certificate into what the DER is.
func classify(der []byte, cause error) error {
	var container struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
	}
	if _, err := asn1.Unmarshal(der, &container); err == nil && container.Type.Equal(oidSignedData) {
		return ErrPKCS7
	}
	var pfx struct {
		Version int
		Rest    asn1.RawValue
		Mac     asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(der, &pfx); err == nil && pfx.Version == 3 {
		return ErrPKCS12
	}
	if isPrivateKey(der) {
		return ErrPrivateKey
	}
	if _, err := x509.ParseCertificateRequest(der); err == nil {
		return ErrRequest
	}
	if several, err := x509.ParseCertificates(der); err == nil && len(several) > 1 {
		return &BundleError{Count: len(several)}
	}

	return cause
}

func isPrivateKey(der []byte) bool {
	if _, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return true
	}
	if _, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return true
	}
	_, err := x509.ParseECPrivateKey(der)

	return err == nil
}
