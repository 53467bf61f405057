// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra_test

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// issuerKeys is what a token issuer serves: its discovery document and its keys, in which ISSUER is its own address.
type issuerKeys struct{ document, keys string }

const goodDocument = `{"issuer":"ISSUER","jwks_uri":"ISSUER/keys"}`

// issuer serves a token issuer until the test ends, and returns its address.
func (k issuerKeys) issuer(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	for path, body := range map[string]string{"/.well-known/openid-configuration": k.document, "/keys": k.keys} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			if body == "" {
				w.WriteHeader(http.StatusTeapot)
				return
			}
			fmt.Fprint(w, strings.ReplaceAll(body, "ISSUER", server.URL))
		})
	}
	return server.URL
}

func rsaKey(id string, key *rsa.PublicKey) string {
	return fmt.Sprintf(`{"kty":"RSA","kid":%q,"n":%q,"e":"AQAB"}`, id, base64.RawURLEncoding.EncodeToString(key.N.Bytes()))
}

func ecKey(t *testing.T, id string, key *ecdsa.PublicKey) string {
	t.Helper()
	point, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"kty":"EC","crv":"P-256","kid":%q,"x":%q,"y":%q}`, id,
		base64.RawURLEncoding.EncodeToString(point[1:33]), base64.RawURLEncoding.EncodeToString(point[33:]))
}

func keySet(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }

func TestFederatedIssuer_signsInWithTheKeyThatItNames(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	rsaSigner, _ := clientKey(s)
	ecSigner, stranger := emulatortest.NewCA(t, pkix.Name{}, true).Key, emulatortest.NewCA(t, pkix.Name{}, true).Key
	both := keySet(rsaKey("r", &rsaSigner.PublicKey), ecKey(t, "e", &ecSigner.PublicKey))
	for name, test := range map[string]struct {
		issuerKeys
		method jwt.SigningMethod
		kid    any
		want   int    // 0: signs in
		says   string // in the description
	}{
		"RSA of two":             {issuerKeys{goodDocument, both}, jwt.SigningMethodRS256, "r", 0, ""},
		"EC of two":              {issuerKeys{goodDocument, both}, jwt.SigningMethodES256, "e", 0, ""},
		"the only key, unnamed":  {issuerKeys{goodDocument, keySet(rsaKey("r", &rsaSigner.PublicKey))}, jwt.SigningMethodPS256, nil, 0, ""},
		"unknown key of two":     {issuerKeys{goodDocument, both}, jwt.SigningMethodES256, "x", 700027, ""},
		"key of another kind":    {issuerKeys{goodDocument, both}, jwt.SigningMethodES256, "r", 700027, ""},
		"key of another":         {issuerKeys{goodDocument, keySet(ecKey(t, "e", &stranger.PublicKey))}, jwt.SigningMethodES256, "e", 700027, ""},
		"no keys":                {issuerKeys{goodDocument, keySet()}, jwt.SigningMethodES256, "e", 700027, ""},
		"key of an unknown type": {issuerKeys{goodDocument, keySet(`{"kty":"OKP","kid":"e"}`)}, jwt.SigningMethodES256, "e", 700027, ""},
		"unknown curve":          {issuerKeys{goodDocument, keySet(`{"kty":"EC","crv":"P-192","kid":"e","x":"AA","y":"AA"}`)}, jwt.SigningMethodES256, "e", 700027, ""},
		"point off the curve":    {issuerKeys{goodDocument, keySet(`{"kty":"EC","crv":"P-256","kid":"e","x":"AA","y":"AA"}`)}, jwt.SigningMethodES256, "e", 700027, ""},
		"point not base64":       {issuerKeys{goodDocument, keySet(`{"kty":"EC","crv":"P-256","kid":"e","x":"!","y":"AA"}`)}, jwt.SigningMethodES256, "e", 700027, ""},
		"modulus not base64":     {issuerKeys{goodDocument, keySet(`{"kty":"RSA","kid":"r","n":"!","e":"AQAB"}`)}, jwt.SigningMethodRS256, "r", 700027, ""},
		"no modulus":             {issuerKeys{goodDocument, keySet(`{"kty":"RSA","kid":"r","e":"AQAB"}`)}, jwt.SigningMethodRS256, "r", 700027, ""},
		"huge exponent":          {issuerKeys{goodDocument, keySet(`{"kty":"RSA","kid":"r","n":"AQAB","e":"AQABAQABAQAB"}`)}, jwt.SigningMethodRS256, "r", 700027, ""},
		"no document":            {issuerKeys{"", both}, jwt.SigningMethodES256, "e", 500343, "answers 418"},
		"document not JSON":      {issuerKeys{"<html>", both}, jwt.SigningMethodES256, "e", 500343, "reading"},
		"document of another":    {issuerKeys{`{"issuer":"https://sts.example","jwks_uri":"ISSUER/keys"}`, both}, jwt.SigningMethodES256, "e", 500343, "is for the issuer https://sts.example"},
		"keys not there":         {issuerKeys{goodDocument, ""}, jwt.SigningMethodES256, "e", 500343, "/keys answers 418"},
		"keys at no address":     {issuerKeys{`{"issuer":"ISSUER","jwks_uri":"://"}`, both}, jwt.SigningMethodES256, "e", 500343, "missing protocol scheme"},
		"keys not by HTTP":       {issuerKeys{`{"issuer":"ISSUER","jwks_uri":"file:///keys"}`, both}, jwt.SigningMethodES256, "e", 500343, "unsupported protocol scheme"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issuer := test.issuer(t)
			s := emulatortest.Start(t, emulator.Options{FederatedIssuers: []string{issuer}})
			header := map[string]any{}
			if test.kid != nil {
				header["kid"] = test.kid
			}
			var by any = rsaSigner
			if test.method == jwt.SigningMethodES256 {
				by = ecSigner
			}
			answered := s.TokenRequest(assertionForm(s, s.Info.ClientID, signed(t, test.method, by, header, map[string]any{
				"iss": issuer, "sub": "anything", "aud": "api://AzureADTokenExchange", "exp": time.Now().Add(time.Hour).Unix(),
			})))
			if test.want == 0 {
				answered.Want(http.StatusOK)
				return
			}
			if aadsts(answered, test.want); !strings.Contains(answered.Text("error_description"), test.says) {
				t.Errorf("answered %s, want one that says %q", answered.Body, test.says)
			}
		})
	}
}
