// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Provisioner are the calls for groups and certificates of a Device Provisioning Service.
type Provisioner interface {
	CertificateVerifier

	Group(ctx context.Context, id dps.GroupID) (dps.Group, error)
	UpdateGroup(ctx context.Context, id dps.GroupID, change func(dps.Group) (dps.Change, error)) (dps.Group, error)
	Groups(ctx context.Context, service string) ([]dps.Group, error)
	Certificates(ctx context.Context, service string) ([]dps.Certificate, error)
	CreateCertificate(ctx context.Context, id dps.CertificateID, certificate *certs.Certificate) (dps.Certificate, error)
	DeleteCertificate(ctx context.Context, id dps.CertificateID, etag string) error
}

// ProvisioningGroup is an enrollment group of a Device Provisioning Service as a RelyingService. Its places are its two
// references to certificates of the service.
//
// Unlike in IoT Central, a certificate is uploaded and verified beside what the place holds, and the reference switches to it
// once it is verified: a place never refers to an unverified certificate of this provider's, and nothing is cut off before.
// The certificates belong to the service, where other groups may refer to them too. So callers take turns, and one is deleted
// only when it has the name that this provider gives and no group refers to it.
type ProvisioningGroup struct {
	ID     dps.GroupID
	Client Provisioner
	// Certificates lists those of the service for reads; unless it is set, the client does.
	Certificates func(ctx context.Context) ([]dps.Certificate, error)
	// Group reads the group for reads, likewise.
	Group func(ctx context.Context) (dps.Group, error)
	// Prover, Now and Backoff are those of the Handshake. Reading needs none of them.
	Prover  Prover
	Now     func() time.Time
	Backoff Backoff
	// Revoked says which CAs must not be trusted for a moment longer. It may be nil.
	Revoked func(certs.Thumbprint) bool

	// Leftovers says which certificates could not be deleted, and why.
	Leftovers []error

	// seen is what the last look has found, once there was one.
	seen   provisioningLook
	looked bool
	// uploaded are the certificates that were uploaded for a place through this value.
	uploaded map[Place]certs.Thumbprint
}

var (
	_ RelyingService = (*ProvisioningGroup)(nil)
	_ placesReader   = (*ProvisioningGroup)(nil)
)

// ProvisioningPlaces are the places of an enrollment group, in the order of the portal.
func ProvisioningPlaces() []Place {
	var places []Place
	for _, entry := range dps.Entries() {
		places = append(places, Place(entry))
	}

	return places
}

const certificatePrefix = "azure-sphere-"

// CertificateName is the name under which a CA is uploaded to a Device Provisioning Service.
func CertificateName(thumbprint certs.Thumbprint) string {
	return certificatePrefix + strings.ToLower(thumbprint.String())
}

// provisioningLook is a group with the certificates of its service.
type provisioningLook struct {
	group        dps.Group
	certificates []dps.Certificate
}

// Name implements RelyingService.
func (g *ProvisioningGroup) Name(place Place) string {
	return fmt.Sprintf("the %s entry of %s", place, g.ID)
}

// look reads the group and the certificates. A group that does not exist has no references.
func (g *ProvisioningGroup) look(ctx context.Context) error {
	read := g.Group
	if read == nil {
		read = func(ctx context.Context) (dps.Group, error) { return g.Client.Group(ctx, g.ID) }
	}
	group, err := read(ctx)
	if transport.IsNotFound(err) {
		group, err = dps.Group{}, nil
	}
	if err != nil {
		return err
	}
	g.seen, g.looked = provisioningLook{group: group}, true
	if !g.seen.needsCertificates() {
		return nil
	}

	return g.lookAtCertificates(ctx)
}

func (g *ProvisioningGroup) lookAtCertificates(ctx context.Context) (err error) {
	if g.Certificates != nil {
		g.seen.certificates, err = g.Certificates(ctx)
		return err
	}
	g.seen.certificates, err = g.Client.Certificates(ctx, g.ID.Service)

	return err
}

// needsCertificates reports whether the certificates of the service say more about the group than it does itself.
func (l provisioningLook) needsCertificates() bool {
	return len(l.group.References) > 0 || len(l.group.Signing) > 0 && !l.group.TrustsNone()
}

// references returns the names that the entries refer to. Certificates in the group itself are shown as references where the
// service has each of them: the next write makes references of them. own is false when that is not so: then the entries
// cannot be changed one by one.
func (l provisioningLook) references() (names map[dps.Entry]string, own bool) {
	if len(l.group.Signing) == 0 || l.group.TrustsNone() {
		return l.group.References, true
	}
	names = map[dps.Entry]string{}
	for entry, signing := range l.group.Signing {
		for _, one := range l.certificates {
			if one.Thumbprint == signing.Thumbprint && (names[entry] == "" || one.Verified) {
				names[entry] = one.Name
			}
		}
	}

	return names, len(names) == len(l.group.Signing)
}

// holding returns what an entry holds. A reference to a certificate that is not there is none. Certificates in the group
// itself that the service does not have are somebody else's, and take both entries: they would go with the first reference.
func (l provisioningLook) holding(entry dps.Entry) (Holding, bool) {
	names, own := l.references()
	if !own {
		signing, found := l.group.Signing[entry]
		for _, other := range dps.Entries() {
			if !found {
				signing, found = l.group.Signing[other]
			}
		}
		return Holding{Thumbprint: signing.Thumbprint, Verified: true, Subject: signing.Subject}, true
	}
	found, there := dps.FindCertificate(l.certificates, names[entry])

	return Holding{Thumbprint: found.Thumbprint, Verified: found.Verified}, names[entry] != "" && there
}

// ReadPlaces reads what all places hold in one look.
func (g *ProvisioningGroup) ReadPlaces(ctx context.Context, places []Place) (map[Place]Holding, error) {
	if err := g.look(ctx); err != nil {
		return nil, err
	}
	holds := map[Place]Holding{}
	for _, place := range places {
		if holding, filled := g.seen.holding(dps.Entry(place)); filled {
			holds[place] = holding
		}
	}

	return holds, nil
}

// Read implements RelyingService. Of a group that does not exist all entries are empty.
func (g *ProvisioningGroup) Read(ctx context.Context, place Place) (Holding, bool, error) {
	if err := g.look(ctx); err != nil {
		return Holding{}, false, err
	}
	holding, filled := g.seen.holding(dps.Entry(place))

	return holding, filled, nil
}

// Upload implements RelyingService. It uploads to the service; the place refers to the certificate once that is verified. A
// revoked CA loses its place at once.
func (g *ProvisioningGroup) Upload(ctx context.Context, place Place, certificate *certs.Certificate) (Holding, error) {
	if held, filled := g.seen.holding(dps.Entry(place)); filled && g.Revoked != nil && g.Revoked(held.Thumbprint) {
		if err := g.Remove(ctx, place); err != nil {
			return Holding{}, err
		}
	}
	stored, err := g.upload(ctx, certificate)
	if err != nil {
		return Holding{}, err
	}
	if g.uploaded == nil {
		g.uploaded = map[Place]certs.Thumbprint{}
	}
	g.uploaded[place] = certificate.Thumbprint()

	return Holding{Thumbprint: stored.Thumbprint, Verified: stored.Verified}, nil
}

// upload looks first: a certificate that is there may be one that other groups trust, and whether the service refuses to
// replace it, which takes the verification away, is not sure.
func (g *ProvisioningGroup) upload(ctx context.Context, certificate *certs.Certificate) (dps.Certificate, error) {
	id := g.certificate(CertificateName(certificate.Thumbprint()))
	found, err := g.Client.Certificate(ctx, id)
	switch {
	case transport.IsNotFound(err):
		return g.Client.CreateCertificate(ctx, id, certificate)
	case err == nil && found.Thumbprint != certificate.Thumbprint():
		return found, &dps.NameTakenError{ID: id, Found: found.Thumbprint}
	default:
		return found, err
	}
}

func (g *ProvisioningGroup) certificate(name string) dps.CertificateID {
	return dps.CertificateID{Service: g.ID.Service, Name: name}
}

// Verify implements RelyingService with a Handshake. Then it lets the place refer to the certificate.
func (g *ProvisioningGroup) Verify(ctx context.Context, place Place, thumbprint certs.Thumbprint) error {
	if !g.looked {
		if err := g.look(ctx); err != nil {
			return err
		}
	}
	entry := dps.Entry(place)
	names, _ := g.seen.references()
	before := names[entry]
	name := CertificateName(thumbprint)
	uploaded := g.uploaded[place] == thumbprint
	held, _ := g.seen.holding(entry)
	switch {
	case held.Thumbprint == thumbprint:
		name = before // It may have been uploaded by somebody else, under another name.
	case !uploaded:
		return &ChangedError{Place: g.Name(place), Found: held.Thumbprint, Want: thumbprint}
	}
	handshake := Handshake{Prover: g.Prover, Now: g.Now, Backoff: g.Backoff, Uploaded: uploaded}
	if _, err := handshake.Prove(ctx, &ProvisioningCertificate{ID: g.certificate(name), Client: g.Client}, thumbprint); err != nil {
		return err
	}
	if err := g.refer(ctx, entry, before, name); err != nil {
		return err
	}
	if !strings.EqualFold(before, name) {
		g.tidy(ctx, before)
	}

	return nil
}

// refer lets an entry refer to a certificate, or with an empty name to none. before is what it must refer to.
func (g *ProvisioningGroup) refer(ctx context.Context, entry dps.Entry, before, name string) error {
	updated, err := g.Client.UpdateGroup(ctx, g.ID, func(group dps.Group) (dps.Change, error) {
		now := provisioningLook{group, g.seen.certificates}
		names, own := now.references()
		held := names[entry]
		switch {
		case group.AttestationType != dps.AttestationX509:
			return nil, fmt.Errorf("%s attests devices by %s, and refers to no certificates", g.ID, group.AttestationType)
		case strings.EqualFold(held, name) && len(group.Signing) == 0:
			return nil, nil // It is done.
		case !strings.EqualFold(held, before):
			found, _ := dps.FindCertificate(g.seen.certificates, held)
			want, _ := dps.FindCertificate(g.seen.certificates, before)
			return nil, &ChangedError{Place: g.Name(Place(entry)), Found: found.Thumbprint, Want: want.Thumbprint}
		}
		wanted := map[dps.Entry]string{}
		if name != "" {
			wanted[entry] = name
		}
		for _, other := range dps.Entries() {
			if other != entry && names[other] != "" && own {
				wanted[other] = names[other]
			}
		}
		attestation, err := g.attestation(wanted)
		return dps.Change{"attestation": attestation}, err
	})
	if err == nil {
		g.seen.group = updated
	}

	return err
}

func (g *ProvisioningGroup) attestation(references map[dps.Entry]string) (map[string]any, error) {
	if len(references) > 0 {
		return dps.Referring(references), nil
	}

	return dps.Untrusting(g.Now())
}

// Remove implements RelyingService. It takes the reference away, and deletes the certificate when nothing needs it.
func (g *ProvisioningGroup) Remove(ctx context.Context, place Place) error {
	entry := dps.Entry(place)
	names, _ := g.seen.references()
	name := names[entry]
	err := g.refer(ctx, entry, name, "")
	if transport.IsNotFound(err) { // One 404 is not believed.
		if _, gone := g.Client.Group(ctx, g.ID); transport.IsNotFound(gone) {
			g.seen.group, err = dps.Group{}, nil
		}
	}
	if err != nil {
		return err
	}
	g.tidy(ctx, name)

	return nil
}

// Sweep deletes the certificates of these CAs that this provider has uploaded and no group refers to.
func (g *ProvisioningGroup) Sweep(ctx context.Context, thumbprints []certs.Thumbprint) {
	listed, err := g.Client.Certificates(ctx, g.ID.Service)
	if err != nil {
		if !transport.IsNotFound(err) {
			g.Leftovers = append(g.Leftovers, err)
		}
		return
	}
	for _, one := range listed {
		if slices.Contains(thumbprints, one.Thumbprint) {
			g.tidy(ctx, one.Name)
		}
	}
}

// tidy deletes a certificate that was uploaded by this provider, unless a group refers to it. What cannot be deleted is
// noted: that is no reason to fail.
func (g *ProvisioningGroup) tidy(ctx context.Context, name string) {
	if !strings.HasPrefix(strings.ToLower(name), certificatePrefix) {
		return
	}
	if err := g.deleteUnused(ctx, name); err != nil {
		g.Leftovers = append(g.Leftovers, fmt.Errorf("cannot delete the certificate %s: %w", g.certificate(name), err))
	}
}

// errOwnGroupMissing says that a list of groups is not to be trusted.
var errOwnGroupMissing = errors.New("the list of enrollment groups lacks this one, so which groups refer to the certificate is not known")

func (g *ProvisioningGroup) deleteUnused(ctx context.Context, name string) error {
	groups, err := g.Client.Groups(ctx, g.ID.Service)
	if err != nil {
		return err
	}
	listed := false
	for _, group := range groups {
		if group.ID == g.ID.Group {
			listed = true
			group = g.seen.group // What was just written, which a query need not show yet.
		}
		for _, referred := range group.References {
			if strings.EqualFold(referred, name) {
				return nil
			}
		}
	}
	if !listed && g.seen.group.AttestationType != "" {
		return errOwnGroupMissing
	}
	found, err := g.Client.Certificate(ctx, g.certificate(name))
	switch {
	case transport.IsNotFound(err):
		return nil
	case err != nil:
		return err
	case !strings.EqualFold(name, CertificateName(found.Thumbprint)):
		return nil // Somebody has put another certificate there.
	default:
		return g.Client.DeleteCertificate(ctx, g.certificate(name), found.ETag)
	}
}

// Seen returns the group as the last look has found it, and false when there was none.
func (g *ProvisioningGroup) Seen() (dps.Group, bool) {
	return g.seen.group, g.seen.group.AttestationType != ""
}
