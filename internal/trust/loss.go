// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

// LossKind is why the active CA is not trusted.
type LossKind int

const (
	// LostSomehow says that nothing shows the reason: the active CA was removed, or
	// never trusted.
	LostSomehow LossKind = iota
	// LostVerification says that a place holds the active CA unverified.
	LostVerification
	// LostToForeign says that a foreign certificate is where a CA of ours was.
	LostToForeign
	// LostToRenewal says that the active CA was never in a place that holds, or
	// held, its predecessor.
	LostToRenewal
)

// Loss is the reason for which the active CA is not trusted.
type Loss struct {
	Kind LossKind
	// Place and Thumbprint are what the reason is about.
	Place      Place
	Thumbprint certs.Thumbprint
	// Since is an estimate of when devices began to fail, for LostToRenewal. Nobody
	// knows when a certificate was swapped or removed.
	Since time.Time
}

// FindLoss returns the reason for which the active CA is not trusted. It is for
// situations in which there is an active CA that is not.
func FindLoss(situation Situation) Loss {
	contents := situation.Contents()
	active := situation.wanted()[0]
	if place, found := situation.find(contents, func(c Content) bool { return c.CA.Role == RoleActive }); found {
		return Loss{Kind: LostVerification, Place: place, Thumbprint: active.Thumbprint}
	}
	for _, place := range situation.Places {
		if situation.Ours[place] == active.Thumbprint {
			if content, filled := contents[place]; filled && content.Foreign() {
				return Loss{Kind: LostToForeign, Place: place, Thumbprint: content.CA.Thumbprint}
			}
			return Loss{Kind: LostSomehow, Place: place}
		}
	}
	if place, found := predecessor(situation, contents, active); found {
		before := contents[place].CA
		since := Activation(active, before)
		if since.After(situation.Now) {
			since = situation.Now // It is active already, so the estimate is late.
		}
		return Loss{Kind: LostToRenewal, Place: place, Thumbprint: before.Thumbprint, Since: since}
	}
	if place, found := situation.find(contents, func(c Content) bool { return !c.Displaced.IsZero() }); found {
		return Loss{Kind: LostToForeign, Place: place, Thumbprint: contents[place].CA.Thumbprint}
	}

	return Loss{Kind: LostSomehow}
}

// predecessor returns the place that holds the latest CA before the active one.
func predecessor(situation Situation, contents map[Place]Content, active CA) (latest Place, found bool) {
	for _, place := range situation.Places {
		before := contents[place].CA
		if before.Role != RoleRetiring && before.Role != RoleExpired || before.NotBefore.IsZero() || !before.NotBefore.Before(active.NotBefore) {
			continue
		}
		if !found || before.NotBefore.After(contents[latest].CA.NotBefore) {
			latest, found = place, true
		}
	}

	return latest, found
}
