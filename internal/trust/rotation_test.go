// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// day is a moment in the life of a tenant whose first CA expires at day 0.
func day(n int) time.Time { return certstest.Now.AddDate(0, 0, n) }

// thumbprintOf makes a thumbprint that a reader recognises: "A" is AAAA….
func thumbprintOf(name string) string { return strings.Repeat(name, 40)[:40] }

// listed is a CA as Azure Sphere lists it; its body only has to be there.
func listed(body *certs.Certificate, name string, status sphere.Status, from, to int) sphere.Certificate {
	return sphere.Certificate{Thumbprint: thumbprintOf(name), Status: status, NotBefore: day(from), NotAfter: day(to), Body: body}
}

// story writes steps as a line: "upload B to secondary, verify B in secondary".
func story(steps []Step) string {
	var lines []string
	for _, step := range steps {
		name := step.CA.Thumbprint
		if step.Action == Remove {
			name = step.Replaces
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", step.Action, name[:1], step.Entry))
	}

	return strings.Join(lines, ", ")
}

// contents reads "A+ B-": primary holds A verified, secondary B unverified; "." is
// an empty entry.
func contents(text string) Entries {
	entries := Entries{}
	for i, field := range strings.Fields(text) {
		if field != "." {
			entries[iotcentral.Entries()[i]] = iotcentral.SigningCertificate{
				Thumbprint: thumbprintOf(field[:1]), Verified: field[1:] == "+",
			}
		}
	}

	return entries
}

// text writes contents as contents reads them.
func text(after map[iotcentral.Entry]Content) string {
	var fields []string
	for _, entry := range iotcentral.Entries() {
		content, filled := after[entry]
		switch {
		case !filled:
			fields = append(fields, ".")
		case content.Verified:
			fields = append(fields, content.CA.Thumbprint[:1]+"+")
		default:
			fields = append(fields, content.CA.Thumbprint[:1]+"-")
		}
	}

	return strings.Join(fields, " ")
}

func TestRotate_everyStageAndEveryContent(t *testing.T) {
	t.Parallel()
	body := certstest.Valid(t).Certificate
	var (
		alone     = []sphere.Certificate{listed(body, "A", sphere.Active, -730, 0)}
		overlap   = []sphere.Certificate{listed(body, "A", sphere.Active, -730, 0), listed(body, "B", sphere.Inactive, -90, 640)}
		activated = []sphere.Certificate{listed(body, "A", sphere.Inactive, -730, 0), listed(body, "B", sphere.Active, -90, 640)}
		expired   = []sphere.Certificate{listed(nil, "A", sphere.Expired, -730, 0), listed(body, "B", sphere.Active, -90, 640)}
		revoked   = []sphere.Certificate{listed(nil, "A", sphere.Revoked, -730, 0), listed(body, "B", sphere.Active, -90, 640)}
		third     = append(slices.Clone(expired), listed(body, "C", sphere.Inactive, 550, 1280))
		noActive  = []sphere.Certificate{listed(body, "A", sphere.Inactive, -730, 0), listed(nil, "E", sphere.Revoked, -800, 10)}
		crowded   = []sphere.Certificate{
			listed(body, "A", sphere.Inactive, -60, 30), listed(body, "B", sphere.Active, -30, 60),
			listed(body, "C", sphere.Inactive, -10, 80), listed(body, "D", sphere.Inactive, -5, 90),
		}
		noBody = []sphere.Certificate{listed(body, "A", sphere.Active, -730, 0), listed(nil, "B", sphere.Inactive, -90, 640)}
	)
	for _, test := range []struct {
		name           string
		certificates   []sphere.Certificate
		now            int
		before         string
		replaceForeign bool
		steps, after   string
	}{
		{"one CA, empty group", alone, -400, ". .", false, "upload A primary, verify A primary", "A+ ."},
		{"one CA, right", alone, -400, "A+ .", false, "", "A+ ."},
		{"one CA, right in secondary", alone, -400, ". A+", false, "", ". A+"},
		{"one CA, unverified", alone, -400, "A- .", false, "verify A primary", "A+ ."},
		{"one CA in both entries", alone, -400, "A+ A+", false, "remove A secondary", "A+ ."},
		{"one CA in both entries, the second verified", alone, -400, "A- A+", false, "remove A primary", ". A+"},
		{"one CA in both entries, none verified", alone, -400, "A- A-", false, "verify A primary, remove A secondary", "A+ ."},

		{"upcoming, active right", overlap, -80, "A+ .", false, "upload B secondary, verify B secondary", "A+ B+"},
		{"upcoming, active in secondary", overlap, -80, ". A+", false, "upload B primary, verify B primary", "B+ A+"},
		{"upcoming already in", overlap, -80, "A+ B+", false, "", "A+ B+"},
		{"upcoming already in, unverified", overlap, -80, "A+ B-", false, "verify B secondary", "A+ B+"},
		{"upcoming, active unverified", overlap, -80, "A- .", false, "verify A primary, upload B secondary, verify B secondary", "A+ B+"},
		{"upcoming, active missing", overlap, -80, "B+ .", false, "upload A secondary, verify A secondary", "B+ A+"},
		{"upcoming, active twice", overlap, -80, "A- A+", false, "upload B primary, verify B primary", "B+ A+"},
		{"upcoming, empty group", overlap, -80, ". .", false, "upload A primary, verify A primary, upload B secondary, verify B secondary", "A+ B+"},
		{"upcoming without body", noBody, -80, "A+ .", false, "", "A+ ."},
		{"upcoming without body, but in", noBody, -80, "A+ B+", false, "", "A+ B+"},

		{"activated, both right", activated, -40, "A+ B+", false, "", "A+ B+"},
		{"activated, missed", activated, -40, "A+ .", false, "upload B secondary, verify B secondary", "A+ B+"},
		{"activated, retiring missing", activated, -40, ". B+", false, "upload A primary, verify A primary", "A+ B+"},
		{"activated, by the clock expired", activated, 1, "A+ B+", false, "remove A primary", ". B+"},

		{"expired, both in", expired, 1, "A+ B+", false, "remove A primary", ". B+"},
		{"expired alone in", expired, 1, "A+ .", false, "upload B secondary, verify B secondary, remove A primary", ". B+"},
		{"revoked, both in", revoked, -40, "A+ B+", false, "remove A primary", ". B+"},
		{"revoked alone in", revoked, -40, "A+ .", false, "remove A primary, upload B secondary, verify B secondary", ". B+"},
		{"third CA takes the free entry", third, 560, ". B+", false, "upload C primary, verify C primary", "C+ B+"},
		{"third CA takes the expired one's entry", third, 560, "A+ B+", false, "upload C primary, verify C primary", "C+ B+"},

		{"more than two valid", crowded, 0, ". .", false, "upload B primary, verify B primary, upload C secondary, verify C secondary", "B+ C+"},
		{"more than two valid, retiring gives way", crowded, 0, "A+ B+", false, "upload C primary, verify C primary", "C+ B+"},
		{"more than two valid, a later one gives way", crowded, 0, "D+ B+", false, "upload C primary, verify C primary", "C+ B+"},

		{"no Active CA changes nothing", noActive, -40, "A- .", false, "", "A- ."},
		{"no Active CA, but a revoked one", noActive, -40, "A+ E+", false, "remove E secondary", "A+ ."},

		{"foreign is left where nothing needs its place", alone, -400, "A+ F+", true, "", "A+ F+"},
		{"foreign is replaced where its place is needed", overlap, -80, "A+ F+", true, "upload B secondary, verify B secondary", "A+ B+"},
		{"foreign in both", alone, -400, "F+ 9-", true, "upload A primary, verify A primary", "A+ 9-"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := Rotate(test.certificates, contents(test.before), test.replaceForeign, day(test.now))
			if err != nil {
				t.Fatal(err)
			}
			if steps := story(got.Steps); steps != test.steps {
				t.Errorf("steps:\n got %q\nwant %q", steps, test.steps)
			}
			if after := text(got.After); after != test.after {
				t.Errorf("after: got %q, want %q", after, test.after)
			}
		})
	}
}

func TestRotate_foreignCertificateStopsIt(t *testing.T) {
	t.Parallel()
	certificates := []sphere.Certificate{listed(certstest.Valid(t).Certificate, "A", sphere.Active, -730, 0)}
	_, err := Rotate(certificates, contents("F+ A+"), false, day(-400))
	var foreign *ForeignCertificateError
	if !errors.As(err, &foreign) || foreign.Foreign[iotcentral.Primary].Thumbprint != thumbprintOf("F") || len(foreign.Foreign) != 1 {
		t.Fatalf("got %v, want the primary entry's certificate named", err)
	}
	if !strings.Contains(err.Error(), "primary entry") || !strings.Contains(err.Error(), thumbprintOf("F")) {
		t.Errorf("the error names neither entry nor thumbprint: %v", err)
	}
}

// Both entries are named, each with its own certificate, and the subject where the
// service tells it.
func TestRotate_namesEveryForeignCertificate(t *testing.T) {
	t.Parallel()
	entries := contents("F+ G-")
	entries[iotcentral.Secondary] = iotcentral.SigningCertificate{Thumbprint: thumbprintOf("G"), Subject: "CN=Fabrikam"}
	_, err := Rotate([]sphere.Certificate{listed(nil, "A", sphere.Active, -730, 0)}, entries, false, day(-400))
	want := "the primary entry holds the certificate with thumbprint " + thumbprintOf("F") + " (IoT Central does not tell its subject), " +
		"and the secondary entry holds the certificate with thumbprint " + thumbprintOf("G") + " (subject CN=Fabrikam), " +
		"which is not a CA of this Azure Sphere tenant"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestDescribe_tellsTheRolesAndPlansNothing(t *testing.T) {
	t.Parallel()
	certificates := []sphere.Certificate{
		listed(nil, "A", sphere.Active, -730, 0),
		listed(nil, "B", sphere.Inactive, -90, 640),
	}
	for held, want := range map[string]map[iotcentral.Entry]Role{
		"A+ B-": {iotcentral.Primary: RoleActive, iotcentral.Secondary: RoleUpcoming},
		". A-":  {iotcentral.Secondary: RoleActive},
		"F+ .":  {iotcentral.Primary: RoleForeign},
		". .":   {},
	} {
		found := Describe(certificates, contents(held), day(-40))
		if got := text(found); got != held {
			t.Errorf("%s: described as %s", held, got)
		}
		for entry, role := range want {
			if found[entry].CA.Role != role {
				t.Errorf("%s: the %s entry holds the %s CA, want %s", held, entry, found[entry].CA.Role, role)
			}
		}
	}
}

// TestRotate_keepsItsPromises makes thousands of tenants and groups, and checks
// what must hold whatever they are.
func TestRotate_keepsItsPromises(t *testing.T) {
	t.Parallel()
	body := certstest.Valid(t).Certificate
	random := rand.New(rand.NewPCG(1, 2)) // Repeatable.
	for range 2000 {
		certificates := randomTenant(random, body)
		entries := randomEntries(random, certificates)
		rotation, err := Rotate(certificates, entries, true, day(0))
		if err != nil {
			t.Fatal(err)
		}
		if problem := brokenPromise(certificates, entries, rotation); problem != "" {
			t.Fatalf("%s\ntenant:  %v\nentries: %v\nsteps:   %s\nafter:   %s", problem, certificates, entries, story(rotation.Steps), text(rotation.After))
		}
	}
}

func randomTenant(random *rand.Rand, body *certs.Certificate) []sphere.Certificate {
	statuses := []sphere.Status{sphere.Active, sphere.Inactive, sphere.Inactive, sphere.Expired, sphere.Revoked, "Ready"}
	var certificates []sphere.Certificate
	for i := range random.IntN(5) {
		from := -random.IntN(900)
		certificate := listed(body, string(rune('A'+i)), statuses[random.IntN(len(statuses))], from, from+730)
		if random.IntN(6) == 0 && certificate.Status != sphere.Active {
			certificate.Body = nil
		}
		certificates = append(certificates, certificate)
	}

	return certificates
}

func randomEntries(random *rand.Rand, certificates []sphere.Certificate) Entries {
	entries := Entries{}
	for _, entry := range iotcentral.Entries() {
		content := iotcentral.SigningCertificate{Verified: random.IntN(2) == 0, Thumbprint: thumbprintOf("F")}
		switch {
		case random.IntN(3) == 0:
			continue
		case len(certificates) > 0 && random.IntN(6) > 0:
			content.Thumbprint = certificates[random.IntN(len(certificates))].Thumbprint
		}
		entries[entry] = content
	}

	return entries
}

// brokenPromise carries out the steps one by one, and returns what goes wrong.
func brokenPromise(certificates []sphere.Certificate, entries Entries, rotation Rotation) string {
	active, hasActive := sphere.FindActive(certificates)
	now := Entries{}
	for entry, content := range entries {
		now[entry] = content
	}
	trusts := func() bool {
		for _, content := range now {
			if content.Thumbprint == active.Thumbprint && content.Verified {
				return true
			}
		}
		return false
	}
	trusted := hasActive && trusts()
	needed := map[string]bool{}
	for _, ca := range AssignRoles(certificates, day(0)) {
		needed[ca.Thumbprint] = ca.Role == RoleActive
	}
	for _, step := range rotation.Steps {
		before := now[step.Entry]
		if before.Thumbprint != step.Replaces && step.Action != Verify {
			return fmt.Sprintf("%s of %s expects %q", step.Action, step.Entry, step.Replaces)
		}
		switch step.Action {
		case Upload:
			if step.CA.Body == nil {
				return "uploads a CA without a body"
			}
			now[step.Entry] = iotcentral.SigningCertificate{Thumbprint: step.CA.Thumbprint}
		case Verify:
			if before.Thumbprint != step.CA.Thumbprint {
				return "verifies what is not in the entry"
			}
			now[step.Entry] = iotcentral.SigningCertificate{Thumbprint: before.Thumbprint, Verified: true}
		case Remove:
			delete(now, step.Entry)
		}
		if needed[before.Thumbprint] && step.Action != Verify && before.Verified && !trusts() {
			return "a step takes the active CA away"
		}
		if trusted && !trusts() {
			return "trust in the active CA is interrupted"
		}
	}
	if hasActive && !trusts() {
		return "the active CA is not trusted in the end"
	}
	for entry, content := range rotation.After {
		if held := now[entry]; held.Thumbprint != content.CA.Thumbprint || held.Verified != content.Verified {
			return fmt.Sprintf("After says %v for %s, the steps lead to %v", content, entry, held)
		}
	}
	if len(rotation.After) != len(now) {
		return "After has another number of entries than the steps lead to"
	}
	for _, ca := range AssignRoles(certificates, day(0)) {
		for _, content := range now {
			if content.Thumbprint == ca.Thumbprint && ca.Role == RoleRevoked {
				return "a revoked CA stays"
			}
		}
	}
	again, err := Rotate(certificates, now, true, day(0))
	if err != nil || len(again.Steps) > 0 {
		return fmt.Sprintf("a second decision has steps: %s (%v)", story(again.Steps), err)
	}

	return ""
}
