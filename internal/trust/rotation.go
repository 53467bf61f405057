// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// Entries are the contents of the entries of an enrollment group. An entry that is
// missing is empty.
type Entries map[iotcentral.Entry]iotcentral.SigningCertificate

// Action is what a Step does.
type Action string

// Upload is followed by Verify of the same entry.
const (
	Upload Action = "upload"
	Verify Action = "verify"
	Remove Action = "remove"
)

// Step is one change of an entry.
type Step struct {
	Action Action
	Entry  iotcentral.Entry
	// CA is what is uploaded or verified. It is empty for Remove.
	CA CA
	// Replaces is the thumbprint that must be in the entry before, or empty.
	Replaces string
}

// Content is what an entry holds after all steps.
type Content struct {
	// CA with the role it has now. For RoleForeign only the thumbprint is known.
	CA       CA
	Verified bool
}

// Rotation is the decision what to do with the entries of a group.
type Rotation struct {
	// Steps, in the order in which they must be carried out.
	Steps []Step
	// After is what the entries hold then. An entry that is missing is empty.
	After map[iotcentral.Entry]Content
	// HasActive is false when the tenant has no Active CA: then nothing is done
	// but removing revoked ones.
	HasActive bool
}

// ForeignCertificateError says that an entry holds a certificate that is not the
// tenant's.
type ForeignCertificateError struct {
	// Foreign are the certificates, by entry.
	Foreign map[iotcentral.Entry]iotcentral.SigningCertificate
}

// Error implements error. It names the subject where IoT Central tells it, which
// is not documented.
func (e *ForeignCertificateError) Error() string {
	var text []string
	for _, entry := range iotcentral.Entries() {
		foreign, found := e.Foreign[entry]
		if !found {
			continue
		}
		subject := "IoT Central does not tell its subject"
		if foreign.Subject != "" {
			subject = "subject " + foreign.Subject
		}
		text = append(text, fmt.Sprintf("the %s entry holds the certificate with thumbprint %s (%s)", entry, foreign.Thumbprint, subject))
	}

	return strings.Join(text, ", and ") + ", which is not a CA of this Azure Sphere tenant"
}

// Rotate decides which CA belongs in which entry of a group, so that it trusts
// every CA that devices can present now or soon:
//
//   - the active CA always;
//   - an upcoming CA as soon as it exists, the next one if there are several;
//   - else a retiring CA until it expires.
//
// Revoked and expired CAs are removed, and so is a CA that is there twice. A CA
// that is in an entry stays in that entry, so that trust is never interrupted: a
// new one takes the entry that is least needed. A foreign certificate is an error
// unless replaceForeign, and even then it is only replaced when its place is
// needed.
//
// Carrying out the steps in their order never leaves the active CA unverified if
// it was verified, and a second decision afterwards has no steps.
func Rotate(certificates []sphere.Certificate, entries Entries, replaceForeign bool, now time.Time) (Rotation, error) {
	r := rotation{cas: AssignRoles(certificates, now), entries: entries, after: map[iotcentral.Entry]Content{}}
	if foreign := r.foreign(); len(foreign) > 0 && !replaceForeign {
		return Rotation{}, &ForeignCertificateError{Foreign: foreign}
	}
	r.keep()
	_, hasActive := sphere.FindActive(certificates)
	if !hasActive {
		r.remove(RoleRevoked)
		return Rotation{Steps: r.steps, After: r.after}, nil
	}
	wanted := r.wanted()
	r.place(wanted)
	r.remove(RoleRevoked)
	for _, ca := range wanted {
		r.trust(ca)
	}
	r.remove(RoleExpired, duplicate)

	return Rotation{Steps: r.steps, After: r.after, HasActive: true}, nil
}

// Describe returns what the entries hold now.
func Describe(certificates []sphere.Certificate, entries Entries, now time.Time) map[iotcentral.Entry]Content {
	r := rotation{cas: AssignRoles(certificates, now), entries: entries, after: map[iotcentral.Entry]Content{}}
	r.keep()

	return r.after
}

// duplicate marks a CA that another entry holds already.
const duplicate Role = "duplicate"

type rotation struct {
	cas     []CA
	entries Entries
	// placed says which CA each entry is for.
	placed map[iotcentral.Entry]CA

	steps []Step
	after map[iotcentral.Entry]Content
}

// wanted returns the CAs to trust, the most important first: at most as many as
// there are entries. One whose body the service does not give can only stay where
// it is.
func (r *rotation) wanted() []CA {
	rank := map[Role]int{RoleActive: 1, RoleUpcoming: 2, RoleRetiring: 3}
	var wanted []CA
	for _, ca := range r.cas {
		if rank[ca.Role] > 0 && (ca.Body != nil || len(r.holding(ca)) > 0) {
			wanted = append(wanted, ca)
		}
	}
	slices.SortStableFunc(wanted, func(a, b CA) int {
		if order := cmp.Compare(rank[a.Role], rank[b.Role]); order != 0 {
			return order
		}
		if a.Role == RoleUpcoming { // The next one first.
			return a.NotBefore.Compare(b.NotBefore)
		}
		return b.NotBefore.Compare(a.NotBefore) // The latest one first.
	})

	return wanted[:min(len(wanted), len(iotcentral.Entries()))]
}

// holding returns the entries that hold the CA, a verified one first.
func (r *rotation) holding(ca CA) []iotcentral.Entry {
	var holding []iotcentral.Entry
	for _, entry := range iotcentral.Entries() {
		if content, filled := r.entries[entry]; filled && certs.SameThumbprint(content.Thumbprint, ca.Thumbprint) {
			holding = append(holding, entry)
		}
	}
	slices.SortStableFunc(holding, func(a, b iotcentral.Entry) int {
		return boolRank(!r.entries[a].Verified) - boolRank(!r.entries[b].Verified)
	})

	return holding
}

func boolRank(b bool) int {
	if b {
		return 1
	}

	return 0
}

// roleOf returns the role of what an entry holds, and the CA.
func (r *rotation) roleOf(entry iotcentral.Entry) (Role, CA) {
	content, filled := r.entries[entry]
	if !filled {
		return "", CA{}
	}
	for _, ca := range r.cas {
		if certs.SameThumbprint(ca.Thumbprint, content.Thumbprint) {
			gone := ca.Role == RoleRevoked || ca.Role == RoleExpired
			if holding := r.holding(ca); !gone && holding[0] != entry {
				return duplicate, ca
			}
			return ca.Role, ca
		}
	}

	return RoleForeign, CA{Certificate: sphere.Certificate{Thumbprint: content.Thumbprint}, Role: RoleForeign}
}

func (r *rotation) foreign() map[iotcentral.Entry]iotcentral.SigningCertificate {
	foreign := map[iotcentral.Entry]iotcentral.SigningCertificate{}
	for _, entry := range iotcentral.Entries() {
		if role, _ := r.roleOf(entry); role == RoleForeign {
			foreign[entry] = r.entries[entry]
		}
	}

	return foreign
}

// place gives each wanted CA an entry: the one it is in, or else the one whose
// content is least needed.
func (r *rotation) place(wanted []CA) {
	r.placed = map[iotcentral.Entry]CA{}
	for _, ca := range wanted {
		if holding := r.holding(ca); len(holding) > 0 {
			r.placed[holding[0]] = ca
		}
	}
	need := map[Role]int{"": 0, RoleRevoked: 1, RoleExpired: 2, duplicate: 3, RoleForeign: 4, RoleRetiring: 5, RoleUpcoming: 6}
	for _, ca := range wanted {
		if len(r.holding(ca)) > 0 {
			continue
		}
		free := slices.DeleteFunc(iotcentral.Entries(), func(entry iotcentral.Entry) bool {
			_, taken := r.placed[entry]
			return taken
		})
		best := slices.MinFunc(free, func(a, b iotcentral.Entry) int {
			roleA, _ := r.roleOf(a)
			roleB, _ := r.roleOf(b)
			return cmp.Compare(need[roleA], need[roleB])
		})
		r.placed[best] = ca
	}
}

// trust adds the steps after which the CA is in its entry, verified.
func (r *rotation) trust(ca CA) {
	for entry, placed := range r.placed {
		if placed.Thumbprint != ca.Thumbprint {
			continue
		}
		content := r.entries[entry]
		if !certs.SameThumbprint(content.Thumbprint, ca.Thumbprint) {
			r.steps = append(r.steps, Step{Action: Upload, Entry: entry, CA: ca, Replaces: content.Thumbprint})
			content.Verified = false
		}
		if !content.Verified {
			r.steps = append(r.steps, Step{Action: Verify, Entry: entry, CA: ca})
		}
		r.after[entry] = Content{CA: ca, Verified: true}
	}
}

// keep begins with what the entries hold now.
func (r *rotation) keep() {
	for _, entry := range iotcentral.Entries() {
		if role, ca := r.roleOf(entry); role != "" {
			r.after[entry] = Content{CA: ca, Verified: r.entries[entry].Verified}
		}
	}
}

// remove adds the steps that empty the entries with these roles, unless another CA
// is going to take their place.
func (r *rotation) remove(roles ...Role) {
	for _, entry := range iotcentral.Entries() {
		_, placed := r.placed[entry]
		if role, _ := r.roleOf(entry); !placed && slices.Contains(roles, role) {
			r.steps = append(r.steps, Step{Action: Remove, Entry: entry, Replaces: r.entries[entry].Thumbprint})
			delete(r.after, entry)
		}
	}
}
