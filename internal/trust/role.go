// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// Role says what a CA means for the devices of a tenant, which its status alone
// does not: Inactive is a successor as well as a predecessor.
type Role string

// The roles in the life of a tenant CA. About 90 days before the Active CA
// expires its successor is made (upcoming); about 45 days later that one signs
// device certificates (active), and the old one is retiring until it expires.
const (
	RoleActive   Role = "active"
	RoleUpcoming Role = "upcoming"
	RoleRetiring Role = "retiring"
	RoleExpired  Role = "expired"
	RoleRevoked  Role = "revoked"
	// RoleForeign is that of a certificate which is not the tenant's.
	RoleForeign Role = "foreign"
)

// CA is a tenant CA with its role.
type CA struct {
	sphere.Certificate

	Role Role
}

// AssignRoles returns the CAs of a tenant with their roles at the given time, in
// the given order. Of several Active ones the newest is active, the others are
// retiring; one that is past its end is expired, whatever its status says. Without
// an active CA no other can be recognised as its successor.
func AssignRoles(certificates []sphere.Certificate, now time.Time) []CA {
	active, hasActive := findActive(certificates, now)
	cas := make([]CA, len(certificates))
	for i, certificate := range certificates {
		cas[i] = CA{Certificate: certificate}
		switch {
		case certificate.Status == sphere.Revoked:
			cas[i].Role = RoleRevoked
		case hasActive && certificate.Thumbprint == active.Thumbprint:
			cas[i].Role = RoleActive
		case certificate.Status == sphere.Expired, isOver(certificate, now):
			cas[i].Role = RoleExpired
		case hasActive && certificate.Status != sphere.Active && certificate.NotBefore.After(active.NotBefore):
			cas[i].Role = RoleUpcoming
		default:
			cas[i].Role = RoleRetiring
		}
	}

	return cas
}

// findActive returns the CA that signs device certificates. Certificates that a CA
// signs are not valid longer than the CA, so one past its end is of no use.
func findActive(certificates []sphere.Certificate, now time.Time) (sphere.Certificate, bool) {
	active, found := sphere.FindActive(certificates)

	return active, found && !isOver(active, now)
}

// isOver reports whether a CA is past its end. The end is zero when the service
// returns neither dates nor a body.
func isOver(certificate sphere.Certificate, now time.Time) bool {
	return !certificate.NotAfter.IsZero() && now.After(certificate.NotAfter)
}

// SameRoles reports whether two moments assign the same roles to the CAs.
func SameRoles(certificates []sphere.Certificate, one, other time.Time) bool {
	first, second := AssignRoles(certificates, one), AssignRoles(certificates, other)
	for i := range first {
		if first[i].Role != second[i].Role {
			return false
		}
	}

	return true
}
