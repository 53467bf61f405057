// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"maps"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// State is an Azure Sphere catalog. Of what is to be loaded a name is enough: the rest is made.
type State struct {
	Stamp

	ID           string             `json:"id"`        // ARM resource ID; its last segment is the name
	Name         string             `json:"name"`      // to be loaded, in place of the ID
	TenantID     string             `json:"tenant_id"` // also the ID of the Legacy tenant
	TenantName   string             `json:"tenant_name"`
	Location     string             `json:"location"`
	Tags         map[string]string  `json:"tags"`
	Certificates []CertificateState `json:"certificates"` // oldest first
	Products     []ProductState     `json:"products"`
	Devices      []DeviceState      `json:"devices"`
	Images       []ImageState       `json:"images"` // oldest first
}

// CertificateState is a tenant CA certificate of a catalog. To be loaded it has a certificate with its key, or an age.
type CertificateState struct {
	pki.Stored

	SerialNumber string    `json:"serial_number"` // upper-case hex, with the leading 00; not read
	Thumbprint   string    `json:"thumbprint"`    // SHA-1, upper-case hex; not read
	Status       string    `json:"status"`        // Active, Inactive, Expired or Revoked
	NotBefore    time.Time `json:"not_before"`    // not read
	NotAfter     time.Time `json:"not_after"`     // likewise

	Age     string    `json:"age,omitempty"`    // to be loaded, in place of the certificate: how long ago it was issued
	Visible time.Time `json:"visible,omitzero"` // when it is listed, where that is later
}

// ProductState is a product of a catalog.
type ProductState struct {
	Name         string             `json:"name"`
	Description  string             `json:"description"`
	Described    bool               `json:"described,omitempty"` // the description is empty, and not null
	DeviceGroups []DeviceGroupState `json:"device_groups"`
}

// DeviceGroupState is a device group of a product.
type DeviceGroupState struct {
	Name         string `json:"name"`
	Description  string `json:"description"`
	Described    bool   `json:"described,omitempty"` // the description is empty, and not null
	OSFeedType   string `json:"os_feed_type"`
	UpdatePolicy string `json:"update_policy"`
	CrashDumps   string `json:"allow_crash_dumps_collection"`
	DataBoundary string `json:"regional_data_boundary"`

	Deployments []DeploymentState `json:"deployments"` // oldest first
}

// ImageState is an image of a catalog, or of a deployment, which keeps its images.
type ImageState struct {
	Stamp

	ID           string `json:"id"` // GUID
	Name         string `json:"name"`
	ComponentID  string `json:"component_id"` // GUID
	Type         string `json:"type"`
	DataBoundary string `json:"data_boundary"`
}

// DeploymentState is a deployment to a device group.
type DeploymentState struct {
	ID     string       `json:"id"` // GUID
	Made   time.Time    `json:"made"`
	Images []ImageState `json:"images"` // in the order in which they were asked for
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
		Stamp: cat.Stamp, ID: cat.ID, Name: cat.Name, TenantID: cat.TenantID, TenantName: cat.TenantName, Location: cat.Location, Tags: maps.Clone(cat.Tags),
		Certificates: []CertificateState{}, Products: []ProductState{}, Devices: []DeviceState{}, Images: []ImageState{},
	}
	for _, cert := range cat.certificates {
		state.Certificates = append(state.Certificates, CertificateState{
			Stored:       cert.issuer.Store(),
			SerialNumber: cert.SerialName(),
			Thumbprint:   cert.Thumbprint(),
			Status:       cert.StatusAt(now),
			NotBefore:    cert.X509().NotBefore,
			NotAfter:     cert.X509().NotAfter,
			Visible:      cert.visible,
		})
	}
	for _, p := range cat.Products {
		state.Products = append(state.Products, p.state())
	}
	for _, d := range cat.Devices {
		state.Devices = append(state.Devices, DeviceState{d.ID, d.Product, d.Group})
	}
	for _, i := range cat.Images {
		state.Images = append(state.Images, i.state())
	}
	return state
}

func (p *Product) state() ProductState {
	state := ProductState{
		Name: p.Name, Description: p.Description, Described: p.Described && p.Description == "", DeviceGroups: []DeviceGroupState{},
	}
	for _, g := range p.Groups {
		group := DeviceGroupState{
			Name: g.Name, Description: g.Description, Described: g.Described && g.Description == "",
			OSFeedType: g.OSFeedType, UpdatePolicy: g.UpdatePolicy, CrashDumps: g.CrashDumps, DataBoundary: g.DataBoundary,
			Deployments: []DeploymentState{},
		}
		for _, d := range g.Deployments {
			deployed := DeploymentState{ID: d.ID, Made: d.Made, Images: []ImageState{}}
			for _, i := range d.Images {
				deployed.Images = append(deployed.Images, i.state())
			}
			group.Deployments = append(group.Deployments, deployed)
		}
		state.DeviceGroups = append(state.DeviceGroups, group)
	}
	return state
}

func (i *Image) state() ImageState {
	return ImageState{i.Stamp, i.ID, i.Name, i.ComponentID, i.Type, i.DataBoundary}
}
