// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/entra"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// Namespace is the one of the resource provider.
const Namespace = "Microsoft.Devices"

// Service knows every provisioning service.
type Service struct {
	tenant   *entra.Tenant
	behavior Behavior
	now      func() time.Time

	mu       sync.Mutex // guards what follows, and all that is reached from it
	services []*ProvisioningService
	etags    rest.ETags
}

// ProvisioningService is one Device Provisioning Service. Its first fields never change.
type ProvisioningService struct {
	Name          string
	ResourceID    string
	ResourceGroup string
	IDScope       string
	Hubs          []string // host names of the linked IoT hubs

	certificates  []*certificate  // in order of creation
	groups        []*group        // likewise
	registrations []*registration // likewise
	arrivals      []time.Time     // of operations in the last minute
}

// New makes a service without provisioning services.
func New(tenant *entra.Tenant, behavior Behavior, now func() time.Time) *Service {
	return &Service{tenant: tenant, behavior: behavior, now: now}
}

// Add adds a provisioning service to a resource group, which is named by its resource ID.
func (s *Service) Add(name, resourceGroupID string) *ProvisioningService {
	added := &ProvisioningService{
		Name:          name,
		ResourceID:    resourceGroupID + "/providers/" + Namespace + "/provisioningServices/" + name,
		ResourceGroup: resourceGroupID[strings.LastIndexByte(resourceGroupID, '/')+1:],
		IDScope:       fmt.Sprintf("0ne%08X", uuid.New().ID()),
		Hubs:          []string{name + "-hub-1.azure-devices.net", name + "-hub-2.azure-devices.net"},
	}
	s.services = append(s.services, added)
	return added
}

// Services returns every provisioning service, in order of creation.
func (s *Service) Services() []*ProvisioningService { return slices.Clone(s.services) }

// Find returns the provisioning service of that name, or nil.
func (s *Service) Find(name string) *ProvisioningService {
	for _, one := range s.services {
		if strings.EqualFold(one.Name, name) {
			return one
		}
	}
	return nil
}

// matches reports whether an If-Match header, unquoted as the service wants it, holds the etag.
func (s *Service) matches(header, etag string) bool {
	return header == etag || header == "*" && !s.behavior.DPSAnyMatchRefused
}
