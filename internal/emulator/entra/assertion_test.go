// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra_test

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
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// assertionForm asks for a token of IoT Central with a client assertion.
func assertionForm(s *emulatortest.Session, clientID, assertion string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "scope": {s.Info.Audiences.IoTCentral + "/.default"}, "client_id": {clientID},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion},
	}
}

// aadsts fails the test unless a sign-in was refused with the number.
func aadsts(r *emulatortest.Reply, number int) {
	r.T.Helper()
	if r.Want(http.StatusUnauthorized); r.Text("error") != "invalid_client" || r.At("error_codes", 0) != float64(number) {
		r.T.Errorf("answered %s, want AADSTS%d", r.Body, number)
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
func clientKey(s *emulatortest.Session) (key *rsa.PrivateKey, header map[string]any) {
	s.T.Helper()
	text, err := s.Emulator.ClientCertificate()
	if err != nil {
		s.T.Fatal(err)
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		s.T.Fatal(err)
	}
	key, ok := pair.PrivateKey.(*rsa.PrivateKey)
	if !ok {
		s.T.Fatalf("the key is a %T", pair.PrivateKey)
	}
	sum := sha256.Sum256(pair.Certificate[0])
	return key, map[string]any{"x5t#S256": base64.RawURLEncoding.EncodeToString(sum[:])}
}

func TestClientAssertion_isCheckedInEachPart(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	key, header := clientKey(s)
	owner, reader := s.Info.Principals[0].ClientID, s.Info.Principals[1].ClientID
	endpoint := s.Info.Endpoints.AuthorityHost + s.Info.TenantID + "/oauth2/v2.0/token"
	good := map[string]any{
		"iss": owner, "sub": owner, "aud": endpoint, "exp": time.Now().Add(time.Hour).Unix(), "jti": "1",
	}
	s.TokenRequest(assertionForm(s, owner, signed(t, jwt.SigningMethodPS256, key, header, good))).Want(http.StatusOK)
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
			aadsts(s.In(t).TokenRequest(assertionForm(s, test.client, signed(t, test.method, by, header, claims))), test.want)
		})
	}
	for _, header := range []map[string]any{nil, {"x5t": "another"}, {"x5t": 5}} {
		aadsts(s.TokenRequest(assertionForm(s, owner, signed(t, jwt.SigningMethodPS256, key, header, good))), 700027)
	}
	aadsts(s.TokenRequest(assertionForm(s, owner, "x.y.z")), 50027)
	form := assertionForm(s, owner, signed(t, jwt.SigningMethodPS256, key, header, good))
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")
	if refused := s.TokenRequest(form).Want(http.StatusBadRequest); refused.Text("error") != "invalid_request" {
		t.Errorf("another type of assertion is answered with %s", refused.Body)
	}
}
