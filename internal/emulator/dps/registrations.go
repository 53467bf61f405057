// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps

import (
	"crypto/x509"
	"net/http"
	"slices"
	"strings"
	"time"

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
	return c.page(items, "DeviceRegistrationState")
}

func (r *registration) body() map[string]any {
	return map[string]any{
		"registrationId": r.id, "deviceId": r.id, "assignedHub": r.hub, "status": "assigned", "substatus": "initialAssignment",
		"createdDateTimeUtc": dataTime(r.created), "lastUpdatedDateTimeUtc": dataTime(r.updated), "etag": r.etag,
	}
}

// Register registers a device with this certificate at the service with the ID scope, as its group allows. It returns the
// hub, or the reason for which the device is refused.
func (s *Service) Register(idScope string, device *x509.Certificate) (hub, refused string) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, dps := range s.services {
		if dps.IDScope != idScope {
			continue
		}
		g, reason := dps.groupOf(device, now)
		if g == nil {
			return "", reason
		}
		hub = dps.Hubs[0]
		if len(g.hubs) > 0 {
			hub = g.hubs[0]
		}
		dps.register(strings.ToLower(device.Subject.CommonName), g.id, hub, s.newETag(now), now)
		return hub, ""
	}
	return "", "there is no provisioning service with the ID scope " + idScope
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

// groupOf returns the group through which a device may register, or the reason for which there is none.
func (d *ProvisioningService) groupOf(device *x509.Certificate, now time.Time) (*group, string) {
	if !validAt(device, now) {
		return nil, "the certificate of the device is not valid now"
	}
	reason := "no enrollment group trusts the CA of the device"
	for _, g := range d.groups {
		for _, ca := range d.trusts(g) {
			switch {
			case device.CheckSignatureFrom(ca) != nil:
			case !validAt(ca, now):
				reason = "the CA of the device has expired"
			case !d.verified(ca):
				reason = "the CA of the device is not verified"
			case g.provisioningStatus != "enabled":
				reason = "the enrollment group is disabled"
			default:
				return g, ""
			}
		}
	}
	return nil, reason
}

// verified reports whether the service has the certificate, or the one that issued it, verified.
func (d *ProvisioningService) verified(ca *x509.Certificate) bool {
	return slices.ContainsFunc(d.certificates, func(one *certificate) bool {
		return one.verified && (one.body.Equal(ca) || ca.CheckSignatureFrom(one.body) == nil)
	})
}

func validAt(c *x509.Certificate, now time.Time) bool {
	return !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}
