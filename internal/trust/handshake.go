// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Verifier is the side of IoT Central in the handshake.
type Verifier interface {
	Certificate(ctx context.Context, id iotcentral.CertificateID) (iotcentral.SigningCertificate, error)
	GenerateVerificationCode(ctx context.Context, id iotcentral.CertificateID) (string, error)
	Verify(ctx context.Context, id iotcentral.CertificateID, proof *certs.Certificate) error
}

// Prover is the side that owns the private key of the CA.
type Prover interface {
	// CA returns the CA certificate with the thumbprint.
	CA(ctx context.Context, thumbprint certs.Thumbprint) (*certs.Certificate, error)
	// Prove returns a certificate whose common name is the code, signed by the CA
	// with the thumbprint.
	Prove(ctx context.Context, thumbprint certs.Thumbprint, code string) (*certs.Certificate, error)
}

// Backoff waits before attempt n+1; n counts from 1. It fails when the context ends.
type Backoff func(ctx context.Context, n int) error

// maxAttempts bounds how often the handshake starts over with a fresh code.
const maxAttempts = 4

// maxReads bounds how often an entry is read until it shows what was just written.
// With the pauses between them that is about half a minute. Whether reads of the
// real service lag is not known.
const maxReads = 5

// Handshake verifies a certificate of a relying service: the one in an entry of an
// enrollment group of IoT Central, or any that is Provable.
type Handshake struct {
	// Verifier is IoT Central. What is Provable needs none.
	Verifier Verifier
	Prover   Prover
	// Now is the clock that the proof is checked against.
	Now func() time.Time
	// Backoff waits between two attempts, and between two reads.
	Backoff Backoff
	// Uploaded says that the certificate was put into the entry just before, so
	// that the service may not show it yet.
	Uploaded bool
	// Answer is what the answer to that upload said of the entry, and nothing was
	// written to the group since: it counts as the first look. It is zero when the
	// entry must be read.
	Answer iotcentral.SigningCertificate
}

// Provable is one certificate of a relying service, which the handshake verifies.
type Provable interface {
	// Name names where the certificate is, in messages.
	Name() string
	// Absent says that there is none.
	Absent() string
	// Read returns what is there. It is a 404 when there is no certificate.
	Read(ctx context.Context) (Holding, error)
	// Code asks for a verification code. Verify sends the proof that was made for it.
	Code(ctx context.Context) (string, error)
	Verify(ctx context.Context, proof *certs.Certificate) error
}

// entryCertificate is the certificate in an entry of an enrollment group of IoT
// Central.
type entryCertificate struct {
	verifier Verifier
	id       iotcentral.CertificateID
}

// Name implements Provable.
func (e entryCertificate) Name() string {
	return fmt.Sprintf("the %s entry of enrollment group %s on %s", e.id.Entry, e.id.Group, e.id.Host)
}

// Absent implements Provable.
func (e entryCertificate) Absent() string {
	return e.Name() + " holds no certificate, or the group does not exist"
}

// Read implements Provable.
func (e entryCertificate) Read(ctx context.Context) (Holding, error) {
	found, err := e.verifier.Certificate(ctx, e.id)

	return Holding(found), err
}

// Code implements Provable.
func (e entryCertificate) Code(ctx context.Context) (string, error) {
	return e.verifier.GenerateVerificationCode(ctx, e.id)
}

// Verify implements Provable.
func (e entryCertificate) Verify(ctx context.Context, proof *certs.Certificate) error {
	return e.verifier.Verify(ctx, e.id, proof)
}

// EmptyEntryError says that there is no certificate to verify.
type EmptyEntryError struct {
	// Absent says where.
	Absent string
}

// Error implements error.
func (e *EmptyEntryError) Error() string { return e.Absent }

// OtherCertificateError says that an entry holds another certificate than the one
// to verify.
type OtherCertificateError struct {
	// Name is that of the entry.
	Name        string
	Found, Want certs.Thumbprint
}

// Error implements error.
func (e *OtherCertificateError) Error() string {
	return fmt.Sprintf("%s holds the certificate with thumbprint %s, not %s; only the latter can be verified", e.Name, e.Found, e.Want)
}

// ProofRefusedError says that a proof of possession would not convince the
// service. It was not sent.
type ProofRefusedError struct {
	cause error
}

// Error implements error.
func (e *ProofRefusedError) Error() string { return e.cause.Error() }

// Unwrap returns one of the errors of certs.CheckProof.
func (e *ProofRefusedError) Unwrap() error { return e.cause }

// ErrStillUnverified says that the service accepted the proof, but does not show
// the certificate as verified.
var ErrStillUnverified = errors.New("the proof of possession was accepted, but the certificate is still shown as not verified")

// Run makes sure that the entry holds the certificate with the thumbprint and
// that it is verified, and returns that CA certificate. When it is verified
// already nothing is changed, and the CA may be nil: the prover may not have it
// any more.
//
// A code, its proof and the verification belong together: a code may be void once
// another was generated or after a failed attempt. So when one of these calls
// fails and may have had an effect, or the service refuses the proof, Run reads
// the entry again and starts over with a fresh code. It does so only when the entry
// stays unverified: a read may lag behind what was done.
func (h *Handshake) Run(ctx context.Context, id iotcentral.CertificateID, thumbprint certs.Thumbprint) (*certs.Certificate, error) {
	return h.Prove(ctx, entryCertificate{h.Verifier, id}, thumbprint)
}

// Prove is Run for a certificate of any relying service.
func (h *Handshake) Prove(ctx context.Context, id Provable, thumbprint certs.Thumbprint) (*certs.Certificate, error) {
	verified, err := h.firstLook(ctx, id, thumbprint)
	if err != nil {
		return nil, err
	}
	ca, err := h.Prover.CA(ctx, thumbprint)
	if verified {
		return ca, nil // There is nothing to prove, so the CA is only returned where it is known.
	}
	if err != nil {
		return nil, err
	}
	err = h.repeat(ctx, id, thumbprint, "each with a fresh verification code", func() trial { return h.attempt(ctx, id, ca) })
	if err != nil {
		return nil, err
	}

	return ca, nil
}

// trial is what has become of an attempt to verify.
type trial struct {
	// sent says that the proof was sent, so that the certificate may be verified.
	sent bool
	// curable says that another attempt may cure the failure.
	curable bool
	failure error
}

// repeat makes attempts until the certificate is verified. An attempt that sent the
// proof is followed by a read, and so is each pause: the attempt before it may have
// had an effect after all.
func (h *Handshake) repeat(ctx context.Context, id Provable, thumbprint certs.Thumbprint, repeated string, attempt func() trial) error {
	for n := 1; ; n++ {
		tried := attempt()
		failure := tried.failure
		if failure != nil && !tried.curable {
			return failure
		}
		if tried.sent {
			if verified, err := h.confirm(ctx, id, thumbprint, failure == nil); verified || err != nil {
				return joinUnread(failure, err)
			}
		}
		if failure == nil {
			failure = ErrStillUnverified
		}
		if n == maxAttempts {
			return fmt.Errorf("%w\n\nThis was attempt %d of %d, %s", failure, n, maxAttempts, repeated)
		}
		if err := h.Backoff(ctx, n); err != nil {
			return failure
		}
		if verified, err := h.look(ctx, id, thumbprint); verified || err != nil {
			return joinUnread(failure, err)
		}
	}
}

// joinUnread returns what to report when an attempt was followed by a read that
// failed: both. A read that succeeded outweighs the failure before it.
func joinUnread(failure, read error) error {
	if read == nil {
		return nil
	}

	return errors.Join(failure, read)
}

// confirm reads the entry after an attempt: once, or until it is verified when the
// service accepted the proof.
func (h *Handshake) confirm(ctx context.Context, id Provable, thumbprint certs.Thumbprint, accepted bool) (bool, error) {
	if !accepted {
		return h.look(ctx, id, thumbprint)
	}

	return h.poll(ctx, func() (shown, verified bool, err error) {
		verified, err = h.isVerified(ctx, id, thumbprint)
		return verified || err != nil && !h.mayLag(err), verified, err
	})
}

// firstLook says what the entry holds before anything is done.
func (h *Handshake) firstLook(ctx context.Context, id Provable, thumbprint certs.Thumbprint) (bool, error) {
	if h.Answer.Thumbprint == thumbprint {
		return h.Answer.Verified, nil
	}

	return h.look(ctx, id, thumbprint)
}

// look reads the entry. After an upload it reads until the entry shows the
// certificate.
func (h *Handshake) look(ctx context.Context, id Provable, thumbprint certs.Thumbprint) (bool, error) {
	return h.poll(ctx, func() (shown, verified bool, err error) {
		verified, err = h.isVerified(ctx, id, thumbprint)
		return !h.mayLag(err), verified, err
	})
}

// mayLag reports whether a read may show the entry as it was before the upload.
func (h *Handshake) mayLag(err error) bool {
	var (
		empty *EmptyEntryError
		other *OtherCertificateError
	)

	return h.Uploaded && (errors.As(err, &empty) || errors.As(err, &other))
}

// poll reads until the read shows what was written, maxReads times at most, and
// returns the result of the last read.
func (h *Handshake) poll(ctx context.Context, read func() (shown, verified bool, err error)) (bool, error) {
	for n := 1; ; n++ {
		shown, verified, err := read()
		if shown || n == maxReads || h.Backoff(ctx, n) != nil {
			return verified, err
		}
	}
}

// isVerified reads the entry, and makes sure that it holds the certificate.
func (h *Handshake) isVerified(ctx context.Context, id Provable, thumbprint certs.Thumbprint) (bool, error) {
	found, err := id.Read(ctx)
	switch {
	case transport.IsNotFound(err):
		return false, &EmptyEntryError{Absent: id.Absent()}
	case err != nil:
		return false, err
	case found.Thumbprint != thumbprint:
		return false, &OtherCertificateError{Name: id.Name(), Found: found.Thumbprint, Want: thumbprint}
	}

	return found.Verified, nil
}

// attempt runs code, proof, check and verification once. A failure may be cured by
// a fresh code when the effect of the call is unknown or the proof was refused.
func (h *Handshake) attempt(ctx context.Context, id Provable, ca *certs.Certificate) trial {
	code, err := id.Code(ctx)
	if err != nil {
		unseen := h.Uploaded && transport.IsNotFound(err)
		changed := transport.StatusCode(err) == http.StatusPreconditionFailed // A fresh look knows the etag.
		return trial{curable: unseen || changed || transport.EffectUnknown(err), failure: err}
	}
	proof, err := h.Prover.Prove(ctx, ca.Thumbprint(), code)
	if err != nil {
		return trial{curable: transport.EffectUnknown(err), failure: err}
	}
	if err := certs.CheckProof(proof, ca, code, h.Now()); err != nil {
		return trial{failure: &ProofRefusedError{cause: err}}
	}
	err = id.Verify(ctx, proof)

	return trial{sent: true, curable: transport.EffectUnknown(err) || isRefusedProof(err), failure: err}
}

// isRefusedProof reports whether the service refused the proof itself, for
// instance because somebody else generated a code meanwhile. With which status is
// not documented, so every one counts that is not about permission or absence.
func isRefusedProof(err error) bool {
	switch status := transport.StatusCode(err); status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusTooManyRequests:
		return false
	default:
		return status >= http.StatusBadRequest && status < http.StatusInternalServerError
	}
}
