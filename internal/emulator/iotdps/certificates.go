// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// certificate is a certificate of a provisioning service. Its name is its identity: one certificate may have two.
type certificate struct {
	name     string
	body     *x509.Certificate
	sent     string // as it was uploaded
	verified bool
	codes    []pki.Code
	etag     string
	updated  time.Time

	stale *certificate // as it was before the last change; nil when it was not there
	lag   int          // reads that still show it so
}

type certificateOperation struct {
	pattern, id, action string
	handle              func(*resourceCall) (rest.Answer, *rest.Failure)
}

const certificatesPath = servicePath + "/certificates"

func certificateOperations() []certificateOperation {
	const one = certificatesPath + "/{certificate}"
	return []certificateOperation{
		{"GET " + certificatesPath, "DpsCertificate_List", "read", listCertificates},
		{"GET " + one, "DpsCertificate_Get", "read", getCertificate},
		{"PUT " + one, "DpsCertificate_CreateOrUpdate", "write", putCertificate},
		{"DELETE " + one, "DpsCertificate_Delete", "delete", deleteCertificate},
		{"POST " + one + "/generateVerificationCode", "DpsCertificate_GenerateVerificationCode", "generateVerificationCode/action", generateCode},
		{"POST " + one + "/verify", "DpsCertificate_VerifyCertificate", "verify/action", verify},
	}
}

var certificateName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,256}$`)

func (d *ProvisioningService) find(name string) *certificate {
	for _, one := range d.certificates {
		if strings.EqualFold(one.name, name) {
			return one
		}
	}
	return nil
}

// change keeps a certificate as it is now, before a change, for reads that lag behind.
func (c *certificate) change(lag int) {
	copied := *c
	c.stale, c.lag = &copied, lag
}

// read returns what a read shows, or nil for what is not shown yet.
func (c *certificate) read() *certificate {
	if c.lag > 0 {
		c.lag--
		return c.stale
	}
	return c
}

// certificate returns the certificate that the path names.
func (c *resourceCall) certificate() (*certificate, *rest.Failure) {
	if found := c.dps.find(c.Path("certificate")); found != nil {
		return found, nil
	}
	return nil, c.noCertificate()
}

func (c *resourceCall) noCertificate() *rest.Failure {
	return rest.FailOwn(http.StatusNotFound, "404015", "Certificate '"+c.Path("certificate")+"' not found.")
}

// matched checks the If-Match header, which every change of a certificate needs.
func (c *resourceCall) matched(found *certificate) *rest.Failure {
	header := c.Request.Header.Get("If-Match")
	switch {
	case header == "" && c.s.behavior.DPSMissingMatchBadRequest:
		return rest.FailOwn(http.StatusBadRequest, "400004", "The If-Match header is required.")
	case !c.s.matches(header, found.etag):
		return rest.FailOwn(http.StatusPreconditionFailed, "412001", "Invalid ETag supplied.")
	default:
		return nil
	}
}

func listCertificates(c *resourceCall) (rest.Answer, *rest.Failure) {
	items := []any{}
	for _, one := range c.dps.certificates {
		if shown := one.read(); shown != nil {
			items = append(items, c.certificateBody(shown, ""))
		}
	}
	return rest.JSON(http.StatusOK, map[string]any{"value": items}), nil
}

func getCertificate(c *resourceCall) (rest.Answer, *rest.Failure) {
	found, f := c.certificate()
	if f != nil {
		return rest.Answer{}, f
	}
	shown := found.read()
	if shown == nil {
		return rest.Answer{}, c.noCertificate()
	}
	return rest.JSON(http.StatusOK, c.certificateBody(shown, "")), nil
}

// putCertificate adds a certificate, verified if the caller says so, or replaces it when the caller knows its etag.
func putCertificate(c *resourceCall) (rest.Answer, *rest.Failure) {
	if !certificateName.MatchString(c.Path("certificate")) {
		return rest.Answer{}, rest.FailOwn(http.StatusBadRequest, "400025", "The certificate name is not valid.")
	}
	body, f := c.body()
	if f != nil {
		return rest.Answer{}, f
	}
	properties := body.Inner("properties")
	properties.Require("certificate")
	sent, verified := properties.Text("certificate"), properties.Boolean("isVerified")
	if err := rest.FirstProblem(body, properties); err != nil {
		return rest.Answer{}, badRequest(err)
	}
	parsed, err := decodeCertificate(sent)
	if err != nil {
		return rest.Answer{}, badRequest(err)
	}
	found := c.dps.find(c.Path("certificate"))
	if found == nil {
		if len(c.dps.certificates) >= maxCertificates && c.s.behavior.DPSCertificateLimit != LimitNone {
			status := http.StatusForbidden
			if c.s.behavior.DPSCertificateLimit == LimitBadRequest {
				status = http.StatusBadRequest
			}
			return rest.Answer{}, rest.FailOwn(status, "", fmt.Sprintf("The service has %d certificates, which is the limit.", maxCertificates))
		}
		found = &certificate{name: c.Path("certificate"), verified: verified, lag: c.s.behavior.DPSReadLag}
		c.dps.certificates = append(c.dps.certificates, found)
	} else {
		if upsert := c.Request.Header.Get("If-Match") == "" && c.s.behavior.DPSCertificateUpserts; !upsert {
			if f := c.matched(found); f != nil {
				return rest.Answer{}, f
			}
		}
		found.change(c.s.behavior.DPSReadLag)
		found.verified = verified || found.verified && c.s.behavior.DPSPutKeepsVerified
	}
	found.body, found.sent, found.codes = parsed, sent, nil
	c.changed(found)
	return rest.JSON(http.StatusOK, c.certificateBody(found, "")), nil
}

// changed gives a certificate a new etag.
func (c *resourceCall) changed(found *certificate) {
	found.etag, found.updated = c.s.etags.New(c.Now), c.Now
}

func deleteCertificate(c *resourceCall) (rest.Answer, *rest.Failure) {
	found := c.dps.find(c.Path("certificate"))
	if found == nil {
		return rest.Empty(http.StatusNoContent), nil
	}
	if f := c.matched(found); f != nil {
		return rest.Answer{}, f
	}
	if c.s.behavior.DPSReferencedDeleteRefused && c.dps.referred(found) {
		return rest.Answer{}, rest.FailOwn(http.StatusConflict, "409", "The certificate is in use by an enrollment group.")
	}
	c.dps.certificates = slices.DeleteFunc(c.dps.certificates, func(other *certificate) bool { return other == found })
	return rest.Empty(http.StatusOK), nil
}

// referred reports whether a group refers to the certificate.
func (d *ProvisioningService) referred(found *certificate) bool {
	return slices.ContainsFunc(d.groups, func(g *group) bool {
		return strings.EqualFold(g.references[0], found.name) || strings.EqualFold(g.references[1], found.name)
	})
}

// certificateBody is a certificate as answers show it: itself only beside a verification code.
func (c *resourceCall) certificateBody(found *certificate, code string) any {
	properties := map[string]any{
		"subject":     subject(found.body),
		"expiry":      found.body.NotAfter.UTC().Format(http.TimeFormat),
		"thumbprint":  pki.Thumbprint(found.body),
		"isVerified":  found.verified,
		"created":     time.Time{}.Format(http.TimeFormat), // As recorded, of every certificate.
		"updated":     found.updated.UTC().Format(http.TimeFormat),
		"certificate": nil,
	}
	if code != "" {
		properties["verificationCode"] = code
	}
	if code != "" || c.s.behavior.DPSCertificateReturned {
		properties["certificate"] = found.sent
	}
	return map[string]any{
		"properties": properties,
		"id":         c.dps.ResourceID + "/certificates/" + found.name,
		"name":       found.name,
		"type":       "Microsoft.Devices/provisioningServices/Certificates",
		"etag":       found.etag,
	}
}

// subject is the common name alone where a name has nothing else.
func subject(c *x509.Certificate) string {
	if len(c.Subject.Names) == 1 && c.Subject.CommonName != "" {
		return c.Subject.CommonName
	}
	return c.Subject.String()
}

// body reads the JSON object of a request.
func (c *resourceCall) body() (*rest.Object, *rest.Failure) {
	o, err := rest.ParseObject(c.Body)
	if err != nil {
		return nil, badRequest(err)
	}
	return o, nil
}

func badRequest(problem error) *rest.Failure {
	return rest.FailOwn(http.StatusBadRequest, "400004", "The request is invalid: "+problem.Error()+".")
}

// decodeCertificate reads an uploaded certificate: base64 of DER or of a PEM file with one certificate. One that has expired
// is taken, too.
func decodeCertificate(sent string) (*x509.Certificate, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(sent)
	if err != nil || strings.ContainsAny(sent, "\r\n") {
		return nil, errors.New("the certificate is not base64")
	}
	if bytes.Contains(raw, []byte("-----BEGIN")) {
		block, more := pem.Decode(raw)
		if block == nil || block.Type != "CERTIFICATE" || bytes.Contains(more, []byte("-----BEGIN")) {
			return nil, errors.New("the PEM text does not hold one certificate")
		}
		raw = block.Bytes
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, fmt.Errorf("the certificate cannot be read: %w", err)
	}
	return parsed, nil
}
