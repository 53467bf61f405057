// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package legacy

import (
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

func getTenantCertificate(c *call) (rest.Answer, *rest.Failure) {
	return c.withTenantCertificate(func(cert *catalog.Certificate) (rest.Answer, *rest.Failure) {
		return c.certificateAnswer(cert.X509().Raw), nil
	})
}

func getTenantChain(c *call) (rest.Answer, *rest.Failure) {
	return c.withTenantCertificate(func(cert *catalog.Certificate) (rest.Answer, *rest.Failure) {
		der, err := cert.Chain()
		if err != nil {
			return rest.Answer{}, rest.Fail(http.StatusInternalServerError, "InternalServerError", err.Error())
		}
		return c.textAnswer(base64.StdEncoding.EncodeToString(der)), nil
	})
}

func getTenantProof(c *call) (rest.Answer, *rest.Failure) {
	return c.withTenantCertificate(func(cert *catalog.Certificate) (rest.Answer, *rest.Failure) {
		der, err := c.s.store.Proof(cert, c.Path("nonce"), c.Now)
		if err != nil {
			return rest.Answer{}, proofFailure(err)
		}
		return c.certificateAnswer(der), nil
	})
}

// proofFailure is the failure for a proof that cannot be made.
func proofFailure(err error) *rest.Failure {
	var refused *catalog.ProofError
	if errors.As(err, &refused) {
		return rest.Fail(http.StatusBadRequest, refused.Code, refused.Message)
	}
	return rest.Fail(http.StatusInternalServerError, "InternalServerError", err.Error())
}

// withTenantCertificate has the certificate handled that the thumbprint in the query selects, or the active one. For a
// certificate that is unknown, or whose body can no longer be had, it answers 404, or null.
func (c *call) withTenantCertificate(handle func(*catalog.Certificate) (rest.Answer, *rest.Failure)) (rest.Answer, *rest.Failure) {
	cat, wanted := c.tenant(), c.Query("thumbprint")
	for _, cert := range cat.Certificates(c.Now) {
		selected := strings.EqualFold(cert.Thumbprint(), wanted)
		if wanted == "" {
			selected = cert.StatusAt(c.Now) == catalog.StatusActive
		}
		if selected && c.s.store.BodyShown(cert, c.Now) {
			return handle(cert)
		}
	}
	if c.s.behavior.LegacyMissingCertificate {
		return rest.JSON(http.StatusOK, nil), nil
	}
	return rest.Answer{}, rest.Fail(http.StatusNotFound, "NotFound", "The certificate was not found.")
}

// certificateStatus is the metadata of a tenant CA: without dates, and without a serial number.
type certificateStatus struct {
	Certificate rest.OptionalText
	IsActive    bool
	IsRevoked   bool
	Thumbprint  string
}

func listTenantCertificates(c *call) (rest.Answer, *rest.Failure) {
	items := []any{}
	for _, cert := range c.tenant().Certificates(c.Now) {
		status := certificateStatus{
			Certificate: rest.Null,
			IsActive:    cert.StatusAt(c.Now) == catalog.StatusActive,
			IsRevoked:   cert.StatusAt(c.Now) == catalog.StatusRevoked,
			Thumbprint:  cert.Thumbprint(),
		}
		if c.s.store.BodyShown(cert, c.Now) {
			status.Certificate = rest.Set(c.encoded(cert.X509().Raw))
		}
		items = append(items, status)
	}
	return c.listAnswer(items), nil
}

// getTenantCertificates answers every tenant CA in one PKCS#7.
func getTenantCertificates(c *call) (rest.Answer, *rest.Failure) {
	return c.bundleAnswer(c.s.store.Bundle(c.tenant(), c.Now))
}

// getTenantChains answers every tenant CA with those above it in one PKCS#7.
func getTenantChains(c *call) (rest.Answer, *rest.Failure) {
	return c.bundleAnswer(c.s.store.ChainBundle(c.tenant(), c.Now))
}

func (c *call) bundleAnswer(der []byte, err error) (rest.Answer, *rest.Failure) {
	if err != nil {
		return rest.Answer{}, rest.Fail(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	return c.textAnswer(base64.StdEncoding.EncodeToString(der)), nil
}

func (c *call) listAnswer(items []any) rest.Answer {
	if c.s.behavior.LegacyListWrapped {
		return rest.JSON(http.StatusOK, map[string]any{"Items": items, "ContinuationToken": nil})
	}
	return rest.JSON(http.StatusOK, items)
}

func (c *call) certificateAnswer(der []byte) rest.Answer { return c.textAnswer(c.encoded(der)) }

func (c *call) encoded(der []byte) string {
	if c.s.behavior.LegacyPEM {
		der = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	return base64.StdEncoding.EncodeToString(der)
}

func (c *call) textAnswer(text string) rest.Answer {
	if c.s.behavior.LegacyStringsBare {
		return rest.Answer{Status: http.StatusOK, Body: []byte(text), ContentType: "text/plain; charset=utf-8"}
	}
	return rest.JSON(http.StatusOK, text)
}
