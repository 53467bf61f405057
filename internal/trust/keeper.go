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

// Group is the side of IoT Central in a rotation.
type Group interface {
	Verifier

	PutCertificate(ctx context.Context, id iotcentral.CertificateID, certificate *certs.Certificate, verified bool) (iotcentral.SigningCertificate, error)
	DeleteCertificate(ctx context.Context, id iotcentral.CertificateID) error
}

// Keeper carries out the steps of a Rotation.
type Keeper struct {
	Group  Group
	Prover Prover
	// Now and Pause are those of the Handshake.
	Now   func() time.Time
	Pause Pause
	// Uploaded is told of each certificate that was put into the group.
	Uploaded func(thumbprint string)
}

// ReadEntries reads the entries of a group. Of a group that does not exist all
// entries are empty.
func ReadEntries(ctx context.Context, verifier Verifier, group iotcentral.GroupID) (Entries, error) {
	entries := Entries{}
	for _, entry := range iotcentral.Entries() {
		content, err := verifier.Certificate(ctx, group.Certificate(entry))
		switch {
		case transport.IsNotFound(err):
		case err != nil:
			return nil, err
		default:
			entries[entry] = content
		}
	}

	return entries, nil
}

// ChangedError says that an entry no longer holds what the steps were decided for.
type ChangedError struct {
	ID          iotcentral.CertificateID
	Found, Want string
}

// Error implements error.
func (e *ChangedError) Error() string {
	describe := func(thumbprint string) string {
		if thumbprint == "" {
			return "no certificate"
		}
		return "the certificate with thumbprint " + thumbprint
	}

	return fmt.Sprintf("%s holds %s by now, instead of %s; somebody else is changing it", e.ID, describe(e.Found), describe(e.Want))
}

// CarryOut carries out the steps in their order, and stops at the first failure.
// What was done before stays, and a new decision continues from there.
func (k *Keeper) CarryOut(ctx context.Context, group iotcentral.GroupID, steps []Step) error {
	for _, step := range steps {
		if err := k.carryOut(ctx, group.Certificate(step.Entry), step); err != nil {
			return err
		}
	}

	return nil
}

func (k *Keeper) carryOut(ctx context.Context, id iotcentral.CertificateID, step Step) error {
	switch step.Action {
	case Upload:
		return k.upload(ctx, id, step)
	case Verify:
		handshake := Handshake{Verifier: k.Group, Prover: k.Prover, Now: k.Now, Pause: k.Pause}
		_, err := handshake.Run(ctx, id, step.CA.Thumbprint)
		return err
	case Remove:
		found, err := k.thumbprint(ctx, id)
		if err != nil || found == "" {
			return err
		}
		if !certs.SameThumbprint(found, step.Replaces) {
			return &ChangedError{ID: id, Found: found, Want: step.Replaces}
		}
		return k.Group.DeleteCertificate(ctx, id)
	default:
		return fmt.Errorf("unknown action %q", step.Action)
	}
}

// upload looks once more before it writes. Another run may have done the same
// meanwhile, and a second upload would undo its verification.
func (k *Keeper) upload(ctx context.Context, id iotcentral.CertificateID, step Step) error {
	found, err := k.thumbprint(ctx, id)
	if err != nil {
		return err
	}
	if certs.SameThumbprint(found, step.CA.Thumbprint) {
		return nil
	}
	if found != step.Replaces && !certs.SameThumbprint(found, step.Replaces) {
		return &ChangedError{ID: id, Found: found, Want: step.Replaces}
	}
	stored, err := k.Group.PutCertificate(ctx, id, step.CA.Body, false)
	if err != nil && transport.EffectUnknown(err) {
		// The answer was lost; the entry tells whether it was done.
		if stored.Thumbprint, _ = k.thumbprint(ctx, id); !certs.SameThumbprint(stored.Thumbprint, step.CA.Thumbprint) {
			return err
		}
		err = nil
	}
	if err != nil {
		return err
	}
	k.Uploaded(step.CA.Thumbprint)
	if !certs.SameThumbprint(stored.Thumbprint, step.CA.Thumbprint) {
		return &ChangedError{ID: id, Found: stored.Thumbprint, Want: step.CA.Thumbprint}
	}

	return nil
}

func (k *Keeper) thumbprint(ctx context.Context, id iotcentral.CertificateID) (string, error) {
	content, err := k.Group.Certificate(ctx, id)
	if transport.IsNotFound(err) {
		return "", nil
	}

	return content.Thumbprint, err
}
