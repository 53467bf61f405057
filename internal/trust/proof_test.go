// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

func testNow() time.Time { return certstest.Now }

func noWait(ctx context.Context, _ int) error { return ctx.Err() }

// present hands in a proof for the code that is open.
func present(t *testing.T, s *scene, proof, ca *certs.Certificate) error {
	t.Helper()
	handshake := &trust.Handshake{Verifier: s.central, Now: testNow, Backoff: noWait}

	return handshake.Submit(t.Context(), entry, s.owner.ca.Thumbprint(), proof, ca)
}

func TestSubmit_neverGeneratesACode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arrange func(*scene)
		calls   string
	}{
		"in one go":                           {func(*scene) {}, "read verify read"},
		"verified already":                    {func(s *scene) { s.central.verified = true }, "read"},
		"the answer is lost after the effect": {func(s *scene) { s.central.failVerify = once(lost(), true) }, "read verify read"},
		"the request is lost":                 {func(s *scene) { s.central.failVerify = once(lost(), false) }, "read verify read read verify read"},
		"500":                                 {func(s *scene) { s.central.failVerify = once(refused(http.StatusInternalServerError), false) }, "read verify read read verify read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.central.code = "CODE"
			test.arrange(s)
			if err := present(t, s, s.owner.ca.Proof(t, "CODE", certstest.Now), s.owner.ca.Certificate); err != nil {
				t.Error(err)
			}
			if !s.central.verified {
				t.Error("the certificate is not verified")
			}
			s.wantCalls(t, test.calls)
		})
	}
}

func TestSubmit_failsWithoutTryingBlindly(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arrange func(*scene)
		proof   func(*testing.T, *scene) *certs.Certificate
		ca      bool
		want    any
		calls   string
	}{
		"another code is open":         {func(s *scene) { s.central.code = "OTHER" }, nil, true, new(*trust.CodeVoidError), "read verify"},
		"no code is open":              {func(s *scene) { s.central.code = "" }, nil, true, new(*trust.CodeVoidError), "read verify"},
		"no rights":                    {func(s *scene) { s.central.failVerify = always(refused(http.StatusForbidden), false) }, nil, true, nil, "read verify"},
		"service stays down":           {func(s *scene) { s.central.failVerify = always(lost(), false) }, nil, true, nil, "read" + strings.Repeat(" verify read read", 3) + " verify read"},
		"nothing is in the entry":      {func(s *scene) { s.central.thumbprint = certs.Thumbprint{} }, nil, true, new(*trust.EmptyEntryError), "read"},
		"another certificate is there": {func(s *scene) { s.central.thumbprint = thumbprintA }, nil, true, new(*trust.OtherCertificateError), "read"},
		"signed by another CA, and the CA is known": {nil, func(t *testing.T, _ *scene) *certs.Certificate {
			t.Helper()
			return certstest.Valid(t).Proof(t, "CODE", certstest.Now)
		}, true, new(*trust.ProofRefusedError), "read"},
		"signed by another CA, and the CA is not known": {nil, func(t *testing.T, _ *scene) *certs.Certificate {
			t.Helper()
			return certstest.Valid(t).Proof(t, "CODE", certstest.Now)
		}, false, new(*trust.CodeVoidError), "read verify"},
		"expired": {nil, func(t *testing.T, s *scene) *certs.Certificate {
			t.Helper()
			return s.owner.ca.Proof(t, "CODE", certstest.Now.AddDate(0, 0, -1))
		}, false, new(*trust.ProofRefusedError), "read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.central.code = "CODE"
			if test.arrange != nil {
				test.arrange(s)
			}
			proof := s.owner.ca.Proof(t, "CODE", certstest.Now)
			if test.proof != nil {
				proof = test.proof(t, s)
			}
			var ca *certs.Certificate
			if test.ca {
				ca = s.owner.ca.Certificate
			}
			err := present(t, s, proof, ca)
			if err == nil || test.want != nil && !errors.As(err, test.want) {
				t.Errorf("error %v, want %T", err, test.want)
			}
			s.wantCalls(t, test.calls)
		})
	}
}

func TestSubmit_voidCodeKeepsTheReasonOfTheService(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.central.code = "OTHER"
	err := present(t, s, s.owner.ca.Proof(t, "CODE", certstest.Now), nil)
	var void *trust.CodeVoidError
	if !errors.As(err, &void) || transport.StatusCode(err) != http.StatusUnprocessableEntity || !strings.Contains(err.Error(), "422") {
		t.Errorf("got %v", err)
	}
}

func TestSubmit_acceptedButStillNotVerified(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.central.sticky = true
	s.central.failVerify = func(int) (error, bool) {
		s.central.code = "CODE" // As a service may that does not use codes up.
		return nil, true
	}
	err := present(t, s, s.owner.ca.Proof(t, "CODE", certstest.Now), nil)
	if !errors.Is(err, trust.ErrStillUnverified) || !strings.Contains(err.Error(), "attempt 4 of 4") {
		t.Errorf("got %v", err)
	}
	polled := " verify" + strings.Repeat(" read", 5)
	s.wantCalls(t, "read"+strings.Repeat(polled+" read", 3)+polled)
}

func TestSubmit_readAfterwardsThatFailsReportsBoth(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	verify, read := refused(http.StatusInternalServerError), refused(http.StatusServiceUnavailable)
	s.central.failVerify = always(verify, false)
	s.central.failRead = at(2, read, false)
	if err := present(t, s, s.owner.ca.Proof(t, "CODE", certstest.Now), nil); !errors.Is(err, verify) || !errors.Is(err, read) {
		t.Errorf("got %v, want both failures", err)
	}
	s.wantCalls(t, "read verify read")
}

// The reason is the failure, not that time ran out while it waited.
func TestSubmit_backoffThatTheContextEndsReportsTheFailure(t *testing.T) {
	t.Parallel()
	ended := func(context.Context, int) error { return context.DeadlineExceeded }
	failure := lost()

	s := newScene(t)
	s.central.failVerify = always(failure, false)
	handshake := &trust.Handshake{Verifier: s.central, Now: testNow, Backoff: ended}
	err := handshake.Submit(t.Context(), entry, s.owner.ca.Thumbprint(), s.owner.ca.Proof(t, "CODE", certstest.Now), nil)
	if !errors.Is(err, failure) {
		t.Errorf("Present: got %v, want %v", err, failure)
	}
	s.wantCalls(t, "read verify read")

	s = newScene(t)
	s.central.failCode = always(failure, false)
	if _, err := (&trust.Handshake{Verifier: s.central, Backoff: ended}).GenerateCode(t.Context(), entry, s.owner.ca.Thumbprint()); !errors.Is(err, failure) {
		t.Errorf("GenerateCode: got %v, want %v", err, failure)
	}
	s.wantCalls(t, "read code")
}

func TestGenerateCode_makesSureOfTheCertificateFirst(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arrange     func(*central)
		code, calls string
	}{
		"in one go":                           {func(*central) {}, "CODE-1", "read code"},
		"the answer is lost":                  {func(c *central) { c.failCode = once(lost(), true) }, "CODE-2", "read code code"},
		"no rights":                           {func(c *central) { c.failCode = always(refused(http.StatusForbidden), false) }, "", "read code"},
		"service stays down":                  {func(c *central) { c.failCode = always(lost(), false) }, "", "read code code code code"},
		"another certificate is in the entry": {func(c *central) { c.thumbprint = thumbprintA }, "", "read"},
		"nothing is in the entry":             {func(c *central) { c.thumbprint = certs.Thumbprint{} }, "", "read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			test.arrange(s.central)
			code, err := (&trust.Handshake{Verifier: s.central, Backoff: noWait}).GenerateCode(t.Context(), entry, s.owner.ca.Thumbprint())
			if code != test.code || (err == nil) != (test.code != "") {
				t.Errorf("code %q, error %v; want code %q", code, err, test.code)
			}
			s.wantCalls(t, test.calls)
		})
	}
}

func TestProvePossession_checksWhatAzureSphereMade(t *testing.T) {
	t.Parallel()
	var (
		ca      = certstest.Valid(t)
		active  = sphere.Certificate{Thumbprint: ca.Thumbprint(), Status: sphere.Active, Body: ca.Certificate}
		expired = sphere.Certificate{Thumbprint: thumbprintA, Status: sphere.Expired}
	)
	for name, test := range map[string]struct {
		thumbprint certs.Thumbprint
		arrange    func(*tenant)
		want       any
		asked      int
	}{
		"the Active one":       {certs.Thumbprint{}, func(*tenant) {}, nil, 1},
		"by thumbprint":        {ca.Thumbprint(), func(*tenant) {}, nil, 1},
		"the answer is lost":   {certs.Thumbprint{}, func(f *tenant) { f.failures = []error{lost()} }, nil, 2},
		"no rights":            {certs.Thumbprint{}, func(f *tenant) { f.failures = []error{refused(http.StatusForbidden)} }, new(*transport.Error), 1},
		"for another code":     {certs.Thumbprint{}, func(f *tenant) { f.proof = ca.Proof(t, "other", certstest.Now) }, new(*trust.ProofRefusedError), 1},
		"by another CA":        {certs.Thumbprint{}, func(f *tenant) { f.proof = certstest.Valid(t).Proof(t, "code", certstest.Now) }, new(*trust.ProofRefusedError), 1},
		"of a CA of nobody":    {thumbprintB, func(*tenant) {}, new(*trust.UnknownCAError), 0},
		"of a CA without body": {thumbprintA, func(*tenant) {}, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &tenant{list: lists(active, expired), proof: ca.Proof(t, "code", certstest.Now)}
			test.arrange(fake)
			proof, err := trust.ProvePossession(t.Context(), fake, test.thumbprint, "code", testNow, noWait)
			switch {
			case test.want != nil:
				if !errors.As(err, test.want) {
					t.Errorf("error %v, want %T", err, test.want)
				}
			case test.asked == 0:
				if err == nil {
					t.Error("a CA that the service no longer gives has signed")
				}
			case err != nil:
				t.Error(err)
			case proof.CA.Thumbprint != ca.Thumbprint() || proof.Certificate.CommonName() != "code":
				t.Errorf("got the proof %q of %s", proof.Certificate.Subject(), proof.CA.Thumbprint)
			}
			if len(fake.asked) != test.asked {
				t.Errorf("%d proofs were asked for, want %d", len(fake.asked), test.asked)
			}
		})
	}
}
