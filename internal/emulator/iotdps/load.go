// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Load replaces what a provisioning service holds. It reports an error, and changes nothing, for a state that cannot be.
func (s *Service) Load(dps *ProvisioningService, state ServiceState) error {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	loaded := &ProvisioningService{}
	for i, one := range state.Certificates {
		body, err := parse(one.Certificate)
		if err == nil && (body == nil || one.Name == "" || loaded.find(one.Name) != nil) {
			err = errors.New("the name or the certificate is missing, or the name comes twice")
		}
		if err != nil {
			return fmt.Errorf("certificates[%d]: %w", i, err)
		}
		added := &certificate{
			name: one.Name, body: body, sent: one.Certificate, verified: one.Verified, etag: s.loadETag(one.ETag, now), updated: one.Updated,
		}
		for _, code := range one.OpenCodes {
			added.codes = append(added.codes, verificationCode{code, now})
		}
		loaded.certificates = append(loaded.certificates, added)
	}
	for i, one := range state.EnrollmentGroups {
		added, err := one.load()
		if err != nil {
			return fmt.Errorf("enrollment_groups[%d]: %w", i, err)
		}
		added.etag = s.loadETag(one.ETag, now)
		loaded.groups = append(loaded.groups, added)
	}
	for _, one := range state.Registrations {
		loaded.registrations = append(loaded.registrations, &registration{one.ID, one.Group, one.Hub, one.Created, one.Updated, s.loadETag(one.ETag, now)})
	}
	if scope := cmp.Or(state.IDScope, dps.IDScope); scope != dps.IDScope { // Only before it is served: nobody locks these.
		dps.IDScope = scope
	}
	if len(state.Hubs) > 0 && !slices.Equal(state.Hubs, dps.Hubs) {
		dps.Hubs = state.Hubs
	}
	dps.certificates, dps.groups, dps.registrations, dps.arrivals = loaded.certificates, loaded.groups, loaded.registrations, nil
	return nil
}

func (g GroupState) load() (*group, error) {
	if g.ID == "" {
		return nil, errors.New("id is missing")
	}
	added := &group{
		id: g.ID, provisioningStatus: cmp.Or(g.ProvisioningStatus, "enabled"), allocation: cmp.Or(g.AllocationPolicy, "hashed"),
		custom: g.CustomAllocation, hubs: g.Hubs, hubHost: g.HubHost, twin: g.InitialTwin, edge: g.Edge,
		reprovision: reprovisionPolicy{g.UpdateHubAssignment, g.MigrateDeviceData}, created: g.Created, updated: g.Updated,
	}
	added.kind = cmp.Or(g.AttestationType, attestationX509)
	added.keys = [2]string{g.PrimaryKey, g.SecondaryKey}
	added.references = [2]string{g.PrimaryReference, g.SecondaryReference}
	for i, encoded := range g.SigningCertificates {
		var err error
		if added.signing[i], err = parse(encoded); err != nil {
			return nil, fmt.Errorf("signing_certificates[%d]: %w", i, err)
		}
	}
	return added, nil
}

// loadETag returns an etag that was saved, after which new ones differ from it, or a new one.
func (s *Service) loadETag(saved string, now time.Time) string {
	if saved == "" {
		return s.newETag(now)
	}
	var count int
	if tag, err := base64.StdEncoding.DecodeString(saved); err == nil {
		if _, err := fmt.Sscanf(string(tag), "\"%08x-", &count); err == nil {
			s.etags = max(s.etags, count)
		}
	}
	return saved
}
