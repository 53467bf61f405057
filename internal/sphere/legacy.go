// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Legacy is a tenant of the Azure Sphere public API.
type Legacy struct {
	client   *transport.Client
	endpoint string
	scope    Scope
	now      func() time.Time
}

var _ Tenant = (*Legacy)(nil)

// NewLegacy returns the tenant with the ID. endpoint is the address of the public
// API. now distinguishes an expired certificate from an inactive one, since the API does
// not.
func NewLegacy(client *transport.Client, endpoint, tenantID string, now func() time.Time) *Legacy {
	return &Legacy{client: client, endpoint: strings.TrimSuffix(endpoint, "/"), scope: Scope{TenantID: tenantID}, now: now}
}

// Scope implements Tenant.
func (t *Legacy) Scope() Scope { return t.scope }

type legacyCertificate struct {
	Certificate string
	IsActive    bool
	IsRevoked   bool
	Thumbprint  string
}

// legacyItems are read from a bare array as well as from {"Items": […]}: lists of
// the public API come in both forms.
type legacyItems[T any] struct{ transport.Items[T] }

// UnmarshalJSON implements json.Unmarshaler.
func (l *legacyItems[T]) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		return json.Unmarshal(data, &l.Items)
	}
	var wrapped struct{ Items transport.Items[T] }
	err := json.Unmarshal(data, &wrapped)
	l.Items = wrapped.Items

	return err
}

// listLegacy makes a call that a list answers.
func listLegacy[T any](ctx context.Context, client *transport.Client, call transport.Call) ([]T, error) {
	var listed legacyItems[T]
	err := client.Send(ctx, call, &listed)
	if err == nil && listed.Items == nil {
		err = client.NoList(call)
	}

	return listed.Items, err
}

// Certificates implements Tenant.
func (t *Legacy) Certificates(ctx context.Context) ([]Certificate, error) {
	listed, err := listLegacy[legacyCertificate](ctx, t.client, transport.Call{
		Operation: "list the certificates of the tenant",
		Method:    http.MethodGet,
		URL:       t.address("/certificates", ""),
	})
	if err != nil {
		return nil, err
	}
	certificates := make([]Certificate, 0, len(listed))
	for _, one := range listed {
		certificate, err := newCertificate(one.Thumbprint, one.Certificate)
		if err != nil {
			return nil, fmt.Errorf("certificate %s of %s: %w", one.Thumbprint, t.scope, err)
		}
		certificate.ID = t.scope.CertificateID(certificate.Thumbprint.String())
		certificate.Status = t.status(one, certificate)
		if certificate.Body != nil {
			certificate.SerialNumber = certificate.Body.SerialNumber()
		}
		certificates = append(certificates, certificate)
	}

	return certificates, nil
}

// status translates the two flags. Neither set means new, retired or expired.
func (t *Legacy) status(listed legacyCertificate, certificate Certificate) Status {
	switch {
	case listed.IsRevoked:
		return Revoked
	case listed.IsActive:
		return Active
	case certificate.Body == nil, certificate.Body.ExpiredAt(t.now()):
		return Expired
	default:
		return Inactive
	}
}

// ProofOfPossession implements Tenant.
func (t *Legacy) ProofOfPossession(ctx context.Context, ca Certificate, code string) (*certs.Certificate, error) {
	var proof transport.Text
	err := t.client.Send(ctx, transport.Call{
		Operation: "make the proof of possession",
		Method:    http.MethodGet,
		URL:       t.address("/verification/"+url.PathEscape(code), ca.Thumbprint.String()),
		Once:      true,
		Secret:    code,
	}, &proof)
	if err != nil {
		return nil, err
	}

	return parseProof(string(proof))
}

func (t *Legacy) address(path, thumbprint string) string {
	address := t.endpoint + "/v2/tenants/" + url.PathEscape(t.scope.TenantID) + path
	if thumbprint != "" {
		address += "?thumbprint=" + url.QueryEscape(thumbprint)
	}

	return address
}
