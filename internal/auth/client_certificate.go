// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"software.sslmate.com/src/go-pkcs12"
)

func newClientCertificate(cfg Config, options azcore.ClientOptions) (azcore.TokenCredential, error) {
	if err := cfg.requireApplication(ClientCertificate); err != nil {
		return nil, err
	}
	argument, content, err := cfg.certificateContent()
	if err != nil {
		return nil, err
	}
	chain, key, err := parseCertificate(argument, content, cfg.ClientCertificatePassword)
	if err != nil {
		return nil, err
	}
	source, err := azidentity.NewClientCertificateCredential(cfg.TenantID, cfg.ClientID, chain, key, &azidentity.ClientCertificateCredentialOptions{
		ClientOptions:              options,
		AdditionallyAllowedTenants: cfg.AuxiliaryTenantIDs,
		DisableInstanceDiscovery:   cfg.DisableInstanceDiscovery,
	})
	if err != nil {
		return nil, configError(argument, "the certificate cannot be used", "", err)
	}
	return source, nil
}

// certificateContent returns the certificate's bytes with the argument that they
// came from.
func (c Config) certificateContent() (argument string, content []byte, err error) {
	if c.ClientCertificate != "" {
		argument = "client_certificate"
		content, err = base64.StdEncoding.DecodeString(c.ClientCertificate)
		if err != nil {
			return argument, nil, configError(argument, "this is not base64", "Encode the PKCS#12 file with base64, or use client_certificate_path.", err)
		}
		return argument, content, nil
	}
	argument = "client_certificate_path"
	content, err = os.ReadFile(c.ClientCertificatePath)
	if err != nil {
		return argument, nil, configError(argument, "the file cannot be read", "Check the path and the permissions of the file.", pathError(err))
	}
	return argument, content, nil
}

// parseCertificate returns the certificates and the private key of a PEM or
// PKCS#12 bundle. azidentity.ParseCertificates is not used because it cannot
// open the PKCS#12 files that current tools write (AES, SHA-256).
func parseCertificate(argument string, content []byte, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	parse := parsePKCS12
	if bytes.Contains(content, []byte("-----BEGIN ")) {
		parse = parsePEM
	}
	chain, key, err := parse(argument, content, password)
	if err != nil {
		return nil, nil, err
	}

	signer, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, nil, configError(argument, "the private key is not an RSA key", "Microsoft Entra ID accepts RSA keys only.", nil)
	}
	belongs := func(certificate *x509.Certificate) bool { return signer.PublicKey.Equal(certificate.PublicKey) }
	if !slices.ContainsFunc(chain, belongs) {
		return nil, nil, configError(argument, "no certificate in it belongs to the private key in it", "Export certificate and private key together.", nil)
	}
	return chain, signer, nil
}

func parsePKCS12(argument string, content []byte, password string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	key, certificate, authorities, err := pkcs12.DecodeChain(content, password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword) && password == "":
		return nil, nil, configError("client_certificate_password", argument+" is protected by a password", "Set client_certificate_password or ARM_CLIENT_CERTIFICATE_PASSWORD.", nil)
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, nil, configError("client_certificate_password", "the password does not open "+argument, "", nil)
	case err != nil:
		return nil, nil, configError(argument, "this is not a PKCS#12 bundle of a certificate and its private key", "Export certificate and private key together.", err)
	}
	return append([]*x509.Certificate{certificate}, authorities...), key, nil
}

func parsePEM(argument string, content []byte, _ string) ([]*x509.Certificate, crypto.PrivateKey, error) {
	var (
		chain []*x509.Certificate
		key   crypto.PrivateKey
	)
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type == "CERTIFICATE":
			certificate, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, nil, configError(argument, "a certificate in it cannot be read", "", err)
			}
			chain = append(chain, certificate)
		case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
			return nil, nil, configError(argument, "the private key in it is encrypted, which is supported in PKCS#12 but not in PEM", "Convert the file to PKCS#12, or decrypt the key.", nil)
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			if key != nil {
				return nil, nil, configError(argument, "there is more than one private key in it", "", nil)
			}
			parsed, err := parsePrivateKey(block)
			if err != nil {
				// The parser's error is left out: it is about the key's content.
				return nil, nil, configError(argument, "the private key in it cannot be read", "", nil)
			}
			key = parsed
		}
	}
	switch {
	case len(chain) == 0:
		return nil, nil, configError(argument, "there is no certificate in it", "Put certificate and private key into one file.", nil)
	case key == nil:
		return nil, nil, configError(argument, "there is no private key in it", "Put certificate and private key into one file.", nil)
	}
	return chain, key, nil
}

func parsePrivateKey(block *pem.Block) (crypto.PrivateKey, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(block.Bytes)
	}
	return x509.ParsePKCS8PrivateKey(block.Bytes)
}
