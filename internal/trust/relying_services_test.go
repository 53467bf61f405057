// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

func refusedWith(status int) error { return &transport.Error{StatusCode: status} }

// cast are real CAs in place of those that the tables name by a letter.
type cast map[string]actor

// actor is a CA with its proof of possession for the one code that there is: making proofs takes most of the time.
type actor struct {
	*certstest.CA

	proof *certs.Certificate
}

const stageCode = "CODE"

func newCast(t *testing.T) cast {
	t.Helper()
	all := cast{}
	for _, name := range strings.Fields("A B C D 0 F 9 8 E") {
		ca := certstest.NewCA(t, name, certstest.Now.AddDate(-3, 0, 0), certstest.Now.AddDate(3, 0, 0))
		all[name] = actor{ca, ca.Proof(t, stageCode, certstest.Now)}
	}

	return all
}

func (c cast) thumbprint(named certs.Thumbprint) certs.Thumbprint {
	return c[named.String()[:1]].Thumbprint()
}

// play gives a situation of the tables real CAs.
func (c cast) play(s Situation) Situation {
	played := s
	played.Certificates, played.Holds, played.Ours = []sphere.Certificate{}, map[Place]Holding{}, map[Place]certs.Thumbprint{}
	for _, one := range s.Certificates {
		if one.Body != nil {
			one.Body = c[one.Thumbprint.String()[:1]].Certificate
		}
		one.Thumbprint = c.thumbprint(one.Thumbprint)
		played.Certificates = append(played.Certificates, one)
	}
	for place, held := range s.Holds {
		played.Holds[place] = Holding{Thumbprint: c.thumbprint(held.Thumbprint), Verified: held.Verified}
	}
	for place, ours := range s.Ours {
		played.Ours[place] = c.thumbprint(ours)
	}

	return played
}

// CA implements Prover.
func (c cast) CA(_ context.Context, thumbprint certs.Thumbprint) (*certs.Certificate, error) {
	for _, ca := range c {
		if ca.Thumbprint() == thumbprint {
			return ca.Certificate, nil
		}
	}

	return nil, refusedWith(http.StatusNotFound)
}

// Prove implements Prover.
func (c cast) Prove(_ context.Context, thumbprint certs.Thumbprint, _ string) (*certs.Certificate, error) {
	for _, ca := range c {
		if ca.Thumbprint() == thumbprint {
			return ca.proof, nil
		}
	}

	return nil, refusedWith(http.StatusNotFound)
}

// stage is a relying service in memory. Its writes are counted, one of them can fail, and each is followed by a look.
type stage struct {
	failing, writes int
	effect          bool
	after           func()
}

// write carries out a write, or fails it.
func (s *stage) write(do func()) error {
	s.writes++
	if s.writes == s.failing && !s.effect {
		return refusedWith(http.StatusInternalServerError)
	}
	do()
	if s.after != nil {
		s.after()
	}
	if s.writes == s.failing {
		return refusedWith(http.StatusInternalServerError)
	}

	return nil
}

// application is an enrollment group of IoT Central.
type application struct {
	stage

	entries map[iotcentral.Entry]iotcentral.SigningCertificate
}

func (a *application) Certificate(_ context.Context, id iotcentral.CertificateID) (iotcentral.SigningCertificate, error) {
	if found, filled := a.entries[id.Entry]; filled {
		return found, nil
	}

	return iotcentral.SigningCertificate{}, refusedWith(http.StatusNotFound)
}

func (a *application) Look(_ context.Context, id iotcentral.CertificateID) (iotcentral.SigningCertificate, bool, error) {
	found, filled := a.entries[id.Entry]

	return found, filled, nil
}

func (a *application) GenerateVerificationCode(context.Context, iotcentral.CertificateID) (string, error) {
	return stageCode, a.write(func() {})
}

func (a *application) Verify(_ context.Context, id iotcentral.CertificateID, _ *certs.Certificate) error {
	return a.write(func() {
		a.entries[id.Entry] = iotcentral.SigningCertificate{Thumbprint: a.entries[id.Entry].Thumbprint, Verified: true}
	})
}

func (a *application) PutCertificate(_ context.Context, id iotcentral.CertificateID, certificate *certs.Certificate, verified bool) (iotcentral.SigningCertificate, error) {
	stored := iotcentral.SigningCertificate{Thumbprint: certificate.Thumbprint(), Verified: verified}

	return stored, a.write(func() { a.entries[id.Entry] = stored })
}

func (a *application) DeleteCertificate(_ context.Context, id iotcentral.CertificateID) error {
	return a.write(func() { delete(a.entries, id.Entry) })
}

// provisioning is a Device Provisioning Service with one group, and others that refer to certificates. It asks for the etag of
// each thing, as the service does.
type provisioning struct {
	stage

	etags        int
	certificates map[string]dps.Certificate
	references   map[dps.Entry]string
	signing      map[dps.Entry]dps.SigningCertificate
	etag         string
	others       []dps.Group
	// meddle, unless nil, is what somebody else does just before a code is generated.
	meddle func()
}

func (p *provisioning) next() string {
	p.etags++

	return fmt.Sprint(p.etags)
}

func (p *provisioning) Group(_ context.Context, id dps.GroupID) (dps.Group, error) {
	return dps.Group{ID: id.Group, ETag: p.etag, AttestationType: dps.AttestationX509, References: maps.Clone(p.references), Signing: maps.Clone(p.signing)}, nil
}

func (p *provisioning) UpdateGroup(ctx context.Context, id dps.GroupID, change func(dps.Group) (dps.Change, error)) (dps.Group, error) {
	group, _ := p.Group(ctx, id)
	members, err := change(group)
	if err != nil || len(members) == 0 {
		return group, err
	}
	encoded, err := json.Marshal(map[string]any{"attestation": members["attestation"], "etag": "new"})
	if err != nil {
		return group, err
	}
	var changed dps.Group
	if err := json.Unmarshal(encoded, &changed); err != nil {
		return group, err
	}
	if len(changed.References) == 0 && len(changed.Signing) == 0 {
		return group, refusedWith(http.StatusBadRequest) // A group needs a certificate.
	}
	for _, name := range changed.References {
		if _, there := p.certificates[name]; !there {
			return group, refusedWith(http.StatusBadRequest)
		}
	}
	err = p.write(func() {
		p.references, p.signing, p.etag = changed.References, map[dps.Entry]dps.SigningCertificate{}, p.next()
		if len(changed.Signing) > 0 {
			p.signing[dps.Primary] = dps.SigningCertificate{Subject: "CN=No CA is trusted"} // Nothing else is ever written.
		}
	})
	group, _ = p.Group(ctx, id)

	return group, err
}

func (p *provisioning) Groups(ctx context.Context, service string) ([]dps.Group, error) {
	group, _ := p.Group(ctx, dps.GroupID{Service: service, Group: "devices"})

	return append([]dps.Group{group}, p.others...), nil
}

func (p *provisioning) Certificates(context.Context, string) ([]dps.Certificate, error) {
	return slices.Collect(maps.Values(p.certificates)), nil
}

func (p *provisioning) Certificate(_ context.Context, id dps.CertificateID) (dps.Certificate, error) {
	if found, there := p.certificates[id.Name]; there {
		return found, nil
	}

	return dps.Certificate{}, refusedWith(http.StatusNotFound)
}

func (p *provisioning) CreateCertificate(_ context.Context, id dps.CertificateID, certificate *certs.Certificate) (dps.Certificate, error) {
	if found, taken := p.certificates[id.Name]; taken {
		return found, nil
	}
	stored := dps.Certificate{Name: id.Name, Thumbprint: certificate.Thumbprint(), ETag: p.next()}

	return stored, p.write(func() { p.certificates[id.Name] = stored })
}

// matched is a write to a certificate that has this etag.
func (p *provisioning) matched(id dps.CertificateID, etag string, do func(dps.Certificate) dps.Certificate) error {
	found, there := p.certificates[id.Name]
	if !there || found.ETag != etag {
		return refusedWith(http.StatusPreconditionFailed)
	}

	return p.write(func() {
		changed := do(found)
		changed.ETag = p.next()
		p.certificates[id.Name] = changed
	})
}

func (p *provisioning) GenerateVerificationCode(_ context.Context, id dps.CertificateID, etag string) (code, next string, err error) {
	if meddle := p.meddle; meddle != nil {
		p.meddle = nil
		meddle()
	}
	err = p.matched(id, etag, func(c dps.Certificate) dps.Certificate { return c })

	return stageCode, p.certificates[id.Name].ETag, err
}

func (p *provisioning) Verify(_ context.Context, id dps.CertificateID, etag string, _ *certs.Certificate) error {
	return p.matched(id, etag, func(c dps.Certificate) dps.Certificate {
		c.Verified = true
		return c
	})
}

func (p *provisioning) DeleteCertificate(_ context.Context, id dps.CertificateID, etag string) error {
	if p.certificates[id.Name].ETag != etag {
		return refusedWith(http.StatusPreconditionFailed)
	}

	return p.write(func() { delete(p.certificates, id.Name) })
}

// theatre is a relying service that holds what a situation says.
type theatre struct {
	service RelyingService
	stage   *stage
	// holds looks at what the places hold without asking the service.
	holds func() map[Place]Holding
	// wrong looks for what must never be, and knows what there was at first.
	wrong func() string
}

const provisioningService = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.Devices/provisioningServices/contoso"

func noBackoff(ctx context.Context, _ int) error { return ctx.Err() }

func isRevoked(s Situation) func(certs.Thumbprint) bool {
	return func(thumbprint certs.Thumbprint) bool {
		found, listed := sphere.Find(s.Certificates, thumbprint)
		return listed && found.Status == sphere.Revoked
	}
}

// theatres are the implementations of RelyingService.
func theatres(t *testing.T, c cast) map[string]func(Situation) theatre {
	t.Helper()

	return map[string]func(Situation) theatre{
		"IoT Central": func(s Situation) theatre {
			app := &application{entries: map[iotcentral.Entry]iotcentral.SigningCertificate{}}
			for place, held := range s.Holds {
				app.entries[iotcentral.Entry(place)] = iotcentral.SigningCertificate(held)
			}
			return theatre{
				service: &EnrollmentGroup{ID: iotcentral.GroupID{Host: "h", Group: "g"}, Client: app, Prover: c, Now: certstestNow, Backoff: noBackoff},
				stage:   &app.stage,
				holds: func() map[Place]Holding {
					holds := map[Place]Holding{}
					for entry, held := range app.entries {
						holds[Place(entry)] = Holding(held)
					}
					return holds
				},
				wrong: func() string { return "" },
			}
		},
		"Device Provisioning Service": func(s Situation) theatre {
			p := newProvisioning(s)
			unverified := p.unverifiedReferences()
			return theatre{
				service: p.group(t, c, s),
				stage:   &p.stage,
				holds:   p.holds,
				wrong: func() string {
					for name := range p.unverifiedReferences() {
						if !unverified[name] {
							return "the group refers to " + name + ", which is not verified"
						}
					}
					return ""
				},
			}
		},
	}
}

func (p *provisioning) unverifiedReferences() map[string]bool {
	names := map[string]bool{}
	for _, name := range p.references {
		if found, there := p.certificates[name]; there && !found.Verified {
			names[name] = true
		}
	}

	return names
}

func newProvisioning(s Situation) *provisioning {
	p := &provisioning{
		certificates: map[string]dps.Certificate{}, references: map[dps.Entry]string{}, signing: map[dps.Entry]dps.SigningCertificate{}, etag: "0",
	}
	for place, held := range s.Holds {
		name := CertificateName(held.Thumbprint)
		if other, taken := p.certificates[name]; taken && other.Verified != held.Verified {
			name = "copy" // One certificate may stand under two names.
		}
		p.certificates[name] = dps.Certificate{Name: name, Thumbprint: held.Thumbprint, Verified: held.Verified, ETag: p.next()}
		p.references[dps.Entry(place)] = name
	}
	if len(p.references) == 0 {
		p.signing[dps.Primary] = dps.SigningCertificate{Subject: "CN=No CA is trusted"}
	}

	return p
}

func (p *provisioning) holds() map[Place]Holding {
	holds := map[Place]Holding{}
	for entry, name := range p.references {
		if found, there := p.certificates[name]; there {
			holds[Place(entry)] = Holding{Thumbprint: found.Thumbprint, Verified: found.Verified}
		}
	}

	return holds
}

func (p *provisioning) group(t *testing.T, c cast, s Situation) *ProvisioningGroup {
	t.Helper()

	return &ProvisioningGroup{
		ID: dps.GroupID{Service: provisioningService, Group: "devices"}, Client: p, Prover: c, Now: certstestNow, Backoff: noBackoff, Revoked: isRevoked(s),
	}
}

// relyingPlaces are the places of both services.
var relyingPlaces = GroupPlaces()

// inPlaces lets the situation of a table speak of the places of an enrollment group.
func inPlaces(s Situation) Situation {
	moved := s
	moved.Places, moved.Holds, moved.Ours = relyingPlaces, map[Place]Holding{}, map[Place]certs.Thumbprint{}
	for i, place := range relyingPlaces {
		if held, filled := s.Holds[threePlaces[i]]; filled {
			moved.Holds[place] = held
		}
		if ours, found := s.Ours[threePlaces[i]]; found {
			moved.Ours[place] = ours
		}
	}

	return moved
}

// TestDecide_isCarriedOutByEachService goes through contents of two places in all states of a tenant, carries the decision
// out in a service, and checks what it holds after each write and in the end. Then each write fails in turn, and one
// more run must lead to the same end.
func TestDecide_isCarriedOutByEachService(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	for state, tenant := range tenantStates(t) {
		for name, open := range theatres(t, c) {
			t.Run(state+", "+name, func(t *testing.T) {
				t.Parallel()
				every := contentsOf(tenant)
				for i, one := range every {
					for j, two := range every {
						for k, replaceForeign := range []bool{false, true} {
							if (i+2*j+k)%13 != 0 { // A sample that has each content in each place: the rule itself has a test of all.
								continue
							}
							s := c.play(inPlaces(situation(tenant, replaceForeign, one+" "+two)))
							perform(t, open, s, fmt.Sprintf("%s %s, replacing foreign ones: %t", one, two, replaceForeign))
						}
					}
				}
			})
		}
	}
}

// perform carries a decision out, without a failure and with each one that there can be.
func perform(t *testing.T, open func(Situation) theatre, s Situation, what string) {
	t.Helper()
	decision := Decide(s)
	writes := 0
	for failing := 0; failing <= writes; failing++ {
		for _, effect := range []bool{false, true} {
			if failing == 0 && effect {
				continue
			}
			played := open(s)
			played.stage.failing, played.stage.effect = failing, effect
			trusted := func() bool {
				return decision.Active == nil || slices.ContainsFunc(slices.Collect(maps.Values(played.holds())), func(held Holding) bool {
					return held.Thumbprint == decision.Active.Thumbprint && held.Verified
				})
			}
			before := trusted()
			problem := ""
			played.stage.after = func() {
				if before && !trusted() && problem == "" {
					problem = "trust in the active CA is interrupted"
				}
				if found := played.wrong(); found != "" && problem == "" {
					problem = found
				}
			}
			holds, err := ReadPlaces(t.Context(), played.service, s.Places)
			if err != nil || !maps.Equal(holds, s.Holds) {
				t.Fatalf("%s: it holds %v, %v", what, holds, err)
			}
			executor := Executor{Service: played.service}
			result := executor.Execute(t.Context(), holds, decision.Steps)
			if failing == 0 {
				writes = played.stage.writes
				if len(result.Failures) > 0 {
					problem = result.Failures[0].Error()
				}
			} else { // One more run.
				played.stage.failing = 0
				again := s
				again.Holds = played.holds()
				again.Ours = again.Remember()
				executor.Execute(t.Context(), again.Holds, Decide(again).Steps)
			}
			if problem == "" {
				problem = endsOtherwise(s, decision, played.holds(), failing > 0)
			}
			if problem == "" && decision.Trusted() && !trusted() {
				problem = "the active CA is not trusted in the end"
			}
			if problem != "" {
				t.Fatalf("%s: %s\nwrite %d fails, with effect: %t\nsteps: %s\nholds: %v", what, problem, failing, effect, actions(decision.Steps), played.holds())
			}
		}
	}
}

// endsOtherwise checks what the places hold in the end: what was planned, unless a write has failed on the way. A second
// decision must have nothing to do.
func endsOtherwise(s Situation, decision Decision, holds map[Place]Holding, failed bool) string {
	again := s
	again.Holds, again.Ours = holds, maps.Clone(s.Ours)
	for _, step := range decision.Steps {
		if _, filled := holds[step.Place]; step.Action == Remove && !filled {
			delete(again.Ours, step.Place)
		}
	}
	again.Ours = again.Remember()
	if steps := Decide(again).Steps; len(steps) > 0 {
		return "a second decision has steps: " + actions(steps)
	}
	for place, planned := range decision.After {
		held, filled := holds[place]
		if !failed && !planned.Uncertain && (!filled || held.Thumbprint != planned.CA.Thumbprint) {
			return fmt.Sprintf("%s should hold %s", place, planned.CA.Thumbprint)
		}
	}

	return ""
}

func actions(steps []Step) string {
	var lines []string
	for _, step := range steps {
		lines = append(lines, fmt.Sprintf("%s %s", step.Action, step.Place))
	}

	return strings.Join(lines, ", ")
}

func certstestNow() time.Time { return certstest.Now }

// provisioningScene is a group of a Device Provisioning Service that refers to the verified CA A, under the name of this
// provider.
func provisioningScene(t *testing.T, places string) (*provisioning, *ProvisioningGroup, cast) {
	t.Helper()
	c := newCast(t)
	s := c.play(inPlaces(situation(tenantStates(t)["activated"], false, places)))
	p := newProvisioning(s)
	group := p.group(t, c, s)

	return p, group, c
}

func TestProvisioningGroup_keepsACertificateThatAnotherGroupNeeds(t *testing.T) {
	t.Parallel()
	p, group, c := provisioningScene(t, "A+ .")
	name := CertificateName(c["A"].Thumbprint())
	p.others = []dps.Group{{ID: "other", References: map[dps.Entry]string{dps.Secondary: strings.ToUpper(name)}}}
	if _, err := ReadPlaces(t.Context(), group, relyingPlaces); err != nil {
		t.Fatal(err)
	}
	if err := group.Remove(t.Context(), "primary"); err != nil || len(p.references) > 0 {
		t.Errorf("the group refers to %v, %v", p.references, err)
	}
	if _, there := p.certificates[name]; !there {
		t.Error("the certificate of another group is gone")
	}
	p.others = nil
	group.Sweep(t.Context(), []certs.Thumbprint{c["A"].Thumbprint()})
	if len(p.certificates) > 0 || len(group.Leftovers) > 0 {
		t.Errorf("the service has %v, left for %v", p.certificates, group.Leftovers)
	}
}

func TestProvisioningGroup_neverDeletesWhatItHasNotNamed(t *testing.T) {
	t.Parallel()
	p, group, c := provisioningScene(t, ". .")
	p.certificates["somebody's"] = dps.Certificate{Name: "somebody's", Thumbprint: c["A"].Thumbprint(), Verified: true, ETag: "1"}
	p.references, p.signing = map[dps.Entry]string{dps.Primary: "somebody's"}, nil
	swapped := CertificateName(c["A"].Thumbprint())
	p.certificates[swapped] = dps.Certificate{Name: swapped, Thumbprint: c["F"].Thumbprint(), ETag: "2"}
	if holds, err := ReadPlaces(t.Context(), group, relyingPlaces); err != nil || holds["primary"].Thumbprint != c["A"].Thumbprint() {
		t.Fatalf("it holds %v, %v", holds, err)
	}
	if err := group.Remove(t.Context(), "primary"); err != nil {
		t.Fatal(err)
	}
	group.Sweep(t.Context(), []certs.Thumbprint{c["A"].Thumbprint(), c["F"].Thumbprint()})
	if len(p.certificates) != 2 {
		t.Errorf("the service has %v", p.certificates)
	}
	var taken *dps.NameTakenError
	if _, err := group.Upload(t.Context(), "primary", c["A"].Certificate); !errors.As(err, &taken) || taken.Found != c["F"].Thumbprint() {
		t.Errorf("the upload over another certificate: %v", err)
	}
}

// TestProvisioningGroup_certificatesInTheGroupItself are references that are not written yet where the service has them too, and
// otherwise somebody else's.
func TestProvisioningGroup_certificatesInTheGroupItself(t *testing.T) {
	t.Parallel()
	p, group, c := provisioningScene(t, ". .")
	p.signing = map[dps.Entry]dps.SigningCertificate{dps.Secondary: {Thumbprint: c["F"].Thumbprint(), Subject: "CN=F"}}
	holds, err := ReadPlaces(t.Context(), group, relyingPlaces)
	if err != nil || len(holds) != 2 || holds["primary"].Thumbprint != c["F"].Thumbprint() || !holds["secondary"].Verified {
		t.Errorf("it holds %v, %v", holds, err)
	}
	p.certificates["f"] = dps.Certificate{Name: "f", Thumbprint: c["F"].Thumbprint(), Verified: true, ETag: "1"}
	holds, err = ReadPlaces(t.Context(), group, relyingPlaces)
	if err != nil || len(holds) != 1 || !holds["secondary"].Verified {
		t.Errorf("it holds %v, %v", holds, err)
	}
	if _, err := group.Upload(t.Context(), "primary", c["B"].Certificate); err != nil {
		t.Fatal(err)
	}
	if err := group.Verify(t.Context(), "primary", c["B"].Thumbprint()); err != nil {
		t.Fatal(err)
	}
	if want := map[dps.Entry]string{dps.Primary: CertificateName(c["B"].Thumbprint()), dps.Secondary: "f"}; !maps.Equal(p.references, want) || len(p.signing) > 0 {
		t.Errorf("it refers to %v, and has %v", p.references, p.signing)
	}
}

func TestProvisioningGroup_aRevokedCALosesItsPlaceBeforeAnotherIsUploaded(t *testing.T) {
	t.Parallel()
	p, group, c := provisioningScene(t, "A+ .")
	group.Revoked = func(thumbprint certs.Thumbprint) bool { return thumbprint == c["A"].Thumbprint() }
	if _, _, err := group.Read(t.Context(), "primary"); err != nil {
		t.Fatal(err)
	}
	if _, err := group.Upload(t.Context(), "primary", c["B"].Certificate); err != nil {
		t.Fatal(err)
	}
	if _, there := p.certificates[CertificateName(c["A"].Thumbprint())]; there || len(p.references) > 0 {
		t.Errorf("the group refers to %v, the service has %v", p.references, p.certificates)
	}
}

func TestProvisioningGroup_leavesWhatSomebodyElseChanges(t *testing.T) {
	t.Parallel()
	p, group, c := provisioningScene(t, "A+ .")
	if _, _, err := group.Read(t.Context(), "secondary"); err != nil {
		t.Fatal(err)
	}
	if _, err := group.Upload(t.Context(), "secondary", c["B"].Certificate); err != nil {
		t.Fatal(err)
	}
	p.certificates["f"] = dps.Certificate{Name: "f", Thumbprint: c["F"].Thumbprint(), Verified: true, ETag: "1"}
	p.references[dps.Secondary] = "f"
	var changed *ChangedError
	if err := group.Verify(t.Context(), "secondary", c["B"].Thumbprint()); !errors.As(err, &changed) || p.references[dps.Secondary] != "f" {
		t.Errorf("got %v, and it refers to %v", err, p.references)
	}
	if err := group.Verify(t.Context(), "primary", c["B"].Thumbprint()); !errors.As(err, &changed) {
		t.Errorf("another CA than the one in the place: %v", err)
	}
}

// TestHandshake_startsOverWhenTheETagIsOld: somebody else has changed the certificate between two steps.
func TestHandshake_startsOverWhenTheETagIsOld(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]int{"before the code": 0, "an answer was lost": 1, "before the proof": 2} {
		p, group, c := provisioningScene(t, "B- .")
		writes := 0
		meddle := func() {
			certificateName := CertificateName(c["B"].Thumbprint())
			changed := p.certificates[certificateName]
			changed.ETag = p.next()
			p.certificates[certificateName] = changed
		}
		group.Prover = meddlingProver{c, func() {
			if writes++; writes == 1 && step == 2 {
				meddle()
			}
		}}
		if step == 0 {
			p.meddle = meddle
		}
		if step == 1 {
			p.failing, p.effect = 1, true // The answer with the code is lost, and with it the etag.
		}
		if _, err := ReadPlaces(t.Context(), group, relyingPlaces); err != nil {
			t.Fatal(err)
		}
		if err := group.Verify(t.Context(), "primary", c["B"].Thumbprint()); err != nil || !p.holds()["primary"].Verified {
			t.Errorf("%s: %v, it holds %v", name, err, p.holds())
		}
	}
}

// meddlingProver lets somebody else do something after each proof.
type meddlingProver struct {
	cast

	meddle func()
}

// Prove implements Prover.
func (m meddlingProver) Prove(ctx context.Context, thumbprint certs.Thumbprint, code string) (*certs.Certificate, error) {
	defer m.meddle()

	return m.cast.Prove(ctx, thumbprint, code)
}
