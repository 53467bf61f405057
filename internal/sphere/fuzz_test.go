// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere_test

import (
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

func FuzzLegacyCertificates(f *testing.F) {
	ca := certstest.Valid(f)
	for _, seed := range []string{
		"", "null", `{"Items":null}`, `{"Items":[]}`, `{"Items":[null,{}]}`, `{"Items":[{"Thumbprint":"odd","Certificate":7}]}`,
		`{"Items":[{"Thumbprint":"` + ca.Thumbprint().String() + `","Certificate":"` + ca.Base64() + `","IsActive":true}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		client, _ := serve(ok(body))
		certificates, err := sphere.NewLegacy(client, "https://sphere.example", tenantID, time.Now).Certificates(t.Context())
		if err != nil && certificates != nil {
			t.Errorf("%q: %v and %v", body, certificates, err)
		}
		for _, certificate := range certificates {
			if certificate.Body != nil && certificate.Body.Thumbprint() != certificate.Thumbprint {
				t.Errorf("%q: the body is that of another certificate", body)
			}
		}
	})
}

func FuzzLegacyProof(f *testing.F) {
	ca := certstest.Valid(f)
	for _, seed := range []string{"", "null", `""`, `"AAAA"`, "AAAA", "<html>", ca.Base64(), `"` + ca.Base64() + `"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		client, _ := serve(ok(body))
		proof, err := sphere.NewLegacy(client, "https://sphere.example", tenantID, time.Now).ProofOfPossession(t.Context(), sphere.Certificate{}, "code")
		if (proof == nil) != (err != nil) {
			t.Errorf("%q: %v and %v", body, proof, err)
		}
	})
}
