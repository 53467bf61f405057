// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"fmt"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
)

// CertificateVerifier are the calls with which a certificate of a Device Provisioning Service is verified.
type CertificateVerifier interface {
	Certificate(ctx context.Context, id dps.CertificateID) (dps.Certificate, error)
	GenerateVerificationCode(ctx context.Context, id dps.CertificateID, etag string) (code, next string, err error)
	Verify(ctx context.Context, id dps.CertificateID, etag string, proof *certs.Certificate) error
}

// ProvisioningCertificate is a certificate of a Device Provisioning Service as the handshake verifies it. It hands the etag of
// each answer to the call that follows.
type ProvisioningCertificate struct {
	ID     dps.CertificateID
	Client CertificateVerifier

	etag string
}

var _ Provable = (*ProvisioningCertificate)(nil)

// Name implements Provable.
func (c *ProvisioningCertificate) Name() string { return c.ID.String() }

// Absent implements Provable.
func (c *ProvisioningCertificate) Absent() string {
	return fmt.Sprintf("there is no certificate %s, or no such Device Provisioning Service", c.ID)
}

// Read implements Provable.
func (c *ProvisioningCertificate) Read(ctx context.Context) (Holding, error) {
	found, err := c.Client.Certificate(ctx, c.ID)
	c.etag = found.ETag

	return Holding{Thumbprint: found.Thumbprint, Verified: found.Verified}, err
}

// Code implements Provable.
func (c *ProvisioningCertificate) Code(ctx context.Context) (string, error) {
	code, etag, err := c.Client.GenerateVerificationCode(ctx, c.ID, c.etag)
	if err == nil {
		c.etag = etag
	}

	return code, err
}

// Verify implements Provable.
func (c *ProvisioningCertificate) Verify(ctx context.Context, proof *certs.Certificate) error {
	return c.Client.Verify(ctx, c.ID, c.etag, proof)
}
