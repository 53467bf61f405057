// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import "time"

// Behavior decides what the documentation leaves open of IoT Central.
type Behavior struct {
	ExistingGroupConflicts   bool           // PUT on an existing group answers 409; default: it updates the group
	SharedCertificateAllowed bool           // one certificate may be in two groups of an application; default: 409
	CodeLifetime             time.Duration  // how long a verification code can be used; 0: without end
	GenerateResetsVerified   bool           // a new verification code takes the verification away; default: it stays
	EarlierCodesStayValid    bool           // a new code leaves earlier ones valid; default: it voids them
	EmptyEntryDeleteMissing  bool           // DELETE of an empty entry answers 404; default: 204
	VerifyMismatchBadRequest bool           // a proof that does not fit answers 400; default: 422
	RetryAfter               int            // seconds in the Retry-After header of a 429; 0: no header
	GroupCertificatesStored  bool           // certificates inside the PUT of a group are stored; default: ignored
	BundleFirstTaken         bool           // of several certificates the first is taken; default: refused
	RawPEMAccepted           bool           // a certificate may be PEM that is not base64-encoded again; default: refused
	NonCAAccepted            bool           // a certificate that is not a CA's is taken; default: refused
	MergePatchOnly           bool           // PATCH takes application/merge-patch+json alone; default: JSON as well
	PageSize                 int            // groups per page of a list; 0: all on one
	CertificateReturned      bool           // answers hold the certificate's body; default: they never do
	GroupShows               GroupShows     // what a group shows of its entries
	BodyETagIgnored          bool           // an etag in a body is ignored; default: one that does not match answers 412
	ImmutablePatch           ImmutablePatch // PATCH of a group's type or attestation
	ProofDatesChecked        bool           // verify refuses a proof outside its validity; default: dates do not matter
	ReadLag                  int            // how many reads of an entry still show it as it was before a change; 0: none
	EntryETagFollowsGroup    bool           // a change of an entry changes the etag of its group; default: of the entry alone
}

// GroupShows says what a group shows of its entries, by itself and in a list.
type GroupShows string

// What a group may show of its entries.
const (
	ShowsCertificates GroupShows = ""       // thumbprint and verification
	ShowsPart         GroupShows = "partly" // the thumbprint alone
	ShowsNothing      GroupShows = "no"     // no member for a filled entry
)

// ImmutablePatch says what a PATCH of a group's type or attestation does.
type ImmutablePatch string

// What a PATCH of a group's type or attestation may do.
const (
	PatchRefused ImmutablePatch = ""        // 422
	PatchIgnored ImmutablePatch = "ignored" // 200, nothing changed
)
