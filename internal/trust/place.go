// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// Place is a slot of a relying service: it holds one CA, which can be verified, and
// it can be emptied. An enrollment group of IoT Central has two.
type Place string

// Holding is what a place holds. A place that holds nothing has no Holding.
type Holding struct {
	// Thumbprint of the CA.
	Thumbprint certs.Thumbprint
	// Verified says whether devices with a certificate of this CA may enrol.
	Verified bool
	// Subject is an RFC 2253 string where the service returns it.
	Subject string
}

// Content is a Holding with what the tenant says about it.
type Content struct {
	// CA with the role that it has now. Of a foreign certificate only the
	// thumbprint is known.
	CA       CA
	Verified bool
	// Subject of a foreign certificate, where the relying service returns it.
	Subject string
	// Displaced is the thumbprint of the CA of ours that was in this place before
	// a foreign certificate. It is zero when the place held none.
	Displaced certs.Thumbprint
	// Duplicate says that another place holds the same CA and is preferred.
	Duplicate bool
}

// Situation is all that the rule goes by.
type Situation struct {
	// Places, in the order in which they are filled.
	Places []Place
	// Holds is what the places hold. An empty place is missing.
	Holds map[Place]Holding
	// Ours is the thumbprint of the CA of ours that each place held last, also when
	// it holds something else by now. A place that we emptied is missing.
	Ours map[Place]certs.Thumbprint
	// Certificates are the CAs of the tenant.
	Certificates []sphere.Certificate
	// Now is the time of the service.
	Now time.Time
	// ReplaceForeign allows certificates to go that are not the tenant's.
	ReplaceForeign bool
}

// Contents returns what the places hold, with roles. An empty place is missing. A
// CA that was ours and that the tenant no longer lists is expired: either it is
// over, or it belongs to the tenant that was trusted before.
func (s Situation) Contents() map[Place]Content {
	cas := AssignRoles(s.Certificates, s.Now)
	contents := map[Place]Content{}
	for place, holding := range s.Holds {
		contents[place] = s.content(cas, place, holding)
	}
	s.markDuplicates(contents)

	return contents
}

func (s Situation) content(cas []CA, place Place, holding Holding) Content {
	for _, ca := range cas {
		if ca.Thumbprint == holding.Thumbprint {
			return Content{CA: ca, Verified: holding.Verified}
		}
	}
	unknown := CA{Certificate: sphere.Certificate{Thumbprint: holding.Thumbprint}, Role: RoleForeign}
	for _, ours := range s.Ours {
		if ours == holding.Thumbprint {
			unknown.Role = RoleExpired
			return Content{CA: unknown, Verified: holding.Verified}
		}
	}

	return Content{CA: unknown, Verified: holding.Verified, Subject: holding.Subject, Displaced: s.Ours[place]}
}

// markDuplicates leaves one place to each CA of the tenant: a verified one, or else
// the first one. CAs that are to be removed anyway are not looked at.
func (s Situation) markDuplicates(contents map[Place]Content) {
	preferred := map[certs.Thumbprint]Place{}
	for _, verified := range []bool{true, false} {
		for _, place := range s.Places {
			content, filled := contents[place]
			if !filled || content.Verified != verified || !content.keepable() {
				continue
			}
			if _, seen := preferred[content.CA.Thumbprint]; seen {
				content.Duplicate = true
				contents[place] = content
				continue
			}
			preferred[content.CA.Thumbprint] = place
		}
	}
}

// keepable reports whether the content is a CA that devices present now or soon.
func (c Content) keepable() bool {
	return c.CA.Role == RoleActive || c.CA.Role == RoleUpcoming || c.CA.Role == RoleRetiring
}

// Foreign reports whether the content is not a CA of the tenant.
func (c Content) Foreign() bool { return c.CA.Role == RoleForeign }

// Remember returns Ours for the next look: what each place holds of ours, or else
// what it held of ours before.
func (s Situation) Remember() map[Place]certs.Thumbprint {
	ours := maps.Clone(s.Ours)
	if ours == nil {
		ours = map[Place]certs.Thumbprint{}
	}
	for place, content := range s.Contents() {
		if !content.Foreign() {
			ours[place] = content.CA.Thumbprint
		}
	}

	return ours
}

// find returns the place whose content fits, in the order of the places.
func (s Situation) find(contents map[Place]Content, fits func(Content) bool) (Place, bool) {
	for _, place := range s.Places {
		if content, filled := contents[place]; filled && fits(content) {
			return place, true
		}
	}

	return "", false
}

// wanted returns the CAs that devices present now or soon, the most important
// first: the active one, upcoming ones by the order in which they follow, then
// retiring ones, the latest first.
func (s Situation) wanted() []CA {
	rank := map[Role]int{RoleActive: 1, RoleUpcoming: 2, RoleRetiring: 3}
	wanted := slices.DeleteFunc(AssignRoles(s.Certificates, s.Now), func(ca CA) bool { return rank[ca.Role] == 0 })
	slices.SortStableFunc(wanted, func(a, b CA) int {
		if order := cmp.Compare(rank[a.Role], rank[b.Role]); order != 0 {
			return order
		}
		if a.Role == RoleUpcoming {
			return a.NotBefore.Compare(b.NotBefore)
		}
		return b.NotBefore.Compare(a.NotBefore)
	})

	return wanted
}
