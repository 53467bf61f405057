// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

// Azure Sphere makes a successor about 90 days before a CA expires, and lets it
// sign about 45 days after it was made (documentation of certificate rotation,
// 2020). Both are estimates: nothing in the API says when.
const (
	issuedBeforeEnd = 90 * 24 * time.Hour
	activeAfter     = 45 * 24 * time.Hour
)

// Outlook is what can be said of trust in a tenant, from its CAs and what the
// places hold.
type Outlook struct {
	// Active is the CA that signs device certificates, or nil.
	Active *CA
	// ActivePlace holds it, verified or not. It is empty when none does.
	ActivePlace Place
	// Trusted says that it is verified there.
	Trusted bool
	// Until is an estimate of when trust ends if nothing is done: the end of the
	// last verified CA that follows the active one without a gap, or the activation
	// of its successor that is not verified. It is zero when there is no trust.
	Until time.Time
	// Successor is the next CA if it is not verified in any place, or nil.
	Successor *CA
}

// NewOutlook describes trust for contents, those of now or those after a Decision.
func NewOutlook(situation Situation, contents map[Place]Content) Outlook {
	var outlook Outlook
	verified := map[certs.Thumbprint]bool{}
	for _, place := range situation.Places {
		content, filled := contents[place]
		if !filled {
			continue
		}
		verified[content.CA.Thumbprint] = verified[content.CA.Thumbprint] || content.Verified
		if content.CA.Role == RoleActive && !outlook.Trusted {
			if outlook.ActivePlace == "" || content.Verified {
				outlook.ActivePlace = place
			}
			outlook.Trusted = content.Verified
		}
	}
	wanted := situation.wanted()
	if len(wanted) == 0 || wanted[0].Role != RoleActive {
		return Outlook{}
	}
	outlook.Active = &wanted[0]
	last := wanted[0]
	until := last.NotAfter
	for _, next := range wanted[1:] {
		if next.Role != RoleUpcoming || next.NotBefore.After(last.NotAfter) {
			break
		}
		if !verified[next.Thumbprint] {
			until = Activation(next, last)
			outlook.Successor = &next
			break
		}
		last, until = next, next.NotAfter
	}
	if outlook.Trusted {
		outlook.Until = until
	}

	return outlook
}

// Activation estimates when a CA begins to sign: about 45 days after it was made,
// and at the latest when its predecessor ends.
func Activation(successor, predecessor CA) time.Time {
	estimate := successor.NotBefore.Add(activeAfter)
	if !predecessor.NotAfter.IsZero() && estimate.After(predecessor.NotAfter) {
		return predecessor.NotAfter
	}

	return estimate
}

// Renewal is when the active CA is followed by another one. Both times are
// estimates.
type Renewal struct {
	// IssuedAbout is when the successor is made, or was.
	IssuedAbout time.Time
	// ActiveAbout is when it begins to sign device certificates.
	ActiveAbout time.Time
}

// NextRenewal returns the next renewal, and reports false when there is no active
// CA or its end is not known.
func NextRenewal(situation Situation) (Renewal, bool) {
	wanted := situation.wanted()
	if len(wanted) == 0 || wanted[0].Role != RoleActive {
		return Renewal{}, false
	}
	active := wanted[0]
	if len(wanted) > 1 && wanted[1].Role == RoleUpcoming {
		return Renewal{IssuedAbout: wanted[1].NotBefore, ActiveAbout: Activation(wanted[1], active)}, true
	}
	if active.NotAfter.IsZero() {
		return Renewal{}, false
	}
	issued := active.NotAfter.Add(-issuedBeforeEnd)
	if issued.Before(active.NotBefore) {
		issued = active.NotBefore // A CA that lives shorter than that: no better guess.
	}

	return Renewal{IssuedAbout: issued, ActiveAbout: active.NotAfter.Add(-(issuedBeforeEnd - activeAfter))}, true
}
