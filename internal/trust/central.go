// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"fmt"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// GroupCertificates are the calls for the certificates of enrollment groups.
type GroupCertificates interface {
	Verifier

	PutCertificate(ctx context.Context, id iotcentral.CertificateID, certificate *certs.Certificate, verified bool) (iotcentral.SigningCertificate, error)
	DeleteCertificate(ctx context.Context, id iotcentral.CertificateID) error
}

// EnrollmentGroup is an enrollment group of IoT Central as a RelyingService. Its
// places are the primary and the secondary entry.
type EnrollmentGroup struct {
	ID     iotcentral.GroupID
	Client GroupCertificates
	// Prover, Now and Backoff are those of the Handshake. Reading needs none of them.
	Prover  Prover
	Now     func() time.Time
	Backoff Backoff

	// uploaded are the places that were filled through this value.
	uploaded map[Place]bool
}

var _ RelyingService = (*EnrollmentGroup)(nil)

// GroupPlaces are the places of an enrollment group, in the order of the portal.
func GroupPlaces() []Place {
	var places []Place
	for _, entry := range iotcentral.Entries() {
		places = append(places, Place(entry))
	}

	return places
}

// Name implements RelyingService.
func (g *EnrollmentGroup) Name(place Place) string {
	return fmt.Sprintf("the %s entry of %s", place, g.ID)
}

// Read implements RelyingService. Of a group that does not exist all entries are
// empty.
func (g *EnrollmentGroup) Read(ctx context.Context, place Place) (Holding, bool, error) {
	found, err := g.Client.Certificate(ctx, g.entry(place))
	if transport.IsNotFound(err) {
		return Holding{}, false, nil
	}

	return Holding(found), err == nil, err
}

// Upload implements RelyingService.
func (g *EnrollmentGroup) Upload(ctx context.Context, place Place, certificate *certs.Certificate) (Holding, error) {
	stored, err := g.Client.PutCertificate(ctx, g.entry(place), certificate, false)
	if g.uploaded == nil {
		g.uploaded = map[Place]bool{}
	}
	g.uploaded[place] = true

	return Holding(stored), err
}

// Verify implements RelyingService with a Handshake.
func (g *EnrollmentGroup) Verify(ctx context.Context, place Place, thumbprint certs.Thumbprint) error {
	handshake := Handshake{Verifier: g.Client, Prover: g.Prover, Now: g.Now, Backoff: g.Backoff, Uploaded: g.uploaded[place]}
	_, err := handshake.Run(ctx, g.entry(place), thumbprint)

	return err
}

// Remove implements RelyingService.
func (g *EnrollmentGroup) Remove(ctx context.Context, place Place) error {
	return g.Client.DeleteCertificate(ctx, g.entry(place))
}

func (g *EnrollmentGroup) entry(place Place) iotcentral.CertificateID {
	return g.ID.Certificate(iotcentral.Entry(place))
}
