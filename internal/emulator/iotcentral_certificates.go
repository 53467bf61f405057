// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// entry is a filled certificate entry, primary or secondary, of an enrollment group.
type entry struct {
	certificate *x509.Certificate
	sent        string // as it was uploaded
	verified    bool
	codes       []verificationCode
	etag        string
}

// verificationCode is a code that proves possession when it is signed.
type verificationCode struct {
	code string
	made time.Time
}

const entryPath = "/api/enrollmentGroups/{group}/certificates/{entry}"

func (e *Emulator) addEntries(s *service) {
	s.on("GET "+entryPath, "EnrollmentGroups_GetX509", "read", getEntry)
	s.on("PUT "+entryPath, "EnrollmentGroups_CreateX509", "write", putEntry)
	s.on("DELETE "+entryPath, "EnrollmentGroups_RemoveX509", "write", deleteEntry)
	s.on("POST "+entryPath+"/generateVerificationCode", "EnrollmentGroups_GenerateVerificationCodeX509", "write",
		generateCode)
	s.on("POST "+entryPath+"/verify", "EnrollmentGroups_VerifyX509", "write", verify)
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
	body.Info.Thumbprint = thumbprint(e.certificate)
	if c.behavior().CertificateReturned {
		body.Certificate = e.sent
	}
	return body
}

// x509Group returns the group that the path names, which must attest by X.509, and the name of the entry.
func (c *call) x509Group() (*enrollmentGroup, string, *failure) {
	g, f := c.group()
	if f != nil {
		return nil, "", f
	}
	name := c.path("entry")
	if name != "primary" && name != "secondary" {
		return nil, "", fail(http.StatusBadRequest, "BadRequest", "A certificate entry is primary or secondary.")
	}
	if g.attestation != attestationX509 {
		return nil, "", unprocessable(errors.New("the enrollment group does not attest by X.509"))
	}
	return g, name, nil
}

// entry returns the filled entry that the path names, and its group.
func (c *call) entry() (*enrollmentGroup, *entry, *failure) {
	g, name, f := c.x509Group()
	if f != nil {
		return nil, nil, f
	}
	if found := g.entries[name]; found != nil {
		return g, found, nil
	}
	return nil, nil, noEntry(name)
}

func noEntry(name string) *failure {
	return fail(http.StatusNotFound, "NotFound", "The "+name+" certificate of the enrollment group was not found.")
}

func getEntry(c *call) (answer, *failure) {
	g, name, f := c.x509Group()
	if f != nil {
		return answer{}, f
	}
	found := g.read(name)
	if found == nil {
		return answer{}, noEntry(name)
	}
	return jsonAnswer(http.StatusOK, c.entryBody(found)), nil
}

// putEntry fills an entry, or replaces what it holds: verified if the caller says so, and without any open code.
func putEntry(c *call) (answer, *failure) {
	body, f := c.centralBody(mediaJSON)
	if f != nil {
		return answer{}, f
	}
	g, name, f := c.x509Group()
	if f != nil {
		return answer{}, f
	}
	added, f := c.newEntry(g, body)
	if f != nil {
		return answer{}, f
	}
	if old := g.entries[name]; old != nil {
		if f := c.checkBodyETag(body.text("etag"), old.etag); f != nil {
			return answer{}, f
		}
	}
	g.lag(name, c.behavior().ReadLag)
	g.entries[name] = added
	c.changed(g, added)
	return jsonAnswer(http.StatusOK, c.entryBody(added)), nil
}

// changed gives an entry a new etag, and its group where the two belong together.
func (c *call) changed(g *enrollmentGroup, e *entry) {
	tag := c.app.newETag(c.now)
	if e != nil {
		e.etag = tag
	}
	if c.behavior().EntryETagFollowsGroup {
		g.etag = tag
	}
}

// newEntry reads an entry from a body, for a group.
func (c *call) newEntry(g *enrollmentGroup, body *object) (*entry, *failure) {
	body.require("certificate")
	sent, verified := body.text("certificate"), body.boolean("verified")
	body.text("etag")
	if err := firstProblem(body); err != nil {
		return nil, unprocessable(err)
	}
	parsed, err := c.decodeCertificate(sent)
	if err != nil {
		return nil, unprocessable(err)
	}
	if !parsed.IsCA && !c.behavior().NonCAAccepted {
		return nil, unprocessable(errors.New("the certificate is not that of a certification authority"))
	}
	if !c.behavior().SharedCertificateAllowed {
		for _, other := range c.app.groups {
			if other.id != g.id && other.holds(parsed) {
				return nil, fail(http.StatusConflict, "Conflict", "Another enrollment group has the same certificate.")
			}
		}
	}
	return &entry{certificate: parsed, sent: sent, verified: verified, etag: c.app.newETag(c.now)}, nil
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
func (c *call) storeGroupCertificates(g *enrollmentGroup, attestation *object) *failure {
	x509Member := attestation.inner(attestationX509)
	certificates := x509Member.inner("signingCertificates")
	if err := firstProblem(attestation, x509Member); err != nil {
		return unprocessable(err)
	}
	for _, name := range []string{"primary", "secondary"} {
		if !certificates.given(name) {
			continue
		}
		body := certificates.inner(name)
		if err := firstProblem(certificates); err != nil {
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

func deleteEntry(c *call) (answer, *failure) {
	g, name, f := c.x509Group()
	if f != nil {
		return answer{}, f
	}
	if g.entries[name] == nil && c.behavior().EmptyEntryDeleteMissing {
		return answer{}, noEntry(name)
	}
	if g.entries[name] != nil {
		g.lag(name, c.behavior().ReadLag)
		delete(g.entries, name)
		c.changed(g, nil)
	}
	return emptyAnswer(http.StatusNoContent), nil
}

// decodeCertificate reads an uploaded certificate: base64, on one line, of DER or of a PEM file with one certificate.
func (c *call) decodeCertificate(sent string) (*x509.Certificate, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(sent)
	if err != nil || strings.ContainsAny(sent, "\r\n") {
		if !c.behavior().RawPEMAccepted || !strings.Contains(sent, "-----BEGIN") {
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
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, errors.New("the PEM text holds something else than a certificate: " + block.Type)
		}
		if first != nil {
			if c.behavior().BundleFirstTaken {
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
