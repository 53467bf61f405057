// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

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

// generateCode makes a verification code: 48 upper-case hex digits. It voids earlier ones and leaves the verification alone,
// unless switched.
func generateCode(c *resourceCall) (rest.Answer, *rest.Failure) {
	found, f := c.certificate()
	if f != nil {
		return rest.Answer{}, f
	}
	if f := c.matched(found); f != nil {
		return rest.Answer{}, f
	}
	code := strings.ToUpper(hex.EncodeToString(pki.RandomBytes(24)))
	found.change(c.s.behavior.DPSReadLag)
	if !c.s.behavior.DPSEarlierCodesStayValid {
		found.codes = nil
	}
	found.codes = append(slices.Clone(found.codes), verificationCode{code, c.Now})
	if c.s.behavior.DPSGenerateResetsVerified {
		found.verified = false
	}
	c.changed(found)
	return rest.JSON(http.StatusOK, c.certificateBody(found, code)), nil
}

// verify checks a proof of possession, after which the codes of the certificate are used up.
func verify(c *resourceCall) (rest.Answer, *rest.Failure) {
	body, f := c.body()
	if f != nil {
		return rest.Answer{}, f
	}
	body.Require("certificate")
	sent := body.Text("certificate")
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, badRequest(err)
	}
	found, f := c.certificate()
	if f != nil {
		return rest.Answer{}, f
	}
	if f := c.matched(found); f != nil {
		return rest.Answer{}, f
	}
	proof, err := decodeCertificate(sent)
	if err == nil {
		err = c.checkProof(found, proof)
	}
	if err != nil {
		f := badRequest(err)
		if c.s.behavior.DPSVerifyMismatchConflict {
			f.Status, f.Code = http.StatusConflict, ""
		}
		return rest.Answer{}, f
	}
	found.change(c.s.behavior.DPSReadLag)
	found.verified, found.codes = true, nil
	c.changed(found)
	return rest.JSON(http.StatusOK, c.certificateBody(found, "")), nil
}

// checkProof says what is wrong with a proof: it must be signed by the certificate, and its common name must be an open code.
func (c *resourceCall) checkProof(found *certificate, proof *x509.Certificate) error {
	open := found.openCodes(c.Now, c.s.behavior.DPSCodeLifetime)
	switch {
	case len(open) == 0:
		return errors.New("the certificate has no verification code")
	case !bytes.Equal(proof.RawIssuer, found.body.RawSubject):
		return errors.New("the proof is not issued by the certificate")
	case found.body.CheckSignature(proof.SignatureAlgorithm, proof.RawTBSCertificate, proof.Signature) != nil:
		return errors.New("the proof is not signed by the certificate")
	case !slices.Contains(open, proof.Subject.CommonName):
		return errors.New("the common name of the proof is not the verification code")
	default:
		return nil
	}
}

// openCodes returns the codes that can still be used.
func (c *certificate) openCodes(now time.Time, lifetime time.Duration) []string {
	open := []string{}
	for _, made := range c.codes {
		if lifetime == 0 || now.Before(made.made.Add(lifetime)) {
			open = append(open, made.code)
		}
	}
	return open
}
