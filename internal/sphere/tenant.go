// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"context"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

// Status is the state of a tenant CA. The services may send others.
type Status string

// States of a tenant CA. Inactive is a successor that is not yet in use as well
// as a predecessor that no longer is; the dates tell them apart.
const (
	Active   Status = "Active"
	Inactive Status = "Inactive"
	Expired  Status = "Expired"
	Revoked  Status = "Revoked"
)

// normalizeStatus spells a known status as the constants do: the case of what the
// service sends varies elsewhere, too.
func normalizeStatus(status Status) Status {
	for _, known := range []Status{Active, Inactive, Expired, Revoked} {
		if strings.EqualFold(string(status), string(known)) {
			return known
		}
	}

	return status
}

// Certificate is a tenant CA certificate as Azure Sphere lists it.
type Certificate struct {
	// ID names the certificate across tenants: "<catalog ID>/certificates/<serial
	// number>" or "tenants/<tenant ID>/certificates/<thumbprint>".
	ID string
	// SerialNumber is upper-case hex. Legacy does not list it: there it is empty
	// when the body is no longer available.
	SerialNumber string
	// Thumbprint is zero when the service returns neither it nor the body.
	Thumbprint certs.Thumbprint
	// Status as the service sends it; Legacy's flags are translated.
	Status Status
	// NotBefore and NotAfter are in UTC. They are zero when the service returns
	// neither the dates nor the body.
	NotBefore, NotAfter time.Time
	// Body is the certificate itself. It is nil when the service no longer gives
	// it, as for expired certificates.
	Body *certs.Certificate
}

// Tenant is one Azure Sphere tenant, of either generation.
type Tenant interface {
	// Scope identifies the tenant.
	Scope() Scope
	// Certificates lists all CA certificates of the tenant.
	Certificates(ctx context.Context) ([]Certificate, error)
	// ProofOfPossession lets the service sign a verification code with the CA. The
	// proof is a new certificate with each call, valid for about an hour.
	ProofOfPossession(ctx context.Context, ca Certificate, code string) (*certs.Certificate, error)
}

// Find returns the certificate with the thumbprint.
func Find(certificates []Certificate, thumbprint certs.Thumbprint) (Certificate, bool) {
	for _, certificate := range certificates {
		if certificate.Thumbprint == thumbprint {
			return certificate, true
		}
	}

	return Certificate{}, false
}

// FindActive returns the certificate that signs device certificates now: the
// newest of those with the status Active.
func FindActive(certificates []Certificate) (Certificate, bool) {
	var active Certificate
	for _, certificate := range certificates {
		if certificate.Status == Active && (active.Status != Active || certificate.NotBefore.After(active.NotBefore)) {
			active = certificate
		}
	}

	return active, active.Status == Active
}
