// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"fmt"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// GroupCertificates are the calls for the certificates of enrollment groups.
type GroupCertificates interface {
	Verifier

	// Look reads an entry before something is written to it, and reports false when
	// it is empty. It may use a read of the last seconds again.
	Look(ctx context.Context, id iotcentral.CertificateID) (iotcentral.SigningCertificate, bool, error)
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

	// uploaded is what the answers to uploads through this value said of the places.
	uploaded map[Place]iotcentral.SigningCertificate
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
	found, filled, err := g.Client.Look(ctx, g.entry(place))

	return Holding(found), filled, err
}

// Upload implements RelyingService.
func (g *EnrollmentGroup) Upload(ctx context.Context, place Place, certificate *certs.Certificate) (Holding, error) {
	stored, err := g.Client.PutCertificate(ctx, g.entry(place), certificate, false)
	if g.uploaded == nil {
		g.uploaded = map[Place]iotcentral.SigningCertificate{}
	}
	g.uploaded[place] = stored

	return Holding(stored), err
}

// Verify implements RelyingService with a Handshake.
func (g *EnrollmentGroup) Verify(ctx context.Context, place Place, thumbprint certs.Thumbprint) error {
	answer, uploaded := g.uploaded[place]
	handshake := Handshake{Verifier: g.Client, Prover: g.Prover, Now: g.Now, Backoff: g.Backoff, Uploaded: uploaded, Answer: answer}
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
