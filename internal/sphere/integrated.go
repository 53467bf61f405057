// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const integratedAPIVersion = "2024-04-01"

// Integrated is a catalog in Azure Resource Manager.
type Integrated struct {
	client   *transport.Client
	endpoint string
	scope    Scope
}

var _ Tenant = (*Integrated)(nil)

// NewIntegrated returns the catalog with the resource ID. endpoint is the address
// of Azure Resource Manager.
func NewIntegrated(client *transport.Client, endpoint, catalogID string) *Integrated {
	return &Integrated{client: client, endpoint: strings.TrimSuffix(endpoint, "/"), scope: Scope{CatalogID: catalogID}}
}

// Scope implements Tenant.
func (t *Integrated) Scope() Scope { return t.scope }

type integratedCertificate struct {
	Name       string `json:"name"`
	Properties struct {
		Certificate  string `json:"certificate"`
		Status       Status `json:"status"`
		Thumbprint   string `json:"thumbprint"`
		ExpiryUTC    string `json:"expiryUtc"`
		NotBeforeUTC string `json:"notBeforeUtc"`
	} `json:"properties"`
}

// Certificates implements Tenant.
func (t *Integrated) Certificates(ctx context.Context) ([]Certificate, error) {
	listed, err := transport.List[integratedCertificate](ctx, t.client, transport.Call{
		Operation: "list the certificates of the catalog",
		Method:    http.MethodGet,
		URL:       t.address("/certificates"),
	})
	if err != nil {
		return nil, err
	}
	certificates := make([]Certificate, 0, len(listed))
	for _, one := range listed {
		certificate, err := newCertificate(one.Properties.Thumbprint, one.Properties.Certificate)
		if err != nil {
			return nil, fmt.Errorf("certificate %s of %s: %w", one.Name, t.scope, err)
		}
		certificate.SerialNumber = one.Name
		if one.Name == "" && certificate.Body != nil {
			certificate.SerialNumber = certificate.Body.SerialNumber()
		}
		certificate.ID = t.scope.CertificateID(certificate.SerialNumber)
		certificate.Status = normalizeStatus(one.Properties.Status)
		if certificate.Body == nil {
			certificate.NotBefore = parseTime(one.Properties.NotBeforeUTC)
			certificate.NotAfter = parseTime(one.Properties.ExpiryUTC)
		}
		certificates = append(certificates, certificate)
	}

	return certificates, nil
}

// parseTime returns a time of the service in UTC, or the zero time for what is none:
// one odd certificate must not hide the others.
func parseTime(text string) time.Time {
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}

	return parsed.UTC()
}

// ProofOfPossession implements Tenant. The certificate is named by its serial
// number: the aliases of the service are not reliable.
func (t *Integrated) ProofOfPossession(ctx context.Context, ca Certificate, code string) (*certs.Certificate, error) {
	var proof struct {
		Certificate string `json:"certificate"`
	}
	err := t.client.Send(ctx, transport.Call{
		Operation: "make the proof of possession",
		Method:    http.MethodPost,
		URL:       t.address("/certificates/" + url.PathEscape(ca.SerialNumber) + "/retrieveProofOfPossessionNonce"),
		Body: struct {
			Nonce string `json:"proofOfPossessionNonce"`
		}{code},
		Once:   true,
		Secret: code,
	}, &proof)
	if err != nil {
		return nil, err
	}

	return parseProof(proof.Certificate)
}

func (t *Integrated) address(path string) string {
	return t.endpoint + transport.EscapePath(t.scope.CatalogID) + path + "?api-version=" + integratedAPIVersion
}
