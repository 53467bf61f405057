// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// shelf is an enrollment group with both of its entries. It writes down every
// call, and fails those that failures names: "put secondary".
type shelf struct {
	Entries map[iotcentral.Entry]iotcentral.SigningCertificate

	calls    []string
	failures map[string]failure
	// swapped is the thumbprint that an upload is answered with, if not its own.
	swapped certs.Thumbprint
}

// The places of an enrollment group.
const (
	primary   = trust.Place(iotcentral.Primary)
	secondary = trust.Place(iotcentral.Secondary)
)

// failure is an error of a service. With effect, the call is carried out all the
// same.
type failure struct {
	err    error
	effect bool
}

// call writes a call down, and says whether it has an effect and what it answers.
func (s *shelf) call(action string, id iotcentral.CertificateID) (effect bool, err error) {
	made := action + " " + string(id.Entry)
	s.calls = append(s.calls, made)
	failed, fails := s.failures[made]

	return !fails || failed.effect, failed.err
}

func (s *shelf) Certificate(_ context.Context, id iotcentral.CertificateID) (iotcentral.SigningCertificate, error) {
	if _, err := s.call("read", id); err != nil {
		return iotcentral.SigningCertificate{}, err
	}
	content, filled := s.Entries[id.Entry]
	if !filled {
		return content, refused(http.StatusNotFound)
	}

	return content, nil
}

func (s *shelf) Look(ctx context.Context, id iotcentral.CertificateID) (iotcentral.SigningCertificate, bool, error) {
	found, err := s.Certificate(ctx, id)
	if transport.IsNotFound(err) {
		return found, false, nil
	}

	return found, err == nil, err
}

func (s *shelf) PutCertificate(_ context.Context, id iotcentral.CertificateID, certificate *certs.Certificate, verified bool) (iotcentral.SigningCertificate, error) {
	effect, err := s.call("put", id)
	content := iotcentral.SigningCertificate{Thumbprint: certificate.Thumbprint(), Verified: verified}
	if !s.swapped.IsZero() {
		content.Thumbprint = s.swapped
	}
	if effect {
		s.Entries[id.Entry] = content
	}
	if err != nil {
		return iotcentral.SigningCertificate{}, err
	}

	return content, nil
}

func (s *shelf) DeleteCertificate(_ context.Context, id iotcentral.CertificateID) error {
	effect, err := s.call("delete", id)
	if effect {
		delete(s.Entries, id.Entry)
	}

	return err
}

func (s *shelf) GenerateVerificationCode(_ context.Context, id iotcentral.CertificateID) (string, error) {
	_, err := s.call("code", id)

	return "CODE", err
}

func (s *shelf) Verify(_ context.Context, id iotcentral.CertificateID, _ *certs.Certificate) error {
	effect, err := s.call("verify", id)
	if effect {
		content := s.Entries[id.Entry]
		content.Verified = true
		s.Entries[id.Entry] = content
	}

	return err
}

// scenario is a Executor at work, and the CA that it shall bring into the group.
type scenario struct {
	*shelf

	ca    trust.CA
	owner *certstest.CA
}

// newScenario returns a group whose primary entry holds the verified thumbprintA.
func newScenario(t *testing.T) *scenario {
	t.Helper()
	ca := certstest.Valid(t)

	return &scenario{
		shelf: &shelf{
			Entries:  map[iotcentral.Entry]iotcentral.SigningCertificate{iotcentral.Primary: {Thumbprint: thumbprintA, Verified: true}},
			failures: map[string]failure{},
		},
		ca:    trust.CA{Certificate: sphere.Certificate{Thumbprint: ca.Thumbprint(), Body: ca.Certificate}, Role: trust.RoleActive},
		owner: ca,
	}
}

func (k *scenario) service(t *testing.T) *trust.EnrollmentGroup {
	t.Helper()

	return &trust.EnrollmentGroup{
		ID:     entry.GroupID,
		Client: k.shelf,
		Prover: &owner{ca: k.owner, proof: func(code string) *certs.Certificate {
			return k.owner.Proof(t, code, certstest.Now)
		}},
		Now:     testNow,
		Backoff: noWait,
	}
}

func (k *scenario) execute(t *testing.T, steps ...trust.Step) trust.Result {
	t.Helper()
	service := k.service(t)
	holds := map[trust.Place]trust.Holding{}
	for entry, content := range k.Entries {
		holds[trust.Place(entry)] = trust.Holding(content)
	}

	return (&trust.Executor{Service: service}).Execute(t.Context(), holds, steps)
}

// holding is what a step replaces: nothing, or a certificate with a role.
func holding(thumbprint certs.Thumbprint, role trust.Role) *trust.Content {
	if thumbprint.IsZero() {
		return nil
	}

	return &trust.Content{CA: trust.CA{Certificate: sphere.Certificate{Thumbprint: thumbprint}, Role: role}, Verified: true}
}

func (k *scenario) upload(into trust.Place, replaces certs.Thumbprint) trust.Step {
	return trust.Step{Action: trust.Upload, Place: into, CA: k.ca, Replaces: holding(replaces, trust.RoleRetiring)}
}

func remove(replaces certs.Thumbprint) trust.Step {
	return trust.Step{Action: trust.Remove, Place: primary, Replaces: holding(replaces, trust.RoleExpired)}
}

func (k *scenario) wantCalls(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(k.calls, want) {
		t.Errorf("called %q, want %q", k.calls, want)
	}
}

// failureOf returns the only failure of a result, or nil.
func failureOf(t *testing.T, result trust.Result) error {
	t.Helper()
	switch len(result.Failures) {
	case 0:
		return nil
	case 1:
		return result.Failures[0]
	default:
		t.Fatalf("failures: %v", result.Failures)
		return nil
	}
}

func TestExecutor_carriesOutStepsInTheirOrder(t *testing.T) {
	t.Parallel()
	k := newScenario(t)
	result := k.execute(t,
		k.upload(secondary, certs.Thumbprint{}),
		trust.Step{Action: trust.Verify, Place: secondary, CA: k.ca},
		remove(thumbprintA))
	if err := failureOf(t, result); err != nil {
		t.Fatal(err)
	}
	k.wantCalls(t, "read secondary", "put secondary", "code secondary", "verify secondary", "read secondary",
		"read primary", "delete primary")
	want := trust.Holding{Thumbprint: k.ca.Thumbprint, Verified: true}
	if len(result.Holds) != 1 || result.Holds[secondary] != want || !result.Wrote {
		t.Errorf("got %+v, want %v in the secondary entry alone, and that something was written", result, want)
	}
	if len(k.Entries) != 1 || k.Entries[iotcentral.Secondary] != iotcentral.SigningCertificate(want) {
		t.Errorf("the group holds %v, want %v in the secondary entry alone", k.Entries, want)
	}
}

func TestExecutor_aFailureStopsItsPlaceAlone(t *testing.T) {
	t.Parallel()
	k := newScenario(t)
	k.failures["put secondary"] = failure{err: refused(http.StatusForbidden)}
	result := k.execute(t, k.upload(secondary, certs.Thumbprint{}),
		trust.Step{Action: trust.Verify, Place: secondary, CA: k.ca},
		remove(thumbprintA))
	if err := failureOf(t, result); transport.StatusCode(err) != http.StatusForbidden || result.Failures[0].Step.Action != trust.Upload {
		t.Errorf("got %v", err)
	}
	k.wantCalls(t, "read secondary", "put secondary", "read secondary", "read primary", "delete primary")
	if len(result.Holds) != 0 {
		t.Errorf("the places are said to hold %v", result.Holds)
	}
}

func TestExecutor_whatIsThereAfterAFailureIsRead(t *testing.T) {
	t.Parallel()
	k := newScenario(t)
	k.failures["delete primary"] = failure{err: refused(http.StatusInternalServerError), effect: true}
	result := k.execute(t, remove(thumbprintA))
	if err := failureOf(t, result); err == nil || len(result.Holds) != 0 || !result.Wrote {
		t.Errorf("got %+v", result)
	}
}

func TestExecutor_whatCannotBeReadAfterAFailureStaysAsItWas(t *testing.T) {
	t.Parallel()
	k := newScenario(t)
	k.failures["read primary"] = failure{err: refused(http.StatusForbidden)}
	result := k.execute(t, remove(thumbprintA))
	if err := failureOf(t, result); err == nil || result.Holds[primary].Thumbprint != thumbprintA || result.Wrote {
		t.Errorf("got %+v", result)
	}
}

func TestExecutor_endsWithItsContext(t *testing.T) {
	t.Parallel()
	k := newScenario(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k.failures["read primary"] = failure{err: context.Canceled}
	result := (&trust.Executor{Service: k.service(t)}).Execute(ctx, nil, []trust.Step{remove(thumbprintA), k.upload(secondary, certs.Thumbprint{})})
	if err := failureOf(t, result); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	k.wantCalls(t, "read primary")
}

// A revoked CA goes even when its successor cannot come.
func TestExecutor_removesTheRevokedCAThatAFailedUploadShouldReplace(t *testing.T) {
	t.Parallel()
	for name, failures := range map[string]map[string]failure{
		"removed":      {"put primary": {err: refused(http.StatusConflict)}},
		"not removed":  {"put primary": {err: refused(http.StatusConflict)}, "delete primary": {err: refused(http.StatusForbidden)}},
		"a lost reply": {"put primary": {err: lost()}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newScenario(t)
			k.failures = failures
			step := k.upload(primary, thumbprintA)
			step.Replaces.CA.Role = trust.RoleRevoked
			result := k.execute(t, step)
			_, stays := failures["delete primary"]
			if _, there := k.Entries[iotcentral.Primary]; there != stays || len(result.Holds) != len(k.Entries) {
				t.Errorf("the group holds %v, the result says %v", k.Entries, result.Holds)
			}
			if len(result.Failures) != len(failures) {
				t.Errorf("failures: %v", result.Failures)
			}
		})
	}
}

// A read that lags shows what was there before.
func TestExecutor_knowsWhatItRemovedItself(t *testing.T) {
	t.Parallel()
	k := newScenario(t)
	executor := &trust.Executor{Service: k.service(t)}
	holds := map[trust.Place]trust.Holding{primary: {Thumbprint: thumbprintA}}
	if result := executor.Execute(t.Context(), holds, []trust.Step{remove(thumbprintA)}); len(result.Failures) > 0 {
		t.Fatal(result.Failures[0])
	}
	k.Entries[iotcentral.Primary] = iotcentral.SigningCertificate{Thumbprint: thumbprintA}
	if result := executor.Execute(t.Context(), nil, []trust.Step{k.upload(primary, certs.Thumbprint{})}); len(result.Failures) > 0 {
		t.Errorf("after the removal, the old certificate is taken for somebody else's: %v", result.Failures[0])
	}
}

func TestExecutor_uploads(t *testing.T) {
	t.Parallel()
	read, put := "read primary", "put primary"
	for name, test := range map[string]struct {
		arrange  func(*scenario)
		replaces certs.Thumbprint
		calls    []string
		wrote    bool
	}{
		"into an entry that is as expected": {nil, thumbprintA, []string{read, put}, true},
		"into an empty entry":               {func(k *scenario) { clear(k.Entries) }, certs.Thumbprint{}, []string{read, put}, true},
		"not again when somebody else did": {func(k *scenario) {
			k.Entries[iotcentral.Primary] = iotcentral.SigningCertificate{Thumbprint: k.ca.Thumbprint, Verified: true}
		}, thumbprintA, []string{read}, false},
		"when the answer alone was lost": {func(k *scenario) {
			k.failures[put] = failure{err: lost(), effect: true}
		}, thumbprintA, []string{read, put, read}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newScenario(t)
			if test.arrange != nil {
				test.arrange(k)
			}
			result := k.execute(t, k.upload(primary, test.replaces))
			if err := failureOf(t, result); err != nil || result.Wrote != test.wrote {
				t.Errorf("got %v, wrote %t", err, result.Wrote)
			}
			k.wantCalls(t, test.calls...)
			held := k.Entries[iotcentral.Primary]
			if held.Thumbprint != k.ca.Thumbprint || result.Holds[primary] != trust.Holding(held) {
				t.Errorf("the entry holds %s, want %s; the result says %v", held.Thumbprint, k.ca.Thumbprint, result.Holds)
			}
		})
	}
}

func TestExecutor_reportsAnUploadThatFailed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		failures map[string]failure
		status   int // 0: the connection was lost.
		calls    []string
		wrote    bool
	}{
		"the look before": {
			map[string]failure{"read primary": {err: refused(http.StatusForbidden)}},
			http.StatusForbidden,
			[]string{"read primary", "read primary"},
			false,
		},
		"refused": {
			map[string]failure{"put primary": {err: refused(http.StatusUnprocessableEntity)}},
			http.StatusUnprocessableEntity,
			[]string{"read primary", "put primary", "read primary"},
			false,
		},
		"the request was lost": {
			map[string]failure{"put primary": {err: lost()}},
			0,
			[]string{"read primary", "put primary", "read primary", "read primary"},
			false,
		},
		"the service broke on it": {
			map[string]failure{"put primary": {err: refused(http.StatusInternalServerError)}},
			http.StatusInternalServerError,
			[]string{"read primary", "put primary", "read primary", "read primary"},
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newScenario(t)
			k.failures = test.failures
			result := k.execute(t, k.upload(primary, thumbprintA))
			err := failureOf(t, result)
			var disconnected *transport.ConnectionError
			if transport.StatusCode(err) != test.status || errors.As(err, &disconnected) != (test.status == 0) || result.Wrote != test.wrote {
				t.Errorf("got %v, wrote %t; want status %d, wrote %t", err, result.Wrote, test.status, test.wrote)
			}
			k.wantCalls(t, test.calls...)
		})
	}
}

func TestExecutor_leavesWhatSomebodyElseChanges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		held, expected certs.Thumbprint
		action         trust.Action
		says           string
	}{
		"another certificate to replace": {
			thumbprintA, thumbprintB, trust.Upload,
			"holds the certificate with thumbprint " + thumbprintA.String() + " by now, instead of the certificate with thumbprint " + thumbprintB.String(),
		},
		"a certificate in an empty entry": {
			thumbprintA,
			certs.Thumbprint{},
			trust.Upload,
			"holds the certificate with thumbprint " + thumbprintA.String() + " by now, instead of no certificate",
		},
		"nothing to replace": {
			certs.Thumbprint{},
			thumbprintB, trust.Upload,
			"holds no certificate by now, instead of the certificate with thumbprint " + thumbprintB.String(),
		},
		"another certificate to remove": {
			thumbprintA, thumbprintB, trust.Remove,
			"holds the certificate with thumbprint " + thumbprintA.String() + " by now",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newScenario(t)
			if test.held.IsZero() {
				clear(k.Entries)
			}
			step := k.upload(primary, test.expected)
			if test.action == trust.Remove {
				step = remove(test.expected)
			}
			result := k.execute(t, step)
			var changed *trust.ChangedError
			if err := failureOf(t, result); !errors.As(err, &changed) || changed.Found != test.held || changed.Want != test.expected {
				t.Fatalf("got %#v", err)
			}
			if text := changed.Error(); !strings.Contains(text, test.says) || !strings.Contains(text, "the primary entry of "+entry.GroupID.String()) {
				t.Errorf("got %q, want it to name the entry and to say %q", text, test.says)
			}
			k.wantCalls(t, "read primary", "read primary")
			if result.Wrote {
				t.Error("it is said to have written")
			}
		})
	}
}

func TestExecutor_noticesAnotherCertificateAfterAnUpload(t *testing.T) {
	t.Parallel()
	k := newScenario(t)
	k.swapped = thumbprintB
	result := k.execute(t, k.upload(primary, thumbprintA), trust.Step{Action: trust.Verify, Place: primary, CA: k.ca})
	var changed *trust.ChangedError
	if err := failureOf(t, result); !errors.As(err, &changed) || changed.Found != thumbprintB || changed.Want != k.ca.Thumbprint {
		t.Errorf("got %v", err)
	}
	k.wantCalls(t, "read primary", "put primary", "read primary")
	if !result.Wrote || result.Holds[primary].Thumbprint != thumbprintB {
		t.Errorf("got %+v", result)
	}
}

func TestExecutor_removes(t *testing.T) {
	t.Parallel()
	step := remove(thumbprintA)
	for name, test := range map[string]struct {
		arrange func(*scenario)
		status  int
		calls   []string
	}{
		"what it was decided for":   {nil, 0, []string{"read primary", "delete primary"}},
		"nothing when it is gone":   {func(k *scenario) { clear(k.Entries) }, 0, []string{"read primary"}},
		"nothing without a look":    {func(k *scenario) { k.failures["read primary"] = failure{err: refused(403)} }, 403, []string{"read primary", "read primary"}},
		"nothing that it must keep": {func(k *scenario) { k.failures["delete primary"] = failure{err: refused(403)} }, 403, []string{"read primary", "delete primary", "read primary"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newScenario(t)
			if test.arrange != nil {
				test.arrange(k)
			}
			result := k.execute(t, step)
			if err := failureOf(t, result); transport.StatusCode(err) != test.status || (err == nil) != (test.status == 0) {
				t.Errorf("got %v, want status %d", err, test.status)
			}
			k.wantCalls(t, test.calls...)
			if left := len(k.Entries) == 1; left != (test.status != 0) || (len(result.Holds) == 1) != left {
				t.Errorf("the group holds %v, the result says %v", k.Entries, result.Holds)
			}
		})
	}
}

func TestExecutor_knowsNoOtherActions(t *testing.T) {
	t.Parallel()
	k := newScenario(t)
	if err := failureOf(t, k.execute(t, trust.Step{Action: "polish", Place: primary})); err == nil || !strings.Contains(err.Error(), `"polish"`) {
		t.Errorf("got %v", err)
	}
	k.wantCalls(t, "read primary")
}

func TestReadPlaces_emptyEntriesAreMissing(t *testing.T) {
	t.Parallel()
	for name, held := range map[string]map[iotcentral.Entry]iotcentral.SigningCertificate{
		"none":      {},
		"primary":   {iotcentral.Primary: {Thumbprint: thumbprintA, Verified: true}},
		"secondary": {iotcentral.Secondary: {Thumbprint: thumbprintB}},
		"both":      {iotcentral.Primary: {Thumbprint: thumbprintA}, iotcentral.Secondary: {Thumbprint: thumbprintB, Verified: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			group := &trust.EnrollmentGroup{ID: entry.GroupID, Client: &shelf{Entries: held}}
			found, err := trust.ReadPlaces(t.Context(), group, trust.GroupPlaces())
			if err != nil || len(found) != len(held) {
				t.Fatalf("got %v, %v; want %v", found, err, held)
			}
			for entry, content := range held {
				if found[trust.Place(entry)] != trust.Holding(content) {
					t.Errorf("the %s entry: got %v, want %v", entry, found[trust.Place(entry)], content)
				}
			}
		})
	}
}

func TestReadPlaces_failureIsNotEmptiness(t *testing.T) {
	t.Parallel()
	for _, failing := range []string{"read primary", "read secondary"} {
		group := &trust.EnrollmentGroup{ID: entry.GroupID, Client: &shelf{failures: map[string]failure{failing: {err: refused(http.StatusForbidden)}}}}
		if found, err := trust.ReadPlaces(t.Context(), group, trust.GroupPlaces()); transport.StatusCode(err) != http.StatusForbidden || found != nil {
			t.Errorf("%s fails: got %v, %v", failing, found, err)
		}
	}
}
