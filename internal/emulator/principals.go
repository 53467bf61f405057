// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/rand"
	"encoding/base64"

	"github.com/google/uuid"
)

// level is how much a principal may do with a service.
type level int

const (
	nothing level = iota
	reading
	everything
)

// principal is a service principal and what it may do. Its levels are the same for every catalog, tenant and
// application.
type principal struct {
	Principal
	arm, sphere, central level
	federated            []federation // subjects whose assertions it accepts as its own
}

// federation is a federated identity credential: an issuer and a subject.
type federation struct{ issuer, subject string }

// managedIdentityName is the name of the principal that is the identity of the machine.
const managedIdentityName = "managed-identity"

// newPrincipals makes the emulated tenant's principals. The first is the one of the settings that clients are given.
func newPrincipals() []*principal {
	list := []*principal{
		{
			Principal: Principal{Name: "owner", Description: "may do everything: Azure Sphere Contributor on the catalogs, " +
				"Contributor of the Legacy tenants, App Administrator in every application"},
			arm: everything, sphere: everything, central: everything,
		},
		{
			Principal: Principal{Name: "reader", Description: "may only read: no proof of possession, and nothing written " +
				"in any application"},
			arm: reading, sphere: reading, central: reading,
		},
		{Principal: Principal{Name: "stranger", Description: "gets tokens, and has no role anywhere"}},
		{
			Principal: Principal{Name: managedIdentityName, Description: "the identity of the machine, with the rights of the " +
				"owner; it has no secret"},
			arm: everything, sphere: everything, central: everything,
		},
	}
	for _, p := range list {
		p.ClientID, p.ObjectID = uuid.NewString(), uuid.NewString()
		if p.Name == managedIdentityName {
			continue
		}
		p.ClientSecret = randomText(30)
	}
	return list
}

// principalByClientID returns the principal with that client ID, or nil.
func (e *Emulator) principalByClientID(id string) *principal {
	for _, p := range e.principals {
		if p.ClientID == id {
			return p
		}
	}
	return nil
}

// randomText returns so many random bytes in base64 for URLs.
func randomText(n int) string { return base64.RawURLEncoding.EncodeToString(randomBytes(n)) }

// randomBytes returns so many of them. The program ends where there is no randomness, as crypto/rand has it.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
