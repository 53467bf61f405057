// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/x509"
	"fmt"
	"strings"
	"time"
)

// deviceCertificateLife is how long the certificate of a device is valid: Azure Sphere renews them about every day.
const deviceCertificateLife = 24 * time.Hour

// DeviceCertificate issues the certificate of a device under the CA with the thumbprint, whatever its status, as if the
// device had got it just now. It reports an error when no catalog has such a CA.
func (e *Emulator) DeviceCertificate(caThumbprint, deviceID string) (*x509.Certificate, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	e.settle(now)
	for _, cat := range e.catalogs {
		for _, ca := range cat.certificates {
			if !strings.EqualFold(thumbprint(ca.certificate), caThumbprint) {
				continue
			}
			leaf, err := newIssuer(withoutKeyID(ca.issuer), []attribute{commonName(deviceID)}, 16, &x509.Certificate{
				NotBefore: now.Add(-time.Minute),
				NotAfter:  now.Add(deviceCertificateLife),
				KeyUsage:  x509.KeyUsageDigitalSignature,
			})
			if err != nil {
				return nil, err
			}
			return leaf.certificate, nil
		}
	}
	return nil, fmt.Errorf("no catalog has a CA with the thumbprint %s", caThumbprint)
}

// CanEnrol reports whether an application would let a device with this certificate enrol now: an enabled group has a
// verified CA that is valid and has signed it.
func (e *Emulator) CanEnrol(subdomain string, device *x509.Certificate) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	for _, app := range e.applications {
		if app.subdomain != subdomain {
			continue
		}
		for _, g := range app.groups {
			for _, filled := range g.entries {
				if g.enabled && filled != nil && filled.verified && validAt(filled.certificate, now) && device.CheckSignatureFrom(filled.certificate) == nil {
					return true
				}
			}
		}
	}
	return false
}

func validAt(c *x509.Certificate, now time.Time) bool {
	return !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}
