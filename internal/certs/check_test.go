// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
)

func mustParseDER(t *testing.T, der []byte) *certs.Certificate {
	t.Helper()
	certificate, err := certs.ParseDER(der)
	if err != nil {
		t.Fatal(err)
	}

	return certificate
}

func TestCheckCA(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	now := certstest.Now
	valid := certstest.Valid(t)
	withoutConstraints := mustParseDER(t, valid.Sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "version 1 style"}, NotBefore: now, NotAfter: now.Add(day), KeyUsage: x509.KeyUsageCertSign,
	}))
	expired := func(err error) bool {
		var failed *certs.ExpiredError
		return errors.As(err, &failed) && failed.NotAfter.Location() == time.UTC && strings.Contains(err.Error(), "2026-10-0")
	}
	notCA := func(err error) bool { return errors.Is(err, certs.ErrNotCA) }
	fine := func(err error) bool { return err == nil }

	for name, test := range map[string]struct {
		certificate *certs.Certificate
		right       func(error) bool
	}{
		"valid":                        {valid.Certificate, fine},
		"valid later":                  {certstest.NewCA(t, "x", now.Add(day), now.Add(2*day)).Certificate, fine},
		"in its last second":           {certstest.NewCA(t, "x", now.Add(-day), now).Certificate, fine},
		"expired a second ago":         {certstest.NewCA(t, "x", now.Add(-day), now.Add(-time.Second)).Certificate, expired},
		"a device's":                   {valid.Leaf(t, "device"), notCA},
		"a proof":                      {valid.Proof(t, "code", now), notCA},
		"without basic constraints":    {withoutConstraints, notCA},
		"neither a CA nor still valid": {valid.Proof(t, "code", now.Add(-day)), notCA},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := certs.CheckCA(test.certificate, now); !test.right(err) {
				t.Errorf("wrong: %v", err)
			}
		})
	}
}

// The profile is in the service contract, azure-sphere.md section 1.7.
func TestProofFixture_hasTheOddProfileOfAzureSphere(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	proof := ca.Proof(t, "code", certstest.Now)
	if got := ca.X509(); got.SignatureAlgorithm != x509.ECDSAWithSHA384 || len(got.SubjectKeyId) != 0 || len(got.AuthorityKeyId) != 0 {
		t.Errorf("the CA has algorithm %s, SKI %x, AKI %x", got.SignatureAlgorithm, got.SubjectKeyId, got.AuthorityKeyId)
	}
	critical := map[string][]byte{}
	for _, extension := range proof.X509().Extensions {
		if extension.Critical {
			critical[extension.Id.String()] = extension.Value
		}
	}
	if len(proof.X509().Extensions) != 2 ||
		!bytes.Equal(critical["2.5.29.15"], []byte{3, 2, 0, 1}) || !bytes.Equal(critical["2.5.29.37"], []byte{0x30, 0}) {
		t.Errorf("the proof has the extensions %v", proof.X509().Extensions)
	}
	if proof.X509().KeyUsage != x509.KeyUsageEncipherOnly || len(proof.X509().ExtKeyUsage) != 0 {
		t.Errorf("the key usage reads as %d", proof.X509().KeyUsage)
	}
}

func TestCheckProof_acceptsTheProofOfAzureSphere(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	for _, code := range []string{"2F5A0C9E41B7D3680A", "qWeRtYuIoPaSdFgHjKlZxC", strings.Repeat("A", 64)} {
		if err := certs.CheckProof(ca.Proof(t, code, certstest.Now), ca.Certificate, code, certstest.Now); err != nil {
			t.Error(err)
		}
	}
}

func TestCheckProof_refusesEveryOtherProof(t *testing.T) {
	t.Parallel()
	const code = "2F5A0C9E41B7D368"
	now := certstest.Now
	ca, other := certstest.Valid(t), certstest.Valid(t) // The same names, other keys.
	leaf := ca.Leaf(t, "device")
	damaged := append([]byte{}, ca.Proof(t, code, now).DER()...)
	damaged[len(damaged)-1] ^= 1

	for name, test := range map[string]struct {
		proof *certs.Certificate
		ca    *certs.Certificate
		code  string
		want  error
	}{
		"of another CA with the same name": {other.Proof(t, code, now), ca.Certificate, code, certs.ErrProofSignature},
		"checked against a leaf":           {ca.Proof(t, code, now), leaf, code, certs.ErrProofSignature},
		"with a damaged signature":         {mustParseDER(t, damaged), ca.Certificate, code, certs.ErrProofSignature},
		"that is the CA itself":            {ca.Certificate, ca.Certificate, ca.CommonName(), certs.ErrProofSignature},
		"for another code":                 {ca.Proof(t, "2F5A0C9E41B7D369", now), ca.Certificate, code, certs.ErrProofCommonName},
		"for the code in lower case":       {ca.Proof(t, strings.ToLower(code), now), ca.Certificate, code, certs.ErrProofCommonName},
		"for a longer code":                {ca.Proof(t, code+"0", now), ca.Certificate, code, certs.ErrProofCommonName},
		"without a name":                   {ca.Proof(t, "", now), ca.Certificate, code, certs.ErrProofCommonName},
		"that has expired":                 {ca.Proof(t, code, now.Add(-2*time.Hour)), ca.Certificate, code, certs.ErrProofValidity},
		"of the future":                    {ca.Proof(t, code, now.Add(2*time.Hour)), ca.Certificate, code, certs.ErrProofValidity},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := certs.CheckProof(test.proof, test.ca, test.code, now)
			if !errors.Is(err, test.want) {
				t.Fatalf("want %v, got %v", test.want, err)
			}
			if text := strings.ToLower(err.Error()); test.want == certs.ErrProofCommonName && strings.Contains(text, strings.ToLower(code)) { //nolint:errorlint // A table's own value.
				t.Errorf("the error repeats the code: %v", err)
			}
		})
	}
}

func TestCheckProof_toleratesFiveMinutesBetweenClocks(t *testing.T) {
	t.Parallel()
	const code, skew = "code", 5 * time.Minute
	ca := certstest.Valid(t)
	proof := ca.Proof(t, code, certstest.Now)
	for name, test := range map[string]struct {
		now  time.Time
		fine bool
	}{
		"exactly five minutes early":          {proof.NotBefore().Add(-skew), true},
		"a nanosecond more than that early":   {proof.NotBefore().Add(-skew - 1), false},
		"exactly five minutes late":           {proof.NotAfter().Add(skew), true},
		"a nanosecond more than that late":    {proof.NotAfter().Add(skew + 1), false},
		"in the middle":                       {certstest.Now, true},
		"in the middle, in another time zone": {certstest.Now.In(time.FixedZone("west", -8*60*60)), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := certs.CheckProof(proof, ca.Certificate, code, test.now)
			if (err == nil) != test.fine {
				t.Errorf("got %v", err)
			}
			if err != nil && !errors.Is(err, certs.ErrProofValidity) {
				t.Errorf("got %v", err)
			}
		})
	}
}
