// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"maps"
	"time"
)

// State is an Azure Sphere catalog.
type State struct {
	ID           string             `json:"id"`
	TenantID     string             `json:"tenant_id"` // also the ID of the Legacy tenant
	TenantName   string             `json:"tenant_name"`
	Location     string             `json:"location"`
	Tags         map[string]string  `json:"tags"`
	Certificates []CertificateState `json:"certificates"` // oldest first
	Products     []ProductState     `json:"products"`
	Devices      []DeviceState      `json:"devices"`
	Images       []ImageState       `json:"images"` // oldest first
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

	Deployments []DeploymentState `json:"deployments"` // oldest first
}

// ImageState is an image of a catalog.
type ImageState struct {
	ID          string `json:"id"` // GUID
	Name        string `json:"name"`
	ComponentID string `json:"component_id"`
}

// DeploymentState is a deployment to a device group.
type DeploymentState struct {
	ID     string   `json:"id"`     // GUID
	Images []string `json:"images"` // their IDs
}

// DeviceState is a claimed device.
type DeviceState struct {
	ID          string `json:"id"`           // 128 hex digits, lower case
	Product     string `json:"product"`      // empty: no product
	DeviceGroup string `json:"device_group"` // empty: no group
}

// State returns a snapshot of the catalogs.
func (s *Store) State(now time.Time) []State {
	s.Lock()
	defer s.Unlock()
	s.Settle(now)
	state := []State{}
	for _, cat := range s.catalogs {
		state = append(state, cat.state(now))
	}
	return state
}

func (cat *Catalog) state(now time.Time) State {
	state := State{
		ID: cat.ID, TenantID: cat.TenantID, TenantName: cat.TenantName, Location: cat.Location, Tags: maps.Clone(cat.Tags),
		Certificates: []CertificateState{}, Products: []ProductState{}, Devices: []DeviceState{}, Images: []ImageState{},
	}
	for _, cert := range cat.Certificates(now) {
		state.Certificates = append(state.Certificates, CertificateState{
			SerialNumber: cert.SerialName(),
			Thumbprint:   cert.Thumbprint(),
			Status:       cert.StatusAt(now),
			NotBefore:    cert.X509().NotBefore,
			NotAfter:     cert.X509().NotAfter,
		})
	}
	for _, p := range cat.Products {
		state.Products = append(state.Products, p.state())
	}
	for _, d := range cat.Devices {
		state.Devices = append(state.Devices, DeviceState{d.ID, d.Product, d.Group})
	}
	for _, i := range cat.Images {
		state.Images = append(state.Images, ImageState{i.ID, i.Name, i.ComponentID})
	}
	return state
}

func (p *Product) state() ProductState {
	state := ProductState{Name: p.Name, Description: p.Description, DeviceGroups: []DeviceGroupState{}}
	for _, g := range p.Groups {
		group := DeviceGroupState{
			g.Name, g.Description, g.OSFeedType, g.UpdatePolicy, g.CrashDumps, g.DataBoundary, []DeploymentState{},
		}
		for _, d := range g.Deployments {
			deployed := DeploymentState{d.ID, []string{}}
			for _, i := range d.Images {
				deployed.Images = append(deployed.Images, i.ID)
			}
			group.Deployments = append(group.Deployments, deployed)
		}
		state.DeviceGroups = append(state.DeviceGroups, group)
	}
	return state
}
