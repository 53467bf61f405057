// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// Authority is the CA of the listeners, and their certificates.
type Authority struct {
	ca   *x509.Certificate
	key  *ecdsa.PrivateKey
	leaf tls.Certificate // with its chain and its key

	also func(name string) bool // names beside those of the certificate that get one of their own

	mu    sync.Mutex // guards what follows
	extra map[string]*tls.Certificate
}

// maxExtra is how many names below a wildcard get a certificate of their own.
const maxExtra = 1000

// NewAuthority makes a CA and a certificate for the names and addresses. Other names, where also says so, get one of their own when
// they are asked for. All of them go by the real time whatever the
// emulator's clock says, because clients check them by theirs.
func NewAuthority(names []string, addresses []net.IP, also func(name string) bool) (*Authority, error) {
	now := time.Now()
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the key of the TLS CA: %w", err)
	}
	ca, err := signTLS(&x509.Certificate{
		Subject:               pkix.Name{CommonName: "sphere-emulator CA"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}, nil, caKey.Public(), caKey)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the key of the TLS certificate: %w", err)
	}
	leaf, err := signTLS(&x509.Certificate{
		Subject:     pkix.Name{CommonName: "sphere-emulator"},
		NotBefore:   now.Add(-time.Hour),
		NotAfter:    now.AddDate(1, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    names,
		IPAddresses: addresses,
	}, ca, key.Public(), caKey)
	if err != nil {
		return nil, err
	}
	return &Authority{
		ca: ca, key: caKey, leaf: tls.Certificate{Certificate: [][]byte{leaf.Raw, ca.Raw}, PrivateKey: key, Leaf: leaf},
		also: also, extra: map[string]*tls.Certificate{},
	}, nil
}

// Certificate returns the certificate for a handshake. A name that only the wildcard covers gets one of its own, because
// OpenSSL takes no wildcard directly below a top-level domain.
func (a *Authority) Certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.ToLower(hello.ServerName)
	if name == "" || slices.Contains(a.leaf.Leaf.DNSNames, name) || a.leaf.Leaf.VerifyHostname(name) != nil && !a.also(name) {
		return &a.leaf, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if found := a.extra[name]; found != nil || len(a.extra) >= maxExtra {
		if found == nil {
			found = &a.leaf
		}
		return found, nil
	}
	template := *a.leaf.Leaf
	template.SerialNumber, template.DNSNames, template.IPAddresses = nil, []string{name}, nil
	made, err := signTLS(&template, a.ca, a.leaf.Leaf.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	a.extra[name] = &tls.Certificate{Certificate: [][]byte{made.Raw, a.ca.Raw}, PrivateKey: a.leaf.PrivateKey, Leaf: made}
	return a.extra[name], nil
}

// signTLS signs a template, whose serial number is random. A nil parent is the template itself.
func signTLS(template, parent *x509.Certificate, public any, signer *ecdsa.PrivateKey) (*x509.Certificate, error) {
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
	if err != nil {
		return nil, fmt.Errorf("signing the certificate of %s: %w", template.Subject, err)
	}
	return x509.ParseCertificate(der)
}

// PEM returns the certificate of the CA in PEM.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.ca.Raw})
}

// Pool returns a pool of the CA alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.ca)
	return pool
}
