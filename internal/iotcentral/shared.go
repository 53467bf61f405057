// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"context"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Shared reads for refreshes and data sources: each thing once for all resources of
// a run. An answer is used for ten minutes at most, and only until a write through
// the Client touches the group that it is about. Decisions before a write do not go
// by it: see Client.Look.
type Shared struct{ client *Client }

// Shared returns the reads that all resources share.
func (c *Client) Shared() Shared { return Shared{c} }

// Listed lists the enrollment groups of an application as they were some minutes ago,
// whatever was written since.
func (s Shared) Listed(ctx context.Context, host string) ([]EnrollmentGroup, error) {
	return s.list(ctx, host, s.recentList())
}

func (s Shared) recentList() func(answer[[]EnrollmentGroup]) bool {
	return func(kept answer[[]EnrollmentGroup]) bool { return s.client.memory.younger(sharedMemory, kept.at) }
}

// Groups lists the enrollment groups of an application.
func (s Shared) Groups(ctx context.Context, host string) ([]EnrollmentGroup, error) {
	m := s.client.memory

	return s.list(ctx, host, func(kept answer[[]EnrollmentGroup]) bool {
		return m.younger(sharedMemory, kept.at) && m.sameApplication(host, kept.writes)
	})
}

// list lists the groups unless a list that is kept is usable. A refusal is kept as
// well: each group is read by itself then, and the list is not asked for again.
func (s Shared) list(ctx context.Context, host string, usable func(answer[[]EnrollmentGroup]) bool) ([]EnrollmentGroup, error) {
	m := s.client.memory

	return m.lists.get(ctx, host, usable, func() ([]EnrollmentGroup, error) {
		writes := m.written()
		groups, err := s.client.Groups(ctx, host)
		if ctx.Err() == nil {
			m.lists.keep(host, answer[[]EnrollmentGroup]{value: groups, err: err, at: m.now(), writes: writes})
		}
		return groups, err
	})
}

// Group reads a group. The list of all groups serves for it. A group that is not in
// the list, or not whole there, is read by itself: only a 404 of the group says that
// it is gone.
func (s Shared) Group(ctx context.Context, id GroupID) (EnrollmentGroup, error) {
	m := s.client.memory
	usable := func(kept answer[EnrollmentGroup]) bool {
		return m.younger(sharedMemory, kept.at) && m.sameGroup(id, kept.writes)
	}
	if kept, found := m.groups.lookUp(id, usable); found {
		return kept.value, kept.err
	}
	if listed, found := s.listed(ctx, id); found && s.client.isWhole(listed) {
		return listed, nil
	}

	return m.groups.get(ctx, id, usable, func() (EnrollmentGroup, error) { return s.client.Group(ctx, id) })
}

// listed returns a group as the list of the application shows it. After a write to
// this group it reports false, without a new list.
func (s Shared) listed(ctx context.Context, id GroupID) (EnrollmentGroup, bool) {
	m := s.client.memory
	if _, err := s.Listed(ctx, id.Host); err != nil {
		return EnrollmentGroup{}, false
	}
	list, found := m.lists.lookUp(id.Host, s.recentList())
	if !found || list.err != nil || !m.sameGroup(id, list.writes) {
		return EnrollmentGroup{}, false
	}
	for _, group := range list.value {
		if group.ID == id.Group {
			return group, true
		}
	}

	return EnrollmentGroup{}, false
}

// isWhole reports whether a list shows of a group what the group itself shows.
func (c *Client) isWhole(group EnrollmentGroup) bool {
	keys := group.Attestation.Type != AttestationSymmetricKey || group.Attestation.SymmetricKey != nil
	scope := c.apiVersion != APIVersionPreview || group.IDScope != ""

	return keys && scope && group.check() == nil
}

// Certificate reads an entry. The list of groups serves for it where it shows the
// entry whole and verified.
func (s Shared) Certificate(ctx context.Context, id CertificateID) (SigningCertificate, error) {
	if kept, found := s.client.memory.entries.lookUp(id, s.usable(id)); found {
		return kept.value, kept.err
	}
	if group, found := s.listed(ctx, id.GroupID); found {
		if shown, whole := group.Attestation.Certificates[id.Entry]; whole && shown.Verified {
			return shown, nil
		}
	}

	return s.entry(ctx, id)
}

// Entries reads what the entries of a group hold; an empty one is missing. The list
// of groups serves for them where it shows one whole and verified: then it shows
// both, and one that is not shown is empty. What the list leaves open is read.
// listed says that the list was relied on for an entry.
func (s Shared) Entries(ctx context.Context, id GroupID) (held map[Entry]SigningCertificate, listed bool, err error) {
	held = map[Entry]SigningCertificate{}
	group, _ := s.listed(ctx, id)
	showsAll := len(group.Attestation.Certificates) > 0 && !group.Attestation.Partial
	for _, entry := range Entries() {
		kept, known := s.client.memory.entries.lookUp(id.Certificate(entry), s.usable(id.Certificate(entry)))
		shown, whole := group.Attestation.Certificates[entry]
		if !known && (showsAll && !whole || whole && shown.Verified) {
			listed = true
			if whole {
				held[entry] = shown
			}
			continue
		}
		found, err := kept.value, kept.err
		if !known {
			found, err = s.entry(ctx, id.Certificate(entry))
		}
		if err == nil {
			held[entry] = found
		} else if !transport.IsNotFound(err) {
			return nil, false, err
		}
	}

	return held, listed, nil
}

// ReadEntries is Entries without the list.
func (s Shared) ReadEntries(ctx context.Context, id GroupID) (map[Entry]SigningCertificate, error) {
	held := map[Entry]SigningCertificate{}
	for _, entry := range Entries() {
		found, err := s.entry(ctx, id.Certificate(entry))
		if err == nil {
			held[entry] = found
		} else if !transport.IsNotFound(err) {
			return nil, err
		}
	}

	return held, nil
}

// entry reads an entry by itself, once for all.
func (s Shared) entry(ctx context.Context, id CertificateID) (SigningCertificate, error) {
	return s.client.memory.entries.get(ctx, id, s.usable(id), func() (SigningCertificate, error) { return s.client.Certificate(ctx, id) })
}

// usable reports whether an answer about an entry still holds. That a group was just
// created says that its entries are empty, but not that they stay so.
func (s Shared) usable(id CertificateID) func(answer[SigningCertificate]) bool {
	m := s.client.memory

	return func(kept answer[SigningCertificate]) bool {
		empty := kept.err == nil && kept.value.Thumbprint.IsZero()
		return !empty && m.younger(sharedMemory, kept.at) && m.sameEntry(id, kept.writes)
	}
}
