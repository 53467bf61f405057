// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// ServiceState is a provisioning service. To be loaded it needs a name; what else it leaves out is made.
type ServiceState struct {
	Name             string              `json:"name"`
	ID               string              `json:"id"` // resource ID
	IDScope          string              `json:"id_scope"`
	Hubs             []string            `json:"iot_hubs"`          // host names of the linked IoT hubs
	Certificates     []CertificateState  `json:"certificates"`      // in order of creation
	EnrollmentGroups []GroupState        `json:"enrollment_groups"` // likewise
	Registrations    []RegistrationState `json:"registrations"`     // likewise
}

// CertificateState is a certificate of a provisioning service.
type CertificateState struct {
	Name        string `json:"name"`
	Certificate string `json:"certificate"` // as it was uploaded: base64 of DER or of PEM
	// CertificateOf is the name of a catalog whose Active CA is the certificate. It is for loading alone.
	CertificateOf string    `json:"certificate_of,omitempty"`
	Thumbprint    string    `json:"thumbprint"` // SHA-1, upper-case hex; not read
	Verified      bool      `json:"verified"`
	OpenCodes     []string  `json:"open_codes"` // verification codes that verify would take now
	ETag          string    `json:"etag"`
	Updated       time.Time `json:"updated,omitzero"`
}

// GroupState is an enrollment group of a provisioning service.
type GroupState struct {
	ID                  string          `json:"id"`
	ProvisioningStatus  string          `json:"provisioning_status"`
	AttestationType     string          `json:"attestation_type"`        // x509 or symmetricKey
	PrimaryKey          string          `json:"primary_key,omitempty"`   // for symmetricKey
	SecondaryKey        string          `json:"secondary_key,omitempty"` // likewise
	PrimaryReference    string          `json:"primary_reference"`       // name of a certificate; empty: none
	SecondaryReference  string          `json:"secondary_reference"`     // likewise
	SigningCertificates [2]string       `json:"signing_certificates"`    // base64 of DER, primary and secondary; empty: none
	AllocationPolicy    string          `json:"allocation_policy"`
	CustomAllocation    json.RawMessage `json:"custom_allocation,omitempty"`
	Hubs                []string        `json:"iot_hubs"`
	HubHost             string          `json:"iot_hub_host_name,omitempty"`
	InitialTwin         json.RawMessage `json:"initial_twin,omitempty"`
	Edge                *bool           `json:"iot_edge,omitempty"`
	UpdateHubAssignment *bool           `json:"update_hub_assignment"` // nil: true
	MigrateDeviceData   *bool           `json:"migrate_device_data"`   // likewise
	Created             time.Time       `json:"created,omitzero"`
	Updated             time.Time       `json:"updated,omitzero"`
	ETag                string          `json:"etag"`
}

// RegistrationState is a device that has registered.
type RegistrationState struct {
	ID      string    `json:"id"`
	Group   string    `json:"group"`
	Hub     string    `json:"hub"`
	Created time.Time `json:"created,omitzero"`
	Updated time.Time `json:"updated,omitzero"`
	ETag    string    `json:"etag"`
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
	state := ServiceState{
		Name: d.Name, ID: d.ResourceID, IDScope: d.IDScope, Hubs: slices.Clone(d.Hubs),
		Certificates: []CertificateState{}, EnrollmentGroups: []GroupState{}, Registrations: []RegistrationState{},
	}
	for _, one := range d.certificates {
		state.Certificates = append(state.Certificates, CertificateState{
			Name: one.name, Certificate: one.sent, Thumbprint: pki.Thumbprint(one.body), Verified: one.verified,
			OpenCodes: pki.OpenCodes(one.codes, now, codeLifetime), ETag: one.etag, Updated: one.updated,
		})
	}
	for _, g := range d.groups {
		state.EnrollmentGroups = append(state.EnrollmentGroups, g.state())
	}
	for _, one := range d.registrations {
		state.Registrations = append(state.Registrations, RegistrationState{one.id, one.group, one.hub, one.created, one.updated, one.etag})
	}
	return state
}

func (g *group) state() GroupState {
	reprovision := g.reprovision // A copy: a snapshot does not change.
	state := GroupState{
		ID: g.id, ProvisioningStatus: g.provisioningStatus, AttestationType: g.kind, PrimaryKey: g.keys[0], SecondaryKey: g.keys[1],
		PrimaryReference: g.references[0], SecondaryReference: g.references[1],
		AllocationPolicy: g.allocation, CustomAllocation: g.custom, Hubs: slices.Clone(g.hubs), HubHost: g.hubHost, InitialTwin: g.twin, Edge: g.edge,
		UpdateHubAssignment: &reprovision.UpdateHubAssignment, MigrateDeviceData: &reprovision.MigrateDeviceData,
		Created: g.created, Updated: g.updated, ETag: g.etag,
	}
	for i, signing := range g.signing {
		if signing != nil {
			state.SigningCertificates[i] = base64.StdEncoding.EncodeToString(signing.Raw)
		}
	}
	return state
}
