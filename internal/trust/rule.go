// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"cmp"
	"maps"
	"slices"
)

// Action is what a Step does.
type Action string

// Upload is followed by Verify of the same place.
const (
	Upload Action = "upload"
	Verify Action = "verify"
	Remove Action = "remove"
)

// Step is one change of a place.
type Step struct {
	Action Action
	Place  Place
	// CA is what is uploaded or verified. It is empty for Remove.
	CA CA
	// Replaces is what the place must hold before, or nil when it must be empty.
	Replaces *Content
}

// Vital reports whether the step makes the active CA trusted. Without it devices
// cannot enrol, so it alone can fail an apply before the others are tried.
func (s Step) Vital() bool { return s.CA.Role == RoleActive }

// EndsDistrust reports whether the step takes a revoked CA away.
func (s Step) EndsDistrust() bool {
	return s.Action != Verify && s.Replaces != nil && s.Replaces.CA.Role == RoleRevoked
}

// Outcome is what a place holds after all steps.
type Outcome struct {
	Content

	// Uncertain says that what the place holds depends on a step that may fail
	// without failing the apply, ProofOutstanding that only Verified does.
	Uncertain, ProofOutstanding bool
}

// Decision says what to do with the places of a relying service.
type Decision struct {
	// Steps, in the order in which they must be carried out.
	Steps []Step
	// Contents is what the places hold now, After what they hold then. A place that
	// is empty is missing.
	Contents map[Place]Content
	After    map[Place]Outcome
	// Active is the CA that signs device certificates, and ActivePlace where it will
	// be trusted: empty when no place can be had. Active is nil when there is none.
	Active      *CA
	ActivePlace Place
	// Notes are what people should know about it.
	Notes []Note
}

// Trusted reports whether the active CA is trusted once the steps are done.
func (d Decision) Trusted() bool { return d.ActivePlace != "" }

// Decide decides which CA belongs in which place, so that every CA is trusted that
// devices can present now or soon:
//
//   - The active CA is verified whenever a place can be had. It stays where it is;
//     else it takes, in this order, an empty place, that of a duplicate, of an
//     expired or revoked CA, of a foreign certificate that displaced a CA of ours,
//     of a retiring CA, of the furthest upcoming CA, and with ReplaceForeign that
//     of any foreign certificate; an unverified one first.
//   - Upcoming CAs likewise, the next one first, but never the place of the active
//     or of a nearer one.
//   - Retiring CAs stay until they expire, unless their place is needed. They are
//     uploaded again only into a place that nothing else needs.
//   - Revoked CAs are removed first, whatever else is wrong. Expired ones,
//     duplicates, and with ReplaceForeign all foreign certificates, are removed last.
//   - Without an active CA nothing but revoked ones is touched: nobody knows what
//     comes next.
//
// Carrying out the steps in their order never leaves the active CA unverified if it
// was verified, and a second decision afterwards has no steps.
func Decide(situation Situation) Decision {
	r := &rule{Situation: situation, seats: map[Place]CA{}}
	r.contents = situation.Contents()
	r.decision = Decision{Contents: maps.Clone(r.contents), After: map[Place]Outcome{}}
	for place, content := range r.contents {
		r.decision.After[place] = Outcome{Content: content}
	}
	active, reason := r.active()
	if active == nil {
		r.note(Note{Kind: reason})
		r.removeRevoked()
		r.noteForeign()
		return r.decision
	}
	r.decision.Active = active
	r.seat()
	r.removeRevoked()
	for _, ca := range r.wanted() {
		r.trust(ca)
	}
	r.tidy()
	r.noteForeign()

	return r.decision
}

// rule is a decision in the making.
type rule struct {
	Situation

	contents map[Place]Content
	// seats says which CA each place is for.
	seats    map[Place]CA
	decision Decision
}

// active returns the CA that must be trusted, or the reason why there is none. One
// whose body the service does not return can only stay where it is.
func (r *rule) active() (*CA, NoteKind) {
	if len(r.Certificates) == 0 {
		return nil, NoteNoCA
	}
	wanted := r.wanted()
	if len(wanted) == 0 || wanted[0].Role != RoleActive {
		return nil, NoteNoActive
	}
	if _, held := r.heldAt(wanted[0]); !held && wanted[0].Body == nil {
		return nil, NoteActiveWithoutBody
	}

	return &wanted[0], ""
}

// heldAt returns the place in which a CA is kept.
func (r *rule) heldAt(ca CA) (Place, bool) {
	return r.find(r.contents, func(content Content) bool {
		return content.keepable() && !content.Duplicate && content.CA.Thumbprint == ca.Thumbprint
	})
}

// seat gives each CA a place, the most important first.
func (r *rule) seat() {
	nextUpcoming := true
	for _, ca := range r.wanted() {
		place, found := r.placeFor(ca)
		switch {
		case found:
			r.seats[place] = ca
		case ca.Role == RoleActive:
			r.note(Note{Kind: NoteNoPlace, CA: ca})
		case ca.Role == RoleUpcoming && nextUpcoming && ca.Body == nil:
			r.note(Note{Kind: NoteUpcomingWithoutBody, CA: ca})
		case ca.Role == RoleUpcoming && nextUpcoming:
			r.note(Note{Kind: NoteNoPlace, CA: ca})
		}
		if found && ca.Role == RoleActive {
			r.decision.ActivePlace = place
		}
		nextUpcoming = nextUpcoming && ca.Role != RoleUpcoming
	}
}

// placeFor returns the place in which a CA stays, or else the one whose content is
// needed least.
func (r *rule) placeFor(ca CA) (Place, bool) {
	if place, held := r.heldAt(ca); held {
		if _, taken := r.seats[place]; !taken {
			return place, true
		}
	}
	if ca.Body == nil {
		return "", false
	}
	var candidates []Place
	for _, place := range r.Places {
		if _, taken := r.seats[place]; !taken && r.mayTake(ca, place) {
			candidates = append(candidates, place)
		}
	}
	if len(candidates) == 0 {
		return "", false
	}

	return slices.MinFunc(candidates, r.compareNeed), true
}

// need says how much the content of a place is needed, from not at all.
type need int

const (
	needEmpty need = iota
	needDuplicate
	needExpired
	needRevoked
	needDisplacing
	needRetiring
	needUpcoming
	needForeign
)

func (r *rule) need(place Place) need {
	content, filled := r.contents[place]
	switch {
	case !filled:
		return needEmpty
	case content.Duplicate:
		return needDuplicate
	case !content.Displaced.IsZero():
		return needDisplacing
	}

	return map[Role]need{
		RoleExpired: needExpired, RoleRevoked: needRevoked, RoleRetiring: needRetiring, RoleUpcoming: needUpcoming, RoleForeign: needForeign,
	}[content.CA.Role]
}

// mayTake reports whether a CA may take a place from what it holds.
func (r *rule) mayTake(ca CA, place Place) bool {
	content := r.contents[place]
	switch need := r.need(place); need {
	case needEmpty, needDuplicate, needExpired, needRevoked:
		return true
	case needDisplacing:
		return ca.Role != RoleRetiring || r.ReplaceForeign
	case needRetiring:
		return ca.Role != RoleRetiring
	case needUpcoming:
		return ca.Role == RoleActive || ca.Role == RoleUpcoming && content.CA.NotBefore.After(ca.NotBefore)
	default:
		return r.ReplaceForeign
	}
}

// compareNeed orders two places by how much their contents are needed.
func (r *rule) compareNeed(a, b Place) int {
	one, other := r.contents[a], r.contents[b]
	if order := cmp.Compare(r.need(a), r.need(b)); order != 0 {
		return order
	}
	if one.Verified != other.Verified {
		if one.Verified {
			return 1
		}
		return -1
	}
	if one.CA.Role == RoleUpcoming {
		return other.CA.NotBefore.Compare(one.CA.NotBefore) // The furthest goes first.
	}

	return one.CA.NotAfter.Compare(other.CA.NotAfter) // The one that ends first goes first.
}

// removeRevoked removes revoked CAs, unless the active CA replaces one at once.
func (r *rule) removeRevoked() {
	for _, place := range r.Places {
		content, filled := r.contents[place]
		if !filled || content.CA.Role != RoleRevoked {
			continue
		}
		if place == r.decision.ActivePlace {
			r.note(Note{Kind: NoteReplacedInPlace, Place: place, Gone: content, CA: *r.decision.Active})
			continue
		}
		r.step(Step{Action: Remove, Place: place, Replaces: &content})
		delete(r.decision.After, place)
		delete(r.contents, place)
	}
}

// trust adds the steps after which the CA is trusted in its place.
func (r *rule) trust(ca CA) {
	place, seated := r.seatOf(ca)
	if !seated {
		return
	}
	content, filled := r.contents[place]
	vital := ca.Role == RoleActive
	if filled && content.CA.Thumbprint == ca.Thumbprint {
		if !content.Verified {
			r.step(Step{Action: Verify, Place: place, CA: ca, Replaces: &content})
			r.decision.After[place] = Outcome{Content: Content{CA: ca, Verified: true}, ProofOutstanding: !vital}
		}
		return
	}
	upload := Step{Action: Upload, Place: place, CA: ca}
	if filled {
		upload.Replaces = &content
		r.noteTaken(place, content, ca)
	}
	r.step(upload)
	r.step(Step{Action: Verify, Place: place, CA: ca})
	r.decision.After[place] = Outcome{Content: Content{CA: ca, Verified: true}, Uncertain: !vital}
}

// noteTaken says which thumbprint goes, where that is more than tidying up.
func (r *rule) noteTaken(place Place, gone Content, ca CA) {
	if !gone.Displaced.IsZero() || gone.Verified && (gone.Foreign() || gone.keepable() && !gone.Duplicate) {
		r.note(Note{Kind: NoteTaken, Place: place, Gone: gone, CA: ca})
	}
}

func (r *rule) seatOf(ca CA) (Place, bool) {
	for place, seated := range r.seats {
		if seated.Thumbprint == ca.Thumbprint {
			return place, true
		}
	}

	return "", false
}

// tidy removes what nobody needs, once the rest is done.
func (r *rule) tidy() {
	for _, place := range r.Places {
		content, filled := r.contents[place]
		_, seated := r.seats[place]
		if !filled || seated {
			continue
		}
		if content.CA.Role == RoleExpired || content.Duplicate || content.Foreign() && r.ReplaceForeign {
			r.step(Step{Action: Remove, Place: place, Replaces: &content})
			r.decision.After[place] = Outcome{Content: content, Uncertain: true}
		}
	}
}

func (r *rule) step(step Step) { r.decision.Steps = append(r.decision.Steps, step) }
