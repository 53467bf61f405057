// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// ApplicationState is an IoT Central application.
type ApplicationState struct {
	Subdomain        string                 `json:"subdomain"`
	ApplicationID    string                 `json:"application_id"`
	EnrollmentGroups []EnrollmentGroupState `json:"enrollment_groups"` // in order of creation
	APITokens        []string               `json:"api_tokens"`        // their IDs
	Devices          []string               `json:"devices"`           // their IDs
}

// EnrollmentGroupState is an enrollment group.
type EnrollmentGroupState struct {
	ID              string      `json:"id"`
	DisplayName     string      `json:"display_name"`
	Enabled         bool        `json:"enabled"`
	Type            string      `json:"type"`             // iot or iotEdge
	AttestationType string      `json:"attestation_type"` // x509 or symmetricKey
	ETag            string      `json:"etag"`
	Primary         *EntryState `json:"primary"`   // nil: empty
	Secondary       *EntryState `json:"secondary"` // nil: empty
}

// EntryState is a certificate entry of an enrollment group.
type EntryState struct {
	Thumbprint string   `json:"thumbprint"` // SHA-1, upper-case hex
	Subject    string   `json:"subject"`    // RFC 2253
	Verified   bool     `json:"verified"`
	OpenCodes  []string `json:"open_codes"` // verification codes that verify would take now
	ETag       string   `json:"etag"`
}

// State returns a snapshot of the applications.
func (s *Service) State() []ApplicationState {
	now := s.now()
	state := []ApplicationState{}
	for _, app := range s.Applications() {
		state = append(state, app.state(now, s.behavior.CodeLifetime))
	}
	return state
}

func (app *Application) state(now time.Time, codeLifetime time.Duration) ApplicationState {
	app.mu.Lock()
	defer app.mu.Unlock()
	state := ApplicationState{
		Subdomain: app.Subdomain, ApplicationID: app.ID,
		EnrollmentGroups: []EnrollmentGroupState{}, APITokens: []string{}, Devices: []string{},
	}
	for _, g := range app.groups {
		state.EnrollmentGroups = append(state.EnrollmentGroups, EnrollmentGroupState{
			ID: g.id, DisplayName: g.displayName, Enabled: g.enabled, Type: g.kind, AttestationType: g.attestation, ETag: g.etag,
			Primary:   g.entries["primary"].state(now, codeLifetime),
			Secondary: g.entries["secondary"].state(now, codeLifetime),
		})
	}
	for _, t := range app.tokens {
		state.APITokens = append(state.APITokens, t.id)
	}
	for _, d := range app.devices {
		state.Devices = append(state.Devices, d.id)
	}
	return state
}

// state returns nil for an empty entry.
func (e *entry) state(now time.Time, codeLifetime time.Duration) *EntryState {
	if e == nil {
		return nil
	}
	return &EntryState{
		Thumbprint: pki.Thumbprint(e.certificate),
		Subject:    e.certificate.Subject.String(),
		Verified:   e.verified,
		OpenCodes:  e.openCodes(now, codeLifetime),
		ETag:       e.etag,
	}
}
