// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"github.com/google/uuid"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// Level is how much a principal may do with a service.
type Level int

// The levels, from the least to the most.
const (
	Nothing Level = iota
	Reading
	Publishing // reading and proofs of possession; only Azure Resource Manager knows it
	Everything
)

// Principal is a service principal of the tenant, as clients are told of it.
type Principal struct {
	Name         string `json:"name"` // owner, reader, stranger, managed-identity, publisher or contributor
	Description  string `json:"description"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret,omitempty"` // none for the managed identity
	ObjectID     string `json:"object_id"`
}

// ServicePrincipal is a principal and what it may do. Its levels are the same for every catalog, tenant and application.
type ServicePrincipal struct {
	Principal

	ResourceManager, AzureSphere, IoTCentral Level

	federated []federation // subjects whose assertions it accepts as its own
}

// federation is a federated identity credential: an issuer and a subject.
type federation struct{ issuer, subject string }

// managedIdentityName is the name of the principal that is the identity of the machine.
const managedIdentityName = "managed-identity"

// newPrincipals makes the emulated tenant's principals. The first is the one of the settings that clients are given.
func newPrincipals() []*ServicePrincipal {
	list := []*ServicePrincipal{
		{
			Principal: Principal{Name: "owner", Description: "may do everything: Azure Sphere Owner of the catalogs, " +
				"Administrator of the Legacy tenants, App Administrator in every application"},
			ResourceManager: Everything, AzureSphere: Everything, IoTCentral: Everything,
		},
		{
			Principal: Principal{Name: "reader", Description: "may only read: Azure Sphere Reader of the catalogs, which has " +
				"certificate chains and no proof of possession, and nothing written in any application"},
			ResourceManager: Reading, AzureSphere: Reading, IoTCentral: Reading,
		},
		{Principal: Principal{Name: "stranger", Description: "gets tokens, and has no role anywhere"}},
		{
			Principal: Principal{Name: managedIdentityName, Description: "the identity of the machine, with the rights of the " +
				"owner; it has no secret"},
			ResourceManager: Everything, AzureSphere: Everything, IoTCentral: Everything,
		},
		{
			Principal: Principal{Name: "publisher", Description: "Azure Sphere Publisher of the catalogs, the smallest role with " +
				"the proof of possession; App Administrator in every application"},
			ResourceManager: Publishing, AzureSphere: Reading, IoTCentral: Everything,
		},
		{
			Principal: Principal{Name: "contributor", Description: "Azure Sphere Contributor of the catalogs, Contributor of the " +
				"Legacy tenants, App Administrator in every application"},
			ResourceManager: Everything, AzureSphere: Everything, IoTCentral: Everything,
		},
	}
	for _, p := range list {
		p.ClientID, p.ObjectID = uuid.NewString(), uuid.NewString()
		if p.Name == managedIdentityName {
			continue
		}
		p.ClientSecret = pki.RandomText(30)
	}
	return list
}

// principal returns the principal with that client ID, or nil.
func (t *Tenant) principal(clientID string) *ServicePrincipal {
	for _, p := range t.principals {
		if p.ClientID == clientID {
			return p
		}
	}
	return nil
}
