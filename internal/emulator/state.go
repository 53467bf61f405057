// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"maps"
	"time"
)

// State is a snapshot of everything the services store. It has no members that change by reading, so that two
// snapshots are equal when nothing was changed in between.
type State struct {
	Catalogs     []CatalogState     `json:"catalogs"`
	Applications []ApplicationState `json:"applications"`
}

// CatalogState is an Azure Sphere catalog.
type CatalogState struct {
	ID           string             `json:"id"`
	TenantID     string             `json:"tenant_id"` // also the ID of the Legacy tenant
	TenantName   string             `json:"tenant_name"`
	Location     string             `json:"location"`
	Tags         map[string]string  `json:"tags"`
	Certificates []CertificateState `json:"certificates"` // oldest first
	Products     []ProductState     `json:"products"`
	Devices      []DeviceState      `json:"devices"`
}

// CertificateState is a tenant CA certificate of a catalog.
type CertificateState struct {
	SerialNumber string    `json:"serial_number"` // upper-case hex, with the leading 00
	Thumbprint   string    `json:"thumbprint"`    // SHA-1, upper-case hex
	Status       string    `json:"status"`        // Active, Inactive, Expired or Revoked
	NotBefore    time.Time `json:"not_before"`
	NotAfter     time.Time `json:"not_after"`
}

// ProductState is a product of a catalog.
type ProductState struct {
	Name         string             `json:"name"`
	Description  string             `json:"description"`
	DeviceGroups []DeviceGroupState `json:"device_groups"`
}

// DeviceGroupState is a device group of a product.
type DeviceGroupState struct {
	Name         string `json:"name"`
	Description  string `json:"description"`
	OSFeedType   string `json:"os_feed_type"`
	UpdatePolicy string `json:"update_policy"`
	CrashDumps   string `json:"allow_crash_dumps_collection"`
	DataBoundary string `json:"regional_data_boundary"`
}

// DeviceState is a claimed device.
type DeviceState struct {
	ID          string `json:"id"`           // 128 hex digits
	Product     string `json:"product"`      // empty: no product
	DeviceGroup string `json:"device_group"` // empty: no group
}

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

// State returns a snapshot of what the services store.
func (e *Emulator) State() State {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	e.settle(now)
	state := State{Catalogs: []CatalogState{}, Applications: []ApplicationState{}}
	for _, cat := range e.catalogs {
		state.Catalogs = append(state.Catalogs, cat.state(now))
	}
	for _, app := range e.applications {
		state.Applications = append(state.Applications, app.state(now, e.opts.Behavior.CodeLifetime))
	}
	return state
}

func (cat *catalog) state(now time.Time) CatalogState {
	state := CatalogState{
		ID: cat.id, TenantID: cat.tenantID, TenantName: cat.tenantName, Location: cat.location, Tags: maps.Clone(cat.tags),
		Certificates: []CertificateState{}, Products: []ProductState{}, Devices: []DeviceState{},
	}
	for _, cert := range cat.certificatesAt(now) {
		state.Certificates = append(state.Certificates, CertificateState{
			SerialNumber: serialName(cert.certificate),
			Thumbprint:   thumbprint(cert.certificate),
			Status:       cert.statusAt(now),
			NotBefore:    cert.certificate.NotBefore,
			NotAfter:     cert.certificate.NotAfter,
		})
	}
	for _, p := range cat.products {
		state.Products = append(state.Products, p.state())
	}
	for _, d := range cat.devices {
		state.Devices = append(state.Devices, DeviceState{d.id, d.product, d.group})
	}
	return state
}

func (app *application) state(now time.Time, codeLifetime time.Duration) ApplicationState {
	state := ApplicationState{
		Subdomain: app.subdomain, ApplicationID: app.id,
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
		Thumbprint: thumbprint(e.certificate),
		Subject:    e.certificate.Subject.String(),
		Verified:   e.verified,
		OpenCodes:  e.openCodes(now, codeLifetime),
		ETag:       e.etag,
	}
}
