// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"slices"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// ServiceState is a provisioning service.
type ServiceState struct {
	ID               string             `json:"id"`
	Certificates     []CertificateState `json:"certificates"`      // in order of creation
	EnrollmentGroups []GroupState       `json:"enrollment_groups"` // likewise
	Registrations    []string           `json:"registrations"`     // IDs of devices
}

// CertificateState is a certificate of a provisioning service.
type CertificateState struct {
	Name       string   `json:"name"`
	Thumbprint string   `json:"thumbprint"` // SHA-1, upper-case hex
	Verified   bool     `json:"verified"`
	OpenCodes  []string `json:"open_codes"` // verification codes that verify would take now
	ETag       string   `json:"etag"`
}

// GroupState is an enrollment group of a provisioning service.
type GroupState struct {
	ID                  string   `json:"id"`
	ProvisioningStatus  string   `json:"provisioning_status"`
	AttestationType     string   `json:"attestation_type"`     // x509 or symmetricKey
	PrimaryReference    string   `json:"primary_reference"`    // name of a certificate; empty: none
	SecondaryReference  string   `json:"secondary_reference"`  // likewise
	SigningCertificates []string `json:"signing_certificates"` // SHA-1 thumbprints
	AllocationPolicy    string   `json:"allocation_policy"`
	Hubs                []string `json:"iot_hubs"`
	InitialTwin         string   `json:"initial_twin"` // JSON; empty: none
	ETag                string   `json:"etag"`
}

// State returns a snapshot of the services.
func (s *Service) State() []ServiceState {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	state := []ServiceState{}
	for _, dps := range s.services {
		state = append(state, dps.state(now, s.behavior.DPSCodeLifetime))
	}
	return state
}

func (d *ProvisioningService) state(now time.Time, codeLifetime time.Duration) ServiceState {
	state := ServiceState{ID: d.ResourceID, Certificates: []CertificateState{}, EnrollmentGroups: []GroupState{}, Registrations: []string{}}
	for _, one := range d.certificates {
		state.Certificates = append(state.Certificates, CertificateState{
			Name: one.name, Thumbprint: pki.Thumbprint(one.body), Verified: one.verified,
			OpenCodes: one.openCodes(now, codeLifetime), ETag: one.etag,
		})
	}
	for _, g := range d.groups {
		shown := GroupState{
			ID: g.id, ProvisioningStatus: g.provisioningStatus, AttestationType: g.kind,
			PrimaryReference: g.references[0], SecondaryReference: g.references[1], SigningCertificates: []string{},
			AllocationPolicy: g.allocation, Hubs: slices.Clone(g.hubs), InitialTwin: string(g.twin), ETag: g.etag,
		}
		for _, signing := range g.signing {
			if signing != nil {
				shown.SigningCertificates = append(shown.SigningCertificates, pki.Thumbprint(signing))
			}
		}
		state.EnrollmentGroups = append(state.EnrollmentGroups, shown)
	}
	for _, one := range d.registrations {
		state.Registrations = append(state.Registrations, one.id)
	}
	return state
}
