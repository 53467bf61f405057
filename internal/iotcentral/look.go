// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"context"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Look reads an entry before something is written to it, and reports false when it
// is empty. A read of the last five seconds serves, and so does what follows from a
// write of this Client alone: the answer to an upload, and that a group which it
// created is empty.
func (c *Client) Look(ctx context.Context, id CertificateID) (SigningCertificate, bool, error) {
	found, err := c.memory.entries.get(ctx, id, c.recent(id), func() (SigningCertificate, error) { return c.Certificate(ctx, id) })
	if transport.IsNotFound(err) {
		return SigningCertificate{}, false, nil
	}

	return found, err == nil && !found.Thumbprint.IsZero(), err
}

// Uploaded returns what the answer to the last upload through this Client said of an
// entry. It reports false once something else was written to it.
func (c *Client) Uploaded(id CertificateID) (SigningCertificate, bool) {
	kept, found := c.memory.entries.lookUp(id, func(kept answer[SigningCertificate]) bool {
		return kept.own && !kept.value.Thumbprint.IsZero() && c.memory.younger(sharedMemory, kept.at) && c.memory.sameEntry(id, kept.writes)
	})

	return kept.value, found
}

// LookForGroup reads a group before it is created. A read of the last five seconds
// serves.
func (c *Client) LookForGroup(ctx context.Context, id GroupID) (EnrollmentGroup, error) {
	return c.memory.groups.get(ctx, id, func(kept answer[EnrollmentGroup]) bool {
		return c.memory.younger(lookMemory, kept.at) && c.memory.sameGroup(id, kept.writes)
	}, func() (EnrollmentGroup, error) { return c.Group(ctx, id) })
}

// recent reports whether an answer about an entry serves for a look before a write.
func (c *Client) recent(id CertificateID) func(answer[SigningCertificate]) bool {
	return func(kept answer[SigningCertificate]) bool {
		age := lookMemory
		if kept.own {
			age = sharedMemory
		}
		return c.memory.younger(age, kept.at) && c.memory.sameEntry(id, kept.writes)
	}
}
