// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/provisioning"
)

// Scope returns the provisioning service of the application with the ID scope, or nil.
func (s *Service) Scope(idScope string) provisioning.Scope {
	for _, app := range s.Applications() {
		if app.IDScope == idScope {
			return provisioningScope{app}
		}
	}
	return nil
}

// provisioningScope is an application as devices meet it.
type provisioningScope struct{ app *Application }

// Groups returns the X.509 groups with the certificates in their entries.
func (s provisioningScope) Groups() []provisioning.Group {
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	var list []provisioning.Group
	for _, g := range s.app.groups {
		shown := provisioning.Group{ID: g.id, Enabled: g.enabled}
		for _, name := range []string{"primary", "secondary"} {
			if filled := g.entries[name]; filled != nil {
				shown.CAs = append(shown.CAs, provisioning.CA{Certificate: filled.certificate, Verified: filled.verified})
			}
		}
		list = append(list, shown)
	}
	return list
}

// Assign adds the device to the application at its first registration. A device that somebody disabled there is blocked.
func (s provisioningScope) Assign(id, _ string, now time.Time) (string, bool) {
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	hub := "iotc-" + s.app.ID + ".azure-devices.net"
	for _, d := range s.app.devices {
		if d.id == id {
			d.provisioned = d.provisioned || d.enabled
			return hub, d.enabled
		}
	}
	s.app.devices = append(s.app.devices, &device{
		id: id, displayName: id, enabled: true, provisioned: true, keys: newSymmetricKeys(), etag: s.app.etags.New(now),
	})
	return hub, true
}
