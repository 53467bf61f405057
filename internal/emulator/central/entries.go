// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// entry is a filled certificate entry, primary or secondary, of an enrollment group.
type entry struct {
	certificate *x509.Certificate
	sent        string // as it was uploaded
	verified    bool
	codes       []pki.Code
	etag        string
}

const entryPath = "/api/enrollmentGroups/{group}/certificates/{entry}"

func addEntries(s *rest.Service[*call]) {
	s.On("GET "+entryPath, "EnrollmentGroups_GetX509", "read", getEntry)
	s.On("PUT "+entryPath, "EnrollmentGroups_CreateX509", "write", putEntry)
	s.On("DELETE "+entryPath, "EnrollmentGroups_RemoveX509", "write", deleteEntry)
	s.On("POST "+entryPath+"/generateVerificationCode", "EnrollmentGroups_GenerateVerificationCodeX509", "write",
		generateCode)
	s.On("POST "+entryPath+"/verify", "EnrollmentGroups_VerifyX509", "write", verify)
}

// entryBody is an entry as answers show it: without the certificate.
type entryBody struct {
	Verified    bool   `json:"verified"`
	Certificate string `json:"certificate,omitempty"`
	Info        struct {
		Thumbprint string `json:"sha1Thumbprint"`
	} `json:"info"`
	ETag string `json:"etag"`
}

func (c *call) entryBody(e *entry) entryBody {
	body := entryBody{Verified: e.verified, ETag: e.etag}
	body.Info.Thumbprint = pki.Thumbprint(e.certificate)
	if c.s.behavior.CertificateReturned {
		body.Certificate = e.sent
	}
	return body
}

// x509Group returns the group that the path names, which must attest by X.509, and the name of the entry.
func (c *call) x509Group() (*enrollmentGroup, string, *rest.Failure) {
	g, f := c.group()
	if f != nil {
		return nil, "", f
	}
	name := c.Path("entry")
	if name != "primary" && name != "secondary" {
		return nil, "", rest.Fail(http.StatusBadRequest, "BadRequest", "A certificate entry is primary or secondary.")
	}
	if g.attestation != attestationX509 {
		return nil, "", unprocessable(errors.New("the enrollment group does not attest by X.509"))
	}
	return g, name, nil
}

// entry returns the filled entry that the path names, and its group.
func (c *call) entry() (*enrollmentGroup, *entry, *rest.Failure) {
	g, name, f := c.x509Group()
	if f != nil {
		return nil, nil, f
	}
	if found := g.entries[name]; found != nil {
		return g, found, nil
	}
	return nil, nil, noEntry(name)
}

func noEntry(name string) *rest.Failure {
	return rest.Fail(http.StatusNotFound, "NotFound", "The "+name+" certificate of the enrollment group was not found.")
}

func getEntry(c *call) (rest.Answer, *rest.Failure) {
	g, name, f := c.x509Group()
	if f != nil {
		return rest.Answer{}, f
	}
	found := g.read(name)
	if found == nil {
		return rest.Answer{}, noEntry(name)
	}
	return rest.JSON(http.StatusOK, c.entryBody(found)), nil
}

// putEntry fills an entry, or replaces what it holds: verified if the caller says so, and without any open code.
func putEntry(c *call) (rest.Answer, *rest.Failure) {
	body, f := c.readBody(mediaJSON)
	if f != nil {
		return rest.Answer{}, f
	}
	g, name, f := c.x509Group()
	if f != nil {
		return rest.Answer{}, f
	}
	added, f := c.newEntry(g, body)
	if f != nil {
		return rest.Answer{}, f
	}
	if old := g.entries[name]; old != nil {
		if f := c.checkBodyETag(body.Text("etag"), old.etag); f != nil {
			return rest.Answer{}, f
		}
	}
	g.lag(name, c.s.behavior.ReadLag)
	g.entries[name] = added
	c.changed(g, added)
	return rest.JSON(http.StatusOK, c.entryBody(added)), nil
}

// changed gives an entry a new etag, and its group where the two belong together.
func (c *call) changed(g *enrollmentGroup, e *entry) {
	tag := c.app.etags.New(c.Now)
	if e != nil {
		e.etag = tag
	}
	if c.s.behavior.EntryETagFollowsGroup {
		g.etag = tag
	}
}

// newEntry reads an entry from a body, for a group.
func (c *call) newEntry(g *enrollmentGroup, body *rest.Object) (*entry, *rest.Failure) {
	body.Require("certificate")
	sent, verified := body.Text("certificate"), body.Boolean("verified")
	body.Text("etag")
	if err := rest.FirstProblem(body); err != nil {
		return nil, unprocessable(err)
	}
	parsed, err := c.decodeCertificate(sent)
	if err != nil {
		return nil, unprocessable(err)
	}
	if !parsed.IsCA && !c.s.behavior.NonCAAccepted {
		return nil, unprocessable(errors.New("the certificate is not that of a certification authority"))
	}
	if !c.s.behavior.SharedCertificateAllowed {
		for _, other := range c.app.groups {
			if other.id != g.id && other.holds(parsed) {
				return nil, rest.Fail(http.StatusConflict, "Conflict", "Another enrollment group has the same certificate.")
			}
		}
	}
	return &entry{certificate: parsed, sent: sent, verified: verified, etag: c.app.etags.New(c.Now)}, nil
}

func (g *enrollmentGroup) holds(certificate *x509.Certificate) bool {
	for _, e := range g.entries {
		if e.certificate.Equal(certificate) {
			return true
		}
	}
	return false
}

// storeGroupCertificates fills the entries of a group from the certificates inside the PUT of the group.
func (c *call) storeGroupCertificates(g *enrollmentGroup, attestation *rest.Object) *rest.Failure {
	x509Member := attestation.Inner(attestationX509)
	certificates := x509Member.Inner("signingCertificates")
	if err := rest.FirstProblem(attestation, x509Member); err != nil {
		return unprocessable(err)
	}
	for _, name := range []string{"primary", "secondary"} {
		if !certificates.Given(name) {
			continue
		}
		body := certificates.Inner(name)
		if err := rest.FirstProblem(certificates); err != nil {
			return unprocessable(err)
		}
		added, f := c.newEntry(g, body)
		if f != nil {
			return f
		}
		g.entries[name] = added
	}
	return nil
}

func deleteEntry(c *call) (rest.Answer, *rest.Failure) {
	g, name, f := c.x509Group()
	if f != nil {
		return rest.Answer{}, f
	}
	if g.entries[name] == nil && c.s.behavior.EmptyEntryDeleteMissing {
		return rest.Answer{}, noEntry(name)
	}
	if g.entries[name] != nil {
		g.lag(name, c.s.behavior.ReadLag)
		delete(g.entries, name)
		c.changed(g, nil)
	}
	return rest.Empty(http.StatusNoContent), nil
}

// decodeCertificate reads an uploaded certificate: base64, on one line, of DER or of a PEM file with one certificate.
func (c *call) decodeCertificate(sent string) (*x509.Certificate, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(sent)
	if err != nil || strings.ContainsAny(sent, "\r\n") {
		if !c.s.behavior.RawPEMAccepted || !strings.Contains(sent, "-----BEGIN") {
			return nil, errors.New("the certificate is not base64")
		}
		raw = []byte(sent)
	}
	if bytes.Contains(raw, []byte("-----BEGIN")) {
		if raw, err = c.decodePEM(raw); err != nil {
			return nil, err
		}
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, fmt.Errorf("the certificate cannot be read: %w", err)
	}
	return parsed, nil
}

func (c *call) decodePEM(text []byte) ([]byte, error) {
	var first []byte
	for block, left := pem.Decode(text); block != nil; block, left = pem.Decode(left) {
		if block.Type != "CERTIFICATE" {
			return nil, errors.New("the PEM text holds something else than a certificate: " + block.Type)
		}
		if first != nil {
			if c.s.behavior.BundleFirstTaken {
				break
			}
			return nil, errors.New("the PEM text holds more than one certificate")
		}
		first = block.Bytes
	}
	if first == nil {
		return nil, errors.New("the PEM text holds no certificate")
	}
	return first, nil
}
