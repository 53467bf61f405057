// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// Load replaces what a provisioning service holds. It reports an error, and changes nothing, for a state that cannot be.
func (s *Service) Load(dps *ProvisioningService, state ServiceState) error {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if state.ID != "" && !strings.EqualFold(state.ID, dps.ResourceID) {
		return fmt.Errorf("id: the ID of %s is %s, or left out", dps.Name, dps.ResourceID)
	}
	loaded := &ProvisioningService{}
	for i, one := range state.Certificates {
		if !certificateName.MatchString(one.Name) || loaded.find(one.Name) != nil {
			return fmt.Errorf("certificates[%d]: %q is not a name, or comes twice", i, one.Name)
		}
		body, err := decodeCertificate(one.Certificate)
		if err != nil {
			return fmt.Errorf("certificates[%d]: %w", i, err)
		}
		added := &certificate{
			name: one.Name, body: body, sent: one.Certificate, verified: one.Verified, etag: s.etags.Load(one.ETag, now), updated: one.Updated,
		}
		for _, code := range one.OpenCodes {
			added.codes = append(added.codes, pki.Code{Text: code, Made: now})
		}
		loaded.certificates = append(loaded.certificates, added)
	}
	for i, one := range state.EnrollmentGroups {
		if one.ID == "" || slices.ContainsFunc(loaded.groups, func(other *group) bool { return other.id == one.ID }) {
			return fmt.Errorf("enrollment_groups[%d]: the id is missing, or comes twice", i)
		}
		added, err := one.load()
		if err != nil {
			return fmt.Errorf("enrollment_groups[%d]: %w", i, err)
		}
		added.etag = s.etags.Load(one.ETag, now)
		loaded.groups = append(loaded.groups, added)
	}
	for _, one := range state.Registrations {
		loaded.registrations = append(loaded.registrations, &registration{one.ID, one.Group, one.Hub, one.Created, one.Updated, s.etags.Load(one.ETag, now)})
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
	yes := true
	added := &group{
		id: g.ID, provisioningStatus: cmp.Or(g.ProvisioningStatus, "enabled"), allocation: cmp.Or(g.AllocationPolicy, "hashed"),
		custom: g.CustomAllocation, hubs: g.Hubs, hubHost: g.HubHost, twin: g.InitialTwin, edge: g.Edge,
		reprovision: reprovisionPolicy{*cmp.Or(g.UpdateHubAssignment, &yes), *cmp.Or(g.MigrateDeviceData, &yes)},
		created:     g.Created, updated: g.Updated,
	}
	if !slices.Contains([]string{"enabled", "disabled"}, added.provisioningStatus) {
		return nil, fmt.Errorf("provisioning_status: %q is neither enabled nor disabled", g.ProvisioningStatus)
	}
	if !slices.Contains([]string{"hashed", "geoLatency", "static", "custom"}, added.allocation) {
		return nil, fmt.Errorf("allocation_policy: there is no %q", g.AllocationPolicy)
	}
	var err error
	added.attestation, err = g.attestation()
	return added, err
}

// attestation is that of a group. Keys that are left out are made.
func (g GroupState) attestation() (attestation, error) {
	a := attestation{kind: cmp.Or(g.AttestationType, attestationX509), references: [2]string{g.PrimaryReference, g.SecondaryReference}}
	for i, encoded := range g.SigningCertificates {
		if encoded == "" {
			continue
		}
		var err error
		if a.signing[i], err = decodeCertificate(encoded); err != nil {
			return a, fmt.Errorf("signing_certificates[%d]: %w", i, err)
		}
	}
	refers, signs := a.references != [2]string{}, g.SigningCertificates != [2]string{}
	switch {
	case a.kind == attestationKeys && !refers && !signs:
		for i, key := range []string{g.PrimaryKey, g.SecondaryKey} {
			a.keys[i] = cmp.Or(key, base64.StdEncoding.EncodeToString(pki.RandomBytes(64)))
		}
		return a, nil
	case a.kind == attestationKeys:
		return a, errors.New("a group without X.509 has no certificates")
	case a.kind != attestationX509:
		return a, fmt.Errorf("attestation_type: there is no %q", a.kind)
	case refers && signs:
		return a, errors.New("a group has either references or signing_certificates")
	default:
		return a, nil
	}
}
