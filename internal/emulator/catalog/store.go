// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// Store holds the catalogs. Those who use more than [Store.Rotate], [Store.State] and [Store.DeviceCertificate] hold its
// lock meanwhile.
type Store struct {
	behavior       Behavior
	subscriptionID string

	mu       sync.Mutex // guards what follows, and all that is reached from it
	pki      pki.Hierarchy
	catalogs []*Catalog
	changes  []*Change
	first    string // resource ID of the catalog that was made first
}

// Catalog is an Azure Sphere catalog. The Legacy API shows the same thing as a tenant.
type Catalog struct {
	Stamp

	ID            string // ARM resource ID
	ResourceGroup string
	Name          string
	TenantID      string
	TenantName    string
	Location      string // as it was sent
	Tags          map[string]string
	Provisioning  string
	ETag          string // of the ARM resource

	Products []*Product
	Devices  []*Device

	certificates []*Certificate // oldest first
}

// Stamp says who made and changed a thing, and when.
type Stamp struct {
	Created, Modified     time.Time
	CreatedBy, ModifiedBy string // client IDs
}

// Made is the stamp of what is made now.
func Made(by string, now time.Time) Stamp { return Stamp{now, now, by, by} }

// Touch notes a change.
func (s *Stamp) Touch(by string, now time.Time) { s.Modified, s.ModifiedBy = now, by }

// Touch notes a change, and gives the catalog a new ETag.
func (cat *Catalog) Touch(by string, now time.Time) {
	cat.Stamp.Touch(by, now)
	cat.ETag = NewETag()
}

// NewETag makes an ETag in the form of Azure Sphere's: a quoted tag that looks like a GUID.
func NewETag() string {
	id := uuid.NewString()
	return fmt.Sprintf("%q", id[:8]+"-0000-0400-0000-"+id[24:32]+"0000")
}

// NewStore makes a store without catalogs, for the catalogs of a subscription.
func NewStore(subscriptionID string, behavior Behavior) *Store {
	return &Store{behavior: behavior, subscriptionID: subscriptionID}
}

// Lock locks the store.
func (s *Store) Lock() { s.mu.Lock() }

// Unlock unlocks the store.
func (s *Store) Unlock() { s.mu.Unlock() }

// Create makes a catalog whose CA is so old, and lists it.
func (s *Store) Create(resourceGroup, name, by string, now time.Time, caAge time.Duration) (*Catalog, error) {
	cat := &Catalog{
		Stamp: Made(by, now),
		ID: fmt.Sprintf("/subscriptions/%s/resourceGroups/%s/providers/Microsoft.AzureSphere/catalogs/%s",
			s.subscriptionID, resourceGroup, name),
		ResourceGroup: resourceGroup,
		Name:          name,
		TenantID:      uuid.NewString(),
		TenantName:    name,
		Location:      "global",
		Tags:          map[string]string{},
		Provisioning:  "Succeeded",
		ETag:          NewETag(),
	}
	if err := s.issueCA(cat, now.Add(-caAge-pki.CatalogBackoff)); err != nil {
		return nil, err
	}
	cat.certificates[0].status = StatusActive
	s.catalogs = append(s.catalogs, cat)
	if s.first == "" {
		s.first = cat.ID
	}
	return cat, nil
}

// AwaitCertificate hides the certificate of a catalog that was just made for as long as the switch says.
func (s *Store) AwaitCertificate(cat *Catalog, now time.Time) {
	cat.certificates[0].visible = now.Add(s.behavior.NewCatalogCertificate)
}

// Delete removes a catalog and all that is in it.
func (s *Store) Delete(cat *Catalog) {
	s.catalogs = slices.DeleteFunc(s.catalogs, func(other *Catalog) bool { return other == cat })
}

// Catalogs returns every catalog, in order of creation.
func (s *Store) Catalogs() []*Catalog { return s.catalogs }

// Find returns the catalog of that name in the resource group, or nil.
func (s *Store) Find(resourceGroup, name string) *Catalog {
	for _, cat := range s.catalogs {
		if strings.EqualFold(cat.ResourceGroup, resourceGroup) && strings.EqualFold(cat.Name, name) {
			return cat
		}
	}
	return nil
}

// Tenant returns the catalog that the Legacy API shows as the tenant, or nil.
func (s *Store) Tenant(id string) *Catalog {
	for _, cat := range s.catalogs {
		if strings.EqualFold(cat.TenantID, id) {
			return cat
		}
	}
	return nil
}

// byID returns the catalog with that resource ID or tenant ID, the one that was made first for an empty ID, or nil.
func (s *Store) byID(id string) *Catalog {
	if id == "" {
		id = s.first
	}
	for _, cat := range s.catalogs {
		if strings.EqualFold(cat.ID, strings.TrimRight(id, "/")) || strings.EqualFold(cat.TenantID, id) {
			return cat
		}
	}
	return nil
}

// Claimed reports whether a device is claimed anywhere but at this place of this catalog.
func (s *Store) Claimed(deviceID string, cat *Catalog, where Place) bool {
	return slices.ContainsFunc(s.catalogs, func(other *Catalog) bool {
		d := other.FindDevice(deviceID)
		return d != nil && (other != cat || d.Place != where)
	})
}

// DeviceCertificate issues the certificate of a device under the CA with the thumbprint, whatever its status. It reports an
// error when no catalog has such a CA.
func (s *Store) DeviceCertificate(caThumbprint, deviceID string, now time.Time) (tls.Certificate, error) {
	s.Lock()
	defer s.Unlock()
	s.Settle(now)
	for _, cat := range s.catalogs {
		for _, ca := range cat.certificates {
			if strings.EqualFold(ca.Thumbprint(), caThumbprint) {
				return pki.NewDeviceCertificate(ca.issuer, deviceID, now)
			}
		}
	}
	return tls.Certificate{}, fmt.Errorf("no catalog has a CA with the thumbprint %s", caThumbprint)
}
