// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// assertionForm asks for a token of IoT Central with a client assertion.
func (s *session) assertionForm(clientID, assertion string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "scope": {s.info.Audiences.IoTCentral + "/.default"}, "client_id": {clientID},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion},
	}
}

// aadsts fails the test unless a sign-in was refused with the number.
func (r *reply) aadsts(number int) {
	r.t.Helper()
	if r.want(http.StatusUnauthorized); r.text("error") != "invalid_client" || r.at("error_codes", 0) != float64(number) {
		r.t.Errorf("answered %s, want AADSTS%d", r.body, number)
	}
}

// signed is a token with the claims, signed with a key.
func signed(t *testing.T, method jwt.SigningMethod, key any, header, claims map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, jwt.MapClaims(claims))
	maps.Copy(token.Header, header)
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// clientKey is the key of the emulator's client certificate, and the header that names the certificate.
func (s *session) clientKey() (key *rsa.PrivateKey, header map[string]any) {
	s.t.Helper()
	text, err := s.e.ClientCertificate()
	if err != nil {
		s.t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		s.t.Fatal(err)
	}
	key, ok := pair.PrivateKey.(*rsa.PrivateKey)
	if !ok {
		s.t.Fatalf("the key is a %T", pair.PrivateKey)
	}
	sum := sha256.Sum256(pair.Certificate[0])
	return key, map[string]any{"x5t#S256": base64.RawURLEncoding.EncodeToString(sum[:])}
}

func TestClientAssertion_isCheckedInEachPart(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	key, header := s.clientKey()
	owner, reader := s.info.Principals[0].ClientID, s.info.Principals[1].ClientID
	endpoint := s.info.Endpoints.AuthorityHost + s.info.TenantID + "/oauth2/v2.0/token"
	good := map[string]any{
		"iss": owner, "sub": owner, "aud": endpoint, "exp": time.Now().Add(time.Hour).Unix(), "jti": "1",
	}
	s.tokenRequest(s.assertionForm(owner, signed(t, jwt.SigningMethodPS256, key, header, good))).want(http.StatusOK)
	for name, test := range map[string]struct {
		client string
		method jwt.SigningMethod
		change map[string]any
		want   int
	}{
		"subject of another":      {owner, jwt.SigningMethodPS256, map[string]any{"sub": reader}, 700021},
		"no subject":              {owner, jwt.SigningMethodPS256, map[string]any{"sub": nil}, 700021},
		"subject that is no text": {owner, jwt.SigningMethodPS256, map[string]any{"sub": 5}, 700021},
		"audience of another":     {owner, jwt.SigningMethodPS256, map[string]any{"aud": "https://login.microsoftonline.com/x"}, 700023},
		"no audience":             {owner, jwt.SigningMethodPS256, map[string]any{"aud": nil}, 700023},
		"expired":                 {owner, jwt.SigningMethodPS256, map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}, 700024},
		"not valid yet":           {owner, jwt.SigningMethodPS256, map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}, 700024},
		"no end":                  {owner, jwt.SigningMethodPS256, map[string]any{"exp": nil}, 700027},
		"without signature":       {owner, jwt.SigningMethodNone, nil, 700027},
		"client without a certificate": {
			reader, jwt.SigningMethodPS256, map[string]any{"iss": reader, "sub": reader}, 700027,
		},
		"issuer that is no text": {owner, jwt.SigningMethodPS256, map[string]any{"iss": 5}, 50027},
		"no issuer":              {owner, jwt.SigningMethodPS256, map[string]any{"iss": nil}, 700211},
	} {
		t.Run(name, func(t *testing.T) {
			claims := maps.Clone(good)
			maps.Copy(claims, test.change)
			maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
			var by any = key
			if test.method == jwt.SigningMethodNone {
				by = jwt.UnsafeAllowNoneSignatureType
			}
			s.in(t).tokenRequest(s.assertionForm(test.client, signed(t, test.method, by, header, claims))).aadsts(test.want)
		})
	}
	for _, header := range []map[string]any{nil, {"x5t": "another"}, {"x5t": 5}} {
		s.tokenRequest(s.assertionForm(owner, signed(t, jwt.SigningMethodPS256, key, header, good))).aadsts(700027)
	}
	s.tokenRequest(s.assertionForm(owner, "x.y.z")).aadsts(50027)
	form := s.assertionForm(owner, signed(t, jwt.SigningMethodPS256, key, header, good))
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")
	if refused := s.tokenRequest(form).want(http.StatusBadRequest); refused.text("error") != "invalid_request" {
		t.Errorf("another type of assertion is answered with %s", refused.body)
	}
}
