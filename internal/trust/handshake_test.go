// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust_test

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

var entry = iotcentral.CertificateID{
	GroupID: iotcentral.GroupID{Host: "contoso.azureiotcentral.com", Group: "devices"},
	Entry:   iotcentral.Primary,
}

// central is an enrollment group with one entry, as strict as the real service
// may be: each code works once, and only the latest. It fails when told to, and
// writes down every call.
type central struct {
	thumbprint certs.Thumbprint // Empty: the entry is.
	ca         *certs.Certificate
	verified   bool
	sticky     bool // The service accepts the proof and verifies nothing.
	lag        int  // So many reads after a verification do not show it.

	// before is what the first hidden reads still show.
	before certs.Thumbprint
	hidden int

	calls []string
	codes int
	code  string

	// These, unless nil, are asked at the n-th call of their kind. An error is
	// returned instead of carrying the call out; with effect it is carried out.
	failRead, failCode, failVerify func(n int) (err error, effect bool)
}

func (c *central) count(call string) int {
	c.calls = append(c.calls, call)
	n := 0
	for _, made := range c.calls {
		if made == call {
			n++
		}
	}

	return n
}

func fail(when func(int) (error, bool), n int) (error, bool) { //nolint:revive // It says what happens, and whether it took effect: the pair is no result and error.
	if when == nil {
		return nil, true
	}
	err, effect := when(n)

	return err, effect || err == nil
}

func (c *central) Certificate(context.Context, iotcentral.CertificateID) (iotcentral.SigningCertificate, error) {
	n := c.count("read")
	if err, _ := fail(c.failRead, n); err != nil {
		return iotcentral.SigningCertificate{}, err
	}
	thumbprint := c.thumbprint
	if c.hidden > 0 {
		c.hidden--
		thumbprint = c.before
	}
	if thumbprint.IsZero() {
		return iotcentral.SigningCertificate{}, refused(http.StatusNotFound)
	}

	verified := c.verified
	if verified && c.lag > 0 {
		c.lag--
		verified = false
	}

	return iotcentral.SigningCertificate{Thumbprint: thumbprint, Verified: verified}, nil
}

func (c *central) GenerateVerificationCode(_ context.Context, id iotcentral.CertificateID) (string, error) {
	err, effect := fail(c.failCode, c.count("code"))
	if effect {
		c.codes++
		c.code = fmt.Sprintf("CODE-%d", c.codes)
	}
	if err != nil {
		return "", err
	}
	if id != entry {
		return "", refused(http.StatusNotFound)
	}

	return c.code, nil
}

func (c *central) Verify(_ context.Context, id iotcentral.CertificateID, proof *certs.Certificate) error {
	err, effect := fail(c.failVerify, c.count("verify"))
	if effect {
		code := c.code
		c.code = ""
		if id != entry || code == "" || proof.CommonName() != code || proof.X509().CheckSignatureFrom(c.ca.X509()) != nil {
			return refused(http.StatusUnprocessableEntity)
		}
		c.verified = !c.sticky
	}

	return err
}

// owner signs proofs with a CA, or returns what it is told to.
type owner struct {
	ca    *certstest.CA
	calls []string
	codes []string

	failCA    error
	failProof func(n int) error
	proof     func(code string) *certs.Certificate
}

func (o *owner) CA(_ context.Context, thumbprint certs.Thumbprint) (*certs.Certificate, error) {
	o.calls = append(o.calls, "CA "+thumbprint.String())
	if o.failCA != nil {
		return nil, o.failCA
	}

	return o.ca.Certificate, nil
}

func (o *owner) Prove(_ context.Context, thumbprint certs.Thumbprint, code string) (*certs.Certificate, error) {
	o.calls = append(o.calls, "prove "+thumbprint.String())
	o.codes = append(o.codes, code)
	if o.failProof != nil {
		if err := o.failProof(len(o.codes)); err != nil {
			return nil, err
		}
	}

	return o.proof(code), nil
}

func refused(status int) error {
	return &transport.Error{Service: "IoT Central", Operation: "do it", StatusCode: status}
}

func lost() error {
	return &transport.ConnectionError{Service: "IoT Central", Operation: "do it"}
}

// at returns what a fake asks for: the error at one of the calls only.
func at(failing int, err error, effect bool) func(int) (error, bool) {
	return func(n int) (error, bool) {
		if n == failing {
			return err, effect
		}

		return nil, true
	}
}

func once(err error, effect bool) func(int) (error, bool) { return at(1, err, effect) }

func always(err error, effect bool) func(int) (error, bool) {
	return func(int) (error, bool) { return err, effect }
}

// scene is one handshake with its fakes. Pauses are counted, and take no time.
type scene struct {
	central *central
	owner   *owner
	pauses  []int
	backoff func(n int) error
	// uploaded and answer are those of the handshake.
	uploaded bool
	answer   iotcentral.SigningCertificate
}

func newScene(t *testing.T) *scene {
	t.Helper()
	ca := certstest.Valid(t)

	return &scene{
		central: &central{thumbprint: ca.Thumbprint(), ca: ca.Certificate},
		owner: &owner{ca: ca, proof: func(code string) *certs.Certificate {
			return ca.Proof(t, code, certstest.Now)
		}},
	}
}

func (s *scene) run(t *testing.T) (*certs.Certificate, error) {
	t.Helper()

	return s.runFor(t, s.owner.ca.Thumbprint())
}

func (s *scene) runFor(t *testing.T, thumbprint certs.Thumbprint) (*certs.Certificate, error) {
	t.Helper()
	handshake := &trust.Handshake{
		Verifier: s.central,
		Prover:   s.owner,
		Uploaded: s.uploaded,
		Answer:   s.answer,
		Now:      func() time.Time { return certstest.Now },
		Backoff: func(_ context.Context, n int) error {
			s.pauses = append(s.pauses, n)
			if s.backoff != nil {
				return s.backoff(n)
			}

			return nil
		},
	}

	return handshake.Run(t.Context(), entry, thumbprint)
}

// wantCalls checks the calls to IoT Central, in a few words: "read code verify".
func (s *scene) wantCalls(t *testing.T, want string) {
	t.Helper()
	if got := strings.Join(s.central.calls, " "); got != want {
		t.Errorf("called %q, want %q", got, want)
	}
}

func (s *scene) wantSuccess(t *testing.T, calls string) {
	t.Helper()
	ca, err := s.run(t)
	if err != nil {
		t.Errorf("got %v", err)
	} else if !ca.Equal(s.owner.ca.Certificate) {
		t.Error("another CA is returned")
	}
	if !s.central.verified {
		t.Error("the certificate is not verified")
	}
	s.wantCalls(t, calls)
}

func (s *scene) wantFailure(t *testing.T, want error, calls string) error {
	t.Helper()
	ca, err := s.run(t)
	if !errors.Is(err, want) || ca != nil {
		t.Errorf("got %v, %v; want %v", ca, err, want)
	}
	s.wantCalls(t, calls)

	return err
}

func TestHandshake_verifiesWithTwoReads(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.wantSuccess(t, "read code verify read")
	if want := []string{"CA " + s.owner.ca.Thumbprint().String(), "prove " + s.owner.ca.Thumbprint().String()}; !slices.Equal(s.owner.calls, want) {
		t.Errorf("the owner of the CA was asked %q, want %q", s.owner.calls, want)
	}
	if len(s.pauses) != 0 {
		t.Errorf("it paused %d times", len(s.pauses))
	}
}

func TestHandshake_changesNothingWhenVerifiedAlready(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.central.verified = true
	s.wantSuccess(t, "read")
	if len(s.owner.codes) != 0 {
		t.Error("a proof was asked for")
	}
}

func TestHandshake_neverVerifiesAnotherCertificate(t *testing.T) {
	t.Parallel()
	for _, verified := range []bool{false, true} {
		s := newScene(t)
		want := s.central.thumbprint
		s.central.thumbprint, s.central.verified = certstest.Valid(t).Thumbprint(), verified
		_, err := s.run(t)
		var other *trust.OtherCertificateError
		if !errors.As(err, &other) || other.Found != s.central.thumbprint || other.Want != want {
			t.Errorf("got %v", err)
		}
		for _, part := range []string{want.String(), s.central.thumbprint.String(), "primary", "devices", "contoso"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("the error lacks %q: %v", part, err)
			}
		}
		s.wantCalls(t, "read")
	}
}

func TestHandshake_emptyEntryHasNothingToVerify(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.central.thumbprint = certs.Thumbprint{}
	_, err := s.run(t)
	var empty *trust.EmptyEntryError
	if !errors.As(err, &empty) || !strings.Contains(err.Error(), "primary entry of enrollment group devices on contoso") {
		t.Errorf("got %v", err)
	}
	s.wantCalls(t, "read")
}

func TestHandshake_swappedDuringTheHandshake(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	swapped := certstest.Valid(t).Thumbprint()
	s.central.failVerify = func(int) (error, bool) {
		s.central.thumbprint = swapped
		return refused(http.StatusUnprocessableEntity), false
	}
	_, err := s.run(t)
	var other *trust.OtherCertificateError
	if !errors.As(err, &other) || other.Found != swapped || transport.StatusCode(err) != http.StatusUnprocessableEntity {
		t.Errorf("got %v", err)
	}
	s.wantCalls(t, "read code verify read")
}

func TestHandshake_firstReadThatFailsIsReported(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{refused(http.StatusForbidden), refused(http.StatusInternalServerError), lost()} {
		s := newScene(t)
		s.central.failRead = always(failure, false)
		_ = s.wantFailure(t, failure, "read")
		if len(s.owner.calls) != 0 {
			t.Errorf("the owner was asked %q", s.owner.calls)
		}
	}
}

func TestHandshake_withoutTheCANothingBegins(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.owner.failCA = errors.New("no such CA")
	_ = s.wantFailure(t, s.owner.failCA, "read")
}

// What IoT Central would refuse is not sent, and a fresh code would not help.
func TestHandshake_refusesAProofLocally(t *testing.T) {
	t.Parallel()
	stranger := certstest.Valid(t)
	for name, test := range map[string]struct {
		proof func(ca *certstest.CA, code string) *certs.Certificate
		want  error
	}{
		"of another CA": {func(_ *certstest.CA, code string) *certs.Certificate {
			return stranger.Proof(t, code, certstest.Now)
		}, certs.ErrProofSignature},
		"for another code": {func(ca *certstest.CA, code string) *certs.Certificate {
			return ca.Proof(t, code+"0", certstest.Now)
		}, certs.ErrProofCommonName},
		"in lower case": {func(ca *certstest.CA, code string) *certs.Certificate {
			return ca.Proof(t, strings.ToLower(code), certstest.Now)
		}, certs.ErrProofCommonName},
		"expired": {func(ca *certstest.CA, code string) *certs.Certificate {
			return ca.Proof(t, code, certstest.Now.Add(-2*time.Hour))
		}, certs.ErrProofValidity},
		"not yet valid": {func(ca *certstest.CA, code string) *certs.Certificate {
			return ca.Proof(t, code, certstest.Now.Add(2*time.Hour))
		}, certs.ErrProofValidity},
		"signed by itself": {func(ca *certstest.CA, _ string) *certs.Certificate { return ca.Certificate }, certs.ErrProofCommonName},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.owner.proof = func(code string) *certs.Certificate { return test.proof(s.owner.ca, code) }
			err := s.wantFailure(t, test.want, "read code")
			var local *trust.ProofRefusedError
			if !errors.As(err, &local) || strings.Contains(err.Error(), "CODE-1") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestHandshake_acceptsAProofOnAnotherProfile(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.owner.proof = func(code string) *certs.Certificate {
		proof, err := certs.ParseDER(s.owner.ca.Sign(t, &x509.Certificate{
			Subject:   pkix.Name{CommonName: code, Organization: []string{"contoso"}},
			NotBefore: certstest.Now, NotAfter: certstest.Now.AddDate(0, 0, 1),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}))
		if err != nil {
			t.Fatal(err)
		}
		return proof
	}
	s.wantSuccess(t, "read code verify read")
}

// The rest of the file is about failures on the way. Each attempt must use a code
// of its own, since an old one may be void.

func (s *scene) wantFreshCodes(t *testing.T) {
	t.Helper()
	seen := map[string]bool{}
	for _, code := range s.owner.codes {
		if seen[code] {
			t.Errorf("the code %s was used twice: %q", code, s.owner.codes)
		}
		seen[code] = true
	}
}

func TestHandshake_startsOverAfterVerifyAnswered500(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{
		"500":  refused(http.StatusInternalServerError),
		"503":  refused(http.StatusServiceUnavailable),
		"408":  refused(http.StatusRequestTimeout),
		"lost": lost(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.central.failVerify = once(failure, false)
			s.wantSuccess(t, "read code verify read read code verify read")
			s.wantFreshCodes(t)
			if !slices.Equal(s.pauses, []int{1}) {
				t.Errorf("pauses %v, want [1]", s.pauses)
			}
		})
	}
}

func TestHandshake_isDoneWhenVerifyAnswered500AfterItsEffect(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{refused(http.StatusInternalServerError), lost()} {
		s := newScene(t)
		s.central.failVerify = always(failure, true)
		s.wantSuccess(t, "read code verify read")
		if len(s.pauses) != 0 {
			t.Errorf("it paused %d times", len(s.pauses))
		}
	}
}

// Somebody else may have generated a code meanwhile, which voids ours.
func TestHandshake_startsOverAfterTheProofWasRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadRequest, http.StatusConflict, http.StatusPreconditionFailed, http.StatusUnprocessableEntity} {
		s := newScene(t)
		s.central.failVerify = once(refused(status), false)
		s.wantSuccess(t, "read code verify read read code verify read")
		s.wantFreshCodes(t)
	}
}

func TestHandshake_startsOverWhenTheAnswerWithTheCodeIsLost(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{lost(), refused(http.StatusBadGateway)} {
		for _, effect := range []bool{false, true} {
			s := newScene(t)
			s.central.failCode = once(failure, effect)
			s.wantSuccess(t, "read code read code verify read")
			if len(s.owner.codes) != 1 {
				t.Errorf("proofs for %q", s.owner.codes)
			}
		}
	}
}

func TestHandshake_startsOverWhenTheAnswerWithTheProofIsLost(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{lost(), refused(http.StatusServiceUnavailable)} {
		s := newScene(t)
		s.owner.failProof = func(n int) error {
			if n == 1 {
				return failure
			}
			return nil
		}
		s.wantSuccess(t, "read code read code verify read")
		s.wantFreshCodes(t)
	}
}

func TestHandshake_doesNotRepeatWhatAFreshCodeCannotCure(t *testing.T) {
	t.Parallel()
	unsigned := &auth.TokenError{Err: errors.New("nobody is signed in")}
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusTooManyRequests} {
		s := newScene(t)
		failure := refused(status)
		s.central.failVerify = always(failure, false)
		_ = s.wantFailure(t, failure, "read code verify")
	}
	for _, failure := range []error{
		refused(http.StatusBadRequest), refused(http.StatusForbidden), refused(http.StatusNotFound),
		refused(http.StatusTooManyRequests), unsigned, errors.New("no code in the answer"),
	} {
		s := newScene(t)
		s.central.failCode = always(failure, false)
		_ = s.wantFailure(t, failure, "read code")

		s = newScene(t)
		s.owner.failProof = func(int) error { return failure }
		_ = s.wantFailure(t, failure, "read code")
	}
	s := newScene(t)
	s.central.failVerify = always(unsigned, false)
	_ = s.wantFailure(t, unsigned, "read code verify")
}

func TestHandshake_attemptsAreBounded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	failure := refused(http.StatusInternalServerError)
	s.central.failVerify = always(failure, false)
	err := s.wantFailure(t, failure, "read"+strings.Repeat(" code verify read read", 3)+" code verify read")
	if !strings.Contains(err.Error(), "attempt 4 of 4") {
		t.Errorf("the error does not tell the attempts: %v", err)
	}
	if !slices.Equal(s.pauses, []int{1, 2, 3}) {
		t.Errorf("pauses %v, want [1 2 3]", s.pauses)
	}
	s.wantFreshCodes(t)
}

func TestHandshake_acceptedButStillNotVerified(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.central.sticky = true
	polled := " code verify" + strings.Repeat(" read", 5)
	_ = s.wantFailure(t, trust.ErrStillUnverified, "read"+strings.Repeat(polled+" read", 3)+polled)
	s.wantFreshCodes(t)
}

// The reason is the failure, not that time ran out while it waited.
func TestHandshake_backoffThatTheContextEndsReportsTheFailure(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	failure := refused(http.StatusUnprocessableEntity)
	s.central.failVerify = always(failure, false)
	s.backoff = func(n int) error {
		if n == 2 {
			return context.DeadlineExceeded
		}
		return nil
	}
	_ = s.wantFailure(t, failure, "read code verify read read code verify read")

	s = newScene(t)
	s.central.sticky = true
	s.backoff = func(int) error { return context.Canceled }
	_ = s.wantFailure(t, trust.ErrStillUnverified, "read code verify read")
}

func TestHandshake_readAfterAnAttemptThatFailsReportsBoth(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	verify, read := refused(http.StatusInternalServerError), refused(http.StatusServiceUnavailable)
	s.central.failVerify = always(verify, false)
	s.central.failRead = at(2, read, false)
	err := s.wantFailure(t, verify, "read code verify read")
	if !errors.Is(err, read) {
		t.Errorf("the second failure is missing: %v", err)
	}

	// The same after a success: the outcome is not known, so it is no success.
	s = newScene(t)
	s.central.failRead = at(2, read, false)
	_ = s.wantFailure(t, read, "read code verify read")
}

// A read that lags must not cost a second code, which could void the verification.
func TestHandshake_readThatLagsIsRepeatedBeforeAnotherCodeIsGenerated(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.central.lag = 4
	s.wantSuccess(t, "read code verify read read read read read")
	if !slices.Equal(s.pauses, []int{1, 2, 3, 4}) {
		t.Errorf("pauses %v, want [1 2 3 4]", s.pauses)
	}

	s = newScene(t)
	s.central.lag = 5 // One more than it waits for: the read after the next backoff shows it.
	s.wantSuccess(t, "read code verify read read read read read read")
}

func TestHandshake_readsAfterEachBackoffBeforeItStartsOver(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.central.failVerify = always(lost(), true)
	s.central.lag = 1
	s.wantSuccess(t, "read code verify read read")
}

func TestHandshake_waitsForWhatWasUploadedJustBefore(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]certs.Thumbprint{"empty": {}, "another certificate": thumbprintA} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			thumbprint := s.central.thumbprint
			s.uploaded, s.central.thumbprint = true, before
			s.backoff = func(n int) error {
				if n == 2 {
					s.central.thumbprint = thumbprint
				}
				return nil
			}
			s.wantSuccess(t, "read read read code verify read")
		})
	}
	s := newScene(t)
	s.uploaded = true
	s.central.failCode = once(refused(http.StatusNotFound), false)
	s.wantSuccess(t, "read code read code verify read")

	s = newScene(t)
	s.uploaded, s.central.thumbprint = true, certs.Thumbprint{}
	ca, err := s.runFor(t, s.owner.ca.Thumbprint())
	var empty *trust.EmptyEntryError
	if !errors.As(err, &empty) || ca != nil {
		t.Errorf("got %v, %v; want an empty entry", ca, err)
	}
	s.wantCalls(t, "read read read read read")
}

// TestHandshake_theAnswerToTheUploadIsTheFirstLook: nothing was written since.
func TestHandshake_theAnswerToTheUploadIsTheFirstLook(t *testing.T) {
	t.Parallel()
	uploaded := func(verified bool) *scene {
		s := newScene(t)
		s.uploaded, s.answer = true, iotcentral.SigningCertificate{Thumbprint: s.central.thumbprint, Verified: verified}
		return s
	}
	uploaded(false).wantSuccess(t, "code verify read")
	s := uploaded(true)
	s.central.verified = true
	s.wantSuccess(t, "")

	s = uploaded(false)
	s.answer.Thumbprint = thumbprintA // Of another certificate, so it says nothing.
	s.wantSuccess(t, "read code verify read")

	// The service may still show the entry as it was before the upload.
	for name, before := range map[string]certs.Thumbprint{"empty": {}, "another certificate": thumbprintA} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			accepted := uploaded(false)
			accepted.central.before, accepted.central.hidden = before, 2
			accepted.wantSuccess(t, "code verify read read read")

			noCode := uploaded(false)
			noCode.central.before, noCode.central.hidden = before, 1
			noCode.central.failCode = once(refused(http.StatusNotFound), false)
			noCode.wantSuccess(t, "code read read code verify read")

			noAnswer := uploaded(false)
			noAnswer.central.before, noAnswer.central.hidden = before, 2
			noAnswer.central.failVerify = once(lost(), false)
			noAnswer.wantSuccess(t, "code verify read read read read code verify read")
		})
	}
}
