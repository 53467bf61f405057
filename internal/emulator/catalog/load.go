// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// Authorities returns the CAs above the catalogs, each after the one that signed it.
func (s *Store) Authorities() []pki.Stored {
	s.Lock()
	defer s.Unlock()
	list := []pki.Stored{}
	for _, issuer := range s.pki.Issuers() {
		list = append(list, issuer.Store())
	}
	return list
}

// Load replaces everything in the store. What a state leaves out is made: in the resource group, by the client, now. It
// reports an error, and changes nothing, for a state that cannot be.
func (s *Store) Load(authorities []pki.Stored, states []State, resourceGroup, by string, now time.Time) error {
	s.Lock()
	defer s.Unlock()
	hierarchy, err := pki.Restore(authorities)
	if err != nil {
		return fmt.Errorf("authorities: %w", err)
	}
	loaded := &Store{behavior: s.behavior, subscriptionID: s.subscriptionID, pki: hierarchy}
	for i, state := range states {
		cat, err := loaded.load(state, resourceGroup, by, now)
		if err != nil {
			return fmt.Errorf("catalogs[%d]: %w", i, err)
		}
		if loaded.Find(cat.ResourceGroup, cat.Name) != nil || loaded.Tenant(cat.TenantID) != nil {
			return fmt.Errorf("catalogs[%d]: another catalog has the ID %s, or the tenant ID %s", i, cat.ID, cat.TenantID)
		}
		loaded.catalogs = append(loaded.catalogs, cat)
	}
	s.pki, s.catalogs, s.changes, s.first = loaded.pki, loaded.catalogs, nil, ""
	if len(s.catalogs) > 0 {
		s.first = s.catalogs[0].ID
	}
	return nil
}

var catalogID = regexp.MustCompile(`(?i)^/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft\.AzureSphere/catalogs/([^/]+)$`)

func (s *Store) load(state State, resourceGroup, by string, now time.Time) (*Catalog, error) {
	name := state.Name
	if state.ID != "" {
		parts := catalogID.FindStringSubmatch(state.ID)
		if len(parts) != 4 || !strings.EqualFold(parts[1], s.subscriptionID) || name != "" && name != parts[3] {
			return nil, fmt.Errorf("id: %q is not the ID of a catalog of the subscription %s with the name %q", state.ID, s.subscriptionID, name)
		}
		resourceGroup, name = parts[2], parts[3]
	}
	if name == "" {
		return nil, errors.New("name is missing")
	}
	cat := s.newCatalog(resourceGroup, name, by, now)
	if !state.Created.IsZero() {
		cat.Stamp = state.Stamp
	}
	cat.TenantID = cmp.Or(state.TenantID, cat.TenantID)
	cat.TenantName = cmp.Or(state.TenantName, cat.TenantName)
	cat.Location = cmp.Or(state.Location, cat.Location)
	if state.Tags != nil || !state.Created.IsZero() { // A saved catalog may have none.
		cat.Tags = state.Tags
	}
	if err := s.loadCertificates(cat, state.Certificates, now); err != nil {
		return nil, err
	}
	for i, p := range state.Products {
		if p.Name == "" || cat.FindProduct(p.Name) != nil {
			return nil, fmt.Errorf("products[%d]: the name is missing, or another product has it", i)
		}
		product, err := p.load(Made(by, now))
		if err != nil {
			return nil, fmt.Errorf("products[%d]: %w", i, err)
		}
		cat.Products = append(cat.Products, product)
	}
	for i, image := range state.Images {
		loaded, err := image.load(Made(by, now))
		if err != nil || cat.FindImage(image.ID) != nil {
			return nil, fmt.Errorf("images[%d]: the ID is missing, or comes twice", i)
		}
		cat.Images = append(cat.Images, loaded)
	}
	for i, d := range state.Devices {
		where := Place{d.Product, d.DeviceGroup}
		if _, found := cat.FindPlace(d.Product, d.DeviceGroup); !found && where != (Place{}) {
			return nil, fmt.Errorf("devices[%d]: the catalog has no product %q with a device group %q", i, d.Product, d.DeviceGroup)
		}
		if len(d.ID) != 128 || cat.FindDevice(d.ID) != nil || s.Claimed(d.ID, cat, where) {
			return nil, fmt.Errorf("devices[%d]: the ID does not have 128 characters, or comes twice", i)
		}
		cat.Claim(d.ID, where)
	}
	return cat, nil
}

// loadCertificates gives a catalog its CAs. Without any in the state, it gets an Active one that was issued just now.
func (s *Store) loadCertificates(cat *Catalog, states []CertificateState, now time.Time) error {
	if states == nil {
		states = []CertificateState{{Age: "0s"}}
	}
	for i, state := range states {
		cert, err := s.loadCertificate(cat, state, now)
		if err != nil {
			return fmt.Errorf("certificates[%d]: %w", i, err)
		}
		if cert.status == StatusActive && cat.active(now) != nil {
			return fmt.Errorf("certificates[%d]: another certificate is Active already", i)
		}
		cat.certificates = append(cat.certificates, cert)
	}
	slices.SortStableFunc(cat.certificates, func(a, b *Certificate) int { return a.X509().NotBefore.Compare(b.X509().NotBefore) })
	// One whose life was over when it was saved may have been Active until then. The newest is renewed in that case.
	if last := len(cat.certificates) - 1; last >= 0 {
		if newest := cat.certificates[last]; newest.status == StatusExpired && !now.Before(newest.X509().NotAfter) {
			newest.status = StatusActive
		}
	}
	return nil
}

func (s *Store) loadCertificate(cat *Catalog, state CertificateState, now time.Time) (*Certificate, error) {
	status := cmp.Or(state.Status, StatusActive)
	if !slices.Contains([]string{StatusActive, StatusInactive, StatusExpired, StatusRevoked}, status) {
		return nil, fmt.Errorf("status: there is no %q, only Active, Inactive, Expired and Revoked", status)
	}
	if state.Stored != (pki.Stored{}) {
		issuer, err := s.pki.Read(state.Stored)
		if err != nil {
			return nil, err
		}
		return &Certificate{issuer: issuer, status: status, visible: state.Visible}, nil
	}
	if state.Age == "" {
		return nil, errors.New("it needs certificate_pem and private_key_pem, or an age")
	}
	age, err := ParseDuration(state.Age)
	if err != nil {
		return nil, fmt.Errorf("age: %w", err)
	}
	issuer, err := s.pki.NewCatalogCA(cat.TenantID, now.Add(-age-pki.CatalogBackoff), s.form(len(cat.certificates)))
	if err != nil {
		return nil, err
	}
	return &Certificate{issuer: issuer, status: status, visible: state.Visible}, nil
}

func (p ProductState) load(made Stamp) (*Product, error) {
	product := &Product{
		Stamp: made, Name: p.Name, Description: p.Description, Described: p.Described || p.Description != "", Provisioning: "Succeeded",
	}
	for i, g := range p.DeviceGroups {
		if g.Name == "" || product.FindGroup(g.Name) != nil {
			return nil, fmt.Errorf("device_groups[%d]: the name is missing, or another group has it", i)
		}
		group := &DeviceGroup{
			Stamp: made, Name: g.Name, Description: g.Description, Described: g.Described || g.Description != "",
			OSFeedType: cmp.Or(g.OSFeedType, "Retail"), UpdatePolicy: cmp.Or(g.UpdatePolicy, "UpdateAll"),
			CrashDumps: cmp.Or(g.CrashDumps, "Disabled"), DataBoundary: cmp.Or(g.DataBoundary, "None"),
			Provisioning: "Succeeded",
		}
		for j, d := range g.Deployments {
			deployment := &Deployment{ID: cmp.Or(d.ID, uuid.NewString()), Made: d.Made}
			for _, image := range d.Images {
				loaded, err := image.load(made)
				if err != nil {
					return nil, fmt.Errorf("device_groups[%d]: deployments[%d]: %w", i, j, err)
				}
				deployment.Images = append(deployment.Images, loaded)
			}
			group.Deployments = append(group.Deployments, deployment)
		}
		product.Groups = append(product.Groups, group)
	}
	return product, nil
}

func (i ImageState) load(made Stamp) (*Image, error) {
	if i.ID == "" {
		return nil, errors.New("the image has no ID")
	}
	if !i.Created.IsZero() {
		made = i.Stamp
	}
	return &Image{made, i.ID, cmp.Or(i.Name, i.ID), i.ComponentID, i.Type, i.DataBoundary}, nil
}

// ActiveCertificate returns the Active CA of the catalog with that name in DER, or nil.
func (s *Store) ActiveCertificate(name string, now time.Time) []byte {
	s.Lock()
	defer s.Unlock()
	for _, cat := range s.catalogs {
		if active := cat.active(now); active != nil && strings.EqualFold(cat.Name, name) {
			return active.X509().Raw
		}
	}
	return nil
}
