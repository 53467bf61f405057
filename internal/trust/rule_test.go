// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// day is a moment in the life of a tenant whose first CA expires at day 0.
func day(n int) time.Time { return certstest.Now.AddDate(0, 0, n) }

// thumbprintOf makes a thumbprint that a reader recognises: "A" is AAAA….
func thumbprintOf(name string) certs.Thumbprint {
	return certstest.Thumbprint(strings.Repeat(name, 39) + "1") // Zeros alone are no thumbprint.
}

// listed is a CA as Azure Sphere lists it; its body only has to be there.
func listed(body *certs.Certificate, name string, status sphere.Status, from, to int) sphere.Certificate {
	return sphere.Certificate{Thumbprint: thumbprintOf(name), Status: status, NotBefore: day(from), NotAfter: day(to), Body: body}
}

var threePlaces = []Place{"first", "second", "third"}

// tenantState is a moment in the life of a tenant.
type tenantState struct {
	now int
	cas []sphere.Certificate
}

// tenantStates are the moments that matter, with A, B, C, … in the order of their
// making.
func tenantStates(tb testing.TB) map[string]tenantState {
	tb.Helper()
	body := certstest.Valid(tb).Certificate
	first := listed(body, "A", sphere.Inactive, -730, 0)
	with := func(certificate sphere.Certificate, status sphere.Status, body *certs.Certificate) sphere.Certificate {
		certificate.Status, certificate.Body = status, body
		return certificate
	}
	second := listed(body, "B", sphere.Active, -90, 640)

	return map[string]tenantState{
		"one":                {-400, []sphere.Certificate{with(first, sphere.Active, body)}},
		"upcoming":           {-80, []sphere.Certificate{with(first, sphere.Active, body), with(second, sphere.Inactive, body)}},
		"bodyless upcoming":  {-80, []sphere.Certificate{with(first, sphere.Active, body), with(second, sphere.Inactive, nil)}},
		"activated":          {-40, []sphere.Certificate{first, second}},
		"bodyless retiring":  {-40, []sphere.Certificate{with(first, sphere.Inactive, nil), second}},
		"expired":            {1, []sphere.Certificate{with(first, sphere.Expired, nil), second}},
		"expired by clock":   {1, []sphere.Certificate{first, second}},
		"revoked":            {-40, []sphere.Certificate{with(first, sphere.Revoked, nil), second}},
		"two revoked":        {-40, []sphere.Certificate{with(first, sphere.Revoked, nil), listed(nil, "0", sphere.Revoked, -300, 430), second}},
		"revoked, upcoming":  {560, []sphere.Certificate{with(first, sphere.Revoked, nil), second, listed(body, "C", sphere.Inactive, 550, 1280)}},
		"third":              {560, []sphere.Certificate{with(first, sphere.Expired, nil), second, listed(body, "C", sphere.Inactive, 550, 1280)}},
		"crowded":            {-5, []sphere.Certificate{listed(body, "A", sphere.Inactive, -60, 30), listed(body, "B", sphere.Active, -30, 60), listed(body, "C", sphere.Inactive, -20, 80), listed(body, "D", sphere.Inactive, -10, 90)}},
		"none":               {-400, []sphere.Certificate{}},
		"no active":          {-40, []sphere.Certificate{first, listed(nil, "0", sphere.Revoked, -800, 10)}},
		"active past end":    {1, []sphere.Certificate{with(first, sphere.Active, body), listed(nil, "0", sphere.Revoked, -800, 10)}},
		"active bodyless":    {-400, []sphere.Certificate{with(first, sphere.Active, nil), listed(nil, "0", sphere.Revoked, -800, 10)}},
		"two active":         {-40, []sphere.Certificate{with(first, sphere.Active, body), second}},
		"status in the dark": {-80, []sphere.Certificate{with(first, sphere.Active, body), with(second, "Ready", body)}},
	}
}

// situation reads "A+ B- . F+/A E=": the first place holds A verified, the second B
// unverified, the third nothing, the next foreign F in the place of A, which was
// ours, and the last holds E, which was ours and is not listed any more.
func situation(state tenantState, replaceForeign bool, text string) Situation {
	s := Situation{
		Certificates: state.cas, Now: day(state.now), ReplaceForeign: replaceForeign,
		Holds: map[Place]Holding{}, Ours: map[Place]certs.Thumbprint{},
	}
	for i, field := range strings.Fields(text) {
		place := threePlaces[i]
		s.Places = append(s.Places, place)
		if field == "." {
			continue
		}
		s.Holds[place] = Holding{Thumbprint: thumbprintOf(field[:1]), Verified: strings.Contains(field, "+")}
		if _, displaced, found := strings.Cut(field, "/"); found {
			s.Ours[place] = thumbprintOf(displaced)
		}
		if strings.HasSuffix(field, "=") {
			s.Ours[place] = thumbprintOf(field[:1])
		}
	}

	return s
}

// story writes steps as a line: "upload B second, verify B second".
func story(steps []Step) string {
	var lines []string
	for _, step := range steps {
		name := step.CA.Thumbprint
		if step.Action == Remove {
			name = step.Replaces.CA.Thumbprint
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", step.Action, name.String()[:1], step.Place))
	}

	return strings.Join(lines, ", ")
}

// outcome writes what the places hold after: "A+ B? C+?": B's proof is outstanding,
// and whether the third holds C depends on an upload or removal.
func outcome(places []Place, after map[Place]Outcome) string {
	var fields []string
	for _, place := range places {
		content, filled := after[place]
		switch {
		case !filled:
			fields = append(fields, ".")
		case content.Uncertain:
			fields = append(fields, "?")
		case content.ProofOutstanding:
			fields = append(fields, content.CA.Thumbprint.String()[:1]+"?")
		case content.Verified:
			fields = append(fields, content.CA.Thumbprint.String()[:1]+"+")
		default:
			fields = append(fields, content.CA.Thumbprint.String()[:1]+"-")
		}
	}

	return strings.Join(fields, " ")
}

// remarks writes notes: "taken A second for B, foreign F first".
func remarks(notes []Note) string {
	var lines []string
	for _, note := range notes {
		line := string(note.Kind)
		if !note.Gone.CA.Thumbprint.IsZero() {
			line += " " + note.Gone.CA.Thumbprint.String()[:1]
		}
		if note.Place != "" {
			line += " " + string(note.Place)
		}
		if !note.CA.Thumbprint.IsZero() {
			line += " for " + note.CA.Thumbprint.String()[:1]
		}
		lines = append(lines, line)
	}

	return strings.Join(lines, ", ")
}

// TestDecide_rule has a row for each sentence of the rule.
func TestDecide_rule(t *testing.T) {
	t.Parallel()
	states := tenantStates(t)
	for _, test := range []struct {
		name, state    string
		holds          string
		replaceForeign bool
		steps, after   string
		notes          string
	}{
		{"the active CA goes into an empty group", "one", ". .", false, "upload A first, verify A first", "A+ .", ""},
		{"it stays where it is", "one", ". A+", false, "", ". A+", ""},
		{"it is verified where it is", "one", "A- .", false, "verify A first", "A+ .", ""},
		{"it is verified where it was verified before", "one", "A- A+", false, "remove A first", "? A+", ""},
		{"it is verified in the first of two", "one", "A- A-", false, "verify A first, remove A second", "A+ ?", ""},
		{"it takes an empty place first", "activated", "F+/A . A+", false, "upload B second, verify B second", "F+ B+ A+", "foreign F first"},
		{"then that of a duplicate", "activated", "F+/B A+ A-", false, "upload B third, verify B third", "F+ A+ B+", "foreign F first"},
		{"then that of an expired CA", "expired", "F+/B A+ 9-", false, "upload B second, verify B second", "F+ B+ 9-", "foreign F first, foreign 9 third"},
		{"an expired one rather than a revoked one", "revoked", "A+ E= F+", false, "remove A first, upload B second, verify B second", ". B+ F+", "foreign F third"},
		{"then that of a revoked one, in place", "two revoked", "0+ A+", false, "remove 0 first, upload B second, verify B second", ". B+", "replaced in place A second for B"},
		{"then that of a foreign one that displaced ours", "activated", "A+ F+/B 9-", false, "upload B second, verify B second", "A+ B+ 9-", "taken F second for B, foreign 9 third"},
		{"an unverified one first", "one", "F+/A 9-/A 8-", false, "upload A second, verify A second", "F+ A+ 8-", "taken 9 second for A, foreign F first, foreign 8 third"},
		{"then that of a retiring CA", "activated", "A+ F+", false, "upload B first, verify B first", "B+ F+", "taken A first for B, foreign F second"},
		{"an unverified retiring CA goes in silence", "activated", "A- F+", false, "upload B first, verify B first", "B+ F+", "foreign F second"},
		{
			"then that of the furthest upcoming CA", "crowded", "C+ D+", false,
			"upload B second, verify B second", "C+ B+", "taken D second for B",
		},
		{"a foreign one only when that is allowed", "one", "F+ 9-", false, "", "F+ 9-", "no place for A, foreign F first, foreign 9 second"},
		{"an unverified foreign one first", "one", "F+ 9-", true, "upload A second, verify A second, remove F first", "? A+", ""},
		{"a verified foreign one that goes is named", "one", "F+ A+ 9+", true, "remove F first, remove 9 third", "? A+ ?", ""},
		{"two foreign ones verified", "one", "F+ 9+", true, "upload A first, verify A first, remove 9 second", "A+ ?", "taken F first for A"},

		{"the upcoming CA goes into an empty place", "upcoming", "A+ .", false, "upload B second, verify B second", "A+ ?", ""},
		{"only its proof is outstanding", "upcoming", "A+ B-", false, "verify B second", "A+ B?", ""},
		{"it comes after the active CA", "upcoming", "A- .", false, "verify A first, upload B second, verify B second", "A+ ?", ""},
		{"it never takes the active CA's place", "upcoming", "A+ F+", false, "", "A+ F+", "no place for B, foreign F second"},
		{"it takes a place that was ours", "upcoming", "A+ F+/B", false, "upload B second, verify B second", "A+ ?", "taken F second for B"},
		{"it takes the place of a retiring CA", "crowded", "A+ B+", false, "upload C first, verify C first", "? B+", "taken A first for C"},
		{"the next one takes the place of a later one", "crowded", "D+ B+", false, "upload C first, verify C first", "? B+", "taken D first for C"},
		{"a later one does not take the place of the next", "crowded", "C+ B+", false, "", "C+ B+", ""},
		{"each has a place where there are enough", "crowded", ". B+ .", false, "upload C first, verify C first, upload D third, verify D third", "? B+ ?", ""},
		{"one without a body cannot come", "bodyless upcoming", "A+ .", false, "", "A+ .", "upcoming CA without body for B"},
		{"one without a body can stay", "bodyless upcoming", "A+ B+", false, "", "A+ B+", ""},

		{"a retiring CA stays", "activated", "A+ B+", false, "", "A+ B+", ""},
		{"it is verified where it is", "activated", "A- B+", false, "verify A first", "A? B+", ""},
		{"it comes back into an empty place", "activated", ". B+", false, "upload A first, verify A first", "? B+", ""},
		{"it does not come back into a foreign one's", "activated", "F-/A B+", false, "", "F- B+", "foreign F first"},
		{"without a body it cannot come back", "bodyless retiring", ". B+", false, "", ". B+", ""},
		{"it makes room in time", "activated", "A+ .", false, "upload B second, verify B second", "A+ B+", ""},

		{"an expired CA goes", "expired", "A+ B+", false, "remove A first", "? B+", ""},
		{"so does one that has expired by the clock", "expired by clock", "A+ B+", false, "remove A first", "? B+", ""},
		{"one that was ours and is not listed is expired", "one", "E= A+", false, "remove E first", "? A+", ""},
		{"CAs of the former tenant go once the new one is trusted", "one", "E+= .", false, "upload A second, verify A second, remove E first", "? A+", ""},
		{"a new one takes the place of an expired one", "third", "A+ B+", false, "upload C first, verify C first", "? B+", ""},
		{"revoked CAs go first", "revoked", "A+ .", false, "remove A first, upload B second, verify B second", ". B+", ""},
		{"whatever else is wrong", "revoked", "A+ B+ F+", false, "remove A first", ". B+ F+", "foreign F third"},
		{"the next CA waits until they are gone", "revoked, upcoming", "A+ B+", false, "remove A first, upload C first, verify C first", "? B+", ""},

		{"foreign ones that nobody needs to go stay", "one", "A+ F+", false, "", "A+ F+", "foreign F second"},
		{"and go when that is wanted", "one", "A+ F+", true, "remove F second", "A+ ?", ""},
		{"an entry that was emptied by us is no reason", "upcoming", "A+ F-", false, "", "A+ F-", "no place for B, foreign F second"},

		{"a new catalog lists none", "none", "A+ .", false, "", "A+ .", "no CA, foreign A first"},
		{"without an active CA only revoked ones go", "no active", "A- 0+", false, "remove 0 second", "A- .", "no active CA"},
		{"an active CA past its end is none", "active past end", "A+ 0+", false, "remove 0 second", "A+ .", "no active CA"},
		{"nor is one that cannot be uploaded", "active bodyless", "F+ 0+", false, "remove 0 second", "F+ .", "active CA without body, foreign F first"},
		{"but it can be verified where it is", "active bodyless", "A- 0+", false, "remove 0 second, verify A first", "A+ .", ""},
		{"of two active ones the newest counts", "two active", ". .", false, "upload B first, verify B first, upload A second, verify A second", "B+ ?", ""},
		{"a status that is not known yet", "status in the dark", "A+ .", false, "upload B second, verify B second", "A+ ?", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := situation(states[test.state], test.replaceForeign, test.holds)
			got := Decide(s)
			if steps := story(got.Steps); steps != test.steps {
				t.Errorf("steps:\n got %q\nwant %q", steps, test.steps)
			}
			if after := outcome(s.Places, got.After); after != test.after {
				t.Errorf("after: got %q, want %q", after, test.after)
			}
			if notes := remarks(got.Notes); notes != test.notes {
				t.Errorf("notes:\n got %q\nwant %q", notes, test.notes)
			}
		})
	}
}

// contentsOf are all contents that a place can have while the tenant is in a state.
func contentsOf(state tenantState) []string {
	contents := []string{".", "F+", "F-", "9+/A", "9-/B", "E+=", "E-="}
	for _, ca := range state.cas {
		contents = append(contents, ca.Thumbprint.String()[:1]+"+", ca.Thumbprint.String()[:1]+"-")
	}

	return contents
}

// TestDecide_keepsItsPromises goes through all contents of two and of three places
// in all states of a tenant, lets each step fail in turn, and checks what must hold
// whatever they are.
func TestDecide_keepsItsPromises(t *testing.T) {
	t.Parallel()
	for name, state := range tenantStates(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			every := contentsOf(state)
			for _, replaceForeign := range []bool{false, true} {
				for _, one := range every {
					for _, two := range every {
						checkPromises(t, situation(state, replaceForeign, one+" "+two))
						if testing.Short() {
							continue
						}
						for _, three := range every {
							checkPromises(t, situation(state, replaceForeign, one+" "+two+" "+three))
						}
					}
				}
			}
		})
	}
}

func checkPromises(t *testing.T, s Situation) {
	t.Helper()
	decision := Decide(s)
	for failing := range len(decision.Steps) + 1 { // One more: none fails.
		if problem := brokenPromise(s, decision, failing); problem != "" {
			t.Fatalf("%s\nfailing: step %d\nholds:   %v\nours:    %v\nsteps:   %s\nafter:   %s\nnotes:   %s", problem, failing,
				s.Holds, s.Ours, story(decision.Steps), outcome(s.Places, decision.After), remarks(decision.Notes))
		}
	}
}

// world is what the places hold while steps are carried out.
type world struct {
	Situation

	active certs.Thumbprint
}

func (w *world) trusted() bool {
	return slices.ContainsFunc(w.Places, func(place Place) bool {
		return w.Holds[place].Thumbprint == w.active && w.Holds[place].Verified
	})
}

// do carries out a step, and returns what is wrong with it.
func (w *world) do(step Step) string {
	before, want := w.Holds[step.Place], certs.Thumbprint{}
	if step.Replaces != nil {
		want = step.Replaces.CA.Thumbprint
	}
	switch step.Action {
	case Upload:
		if step.CA.Body == nil {
			return "uploads a CA without a body"
		}
		if before.Thumbprint != want {
			return "uploads into a place that holds " + before.Thumbprint.String()
		}
		w.Holds[step.Place] = Holding{Thumbprint: step.CA.Thumbprint}
	case Verify:
		if before.Thumbprint != step.CA.Thumbprint {
			return "verifies what is not in the place"
		}
		w.Holds[step.Place] = Holding{Thumbprint: before.Thumbprint, Verified: true}
	case Remove:
		if before.Thumbprint != want {
			return "removes " + before.Thumbprint.String()
		}
		delete(w.Holds, step.Place)
		delete(w.Ours, step.Place)
	}

	return ""
}

// brokenPromise carries out the steps, of which one fails and takes those of its
// place with it, and returns what goes wrong.
func brokenPromise(s Situation, decision Decision, failing int) string {
	w := &world{Situation: situation(tenantState{0, s.Certificates}, s.ReplaceForeign, "")}
	w.Places, w.Now = s.Places, s.Now
	for place, holding := range s.Holds {
		w.Holds[place] = holding
	}
	for place, ours := range s.Ours {
		w.Ours[place] = ours
	}
	if decision.Active != nil {
		w.active = decision.Active.Thumbprint
	}
	trusted, vitalFailed := w.trusted(), false
	failed := map[Place]bool{}
	for i, step := range decision.Steps {
		if i == failing {
			failed[step.Place] = true
			vitalFailed = vitalFailed || step.Vital()
		}
		if failed[step.Place] {
			continue
		}
		if gone := decision.Contents[step.Place]; gone.Foreign() && gone.Displaced.IsZero() && !s.ReplaceForeign {
			return "touches a foreign certificate that nobody gave up"
		}
		if problem := w.do(step); problem != "" {
			return problem
		}
		if trusted && !w.trusted() {
			return "trust in the active CA is interrupted"
		}
	}
	if decision.Trusted() && !vitalFailed && !w.trusted() && failing == len(decision.Steps) {
		return "the active CA is not trusted in the end"
	}
	if problem := placeless(s, decision); problem != "" {
		return problem
	}
	if failing < len(decision.Steps) {
		return ""
	}

	return endsBadly(w, decision)
}

// placeless checks that the active CA goes without a place only where each place
// holds something foreign that must stay.
func placeless(s Situation, decision Decision) string {
	if decision.Active == nil || decision.Trusted() {
		return ""
	}
	for _, place := range s.Places {
		if content, filled := decision.Contents[place]; !filled || !content.Foreign() || !content.Displaced.IsZero() || s.ReplaceForeign {
			return "there was a place for the active CA: " + string(place)
		}
	}

	return ""
}

// endsBadly checks what all steps have led to.
func endsBadly(w *world, decision Decision) string {
	for _, place := range w.Places {
		planned, filled := decision.After[place]
		held, holds := w.Holds[place]
		if planned.Uncertain {
			continue
		}
		if filled != holds || held.Thumbprint != planned.CA.Thumbprint || !planned.ProofOutstanding && held.Verified != planned.Verified {
			return fmt.Sprintf("After says %v for %s, the steps lead to %v", planned, place, held)
		}
	}
	seen := map[certs.Thumbprint]bool{}
	for place, content := range w.Contents() {
		if content.CA.Role == RoleRevoked {
			return "a revoked CA stays"
		}
		if decision.Active == nil {
			continue
		}
		if content.CA.Role == RoleExpired || content.Duplicate || content.Foreign() && w.ReplaceForeign {
			return "is not tidied up: " + string(place)
		}
		if !content.Foreign() && seen[content.CA.Thumbprint] {
			return "a CA is there twice"
		}
		seen[content.CA.Thumbprint] = true
	}
	w.Ours = w.Remember()
	if again := Decide(w.Situation); len(again.Steps) > 0 {
		return "a second decision has steps: " + story(again.Steps)
	}

	return ""
}

// TestDecide_twoTenantsDoNotFight lets two tenants share a group through all stages
// of a renewal: each takes what the other leaves.
func TestDecide_twoTenantsDoNotFight(t *testing.T) {
	t.Parallel()
	body := certstest.Valid(t).Certificate
	tenantOf := func(old, fresh string, stage int) []sphere.Certificate {
		first, second := listed(body, old, sphere.Active, -730, 0), listed(body, fresh, sphere.Inactive, -90, 640)
		if stage > 1 {
			first.Status, second.Status = sphere.Inactive, sphere.Active
		}
		if stage == 0 {
			return []sphere.Certificate{first}
		}
		return []sphere.Certificate{first, second}
	}
	moments := []int{-400, -80, -40, 1}
	group := &world{Situation: situation(tenantState{}, false, ". .")}
	ours := []map[Place]certs.Thumbprint{{}, {}}
	for stage, now := range moments {
		for round := range 3 {
			for i, names := range []string{"AB", "12"} {
				group.Certificates, group.Now, group.Ours = tenantOf(names[:1], names[1:], stage), day(now), ours[i]
				group.Ours = group.Remember()
				decision := Decide(group.Situation)
				if round > 0 && len(decision.Steps) > 0 {
					t.Errorf("stage %d, round %d: tenant %s does %s", stage, round, names, story(decision.Steps))
				}
				for _, step := range decision.Steps {
					if problem := group.do(step); problem != "" {
						t.Fatal(problem)
					}
				}
				ours[i] = group.Remember()
				if group.active = decision.Active.Thumbprint; !group.trusted() {
					t.Errorf("stage %d: the active CA of %s is not trusted: %v", stage, names, group.Holds)
				}
			}
		}
	}
}

// BenchmarkDecide measures a decision during a renewal.
func BenchmarkDecide(b *testing.B) {
	s := situation(tenantStates(b)["upcoming"], false, "A+ .")
	for b.Loop() {
		if len(Decide(s).Steps) != 2 {
			b.Fatal("no decision")
		}
	}
}
