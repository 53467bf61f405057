// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// SigningCertificate is what the service returns about the certificate in an entry. By
// its documentation it never returns the certificate itself.
type SigningCertificate struct {
	// Thumbprint is zero when the answer has none.
	Thumbprint certs.Thumbprint
	// Verified says whether devices with a certificate of this CA may enrol.
	Verified bool
	// Subject is an RFC 2253 string if the service returned the certificate after
	// all, and otherwise empty.
	Subject string
}

type signingCertificate struct {
	Verified    *bool            `json:"verified,omitempty"`
	Certificate string           `json:"certificate,omitempty"`
	Info        *signingCertInfo `json:"info,omitempty"`
}

type signingCertInfo struct {
	SHA1Thumbprint string `json:"sha1Thumbprint"`
}

// public returns what the answer says. A thumbprint that is none is an error: it
// would look like another certificate.
func (s signingCertificate) public() (SigningCertificate, error) {
	certificate := SigningCertificate{Verified: s.Verified != nil && *s.Verified}
	if s.Info != nil {
		if err := certificate.Thumbprint.UnmarshalText([]byte(s.Info.SHA1Thumbprint)); err != nil {
			return SigningCertificate{}, fmt.Errorf("it has the thumbprint %q, and %w", s.Info.SHA1Thumbprint, err)
		}
	}
	if body, err := certs.Parse(s.Certificate); err == nil && body.Thumbprint() == certificate.Thumbprint {
		certificate.Subject = body.Subject()
	}

	return certificate, nil
}

// isWhole reports whether the answer says both which certificate it is and whether
// it is verified.
func (s signingCertificate) isWhole() bool {
	return s.Verified != nil && s.Info != nil && s.Info.SHA1Thumbprint != ""
}

// Certificate reads an entry. An empty entry, and an entry of a group that is not
// there, is a 404. An answer without a thumbprint, as a proxy on the way may give,
// is an error: it would look like another certificate.
func (c *Client) Certificate(ctx context.Context, id CertificateID) (SigningCertificate, error) {
	writes := c.memory.written()
	found, err := c.readCertificate(ctx, id)
	if err == nil || transport.IsNotFound(err) {
		c.memory.entries.keep(id, answer[SigningCertificate]{value: found, err: err, at: c.memory.now(), writes: writes})
	}

	return found, err
}

func (c *Client) readCertificate(ctx context.Context, id CertificateID) (SigningCertificate, error) {
	operation := "read the " + string(id.Entry) + " certificate of the enrollment group"
	var certificate signingCertificate
	err := c.transport.Send(ctx, transport.Call{
		Operation: operation,
		Method:    http.MethodGet,
		URL:       c.certificateAddress(id),
	}, &certificate)
	if err != nil {
		return SigningCertificate{}, err
	}
	found, err := certificate.public()
	if err == nil && found.Thumbprint.IsZero() {
		err = errors.New("it does not contain the thumbprint")
	}
	if err != nil {
		return SigningCertificate{}, unreadable(operation, err)
	}

	return found, nil
}

// PutCertificate puts a certificate into an entry and replaces what is there.
// verified marks it as trusted without proof of possession. The entry is read again
// when the answer does not say both which certificate it holds and whether that is
// verified: so what PutCertificate returns needs no read after it.
func (c *Client) PutCertificate(ctx context.Context, id CertificateID, certificate *certs.Certificate, verified bool) (SigningCertificate, error) {
	stored, err := c.sendCertificate(ctx, id, signingCertificate{Verified: &verified, Certificate: certificate.Base64PEM()})
	writes := c.memory.touchEntry(id)
	if err != nil {
		return SigningCertificate{}, err
	}
	operation := putOperation(id)
	found, err := stored.public()
	if err != nil {
		return SigningCertificate{}, unreadable(operation, err)
	}
	if !stored.isWhole() {
		if found, err = c.Certificate(ctx, id); err != nil {
			// The upload succeeded, so this is not about it.
			return found, unreadable(operation, fmt.Errorf("it does not say what the entry holds now, and reading it failed: %w", err))
		}
	}
	c.memory.entries.keep(id, answer[SigningCertificate]{value: found, at: c.memory.now(), writes: writes, own: true})

	return found, nil
}

func (c *Client) sendCertificate(ctx context.Context, id CertificateID, certificate signingCertificate) (signingCertificate, error) {
	var stored signingCertificate
	err := c.transport.Send(ctx, transport.Call{
		Operation: putOperation(id),
		Method:    http.MethodPut,
		URL:       c.certificateAddress(id),
		Body:      certificate,
	}, &stored)

	return stored, err
}

func putOperation(id CertificateID) string {
	return "put the certificate into the " + string(id.Entry) + " entry of the enrollment group"
}

// DeleteCertificate empties an entry. An empty entry is no error.
func (c *Client) DeleteCertificate(ctx context.Context, id CertificateID) error {
	defer c.memory.touchEntry(id)

	return transport.Delete(ctx, c.transport, transport.Call{
		Operation: "remove the " + string(id.Entry) + " certificate of the enrollment group",
		Method:    http.MethodDelete,
		URL:       c.certificateAddress(id),
	}, func() error {
		_, err := c.Certificate(ctx, id)
		return err
	})
}

// GenerateVerificationCode asks for a code that the owner of the CA signs as proof
// of possession. It may void earlier codes, so it is never repeated blindly.
func (c *Client) GenerateVerificationCode(ctx context.Context, id CertificateID) (string, error) {
	const operation = "generate a verification code"
	defer c.memory.touchEntry(id)
	var code struct {
		VerificationCode string `json:"verificationCode"`
	}
	err := c.transport.Send(ctx, transport.Call{
		Operation: operation,
		Method:    http.MethodPost,
		URL:       c.certificateAddress(id, "generateVerificationCode"),
		Once:      true,
	}, &code)
	if err == nil && code.VerificationCode == "" {
		err = unreadable(operation, errors.New("there is no code in it"))
	}

	return code.VerificationCode, err
}

// Verify sends the proof of possession. It is never repeated blindly: an attempt
// may use up the code.
func (c *Client) Verify(ctx context.Context, id CertificateID, proof *certs.Certificate) error {
	defer c.memory.touchEntry(id)

	return c.transport.Send(ctx, transport.Call{
		Operation: "verify the " + string(id.Entry) + " certificate of the enrollment group",
		Method:    http.MethodPost,
		URL:       c.certificateAddress(id, "verify"),
		Body: struct {
			Certificate string `json:"certificate"`
		}{proof.Base64PEM()},
		Once: true,
	}, nil)
}

func (c *Client) certificateAddress(id CertificateID, action ...string) string {
	return c.address(id.Host, append([]string{groupsSegment, id.Group, certificatesSegment, string(id.Entry)}, action...)...)
}
