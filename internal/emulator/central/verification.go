// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// generateCode makes a verification code: 48 upper-case hex digits. It voids earlier ones and leaves the verification
// alone, unless switched.
func generateCode(c *call) (rest.Answer, *rest.Failure) {
	g, e, f := c.entry()
	if f != nil {
		return rest.Answer{}, f
	}
	code := strings.ToUpper(hex.EncodeToString(pki.RandomBytes(24)))
	if !c.s.behavior.EarlierCodesStayValid {
		e.codes = nil
	}
	e.codes = append(e.codes, verificationCode{code, c.Now})
	if c.s.behavior.GenerateResetsVerified {
		g.lag(c.Path("entry"), c.s.behavior.ReadLag)
		e.verified = false
	}
	c.changed(g, e)
	return rest.JSON(http.StatusOK, map[string]string{"verificationCode": code}), nil
}

// verify checks a proof of possession, after which the codes of the entry are used up.
func verify(c *call) (rest.Answer, *rest.Failure) {
	body, f := c.readBody(mediaJSON)
	if f != nil {
		return rest.Answer{}, f
	}
	g, e, f := c.entry()
	if f != nil {
		return rest.Answer{}, f
	}
	body.Require("certificate")
	sent := body.Text("certificate")
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, unprocessable(err)
	}
	proof, err := c.decodeCertificate(sent)
	if err == nil {
		err = c.checkProof(e, proof)
	}
	if err != nil {
		f := unprocessable(err)
		if c.s.behavior.VerifyMismatchBadRequest {
			f.Status, f.Code = http.StatusBadRequest, "BadRequest"
		}
		return rest.Answer{}, f
	}
	g.lag(c.Path("entry"), c.s.behavior.ReadLag)
	e.verified = true
	e.codes = nil
	c.changed(g, e)
	return rest.Empty(http.StatusNoContent), nil
}

// checkProof says what is wrong with a proof: it must be signed by the entry's certificate, and its common name must be
// an open code. Key usages do not matter: those of Azure Sphere's proofs are odd.
func (c *call) checkProof(e *entry, proof *x509.Certificate) error {
	open := e.openCodes(c.Now, c.s.behavior.CodeLifetime)
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
	if c.s.behavior.ProofDatesChecked && (c.Now.Before(proof.NotBefore) || c.Now.After(proof.NotAfter)) {
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
