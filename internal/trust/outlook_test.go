// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// dayOf writes a time as the day of the story, or "never".
func dayOf(at time.Time) any {
	if at.IsZero() {
		return "never"
	}

	return int(at.Sub(certstest.Now).Hours() / 24)
}

func TestNewOutlook_untilWhenTrustHolds(t *testing.T) {
	t.Parallel()
	states := tenantStates(t)
	body := certstest.Valid(t).Certificate
	// B follows A without a gap, and C comes after a gap.
	states["chain"] = tenantState{-40, []sphere.Certificate{
		listed(body, "A", sphere.Active, -730, 0), listed(body, "B", sphere.Inactive, -90, 640), listed(body, "C", sphere.Inactive, 550, 1280),
	}}
	states["gap"] = tenantState{-40, []sphere.Certificate{listed(body, "A", sphere.Active, -730, 0), listed(body, "B", sphere.Inactive, 10, 640)}}
	for _, test := range []struct {
		name, state, holds string
		trusted            bool
		until              any
		place              Place
		successor          string
	}{
		{"the end of the Active CA", "one", "A+ .", true, 0, "first", ""},
		{"no trust without verification", "one", ". A-", false, "never", "second", ""},
		{"verified in one of two places", "one", "A- A+", true, 0, "second", ""},
		{"no trust at all", "one", "F+ .", false, "never", "", ""},
		{"the end of a successor that is verified", "upcoming", "A+ B+", true, 640, "first", ""},
		{"the activation of a successor that is not there", "upcoming", "A+ .", true, -45, "first", "B"},
		{"the activation of a successor that is not verified", "upcoming", "A+ B-", true, -45, "first", "B"},
		{"a successor alone is no trust", "upcoming", "B+ .", false, "never", "", ""},
		{"a predecessor does not count", "activated", "A+ B+", true, 640, "second", ""},
		{"a chain ends with the last one", "chain", "A+ B+ C+", true, 1280, "first", ""},
		{"or with the first that is missing", "chain", "A+ B+ .", true, 595, "first", "C"},
		{"a gap ends it", "gap", "A+ B+", true, 0, "first", ""},
		{"no Active CA", "no active", "A+ .", false, "never", "", ""},
		{"an Active CA past its end", "active past end", "A+ .", false, "never", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := situation(states[test.state], false, test.holds)
			got := NewOutlook(s, s.Contents())
			successor := ""
			if got.Successor != nil {
				successor = got.Successor.Thumbprint.String()[:1]
			}
			if got.Trusted != test.trusted || dayOf(got.Until) != test.until || got.ActivePlace != test.place || successor != test.successor {
				t.Errorf("trusted %t until %v in %q, successor %q; want %t until %v in %q, successor %q",
					got.Trusted, dayOf(got.Until), got.ActivePlace, successor, test.trusted, test.until, test.place, test.successor)
			}
		})
	}
}

func TestActivation_isAnEstimateWithinThePredecessorsLife(t *testing.T) {
	t.Parallel()
	body := certstest.Valid(t).Certificate
	ca := func(from, to int) CA { return CA{Certificate: listed(body, "A", sphere.Inactive, from, to)} }
	for want, between := range map[int][2]CA{
		-45: {ca(-90, 640), ca(-730, 0)}, // successor, predecessor
		-10: {ca(-30, 640), ca(-730, -10)},
		15:  {ca(-30, 640), {}}, // Nothing is known of the predecessor.
	} {
		if got := dayOf(Activation(between[0], between[1])); got != want {
			t.Errorf("got day %v, want %d", got, want)
		}
	}
}

func TestNextRenewal(t *testing.T) {
	t.Parallel()
	states := tenantStates(t)
	body := certstest.Valid(t).Certificate
	states["short"] = tenantState{0, []sphere.Certificate{listed(body, "A", sphere.Active, -10, 50)}}
	states["no dates"] = tenantState{0, []sphere.Certificate{{Thumbprint: thumbprintOf("A"), Status: sphere.Active}}}
	for state, want := range map[string][2]any{
		"one":       {-90, -45},
		"upcoming":  {-90, -45},
		"third":     {550, 595},
		"short":     {-10, 5},
		"no dates":  {"never", "never"},
		"no active": {"never", "never"},
	} {
		renewal, found := NextRenewal(situation(states[state], false, ". ."))
		if got := [2]any{dayOf(renewal.IssuedAbout), dayOf(renewal.ActiveAbout)}; got != want || found == (want[0] == "never") {
			t.Errorf("%s: got %v, %t, want %v", state, got, found, want)
		}
	}
}

func TestFindLoss_saysWhy(t *testing.T) {
	t.Parallel()
	states := tenantStates(t)
	for _, test := range []struct {
		name, state, holds string
		ours               map[Place]string
		kind               LossKind
		place              Place
		thumbprint         string
		since              any
	}{
		{"not verified", "one", ". A-", nil, LostVerification, "second", "A", "never"},
		{"swapped", "one", "F+/A .", nil, LostToForeign, "first", "F", "never"},
		{"removed", "one", ". .", map[Place]string{"second": "A"}, LostSomehow, "second", "", "never"},
		{"never trusted", "one", "F+ .", nil, LostSomehow, "", "", "never"},
		{"missed renewal", "activated", "A+ .", nil, LostToRenewal, "first", "A", -45},
		{"missed renewal, in the other entry", "activated", "F+ A+", nil, LostToRenewal, "second", "A", -45},
		{"missed renewal, and the old CA has expired", "expired", "A+ .", nil, LostToRenewal, "first", "A", -45},
		{"renewed, and the old CA was swapped", "activated", "F+/A .", nil, LostToForeign, "first", "F", "never"},
		{"renewed, and the Active CA was swapped", "activated", "A+ F+/B", nil, LostToForeign, "second", "F", "never"},
		{"the latest predecessor counts", "crowded", "A+ F-", nil, LostToRenewal, "first", "A", -5}, // The estimate is later than now.
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := situation(states[test.state], false, test.holds)
			for place, name := range test.ours {
				s.Ours[place] = thumbprintOf(name)
			}
			got := FindLoss(s)
			thumbprint := ""
			if !got.Thumbprint.IsZero() {
				thumbprint = got.Thumbprint.String()[:1]
			}
			if got.Kind != test.kind || got.Place != test.place || thumbprint != test.thumbprint || dayOf(got.Since) != test.since {
				t.Errorf("got %+v, want %v %q %q since %v", got, test.kind, test.place, test.thumbprint, test.since)
			}
		})
	}
}

func TestSameRoles(t *testing.T) {
	t.Parallel()
	state := tenantStates(t)["activated"]
	if !SameRoles(state.cas, day(-40), day(-1)) {
		t.Error("nothing happens between these days")
	}
	if SameRoles(state.cas, day(-40), day(1)) {
		t.Error("a CA has expired between these days")
	}
}

func TestRemember_keepsWhatWasOurs(t *testing.T) {
	t.Parallel()
	s := situation(tenantStates(t)["upcoming"], false, "F+/A B+ .")
	s.Ours["third"] = thumbprintOf("A")
	got := s.Remember()
	want := map[Place]certs.Thumbprint{"first": thumbprintOf("A"), "second": thumbprintOf("B"), "third": thumbprintOf("A")}
	if len(got) != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for place, thumbprint := range want {
		if got[place] != thumbprint {
			t.Errorf("%s: got %q, want %q", place, got[place], thumbprint)
		}
	}
}
