// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"crypto/x509"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/provisioning"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// registration is a device that has registered.
type registration struct {
	id, group, hub   string
	created, updated time.Time
	etag             string
}

func addRegistrations(s *rest.Service[*call]) {
	const path = "/registrations/{registration}"
	s.On("GET "+path, "DeviceRegistrationState_Get", "read", getRegistration)
	s.On("DELETE "+path, "DeviceRegistrationState_Delete", "write", deleteRegistration)
	s.On("POST "+path+"/query", "DeviceRegistrationState_Query", "read", queryRegistrations)
}

func (c *call) registration() (*registration, *rest.Failure) {
	for _, one := range c.dps.registrations {
		if strings.EqualFold(one.id, c.Path("registration")) {
			return one, nil
		}
	}
	return nil, rest.Fail(http.StatusNotFound, "404204", "Registration not found.")
}

func getRegistration(c *call) (rest.Answer, *rest.Failure) {
	one, f := c.registration()
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, one.body()), nil
}

func deleteRegistration(c *call) (rest.Answer, *rest.Failure) {
	one, f := c.registration()
	if f != nil {
		return rest.Answer{}, f
	}
	c.dps.registrations = slices.DeleteFunc(c.dps.registrations, func(other *registration) bool { return other == one })
	return rest.Empty(http.StatusNoContent), nil
}

// queryRegistrations lists the devices that came through a group, which the path names.
func queryRegistrations(c *call) (rest.Answer, *rest.Failure) {
	items := []any{}
	for _, one := range c.dps.registrations {
		if one.group == c.Path("registration") {
			items = append(items, one.body())
		}
	}
	return c.page(items, "DeviceRegistration")
}

func (r *registration) body() map[string]any {
	return map[string]any{
		"registrationId": r.id, "deviceId": r.id, "assignedHub": r.hub, "status": "assigned", "substatus": "initialAssignment",
		"createdDateTimeUtc": dataTime(r.created), "lastUpdatedDateTimeUtc": dataTime(r.updated), "etag": r.etag,
	}
}

// Scope returns the provisioning service with the ID scope as devices meet it, or nil.
func (s *Service) Scope(idScope string) provisioning.Scope {
	for _, dps := range s.services {
		if dps.IDScope == idScope {
			return scope{s, dps}
		}
	}
	return nil
}

type scope struct {
	s   *Service
	dps *ProvisioningService
}

// Groups returns the X.509 groups with the CAs that they trust.
func (s scope) Groups() []provisioning.Group {
	s.s.mu.Lock()
	defer s.s.mu.Unlock()
	var list []provisioning.Group
	for _, g := range s.dps.groups {
		if g.kind != attestationX509 {
			continue
		}
		shown := provisioning.Group{ID: g.id, Enabled: g.provisioningStatus == "enabled"}
		for _, name := range g.references {
			if found := s.dps.find(name); found != nil {
				shown.CAs = append(shown.CAs, provisioning.CA{Certificate: found.body, Verified: found.verified})
			}
		}
		for _, signing := range g.signing {
			if signing != nil {
				shown.CAs = append(shown.CAs, provisioning.CA{Certificate: signing, Verified: s.dps.verified(signing)})
			}
		}
		list = append(list, shown)
	}
	return list
}

// Assign notes the registration, and returns the first hub of the group.
func (s scope) Assign(id, groupID string, now time.Time) (string, bool) {
	s.s.mu.Lock()
	defer s.s.mu.Unlock()
	hub := s.dps.Hubs[0]
	for _, g := range s.dps.groups {
		if g.id == groupID && len(g.hubs) > 0 {
			hub = g.hubs[0]
		}
	}
	s.dps.register(strings.ToLower(id), groupID, hub, s.s.etags.New(now), now)
	return hub, true
}

func (d *ProvisioningService) register(id, group, hub, etag string, now time.Time) {
	for _, one := range d.registrations {
		if one.id == id {
			one.group, one.hub, one.etag, one.updated = group, hub, etag, now
			return
		}
	}
	d.registrations = append(d.registrations, &registration{id: id, group: group, hub: hub, created: now, updated: now, etag: etag})
}

// verified reports whether the service has the certificate, or the one that issued it, verified. Only then does a certificate in
// a group itself take effect.
func (d *ProvisioningService) verified(ca *x509.Certificate) bool {
	return slices.ContainsFunc(d.certificates, func(one *certificate) bool {
		return one.verified && (one.body.Equal(ca) || ca.CheckSignatureFrom(one.body) == nil)
	})
}
