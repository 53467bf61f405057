// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"encoding/base64"
	"slices"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// ApplicationState is an IoT Central application.
type ApplicationState struct {
	Subdomain        string                 `json:"subdomain"`
	ApplicationID    string                 `json:"application_id"`
	ResourceID       string                 `json:"resource_id"`       // in Resource Manager
	EnrollmentGroups []EnrollmentGroupState `json:"enrollment_groups"` // in order of creation
	APITokens        []APITokenState        `json:"api_tokens"`
	Devices          []DeviceState          `json:"devices"`
	IDScope          string                 `json:"id_scope"`    // of its Device Provisioning Service
	SigningKey       string                 `json:"signing_key"` // of its API tokens, in base64
}

// APITokenState is an API token. Its value follows from the signing key of the application.
type APITokenState struct {
	ID     string    `json:"id"`
	Roles  []string  `json:"roles"` // their IDs
	Expiry time.Time `json:"expiry"`
}

// DeviceState is a device of an application.
type DeviceState struct {
	ID           string `json:"id"`
	DisplayName  string `json:"display_name"`
	Enabled      bool   `json:"enabled"`
	Simulated    bool   `json:"simulated"`
	Provisioned  bool   `json:"provisioned"` // it has registered
	ETag         string `json:"etag"`
	PrimaryKey   string `json:"primary_key"`
	SecondaryKey string `json:"secondary_key"`
}

// EnrollmentGroupState is an enrollment group.
type EnrollmentGroupState struct {
	ID              string      `json:"id"`
	DisplayName     string      `json:"display_name"`
	Enabled         bool        `json:"enabled"`
	Type            string      `json:"type"`             // iot or iotEdge
	AttestationType string      `json:"attestation_type"` // x509 or symmetricKey
	ETag            string      `json:"etag"`
	PrimaryKey      string      `json:"primary_key,omitempty"`   // for symmetricKey
	SecondaryKey    string      `json:"secondary_key,omitempty"` // likewise
	Primary         *EntryState `json:"primary"`                 // nil: empty
	Secondary       *EntryState `json:"secondary"`               // nil: empty
}

// EntryState is a certificate entry of an enrollment group.
type EntryState struct {
	Certificate string   `json:"certificate"` // as it was uploaded; to be loaded, PEM as well
	Thumbprint  string   `json:"thumbprint"`  // SHA-1, upper-case hex; not read
	Subject     string   `json:"subject"`     // RFC 2253; not read
	Verified    bool     `json:"verified"`
	OpenCodes   []string `json:"open_codes"` // verification codes that verify would take now
	ETag        string   `json:"etag"`

	// CertificateOf is the name of a catalog, whose Active CA is loaded in place of the certificate.
	CertificateOf string `json:"certificate_of,omitempty"`
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
		Subdomain: app.Subdomain, ApplicationID: app.ID, ResourceID: app.ResourceID,
		EnrollmentGroups: []EnrollmentGroupState{}, APITokens: []APITokenState{}, Devices: []DeviceState{},
		IDScope: app.IDScope, SigningKey: base64.StdEncoding.EncodeToString(app.secret),
	}
	for _, g := range app.groups {
		state.EnrollmentGroups = append(state.EnrollmentGroups, EnrollmentGroupState{
			ID: g.id, DisplayName: g.displayName, Enabled: g.enabled, Type: g.kind, AttestationType: g.attestation, ETag: g.etag,
			PrimaryKey: g.keys.Primary, SecondaryKey: g.keys.Secondary,
			Primary:   g.entries["primary"].state(now, codeLifetime),
			Secondary: g.entries["secondary"].state(now, codeLifetime),
		})
	}
	for _, t := range app.tokens {
		state.APITokens = append(state.APITokens, APITokenState{t.id, slices.Clone(t.roles), t.expiry})
	}
	for _, d := range app.devices {
		state.Devices = append(state.Devices, DeviceState{
			d.id, d.displayName, d.enabled, d.simulated, d.provisioned, d.etag, d.keys.Primary, d.keys.Secondary,
		})
	}
	return state
}

// state returns nil for an empty entry.
func (e *entry) state(now time.Time, codeLifetime time.Duration) *EntryState {
	if e == nil {
		return nil
	}
	return &EntryState{
		Certificate: e.sent,
		Thumbprint:  pki.Thumbprint(e.certificate),
		Subject:     e.certificate.Subject.String(),
		Verified:    e.verified,
		OpenCodes:   pki.OpenCodes(e.codes, now, codeLifetime),
		ETag:        e.etag,
	}
}
