// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // What the service shows.
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

const (
	attestationX509 = "x509"
	attestationKeys = "symmetricKey"
)

// attestation is how the devices of a group prove who they are. Index 0 is primary, index 1 secondary.
type attestation struct {
	kind       string
	keys       [2]string
	references [2]string // names of certificates
	signing    [2]*x509.Certificate
}

var entryNames = [2]string{"primary", "secondary"}

// readAttestation reads the attestation of a group, of which old is what it was before, or nil.
func (c *call) readAttestation(body *rest.Object, old *group) (attestation, *rest.Failure) {
	body.Require("type")
	a := attestation{kind: body.OneOf("type", attestationX509, attestationKeys)}
	if err := rest.FirstProblem(body); err != nil {
		return a, invalid(err)
	}
	if a.kind == attestationKeys {
		return c.readKeys(a, body.Inner(attestationKeys), old)
	}
	member := body.Inner(attestationX509)
	references, signing := member.Inner("caReferences"), member.Inner("signingCertificates")
	for i, name := range entryNames {
		a.references[i] = references.Text(name)
		if !signing.Given(name) {
			continue
		}
		inner := signing.Inner(name)
		sent := inner.Text("certificate")
		if err := rest.FirstProblem(signing, inner); err != nil {
			return a, invalid(err)
		}
		if sent == "" && old != nil && inner.Given("info") { // A record that is written back as it was read.
			a.signing[i] = old.signing[i]
			continue
		}
		parsed, err := decodeDataCertificate(sent)
		if err != nil {
			return a, invalid(err)
		}
		a.signing[i] = parsed
	}
	if err := rest.FirstProblem(body, member, references, signing); err != nil {
		return a, invalid(err)
	}
	return a, c.checkX509(a)
}

func (c *call) readKeys(a attestation, keys *rest.Object, old *group) (attestation, *rest.Failure) {
	for i, name := range []string{"primaryKey", "secondaryKey"} {
		a.keys[i] = keys.Text(name)
		if a.keys[i] == "" && old != nil {
			a.keys[i] = old.keys[i]
		}
		if a.keys[i] == "" {
			a.keys[i] = base64.StdEncoding.EncodeToString(pki.RandomBytes(64))
		}
	}
	if err := rest.FirstProblem(keys); err != nil {
		return a, invalid(err)
	}
	return a, nil
}

// checkX509 says what is wrong with the certificates of a group.
func (c *call) checkX509(a attestation) *rest.Failure {
	refers, signs := a.references != [2]string{}, a.signing[0] != nil || a.signing[1] != nil
	switch {
	case refers && signs:
		return invalid(errors.New("a group has either caReferences or signingCertificates"))
	case !refers && !signs && !c.s.behavior.DPSEmptyGroups:
		return invalid(errors.New("a group of x509 needs a certificate"))
	}
	for _, name := range a.references {
		if name == "" {
			continue
		}
		found := c.dps.find(name)
		if found == nil && !c.s.behavior.DPSUnknownReferences {
			return invalid(fmt.Errorf("there is no certificate %q", name))
		}
		if found != nil && !found.verified && c.s.behavior.DPSUnverifiedRefused {
			return invalid(fmt.Errorf("the certificate %q is not verified", name))
		}
	}
	return nil
}

// checkShared refuses a CA that another group trusts: the service finds the group of a device by the CA.
func (c *call) checkShared(g *group) *rest.Failure {
	if c.s.behavior.DPSSharedCA {
		return nil
	}
	for _, other := range c.dps.groups {
		if other.id == g.id {
			continue
		}
		for _, ca := range c.dps.trusts(g) {
			for _, taken := range c.dps.trusts(other) {
				if ca.Equal(taken) {
					return rest.Fail(http.StatusConflict, "409203", "Another enrollment group has the same CA.")
				}
			}
		}
	}
	return nil
}

// trusts returns the CAs of a group, verified or not.
func (d *ProvisioningService) trusts(g *group) []*x509.Certificate {
	var all []*x509.Certificate
	for i := range entryNames {
		if found := d.find(g.references[i]); found != nil {
			all = append(all, found.body)
		}
		if g.signing[i] != nil {
			all = append(all, g.signing[i])
		}
	}
	return all
}

// shown is the attestation as answers show it: of keys and certificates nothing but what is public.
func (a attestation) shown() map[string]any {
	shown := map[string]any{"type": a.kind}
	if a.kind != attestationX509 {
		return shown
	}
	references, signing := map[string]any{}, map[string]any{}
	for i, name := range entryNames {
		if a.references[i] != "" {
			references[name] = a.references[i]
		}
		if a.signing[i] != nil {
			signing[name] = map[string]any{"info": certificateInfo(a.signing[i])}
		}
	}
	member := map[string]any{}
	if len(references) > 0 {
		member["caReferences"] = references
	}
	if len(signing) > 0 {
		member["signingCertificates"] = signing
	}
	shown[attestationX509] = member
	return shown
}

func certificateInfo(c *x509.Certificate) any {
	one, two := sha1.Sum(c.Raw), sha256.Sum256(c.Raw) //nolint:gosec // What the service shows.
	return map[string]any{
		"subjectName":      c.Subject.String(),
		"issuerName":       c.Issuer.String(),
		"sha1Thumbprint":   strings.ToUpper(hex.EncodeToString(one[:])),
		"sha256Thumbprint": strings.ToUpper(hex.EncodeToString(two[:])),
		"notBeforeUtc":     c.NotBefore.UTC().Format("2006-01-02T15:04:05Z"),
		"notAfterUtc":      c.NotAfter.UTC().Format("2006-01-02T15:04:05Z"),
		"serialNumber":     strings.ToUpper(hex.EncodeToString(c.SerialNumber.Bytes())),
		"version":          3,
	}
}

// getAttestation is the only way to the keys of a group.
func getAttestation(c *call) (rest.Answer, *rest.Failure) {
	g, f := c.group()
	if f != nil {
		return rest.Answer{}, f
	}
	shown := g.shown()
	if g.kind == attestationKeys {
		shown[attestationKeys] = map[string]string{"primaryKey": g.keys[0], "secondaryKey": g.keys[1]}
	}
	return rest.JSON(http.StatusOK, shown), nil
}

// decodeDataCertificate reads a certificate of the data plane: PEM text, or base64 of PEM or DER.
func decodeDataCertificate(sent string) (*x509.Certificate, error) {
	if text := strings.TrimSpace(sent); strings.HasPrefix(text, "-----BEGIN") {
		sent = base64.StdEncoding.EncodeToString(bytes.TrimSpace([]byte(text)))
	}
	return decodeCertificate(sent)
}
