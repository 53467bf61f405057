// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"crypto/x509"
	"errors"
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// generateCode makes a verification code. It voids earlier ones and leaves the verification alone, unless switched.
func generateCode(c *call) (rest.Answer, *rest.Failure) {
	g, e, f := c.entry()
	if f != nil {
		return rest.Answer{}, f
	}
	code := pki.NewCode(c.Now)
	if !c.s.behavior.EarlierCodesStayValid {
		e.codes = nil
	}
	e.codes = append(e.codes, code)
	if c.s.behavior.GenerateResetsVerified {
		g.lag(c.Path("entry"), c.s.behavior.ReadLag)
		e.verified = false
	}
	c.changed(g, e)
	return rest.JSON(http.StatusOK, map[string]string{"verificationCode": code.Text}), nil
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

// checkProof says what is wrong with a proof.
func (c *call) checkProof(e *entry, proof *x509.Certificate) error {
	if err := pki.CheckPossession(e.certificate, proof, pki.OpenCodes(e.codes, c.Now, c.s.behavior.CodeLifetime)); err != nil {
		return err
	}
	if c.s.behavior.ProofDatesChecked && (c.Now.Before(proof.NotBefore) || c.Now.After(proof.NotAfter)) {
		return errors.New("the proof is not valid at this time")
	}
	return nil
}
