// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Certificate is what the service shows of a certificate. It does not return the certificate itself.
type Certificate struct {
	Name string
	// Thumbprint is never zero.
	Thumbprint certs.Thumbprint
	// Verified says whether groups that refer to it let devices register.
	Verified bool
	// NotAfter is zero when the service does not show it.
	NotAfter time.Time
	// ETag is what the next change has to send.
	ETag string
}

type certificateResource struct {
	Name       string `json:"name"`
	ETag       string `json:"etag"`
	Properties struct {
		Thumbprint       string `json:"thumbprint"`
		IsVerified       bool   `json:"isVerified"`
		Expiry           string `json:"expiry"`
		VerificationCode string `json:"verificationCode"`
	} `json:"properties"`
}

// public returns what an answer says. One without thumbprint or etag, as a proxy on the way may give, is an error: it would look
// like another certificate.
func (r certificateResource) public(operation, name string) (Certificate, error) {
	certificate := Certificate{Name: r.Name, Verified: r.Properties.IsVerified, ETag: r.ETag}
	if certificate.Name == "" {
		certificate.Name = name
	}
	err := certificate.Thumbprint.UnmarshalText([]byte(r.Properties.Thumbprint))
	switch {
	case err != nil:
		err = fmt.Errorf("it has the thumbprint %q, and %w", r.Properties.Thumbprint, err)
	case certificate.Thumbprint.IsZero():
		err = errors.New("the answer has no thumbprint")
	case r.ETag == "":
		err = errors.New("the answer has no etag")
	}
	if err != nil {
		return Certificate{}, unreadable(ResourceService, operation, err)
	}
	if expiry, err := http.ParseTime(r.Properties.Expiry); err == nil { // RFC 7231, and not RFC 3339.
		certificate.NotAfter = expiry.UTC()
	}

	return certificate, nil
}

// Certificates lists the certificates of a service.
func (c *Client) Certificates(ctx context.Context, service string) ([]Certificate, error) {
	const operation = "list the certificates of the Device Provisioning Service"
	listed, err := transport.List[certificateResource](ctx, c.config.Management, transport.Call{
		Operation: operation, Method: http.MethodGet, URL: c.resourceAddress(service, certificatesSegment),
	})
	if err != nil {
		return nil, err
	}
	certificates := make([]Certificate, 0, len(listed))
	for _, one := range listed {
		if one.Name == "" {
			return nil, unreadable(ResourceService, operation, errors.New("one of them has no name"))
		}
		certificate, err := one.public(operation, "")
		if err != nil {
			return nil, err
		}
		certificates = append(certificates, certificate)
	}

	return certificates, nil
}

// FindCertificate returns the certificate of that name, which Azure compares without case.
func FindCertificate(certificates []Certificate, name string) (Certificate, bool) {
	for _, one := range certificates {
		if strings.EqualFold(one.Name, name) {
			return one, true
		}
	}

	return Certificate{}, false
}

// Certificate reads a certificate.
func (c *Client) Certificate(ctx context.Context, id CertificateID) (Certificate, error) {
	const operation = "read the certificate of the Device Provisioning Service"
	return c.sendForCertificate(ctx, id, transport.Call{Operation: operation, Method: http.MethodGet, URL: c.resourceAddress(id.Service, certificatesSegment, id.Name)})
}

func (c *Client) sendForCertificate(ctx context.Context, id CertificateID, call transport.Call) (Certificate, error) {
	var found certificateResource
	if err := c.config.Management.Send(ctx, call, &found); err != nil {
		return Certificate{}, err
	}

	return found.public(call.Operation, id.Name)
}

// CreateCertificate uploads a certificate under a name that is not taken: where it is, the service answers 412. The name may
// be taken by an earlier try whose answer was lost, so a failure that such a try explains is judged by what is there.
func (c *Client) CreateCertificate(ctx context.Context, id CertificateID, certificate *certs.Certificate) (Certificate, error) {
	type properties struct {
		Certificate string `json:"certificate"`
	}
	stored, err := c.sendForCertificate(ctx, id, transport.Call{
		Operation: "upload the certificate to the Device Provisioning Service",
		Method:    http.MethodPut,
		URL:       c.resourceAddress(id.Service, certificatesSegment, id.Name),
		Body: struct {
			Properties properties `json:"properties"`
		}{properties{certificate.Base64()}},
	})
	taken := transport.StatusCode(err) == http.StatusPreconditionFailed || transport.StatusCode(err) == http.StatusConflict
	if err == nil || !taken && !transport.EffectUnknown(err) {
		return stored, err
	}
	found, lookup := c.Certificate(ctx, id)
	if lookup == nil && found.Thumbprint == certificate.Thumbprint() {
		return found, nil
	}
	if lookup == nil {
		return found, &NameTakenError{ID: id, Found: found.Thumbprint}
	}

	if !transport.IsNotFound(lookup) {
		err = errors.Join(err, lookup)
	}

	return Certificate{}, err
}

// NameTakenError says that another certificate has the name of one that was to be uploaded. It was left as it is.
type NameTakenError struct {
	ID    CertificateID
	Found certs.Thumbprint
}

// Error implements error.
func (e *NameTakenError) Error() string {
	return fmt.Sprintf("%s is the certificate with thumbprint %s, which is another one. It stays as it is; remove it, or rename it, in the portal", e.ID, e.Found)
}

// GenerateVerificationCode asks for a code that the owner of the CA signs as proof of possession. It returns the etag that Verify
// has to send. It may void earlier codes, so it is never repeated blindly.
func (c *Client) GenerateVerificationCode(ctx context.Context, id CertificateID, etag string) (code, next string, err error) {
	const operation = "generate a verification code"
	var answer certificateResource
	err = c.config.Management.Send(ctx, transport.Call{
		Operation: operation,
		Method:    http.MethodPost,
		URL:       c.resourceAddress(id.Service, certificatesSegment, id.Name, "generateVerificationCode"),
		Header:    ifMatch(etag),
		Once:      true,
	}, &answer)
	if err != nil {
		return "", "", err
	}
	if answer.Properties.VerificationCode == "" || answer.ETag == "" {
		return "", "", unreadable(ResourceService, operation, errors.New("there is no code in it, or no etag"))
	}

	return answer.Properties.VerificationCode, answer.ETag, nil
}

// Verify sends the proof of possession. It is never repeated blindly: an attempt may use up the code.
func (c *Client) Verify(ctx context.Context, id CertificateID, etag string, proof *certs.Certificate) error {
	return c.config.Management.Send(ctx, transport.Call{
		Operation: "verify the certificate of the Device Provisioning Service",
		Method:    http.MethodPost,
		URL:       c.resourceAddress(id.Service, certificatesSegment, id.Name, "verify"),
		Header:    ifMatch(etag),
		Body: struct {
			Certificate string `json:"certificate"`
		}{proof.Base64()},
		Once: true,
	}, nil)
}

// DeleteCertificate deletes a certificate that has this etag. One that is not there is no error.
func (c *Client) DeleteCertificate(ctx context.Context, id CertificateID, etag string) error {
	return transport.Delete(ctx, c.config.Management, transport.Call{
		Operation: "delete the certificate of the Device Provisioning Service",
		Method:    http.MethodDelete,
		URL:       c.resourceAddress(id.Service, certificatesSegment, id.Name),
		Header:    ifMatch(etag),
	}, func() error {
		_, err := c.Certificate(ctx, id)
		return err
	})
}
