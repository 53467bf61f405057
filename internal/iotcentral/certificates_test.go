// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const primaryURL = groupURL + "/certificates/primary"

func certificate(t *testing.T) *certs.Certificate {
	t.Helper()

	return certstest.Valid(t).Certificate
}

func primary() iotcentral.CertificateID { return group().Certificate(iotcentral.Primary) }

// base64OfPEM is what Microsoft documents for uploads, written down again here.
func base64OfPEM(certificate *certs.Certificate) string {
	return base64.StdEncoding.EncodeToString([]byte(certstest.PEM("CERTIFICATE", certificate.DER())))
}

func stored(certificate *certs.Certificate, verified bool) string {
	return fmt.Sprintf(`{"verified":%t,"info":{"sha1Thumbprint":%q},"etag":"x"}`, verified, certificate.Thumbprint())
}

func TestCertificate_isRead(t *testing.T) {
	t.Parallel()
	const thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567"
	for name, test := range map[string]struct {
		body string
		want iotcentral.SigningCertificate
	}{
		"verified":        {`{"verified":true,"info":{"sha1Thumbprint":"` + thumbprint + `"}}`, iotcentral.SigningCertificate{Thumbprint: certstest.Thumbprint(thumbprint), Verified: true}},
		"not verified":    {`{"verified":false,"info":{"sha1Thumbprint":"` + thumbprint + `"},"etag":"x","new":1}`, iotcentral.SigningCertificate{Thumbprint: certstest.Thumbprint(thumbprint)}},
		"verified absent": {`{"info":{"sha1Thumbprint":"` + thumbprint + `"}}`, iotcentral.SigningCertificate{Thumbprint: certstest.Thumbprint(thumbprint)}},
		"lower case":      {`{"info":{"sha1Thumbprint":"` + strings.ToLower(thumbprint) + `"}}`, iotcentral.SigningCertificate{Thumbprint: certstest.Thumbprint(thumbprint)}},
	} {
		client, served := serve(answer{http.StatusOK, test.body})
		if got, err := client.Certificate(t.Context(), primary()); err != nil || got != test.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		wantSent(t, served, sent{method: http.MethodGet, url: primaryURL + version})
	}
}

func TestCertificate_withoutAThumbprintIsAnError(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing":          ``,
		"null":             `null`,
		"no members":       `{}`,
		"no info":          `{"verified":true}`,
		"info is null":     `{"verified":true,"info":null}`,
		"empty thumbprint": `{"verified":true,"info":{"sha1Thumbprint":""}}`,
		"a sign-in page":   `<html>Sign in</html>`,
	} {
		client, _ := serve(answer{http.StatusOK, body})
		_, err := client.Certificate(t.Context(), primary())
		var unreadable *transport.UnreadableError
		if !errors.As(err, &unreadable) || !strings.Contains(err.Error(), "read the primary certificate") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestCertificate_emptyEntryIsNotFound(t *testing.T) {
	t.Parallel()
	client, _ := serve(answer{http.StatusNotFound, ""})
	if got, err := client.Certificate(t.Context(), primary()); !transport.IsNotFound(err) || got != (iotcentral.SigningCertificate{}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestPutCertificate_sendsTheBase64OfPEM(t *testing.T) {
	t.Parallel()
	ca := certificate(t)
	for _, verified := range []bool{false, true} {
		client, served := serve(answer{http.StatusOK, stored(ca, verified)})
		got, err := client.PutCertificate(t.Context(), primary(), ca, verified)
		if want := (iotcentral.SigningCertificate{Thumbprint: ca.Thumbprint(), Verified: verified}); err != nil || got != want {
			t.Errorf("got %+v, %v", got, err)
		}
		wantSent(t, served, sent{
			http.MethodPut, primaryURL + version, "application/json",
			fmt.Sprintf(`{"verified":%t,"certificate":%q}`, verified, base64OfPEM(ca)),
		})
	}
}

func TestPutCertificate_readsAgainWhenTheAnswerLacksTheThumbprint(t *testing.T) {
	t.Parallel()
	ca := certificate(t)
	for name, first := range map[string]answer{
		"no info":          {http.StatusOK, `{"verified":false}`},
		"info is null":     {http.StatusOK, `{"verified":false,"info":null}`},
		"empty thumbprint": {http.StatusOK, `{"info":{"sha1Thumbprint":""}}`},
		"no content":       {http.StatusNoContent, ``},
		"created, empty":   {http.StatusCreated, ``},
	} {
		client, served := serve(first, answer{http.StatusOK, stored(ca, true)})
		got, err := client.PutCertificate(t.Context(), primary(), ca, true)
		if want := (iotcentral.SigningCertificate{Thumbprint: ca.Thumbprint(), Verified: true}); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if len(served.sent) != 2 || served.sent[1] != (sent{method: http.MethodGet, url: primaryURL + version}) {
			t.Errorf("%s: sent %+v", name, served.sent)
		}
	}
}

// The upload succeeded, so an error that says it was refused would be wrong.
func TestPutCertificate_readingAgainThatFailsLeavesTheOutcomeOpen(t *testing.T) {
	t.Parallel()
	client, served := serve(answer{http.StatusNoContent, ``}, answer{http.StatusForbidden, ``})
	_, err := client.PutCertificate(t.Context(), primary(), certificate(t), false)
	if !transport.EffectUnknown(err) || !strings.Contains(err.Error(), "put the certificate into the primary entry") {
		t.Errorf("got %v", err)
	}
	if len(served.sent) != 2 {
		t.Errorf("sent %+v", served.sent)
	}
}

func TestGenerateVerificationCode_hasNoBody(t *testing.T) {
	t.Parallel()
	client, served := serve(answer{http.StatusOK, `{"verificationCode":"2F5A0C9E41B7D368"}`})
	if code, err := client.GenerateVerificationCode(t.Context(), primary()); err != nil || code != "2F5A0C9E41B7D368" {
		t.Errorf("got %q, %v", code, err)
	}
	wantSent(t, served, sent{method: http.MethodPost, url: primaryURL + "/generateVerificationCode" + version})
}

func TestGenerateVerificationCode_withoutACodeIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `null`, `{}`, `{"verificationCode":null}`, `{"verificationCode":""}`} {
		client, _ := serve(answer{http.StatusOK, body})
		if code, err := client.GenerateVerificationCode(t.Context(), primary()); err == nil || code != "" {
			t.Errorf("%q: %q, %v", body, code, err)
		}
	}
}

func TestVerify_sendsTheBase64OfPEM(t *testing.T) {
	t.Parallel()
	proof := certstest.Valid(t).Proof(t, "code", certstest.Now)
	for _, status := range []int{http.StatusNoContent, http.StatusOK, http.StatusCreated} {
		client, served := serve(answer{status, ""})
		if err := client.Verify(t.Context(), primary(), proof); err != nil {
			t.Error(err)
		}
		wantSent(t, served, sent{
			http.MethodPost, primaryURL + "/verify" + version, "application/json",
			fmt.Sprintf(`{"certificate":%q}`, base64OfPEM(proof)),
		})
	}
}

// A new code may void the one before, and an attempt may use the code up. Reading
// and replacing are harmless.
func TestClient_repeatsAllButCodeAndVerify(t *testing.T) {
	t.Parallel()
	ca := certificate(t)
	for name, test := range map[string]struct {
		call func(client *iotcentral.Client) error
		want int
	}{
		"read": {func(client *iotcentral.Client) error {
			_, err := client.Certificate(t.Context(), primary())
			return err
		}, 4},
		"put": {func(client *iotcentral.Client) error {
			_, err := client.PutCertificate(t.Context(), primary(), ca, false)
			return err
		}, 4},
		"delete": {func(client *iotcentral.Client) error { return client.DeleteCertificate(t.Context(), primary()) }, 4},
		"code": {func(client *iotcentral.Client) error {
			_, err := client.GenerateVerificationCode(t.Context(), primary())
			return err
		}, 1},
		"verify": {func(client *iotcentral.Client) error { return client.Verify(t.Context(), primary(), ca) }, 1},
	} {
		client, served := serve(answer{http.StatusServiceUnavailable, ""})
		if err := test.call(client); transport.StatusCode(err) != http.StatusServiceUnavailable {
			t.Errorf("%s: %v", name, err)
		}
		if len(served.sent) != test.want {
			t.Errorf("%s: %d requests, want %d", name, len(served.sent), test.want)
		}
	}
}
