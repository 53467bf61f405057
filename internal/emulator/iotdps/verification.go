// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"net/http"
	"slices"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// generateCode makes a verification code. It voids earlier ones and leaves the verification alone,
// unless switched.
func generateCode(c *resourceCall) (rest.Answer, *rest.Failure) {
	found, f := c.certificate()
	if f != nil {
		return rest.Answer{}, f
	}
	if f := c.matched(found); f != nil {
		return rest.Answer{}, f
	}
	code := pki.NewCode(c.Now)
	found.change(c.s.behavior.DPSReadLag)
	if !c.s.behavior.DPSEarlierCodesStayValid {
		found.codes = nil
	}
	found.codes = append(slices.Clone(found.codes), code)
	if c.s.behavior.DPSGenerateResetsVerified {
		found.verified = false
	}
	c.changed(found)
	return rest.JSON(http.StatusOK, c.certificateBody(found, code.Text)), nil
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
		err = pki.CheckPossession(found.body, proof, pki.OpenCodes(found.codes, c.Now, c.s.behavior.DPSCodeLifetime))
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
