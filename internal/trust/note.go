// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

// NoteKind is what a Note says.
type NoteKind string

const (
	// NoteNoCA says that the tenant lists no CA at all, as a new catalog does.
	NoteNoCA NoteKind = "no CA"
	// NoteNoActive says that none of the CAs signs device certificates.
	NoteNoActive NoteKind = "no active CA"
	// NoteActiveWithoutBody says that the active CA is in no place, and that the
	// service does not return its body, so that it cannot be uploaded.
	NoteActiveWithoutBody NoteKind = "active CA without body"
	// NoteUpcomingWithoutBody says the same of the next CA.
	NoteUpcomingWithoutBody NoteKind = "upcoming CA without body"
	// NoteNoPlace says that there is no place for a CA, active or upcoming.
	NoteNoPlace NoteKind = "no place"
	// NoteReplacedInPlace says that the active CA replaces a revoked one, and that
	// no CA is trusted until it is verified.
	NoteReplacedInPlace NoteKind = "replaced in place"
	// NoteTaken says that a CA takes the place of a verified one, or of a foreign
	// certificate that displaced one of ours.
	NoteTaken NoteKind = "taken"
	// NoteForeign says that a foreign certificate stays.
	NoteForeign NoteKind = "foreign"
)

// Note is something about a Decision that people should know.
type Note struct {
	Kind NoteKind
	// Place that it is about.
	Place Place
	// CA that takes the place or finds none.
	CA CA
	// Gone is what is in the place now.
	Gone Content
}

func (r *rule) note(note Note) { r.decision.Notes = append(r.decision.Notes, note) }

// noteForeign adds a note for each foreign certificate that stays.
func (r *rule) noteForeign() {
	for _, place := range r.Places {
		if outcome, filled := r.decision.After[place]; filled && outcome.Foreign() && !outcome.Uncertain {
			r.note(Note{Kind: NoteForeign, Place: place, Gone: outcome.Content})
		}
	}
}
