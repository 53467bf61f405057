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
	trust.Entries

	calls    []string
	failures map[string]failure
	// swapped is the thumbprint that an upload is answered with, if not its own.
	swapped string
}

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

func (s *shelf) PutCertificate(_ context.Context, id iotcentral.CertificateID, certificate *certs.Certificate, verified bool) (iotcentral.SigningCertificate, error) {
	effect, err := s.call("put", id)
	content := iotcentral.SigningCertificate{Thumbprint: certificate.Thumbprint(), Verified: verified}
	if s.swapped != "" {
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

// keeping is a Keeper at work, and the CA that it shall bring into the group.
type keeping struct {
	*shelf

	ca       trust.CA
	owner    *certstest.CA
	uploaded []string
}

// newKeeping returns a group whose primary entry holds the verified thumbprintA.
func newKeeping(t *testing.T) *keeping {
	t.Helper()
	ca := certstest.Valid(t)

	return &keeping{
		shelf: &shelf{
			Entries:  trust.Entries{iotcentral.Primary: {Thumbprint: thumbprintA, Verified: true}},
			failures: map[string]failure{},
		},
		ca:    trust.CA{Certificate: sphere.Certificate{Thumbprint: ca.Thumbprint(), Body: ca.Certificate}, Role: trust.RoleActive},
		owner: ca,
	}
}

func (k *keeping) carryOut(t *testing.T, steps ...trust.Step) error {
	t.Helper()
	keeper := &trust.Keeper{
		Group: k.shelf,
		Prover: &owner{ca: k.owner, proof: func(code string) *certs.Certificate {
			return k.owner.Proof(t, code, certstest.Now)
		}},
		Now:      testNow,
		Pause:    noWait,
		Uploaded: func(thumbprint string) { k.uploaded = append(k.uploaded, thumbprint) },
	}

	return keeper.CarryOut(t.Context(), entry.GroupID, steps)
}

func (k *keeping) upload(into iotcentral.Entry, replaces string) trust.Step {
	return trust.Step{Action: trust.Upload, Entry: into, CA: k.ca, Replaces: replaces}
}

func (k *keeping) wantCalls(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(k.calls, want) {
		t.Errorf("called %q, want %q", k.calls, want)
	}
}

// wantUploaded checks whether the upload was told of, once.
func (k *keeping) wantUploaded(t *testing.T, want bool) {
	t.Helper()
	if told := slices.Equal(k.uploaded, []string{k.ca.Thumbprint}); told != want || len(k.uploaded) > 1 {
		t.Errorf("uploads that were told of: %q; that of %s is wanted: %t", k.uploaded, k.ca.Thumbprint, want)
	}
}

func TestKeeper_carriesOutStepsInTheirOrder(t *testing.T) {
	t.Parallel()
	k := newKeeping(t)
	err := k.carryOut(t,
		k.upload(iotcentral.Secondary, ""),
		trust.Step{Action: trust.Verify, Entry: iotcentral.Secondary, CA: k.ca},
		trust.Step{Action: trust.Remove, Entry: iotcentral.Primary, Replaces: thumbprintA})
	if err != nil {
		t.Fatal(err)
	}
	k.wantCalls(t, "read secondary", "put secondary",
		"read secondary", "code secondary", "verify secondary", "read secondary",
		"read primary", "delete primary")
	k.wantUploaded(t, true)
	want := iotcentral.SigningCertificate{Thumbprint: k.ca.Thumbprint, Verified: true}
	if len(k.Entries) != 1 || k.Entries[iotcentral.Secondary] != want {
		t.Errorf("the group holds %v, want %v in the secondary entry alone", k.Entries, want)
	}
}

func TestKeeper_stopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	k := newKeeping(t)
	k.failures["put secondary"] = failure{err: refused(http.StatusForbidden)}
	err := k.carryOut(t, k.upload(iotcentral.Secondary, ""),
		trust.Step{Action: trust.Remove, Entry: iotcentral.Primary, Replaces: thumbprintA})
	if transport.StatusCode(err) != http.StatusForbidden {
		t.Errorf("got %v", err)
	}
	k.wantCalls(t, "read secondary", "put secondary")
}

func TestKeeper_uploads(t *testing.T) {
	t.Parallel()
	read, put := "read primary", "put primary"
	for name, test := range map[string]struct {
		arrange  func(*keeping)
		replaces string
		calls    []string
		uploaded bool
	}{
		"into an entry that is as expected": {nil, thumbprintA, []string{read, put}, true},
		"however the thumbprint is spelled": {nil, strings.ToLower(thumbprintA), []string{read, put}, true},
		"into an empty entry":               {func(k *keeping) { clear(k.Entries) }, "", []string{read, put}, true},
		"not again when somebody else did": {func(k *keeping) {
			k.Entries[iotcentral.Primary] = iotcentral.SigningCertificate{Thumbprint: strings.ToLower(k.ca.Thumbprint), Verified: true}
		}, thumbprintA, []string{read}, false},
		"when the answer alone was lost": {func(k *keeping) {
			k.failures[put] = failure{err: lost(), effect: true}
		}, thumbprintA, []string{read, put, read}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeeping(t)
			if test.arrange != nil {
				test.arrange(k)
			}
			if err := k.carryOut(t, k.upload(iotcentral.Primary, test.replaces)); err != nil {
				t.Error(err)
			}
			k.wantCalls(t, test.calls...)
			k.wantUploaded(t, test.uploaded)
			if held := k.Entries[iotcentral.Primary].Thumbprint; !certs.SameThumbprint(held, k.ca.Thumbprint) {
				t.Errorf("the entry holds %s, want %s", held, k.ca.Thumbprint)
			}
		})
	}
}

func TestKeeper_reportsAnUploadThatFailed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		failures map[string]failure
		status   int // 0: the connection was lost.
		calls    []string
	}{
		"the look before": {map[string]failure{"read primary": {err: refused(http.StatusForbidden)}}, http.StatusForbidden, []string{"read primary"}},
		"refused": {
			map[string]failure{"put primary": {err: refused(http.StatusUnprocessableEntity)}},
			http.StatusUnprocessableEntity,
			[]string{"read primary", "put primary"},
		},
		"the request was lost":    {map[string]failure{"put primary": {err: lost()}}, 0, []string{"read primary", "put primary", "read primary"}},
		"the service broke on it": {map[string]failure{"put primary": {err: refused(http.StatusInternalServerError)}}, http.StatusInternalServerError, []string{"read primary", "put primary", "read primary"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeeping(t)
			k.failures = test.failures
			err := k.carryOut(t, k.upload(iotcentral.Primary, thumbprintA))
			var disconnected *transport.ConnectionError
			if transport.StatusCode(err) != test.status || errors.As(err, &disconnected) != (test.status == 0) {
				t.Errorf("got %v, want status %d", err, test.status)
			}
			k.wantCalls(t, test.calls...)
			k.wantUploaded(t, false)
		})
	}
}

func TestKeeper_leavesWhatSomebodyElseChanges(t *testing.T) {
	t.Parallel()
	remove := func(replaces string) func(*keeping) trust.Step {
		return func(*keeping) trust.Step {
			return trust.Step{Action: trust.Remove, Entry: iotcentral.Primary, Replaces: replaces}
		}
	}
	upload := func(replaces string) func(*keeping) trust.Step {
		return func(k *keeping) trust.Step { return k.upload(iotcentral.Primary, replaces) }
	}
	for name, test := range map[string]struct {
		held, expected string
		step           func(*keeping) trust.Step
		says           string
	}{
		"another certificate to replace": {
			thumbprintA, thumbprintB, upload(thumbprintB),
			"holds the certificate with thumbprint " + thumbprintA + " by now, instead of the certificate with thumbprint " + thumbprintB,
		},
		"a certificate in an empty entry": {
			thumbprintA, "", upload(""),
			"holds the certificate with thumbprint " + thumbprintA + " by now, instead of no certificate",
		},
		"nothing to replace": {
			"", thumbprintB, upload(thumbprintB),
			"holds no certificate by now, instead of the certificate with thumbprint " + thumbprintB,
		},
		"another certificate to remove": {
			thumbprintA, thumbprintB, remove(thumbprintB),
			"holds the certificate with thumbprint " + thumbprintA + " by now",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeeping(t)
			if test.held == "" {
				clear(k.Entries)
			}
			err := k.carryOut(t, test.step(k))
			var changed *trust.ChangedError
			if !errors.As(err, &changed) || changed.Found != test.held || changed.Want != test.expected || changed.ID != entry {
				t.Fatalf("got %#v", err)
			}
			if text := err.Error(); !strings.Contains(text, test.says) || !strings.Contains(text, entry.String()) {
				t.Errorf("got %q, want it to name %s and to say %q", text, entry, test.says)
			}
			k.wantCalls(t, "read primary")
			k.wantUploaded(t, false)
		})
	}
}

func TestKeeper_noticesAnotherCertificateAfterAnUpload(t *testing.T) {
	t.Parallel()
	k := newKeeping(t)
	k.swapped = thumbprintB
	err := k.carryOut(t, k.upload(iotcentral.Primary, thumbprintA),
		trust.Step{Action: trust.Verify, Entry: iotcentral.Primary, CA: k.ca})
	var changed *trust.ChangedError
	if !errors.As(err, &changed) || changed.Found != thumbprintB || changed.Want != k.ca.Thumbprint {
		t.Errorf("got %v", err)
	}
	k.wantCalls(t, "read primary", "put primary")
	k.wantUploaded(t, true)
}

func TestKeeper_removes(t *testing.T) {
	t.Parallel()
	step := trust.Step{Action: trust.Remove, Entry: iotcentral.Primary, Replaces: strings.ToLower(thumbprintA)}
	for name, test := range map[string]struct {
		arrange func(*keeping)
		status  int
		calls   []string
	}{
		"what it was decided for":   {nil, 0, []string{"read primary", "delete primary"}},
		"nothing when it is gone":   {func(k *keeping) { clear(k.Entries) }, 0, []string{"read primary"}},
		"nothing without a look":    {func(k *keeping) { k.failures["read primary"] = failure{err: refused(403)} }, 403, []string{"read primary"}},
		"nothing that it must keep": {func(k *keeping) { k.failures["delete primary"] = failure{err: refused(403)} }, 403, []string{"read primary", "delete primary"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKeeping(t)
			if test.arrange != nil {
				test.arrange(k)
			}
			if err := k.carryOut(t, step); transport.StatusCode(err) != test.status || (err == nil) != (test.status == 0) {
				t.Errorf("got %v, want status %d", err, test.status)
			}
			k.wantCalls(t, test.calls...)
			if left := len(k.Entries) == 1; left != (test.status != 0) {
				t.Errorf("the group holds %v", k.Entries)
			}
		})
	}
}

func TestKeeper_knowsNoOtherActions(t *testing.T) {
	t.Parallel()
	k := newKeeping(t)
	if err := k.carryOut(t, trust.Step{Action: "polish", Entry: iotcentral.Primary}); err == nil || !strings.Contains(err.Error(), `"polish"`) {
		t.Errorf("got %v", err)
	}
	k.wantCalls(t)
}

func TestReadEntries_emptyEntriesAreMissing(t *testing.T) {
	t.Parallel()
	for name, held := range map[string]trust.Entries{
		"none":      {},
		"primary":   {iotcentral.Primary: {Thumbprint: thumbprintA, Verified: true}},
		"secondary": {iotcentral.Secondary: {Thumbprint: thumbprintB}},
		"both":      {iotcentral.Primary: {Thumbprint: thumbprintA}, iotcentral.Secondary: {Thumbprint: thumbprintB, Verified: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := trust.ReadEntries(t.Context(), &shelf{Entries: held}, entry.GroupID)
			if err != nil || len(found) != len(held) {
				t.Fatalf("got %v, %v; want %v", found, err, held)
			}
			for entry, content := range held {
				if found[entry] != content {
					t.Errorf("the %s entry: got %v, want %v", entry, found[entry], content)
				}
			}
		})
	}
}

func TestReadEntries_failureIsNotEmptiness(t *testing.T) {
	t.Parallel()
	for _, failing := range []string{"read primary", "read secondary"} {
		group := &shelf{Entries: trust.Entries{}, failures: map[string]failure{failing: {err: refused(http.StatusForbidden)}}}
		if found, err := trust.ReadEntries(t.Context(), group, entry.GroupID); transport.StatusCode(err) != http.StatusForbidden || found != nil {
			t.Errorf("%s fails: got %v, %v", failing, found, err)
		}
	}
}
