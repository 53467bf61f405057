// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"errors"
	"fmt"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

// newCertificate checks a listed body against the listed thumbprint. Either may
// be missing: the body of an expired certificate cannot be downloaded.
func newCertificate(thumbprint, body string) (Certificate, error) {
	var certificate Certificate
	if err := certificate.Thumbprint.UnmarshalText([]byte(thumbprint)); err != nil {
		return Certificate{}, fmt.Errorf("the service sent the thumbprint %q: %w", thumbprint, err)
	}
	if body == "" {
		return certificate, nil
	}
	parsed, err := certs.Parse(body)
	if err != nil {
		return Certificate{}, fmt.Errorf("the service sent something unreadable: %w", err)
	}
	if certificate.Thumbprint.IsZero() {
		certificate.Thumbprint = parsed.Thumbprint()
	}
	if certificate.Thumbprint != parsed.Thumbprint() {
		return Certificate{}, fmt.Errorf("the service lists thumbprint %s, but sent the certificate with thumbprint %s",
			certificate.Thumbprint, parsed.Thumbprint())
	}
	certificate.Body = parsed
	certificate.NotBefore = parsed.NotBefore()
	certificate.NotAfter = parsed.NotAfter()

	return certificate, nil
}

func parseProof(body string) (*certs.Certificate, error) {
	if body == "" {
		return nil, errors.New("the answer of Azure Sphere holds no proof of possession; " +
			"the CA may have expired or been revoked")
	}
	proof, err := certs.Parse(body)
	if err != nil {
		return nil, fmt.Errorf("the proof of possession of Azure Sphere is unreadable: %w", err)
	}

	return proof, nil
}
