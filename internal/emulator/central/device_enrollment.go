// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"crypto/x509"
	"time"
)

// CanEnrol reports whether an application would let a device with this certificate enrol now: it is valid, and an enabled
// group has a verified CA that is valid and has signed it.
func (s *Service) CanEnrol(subdomain string, device *x509.Certificate) bool {
	now := s.now()
	for _, app := range s.apps {
		if app.Subdomain == subdomain && validAt(device, now) && app.canEnrol(device, now) {
			return true
		}
	}
	return false
}

func (app *Application) canEnrol(device *x509.Certificate, now time.Time) bool {
	app.mu.Lock()
	defer app.mu.Unlock()
	for _, g := range app.groups {
		for _, filled := range g.entries {
			if g.enabled && filled != nil && filled.verified && validAt(filled.certificate, now) &&
				device.CheckSignatureFrom(filled.certificate) == nil {
				return true
			}
		}
	}
	return false
}

func validAt(c *x509.Certificate, now time.Time) bool {
	return !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}
