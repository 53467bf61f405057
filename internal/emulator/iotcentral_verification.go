// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// generateCode makes a verification code: 48 upper-case hex digits. It voids earlier ones and leaves the verification
// alone, unless switched.
func generateCode(c *call) (answer, *failure) {
	g, e, f := c.entry()
	if f != nil {
		return answer{}, f
	}
	code := strings.ToUpper(hex.EncodeToString(randomBytes(24)))
	if !c.behavior().EarlierCodesStayValid {
		e.codes = nil
	}
	e.codes = append(e.codes, verificationCode{code, c.now})
	if c.behavior().GenerateResetsVerified {
		g.lag(c.path("entry"), c.behavior().ReadLag)
		e.verified = false
	}
	c.changed(g, e)
	return jsonAnswer(http.StatusOK, map[string]string{"verificationCode": code}), nil
}

// verify checks a proof of possession, after which the codes of the entry are used up.
func verify(c *call) (answer, *failure) {
	body, f := c.centralBody(mediaJSON)
	if f != nil {
		return answer{}, f
	}
	g, e, f := c.entry()
	if f != nil {
		return answer{}, f
	}
	body.require("certificate")
	sent := body.text("certificate")
	if err := firstProblem(body); err != nil {
		return answer{}, unprocessable(err)
	}
	proof, err := c.decodeCertificate(sent)
	if err == nil {
		err = c.checkProof(e, proof)
	}
	if err != nil {
		f := unprocessable(err)
		if c.behavior().VerifyMismatchBadRequest {
			f.status, f.code = http.StatusBadRequest, "BadRequest"
		}
		return answer{}, f
	}
	g.lag(c.path("entry"), c.behavior().ReadLag)
	e.verified = true
	e.codes = nil
	c.changed(g, e)
	return emptyAnswer(http.StatusNoContent), nil
}

// checkProof says what is wrong with a proof: it must be signed by the entry's certificate, and its common name must be
// an open code. Key usages do not matter: those of Azure Sphere's proofs are odd.
func (c *call) checkProof(e *entry, proof *x509.Certificate) error {
	open := e.openCodes(c.now, c.behavior().CodeLifetime)
	if len(open) == 0 {
		return errors.New("the certificate has no verification code")
	}
	if !bytes.Equal(proof.RawIssuer, e.certificate.RawSubject) {
		return errors.New("the proof is not issued by the certificate")
	}
	if err := e.certificate.CheckSignature(proof.SignatureAlgorithm, proof.RawTBSCertificate, proof.Signature); err != nil {
		return errors.New("the proof is not signed by the certificate")
	}
	if !slices.Contains(open, proof.Subject.CommonName) {
		return errors.New("the common name of the proof is not the verification code")
	}
	if c.behavior().ProofDatesChecked && (c.now.Before(proof.NotBefore) || c.now.After(proof.NotAfter)) {
		return errors.New("the proof is not valid at this time")
	}
	return nil
}

// openCodes returns the codes that can still be used.
func (e *entry) openCodes(now time.Time, lifetime time.Duration) []string {
	open := []string{}
	for _, made := range e.codes {
		if lifetime == 0 || now.Before(made.made.Add(lifetime)) {
			open = append(open, made.code)
		}
	}
	return open
}
